/* SPDX-License-Identifier: GPL-2.0-only */
/* The reports of a running daemon: to the journal, log, metrics and service manager. */
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

/* Zero-initialised, except for journal_socket, it owns nothing. */
struct dxa_daemon_report {
	struct dxa_audit *audit;
	const char *journal_socket; /* of the journal; NULL: systemd's */
	struct dxa_journal journal; /* path NULL: this machine has no journal */
	bool stderr_is_journal;
	struct dxa_logfile log;
	int metrics_error; /* errno of the newest write; 0: it succeeded */
	uint64_t metrics_failures, recording_failures;
	int reported_errors[DXA_OUTPUT_COUNT]; /* last reported errno of each output; 0: none */
	uint64_t reported_failures[DXA_OUTPUT_COUNT]; /* last reported count of each output */
	bool reload_failed;
	enum dxa_verdict_kind verdict; /* the newest reliable one */
	bool incomplete; /* it was reported that the audit is not complete */
	uint64_t events; /* of the engine, at the last report */
	uint64_t reported_at; /* ktime of the last report, ns */
};

/*
 * Open the outputs of the audit's options, and the journal if there is one, for findings.
 * INPUT error for a file that cannot be written.
 */
struct dxa_err *dxa_daemon_report_open(struct dxa_daemon_report *r, struct dxa_audit *audit);

/* Log files were rotated: open them again. Earlier errors of outputs are forgotten. */
void dxa_daemon_report_reopen(struct dxa_daemon_report *r);

/* The ktime (ns) at which to call dxa_daemon_report_write(); 0: nothing is new. */
uint64_t dxa_daemon_report_due(const struct dxa_daemon_report *r, uint64_t now);

/*
 * Write the metrics, send the status to the service manager, and log which output fails or
 * works again. A failing output does not stop the audit; metrics are tried again.
 */
void dxa_daemon_report_write(struct dxa_daemon_report *r);

/*
 * Log what could not be written to the journal and the log, and close them. Call it after
 * the audit, whose sinks use them, is closed.
 */
void dxa_daemon_report_close(struct dxa_daemon_report *r);

#endif
