/* SPDX-License-Identifier: GPL-2.0-only */
/* --record: the recording that a live audit keeps beside its analysis. */
#ifndef DAXAUDIT_CLI_RECORDING_H
#define DAXAUDIT_CLI_RECORDING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "cli/analysis.h"
#include "record/writer.h"

/* Zero-initialised, nothing is recorded. */
struct dxa_recording {
	struct dxa_recorder *recorder; /* NULL: no --record */
	uint64_t pending_since; /* ktime, ns; 0: nothing is pending */
	uint64_t sync_at; /* ktime, ns: when it must be on disk; 0: it is */
	uint64_t synced; /* ktime, ns: when it was seen to be on disk last */
	struct dxa_hook_status *before; /* counters from before the file was begun; NULL: zero */
};

/* What a killed audit loses at most. */
#define DXA_RECORDING_FLUSH_NS 1000000000ull
/* What a crash of the machine loses at most: to wait for a disk more often could cost records. */
#define DXA_RECORDING_SYNC_NS 5000000000ull
/* The least between two waits, however much is found. */
#define DXA_RECORDING_SYNC_MIN_NS 1000000000ull

/*
 * Open the file that opts name, if they do; keep: set aside what was recorded there
 * before, see dxa_recorder_open(). INPUT error when it cannot be used.
 */
struct dxa_err *dxa_recording_open(struct dxa_recording *s, const struct dxa_opts *opts, bool keep);

/* Begin with what analysis knows about the machine; hooks as attached. */
void dxa_recording_begin(struct dxa_recording *s, const struct dxa_analysis *analysis,
			 const struct dxa_opts *opts, const struct dxa_hook_status *hooks,
			 size_t n_hooks);

/* Was the file renamed or removed since it was opened? */
bool dxa_recording_moved(const struct dxa_recording *s);

/*
 * End the recording, whose file was moved away, as of `ending`, and begin another
 * under the old name, which counts from there on. What lives now must be told to
 * it by a snapshot. INPUT error, and the old file is written on, when the new one
 * cannot be opened; SYSTEM when the old one is incomplete.
 */
struct dxa_err *dxa_recording_rotate(struct dxa_recording *s, const struct dxa_analysis *analysis,
				     const struct dxa_opts *opts, const struct dxa_ending *ending);

/* Save an event, to be called before the engine gets it. */
void dxa_recording_event(struct dxa_recording *s, const struct dxa_event *ev, uint64_t now);

/* The ktime (ns) at which dxa_recording_tick() will have something to do; 0: never. */
uint64_t dxa_recording_due(const struct dxa_recording *s);

/* Write what has been pending for DXA_RECORDING_FLUSH_NS at ktime now, and sync it when that is
 * due. */
void dxa_recording_tick(struct dxa_recording *s, uint64_t now);

/* Something was found: get what proves it to disk with the next tick. now is ktime. */
void dxa_recording_secure(struct dxa_recording *s, uint64_t now);

/* The errno of the first write that failed, which ended the recording; 0: it goes on. */
int dxa_recording_error(const struct dxa_recording *s);

/* End the recording. The first error of any write (SYSTEM). */
struct dxa_err *dxa_recording_finish(struct dxa_recording *s, const struct dxa_ending *ending);

/* Close it, whatever state it is in. */
void dxa_recording_close(struct dxa_recording *s);

#endif
