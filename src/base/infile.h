/* SPDX-License-Identifier: GPL-2.0-only */
/* Input files that are named by the user. */
#ifndef DAXAUDIT_BASE_INFILE_H
#define DAXAUDIT_BASE_INFILE_H

#include "base/err.h"

/*
 * Open a regular file for reading, with O_CLOEXEC. Never blocks: a FIFO or a device is
 * refused. INPUT error without the path in it; its code is ENOENT or ENOTDIR if the file
 * does not exist. The caller closes *fd.
 */
struct dxa_err *dxa_infile_open(const char *path, int *fd);

#endif
