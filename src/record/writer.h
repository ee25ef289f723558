/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writing a recording while an audit runs. Flushed records survive a kill of the writer. A
 * failed write ends the recording at its last complete block, and is returned by
 * dxa_recorder_finish(); the audit continues.
 */
#ifndef DAXAUDIT_RECORD_WRITER_H
#define DAXAUDIT_RECORD_WRITER_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/symbols.h"
#include "record/record.h"

struct dxa_recorder;

/* The suffix of a recording that is kept; further ones have ".1" and so on after it. */
#define DXA_RECORDER_ASIDE ".old"
/* So many are kept: the first ones, which show how it began, and the newest. */
#define DXA_RECORDER_ASIDE_MAX 10

/*
 * Open path for a recording, without changing what is there yet; but with keep, a
 * recording that is there is renamed, DXA_RECORDER_ASIDE appended. mode: the permissions
 * of a new file, to which the umask applies. INPUT error when it cannot or must not be
 * written (base/outfile.h), is no regular file, holds something that is neither empty nor
 * a recording, or is being written by another recorder. Free *ret with
 * dxa_recorder_free().
 */
struct dxa_err *dxa_recorder_open(const char *path, mode_t mode, bool keep,
				  struct dxa_recorder **ret);

/* Is the file no longer the one of that name: renamed, removed, replaced? */
bool dxa_recorder_moved(const struct dxa_recorder *r);

/*
 * Replace what is in the file by a recording that begins with head. symbols is
 * borrowed until the end: the names of all addresses in the events are taken
 * from it as the events come.
 */
void dxa_recorder_begin(struct dxa_recorder *r, const struct dxa_record_head *head,
			struct dxa_symbols *symbols);

/* Record the next event. It is in the file after the next flush. */
void dxa_recorder_event(struct dxa_recorder *r, const struct dxa_event *ev);

/* Is there anything to flush? */
bool dxa_recorder_pending(const struct dxa_recorder *r);

/* The errno of the first failed write, after which nothing is written; 0: none. */
int dxa_recorder_error(const struct dxa_recorder *r);

/* Write pending records: they survive a kill of this process. */
void dxa_recorder_flush(struct dxa_recorder *r);

/* Write pending records and sync: they survive a crash of the machine. */
void dxa_recorder_sync(struct dxa_recorder *r);

/*
 * Flush, write the trailer, and sync. Returns the first error of any write since the begin
 * (SYSTEM).
 */
struct dxa_err *dxa_recorder_finish(struct dxa_recorder *r, const struct dxa_record_end *end);

/* Close and free; a file that was created and never begun is removed. NULL is allowed. */
void dxa_recorder_free(struct dxa_recorder *r);

#endif
