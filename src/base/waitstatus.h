/* SPDX-License-Identifier: GPL-2.0-only */
/* The end of a process as text. */
#ifndef DAXAUDIT_BASE_WAITSTATUS_H
#define DAXAUDIT_BASE_WAITSTATUS_H

#define DXA_WAIT_STATUS_LEN 40

/*
 * A wait status (waitpid(2)) as the predicate of a sentence whose subject is the program:
 * "failed with exit status 1", "was killed by signal 9". Returns buf, or NULL for a
 * program that succeeded.
 */
const char *dxa_wait_status_text(char buf[DXA_WAIT_STATUS_LEN], int status);

#endif
