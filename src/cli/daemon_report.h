/* SPDX-License-Identifier: GPL-2.0-only */
/* What a daemon reports while it runs, and where: journal, log, metrics, service manager. */
#ifndef DAXAUDIT_CLI_DAEMON_REPORT_H
#define DAXAUDIT_CLI_DAEMON_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "cli/audit.h"
#include "cli/logfile.h"
#include "output/journal.h"

enum dxa_output {
	DXA_OUTPUT_JOURNAL,
	DXA_OUTPUT_LOG,
	DXA_OUTPUT_METRICS,
	DXA_OUTPUT_RECORDING,
	DXA_OUTPUT_COUNT
};

/* Zero-initialised but for journal_socket, there is nothing to close. */
struct dxa_daemon_report {
	struct dxa_audit *audit;
	const char *journal_socket; /* where the journal listens; NULL: systemd's */
	struct dxa_journal journal; /* path NULL: this machine has none */
	bool stderr_is_journal;
	struct dxa_logfile log;
	int metrics_error; /* errno of the newest write; 0: it succeeded */
	uint64_t metrics_failures, recording_failures;
	int told_errors[DXA_OUTPUT_COUNT]; /* errno of each output, as it was told; 0: none */
	uint64_t told_failures[DXA_OUTPUT_COUNT]; /* of each output, as they were told */
	bool reload_failed;
	enum dxa_verdict_kind verdict; /* the newest that was sure */
	bool doubted; /* it was said that not everything is seen */
	uint64_t events; /* of the engine, when it was told last */
	uint64_t told; /* ktime, ns */
};

/*
 * Open what the audit's options name, and the journal where there is one, and
 * have findings go there. INPUT error for a file that cannot be written.
 */
struct dxa_err *dxa_daemon_report_open(struct dxa_daemon_report *r, struct dxa_audit *audit);

/* Log files were rotated: open them anew. What an output did not take before is past. */
void dxa_daemon_report_reopen(struct dxa_daemon_report *r);

/* The ktime (ns) at which dxa_daemon_report_tell() shall be called; 0: nothing is new. */
uint64_t dxa_daemon_report_due(const struct dxa_daemon_report *r, uint64_t now);

/*
 * Write the metrics, tell the service manager how the audit stands, and the log
 * which output does not take what happens, or does so again. The audit goes on
 * without it; metrics are tried again.
 */
void dxa_daemon_report_tell(struct dxa_daemon_report *r);

/*
 * Log what the journal and the log did not take at the end, and close what belongs
 * to it; after the audit was closed, whose sinks use it.
 */
void dxa_daemon_report_close(struct dxa_daemon_report *r);

#endif
