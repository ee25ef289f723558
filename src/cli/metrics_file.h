/* SPDX-License-Identifier: GPL-2.0-only */
/* The metrics file for a textfile collector, which is replaced atomically. */
#ifndef DAXAUDIT_CLI_METRICS_FILE_H
#define DAXAUDIT_CLI_METRICS_FILE_H

#include "base/err.h"
#include "output/metrics.h"

/* The suffix of the temporary file, which is then renamed. */
#define DXA_METRICS_TMP ".tmp"

/*
 * Can metrics be written to path? INPUT error when the file contains something other than
 * metrics, which must not be lost, or when it cannot or must not be written. A full disk is
 * not an error, because it may be temporary.
 */
struct dxa_err *dxa_metrics_file_check(const char *path);

/*
 * Replace path: write path.tmp, which a collector of *.prom does not read and which the
 * next daemon removes after a kill, then rename it. A new file has mode 0644, an existing
 * one keeps its mode. Not synced: after a crash of the machine the numbers are of no use.
 * Returns 0 or an errno.
 */
int dxa_metrics_file_write(const char *path, const struct dxa_run *run,
			   const struct dxa_result *result,
			   const struct dxa_metrics_service *service);

/* Remove it: the numbers of a daemon that has exited would look healthy. */
void dxa_metrics_file_remove(const char *path);

#endif
