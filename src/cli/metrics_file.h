/* SPDX-License-Identifier: GPL-2.0-only */
/* The file that a textfile collector reads: replaced as a whole, never seen half written. */
#ifndef DAXAUDIT_CLI_METRICS_FILE_H
#define DAXAUDIT_CLI_METRICS_FILE_H

#include "base/err.h"
#include "output/metrics.h"

/*
 * Write path anew: to path.tmp first, which a collector of *.prom does not read
 * and which a killed daemon leaves for the next to overwrite, then renamed. Not
 * synced: after a crash of the machine its numbers are of no use. SYSTEM error.
 */
struct dxa_err *dxa_metrics_file_write(const char *path, const struct dxa_run *run,
				       const struct dxa_result *result,
				       const struct dxa_metrics_service *service);

/* Remove it: numbers of a daemon that does not run would look like a healthy one's. */
void dxa_metrics_file_remove(const char *path);

#endif
