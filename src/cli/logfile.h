/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A log that lines are appended to for months: it is reopened when it was
 * rotated away, and a full disk costs lines, not the log.
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
	bool cut; /* the file ends in half a line, which no next one must continue */
	int error; /* errno of the newest write; 0: it succeeded */
	int stale; /* errno: it could not be opened anew, the file of old is written on; or 0 */
	uint64_t failures; /* writes that did not succeed in whole */
};

/*
 * Open path for appending and *ret, a stream to it that never fails: what the
 * file does not take is counted and dropped. mode: the permissions of a new file, to
 * which the umask applies. INPUT error when it cannot or must not be written. l must outlive the
 * stream; the file is closed with it.
 */
struct dxa_err *dxa_logfile_open(struct dxa_logfile *l, const char *path, mode_t mode, FILE **ret);

/* Open the path anew, after a rotation. On an error (INPUT) the old file is written on. */
struct dxa_err *dxa_logfile_reopen(struct dxa_logfile *l);

#endif
