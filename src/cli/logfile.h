/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A log file for months: it can be reopened after a rotation, and a full disk loses lines
 * but does not end it.
 */
#ifndef DAXAUDIT_CLI_LOGFILE_H
#define DAXAUDIT_CLI_LOGFILE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "base/err.h"

struct dxa_logfile {
	const char *path; /* borrowed */
	mode_t mode; /* of a new file */
	int fd;
	bool cut; /* the file ends in half a line: the next line must begin with a newline */
	int error; /* errno of the newest write; 0: it succeeded */
	int stale; /* errno of a failed reopen: the old file is still in use; or 0 */
	uint64_t failures; /* writes that failed or were cut */
};

/*
 * Open path for appending, and *ret, a stream to it that never fails: text that cannot be
 * written is counted and dropped. mode: the permissions of a new file, to which the umask
 * applies. INPUT error when it cannot or must not be written. l must outlive the stream,
 * which closes the file.
 */
struct dxa_err *dxa_logfile_open(struct dxa_logfile *l, const char *path, mode_t mode, FILE **ret);

/* Open the path again, after a rotation. After an error (INPUT) the old file stays in use. */
struct dxa_err *dxa_logfile_reopen(struct dxa_logfile *l);

#endif
