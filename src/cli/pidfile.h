/* SPDX-License-Identifier: GPL-2.0-only */
/* The pid file: locked, so that only one daemon runs. */
#ifndef DAXAUDIT_CLI_PIDFILE_H
#define DAXAUDIT_CLI_PIDFILE_H

#include "base/err.h"

/* The default of --pid-file. */
#define DXA_PID_FILE "/run/daxaudit/daemon.pid"

/*
 * Lock path, whose last directory is made if needed, and write our pid to it. REFUSED, with
 * the other pid, when it is locked; INPUT when it cannot be written, or contains something
 * other than a pid. The lock ends with the process; dxa_pidfile_unlock() closes *fd.
 */
struct dxa_err *dxa_pidfile_lock(const char *path, int *fd);

/* Truncate the file and unlock it; -1 is allowed. Removing it would race with the next daemon. */
void dxa_pidfile_unlock(int fd);

#endif
