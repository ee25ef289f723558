/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading a recording of any machine, event by event. Memory is bounded for any file. The
 * blocks before the first damage are used.
 */
#ifndef DAXAUDIT_RECORD_READER_H
#define DAXAUDIT_RECORD_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/symbols.h"
#include "record/record.h"

struct dxa_reader;

/*
 * Open a recording ("-": standard input) and read its header. INPUT error, one line with
 * the name of the file, when it cannot be read, is not a recording, has another version, or
 * ends or is damaged before its first event. Free *ret with dxa_reader_free().
 */
struct dxa_err *dxa_reader_open(const char *path, struct dxa_reader **ret);

/* The header: the audit's machine and command. Owned by the reader. */
const struct dxa_record_head *dxa_reader_head(const struct dxa_reader *r);

/*
 * The symbols of the addresses in the events read so far, from the live audit. Owned by the
 * reader.
 */
struct dxa_symbols *dxa_reader_symbols(struct dxa_reader *r);

/*
 * The next event, in this machine's byte order, valid until the next call; NULL
 * at the end, or where the recording is cut off or damaged.
 */
const struct dxa_event *dxa_reader_next(struct dxa_reader *r);

/*
 * After the last event: how the audit ended. Where the trailer is missing, end
 * is the time of the last event and the hooks are the header's. Owned by the
 * reader.
 */
const struct dxa_record_end *dxa_reader_end(struct dxa_reader *r);

/*
 * After the last event: one line that says which part of the recording is missing or was
 * not used; NULL when it is complete. Owned by the reader.
 */
const char *dxa_reader_cut(const struct dxa_reader *r);

/* Blocks skipped so far because this version does not know their type. */
uint64_t dxa_reader_unknown_blocks(const struct dxa_reader *r);

/* Does the file have the other byte order? */
bool dxa_reader_swapped(const struct dxa_reader *r);

/* Close and free. NULL is allowed. */
void dxa_reader_free(struct dxa_reader *r);

#endif
