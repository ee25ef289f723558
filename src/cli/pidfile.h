/* SPDX-License-Identifier: GPL-2.0-only */
/* One daemon at a time: a locked file that holds its pid. */
#ifndef DAXAUDIT_CLI_PIDFILE_H
#define DAXAUDIT_CLI_PIDFILE_H

#include "base/err.h"

/* Where the pid is, unless --pid-file says otherwise. */
#define DXA_PID_FILE "/run/daxaudit/daemon.pid"

/*
 * Lock path, whose last folder is made if need be, and write our pid to it.
 * REFUSED, naming the other one's pid, when it is locked; INPUT when it cannot be
 * written, or holds something else than a pid. The lock lasts until the process ends, however it
 * ends; *fd is closed by dxa_pidfile_unlock().
 */
struct dxa_err *dxa_pidfile_lock(const char *path, int *fd);

/* Empty the file and unlock it; -1 is allowed. It stays: removing it would race with the next. */
void dxa_pidfile_unlock(int fd);

#endif
