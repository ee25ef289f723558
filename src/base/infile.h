/* SPDX-License-Identifier: GPL-2.0-only */
/* Files that a user names, to be read as a whole. */
#ifndef DAXAUDIT_BASE_INFILE_H
#define DAXAUDIT_BASE_INFILE_H

#include "base/err.h"

/*
 * Open a regular file for reading, with O_CLOEXEC. Never waits: a FIFO without a writer, or a
 * device, is refused. INPUT error that says why, without the path; its code is ENOENT or ENOTDIR
 * when there is no such file. The caller closes *fd.
 */
struct dxa_err *dxa_infile_open(const char *path, int *fd);

#endif
