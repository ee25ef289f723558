/* SPDX-License-Identifier: GPL-2.0-only */
/* How a process ended, in words. */
#ifndef DAXAUDIT_BASE_WAITSTATUS_H
#define DAXAUDIT_BASE_WAITSTATUS_H

#define DXA_WAIT_STATUS_LEN 40

/*
 * What a wait status (waitpid(2)) says, behind the name of the program: "failed
 * with exit status 1", "was killed by signal 9". Returns buf, or NULL for a
 * program that succeeded.
 */
const char *dxa_wait_status_text(char buf[DXA_WAIT_STATUS_LEN], int status);

#endif
