/* SPDX-License-Identifier: GPL-2.0-only */
/* --record: the recording of a live audit. */
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
	uint64_t sync_at; /* ktime, ns: when to sync to disk; 0: nothing to sync */
	uint64_t synced; /* ktime, ns, of the last sync */
	struct dxa_hook_status *before; /* counters from before the file was begun; NULL: zero */
};

/* The most that a killed audit loses. */
#define DXA_RECORDING_FLUSH_NS 1000000000ull
/* The most that a crash of the machine loses. More frequent syncs could lose records. */
#define DXA_RECORDING_SYNC_NS 5000000000ull
/* The minimum between two syncs. */
#define DXA_RECORDING_SYNC_MIN_NS 1000000000ull

/*
 * Open the file of opts, if any; keep: rename an existing recording, see
 * dxa_recorder_open(). INPUT error when it cannot be used.
 */
struct dxa_err *dxa_recording_open(struct dxa_recording *s, const struct dxa_opts *opts, bool keep);

/* Begin the recording, with the machine from analysis, and the attached hooks. */
void dxa_recording_begin(struct dxa_recording *s, const struct dxa_analysis *analysis,
			 const struct dxa_opts *opts, const struct dxa_hook_status *hooks,
			 size_t n_hooks);

/* Was the file renamed or removed since it was opened? */
bool dxa_recording_moved(const struct dxa_recording *s);

/*
 * End the recording, whose file was renamed, with `ending`, and begin another one under
 * the old name, whose counters begin now. The new one needs a snapshot of existing
 * devices. INPUT error, with the old file still in use, when the new one cannot be
 * opened; SYSTEM when the old one is incomplete.
 */
struct dxa_err *dxa_recording_rotate(struct dxa_recording *s, const struct dxa_analysis *analysis,
				     const struct dxa_opts *opts, const struct dxa_ending *ending);

/* Record an event; call it before the engine gets it. */
void dxa_recording_event(struct dxa_recording *s, const struct dxa_event *ev, uint64_t now);

/* The ktime (ns) at which dxa_recording_tick() will have something to do; 0: never. */
uint64_t dxa_recording_due(const struct dxa_recording *s);

/* Write what has been pending for DXA_RECORDING_FLUSH_NS at ktime now, and sync it when that is
 * due. */
void dxa_recording_tick(struct dxa_recording *s, uint64_t now);

/* A finding was reported at ktime now: sync its evidence to disk with the next tick. */
void dxa_recording_secure(struct dxa_recording *s, uint64_t now);

/* The errno of the first failed write, which ended the recording; 0: none. */
int dxa_recording_error(const struct dxa_recording *s);

/* End the recording. Returns the first error of any write (SYSTEM). */
struct dxa_err *dxa_recording_finish(struct dxa_recording *s, const struct dxa_ending *ending);

/* Close it in any state. */
void dxa_recording_close(struct dxa_recording *s);

#endif
