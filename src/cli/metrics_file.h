/* SPDX-License-Identifier: GPL-2.0-only */
/* The file that a textfile collector reads: replaced as a whole, never seen half written. */
#ifndef DAXAUDIT_CLI_METRICS_FILE_H
#define DAXAUDIT_CLI_METRICS_FILE_H

#include "base/err.h"
#include "output/metrics.h"

/* Appended to its name: where the metrics are written before they are renamed. */
#define DXA_METRICS_TMP ".tmp"

/*
 * Can metrics be written to path? INPUT error when there is something else than an
 * older one's metrics, which must not be lost, or when they cannot or must not be
 * written there.
 * A disk that is full now need not be so for long: that is no error.
 */
struct dxa_err *dxa_metrics_file_check(const char *path);

/*
 * Write path anew: to path.tmp first, which a collector of *.prom does not read
 * and which a killed daemon leaves for the next to remove, then renamed. A new file
 * has mode 0644, one that exists keeps its mode. Not
 * synced: after a crash of the machine its numbers are of no use. Returns 0 or an errno.
 */
int dxa_metrics_file_write(const char *path, const struct dxa_run *run,
			   const struct dxa_result *result,
			   const struct dxa_metrics_service *service);

/* Remove it: numbers of a daemon that does not run would look like a healthy one's. */
void dxa_metrics_file_remove(const char *path);

#endif
