// SPDX-License-Identifier: GPL-2.0-only
#include "cli/daemon_report.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "cli/metrics_file.h"
#include "cli/notify.h"

#define MS 1000000ull
/* Events of a probe come within milliseconds: wait, and report them together, */
#define GATHER_NS (200 * MS)
/* and not more often than this. */
#define INTERVAL_NS (5000 * MS)
/* The interval for writing metrics again after an error. */
#define RETRY_NS (60000 * MS)

/* ---- findings as lines ---- */

/*
 * Is the newest finding in the journal already, and standard error connected to it? Then a
 * line would be a second entry. The journal's sink runs before this one.
 */
static bool in_journal(const struct dxa_daemon_report *r)
{
	return r->stderr_is_journal && r->journal.path && !r->journal.error;
}

static void line_finding(struct dxa_sink *s, const struct dxa_finding *f)
{
	static const enum dxa_log_level levels[DXA_SEVERITY_COUNT] = {
		[DXA_SEVERITY_INFO] = DXA_LOG_NOTICE,
		[DXA_SEVERITY_WARNING] = DXA_LOG_WARN,
		[DXA_SEVERITY_ERROR] = DXA_LOG_ERROR,
	};
	const char *rule = dxa_rule_info(f->rule)->name;

	if (in_journal(s->state))
		return;
	/* The log writes the severity of a warning and of an error itself. */
	if (f->policy.allowed_by)
		dxa_log(DXA_LOG_NOTICE, "allowed %s: %s: %s", dxa_severity_name(f->severity), rule,
			f->detail);
	else if (f->severity == DXA_SEVERITY_INFO)
		dxa_log(DXA_LOG_NOTICE, "info: %s: %s", rule, f->detail);
	else
		dxa_log(levels[f->severity], "%s: %s", rule, f->detail);
}

static void line_withdrawn(struct dxa_sink *s, const struct dxa_finding *f)
{
	if (!in_journal(s->state))
		dxa_log(DXA_LOG_NOTICE, "withdrawn %s: %s: %s", dxa_severity_name(f->severity),
			dxa_rule_info(f->rule)->name, f->detail);
}

static void line_end(struct dxa_sink *s, const struct dxa_result *r)
{
	(void)s;
	_cleanup_free_ char *reasons = dxa_verdict_join(&r->verdict, 0);
	dxa_log(DXA_LOG_NOTICE, "verdict: %s%s%s", dxa_verdict_name(r->verdict.kind),
		reasons && reasons[0] ? ": " : "", reasons ? reasons : "");
}

static const struct dxa_sink_ops lines = {
	.name = "lines",
	.what = "findings to standard error",
	.finding = line_finding,
	.withdrawn = line_withdrawn,
	.end = line_end,
};

/* ---- outputs ---- */

/* Without systemd there is no socket, which is not an error. */
static void open_journal(struct dxa_daemon_report *r)
{
	const char *path = r->journal_socket ? r->journal_socket : DXA_JOURNAL_SOCKET;

	if (dxa_journal_open(&r->journal, path) == ENOENT && !r->stderr_is_journal)
		dxa_journal_close(&r->journal);
}

struct dxa_err *dxa_daemon_report_open(struct dxa_daemon_report *r, struct dxa_audit *audit)
{
	const struct dxa_opts *opts = audit->opts;
	struct dxa_analysis *a = &audit->analysis;
	struct dxa_err *err = NULL;
	FILE *log;

	r->audit = audit;
	r->stderr_is_journal = dxa_notify_stderr_is_journal();
	/* Until the first verdict. */
	r->verdict = DXA_VERDICT_INCONCLUSIVE;
	open_journal(r);
	if (r->journal.path)
		err = dxa_analysis_add(a, opts, &dxa_sink_journal, NULL, &r->journal);
	/* After the journal, to know whether its write failed. */
	if (!err)
		err = dxa_analysis_add(a, opts, &lines, NULL, r);
	if (err || !opts->log)
		return err;
	err = dxa_logfile_open(&r->log, opts->log, opts->file_mode, &log);
	return err ? err : dxa_analysis_add(a, opts, &dxa_sink_jsonl, log, NULL);
}

void dxa_daemon_report_reopen(struct dxa_daemon_report *r)
{
	struct dxa_err *err = r->log.path ? dxa_logfile_reopen(&r->log) : NULL;

	if (err)
		dxa_log(DXA_LOG_WARN, "%s; the old file stays in use", err->msg);
	dxa_err_free(err);
	dxa_journal_check(&r->journal);
}

/* ---- errors of outputs ---- */

static const char *const output_names[DXA_OUTPUT_COUNT] = {
	[DXA_OUTPUT_JOURNAL] = "journal",
	[DXA_OUTPUT_LOG] = "log",
	[DXA_OUTPUT_METRICS] = "metrics",
	[DXA_OUTPUT_RECORDING] = "recording",
};

static int output_error(const struct dxa_daemon_report *r, int output)
{
	switch (output) {
	case DXA_OUTPUT_JOURNAL:
		return r->journal.error;
	case DXA_OUTPUT_LOG:
		return r->log.error ? r->log.error : r->log.stale;
	case DXA_OUTPUT_METRICS:
		return r->metrics_error;
	default:
		return dxa_recording_error(&r->audit->saving);
	}
}

static uint64_t output_failures(const struct dxa_daemon_report *r, int output)
{
	switch (output) {
	case DXA_OUTPUT_JOURNAL:
		return r->journal.failures;
	case DXA_OUTPUT_LOG:
		return r->log.failures;
	case DXA_OUTPUT_METRICS:
		return r->metrics_failures;
	default:
		return r->recording_failures;
	}
}

/* An output may have failed and recovered between two reports. */
static bool errors_changed(const struct dxa_daemon_report *r)
{
	for (int i = 0; i < DXA_OUTPUT_COUNT; i++)
		if (!output_error(r, i) != !r->reported_errors[i] ||
		    (!r->reported_errors[i] && output_failures(r, i) != r->reported_failures[i]))
			return true;
	return false;
}

static void log_error(struct dxa_daemon_report *r, int output)
{
	int error = output_error(r, output);
	int reported = r->reported_errors[output];
	uint64_t lost = output_failures(r, output) - r->reported_failures[output];

	r->reported_errors[output] = error;
	r->reported_failures[output] += lost;
	if (error && !reported)
		dxa_log(DXA_LOG_WARN, "%s: %s; the audit goes on without it", output_names[output],
			strerror(error));
	else if (!error && reported)
		dxa_log(DXA_LOG_NOTICE, "%s: written again", output_names[output]);
	else if (!error && lost)
		dxa_log(DXA_LOG_WARN, "%s: %" PRIu64 " writes failed, and it is written again",
			output_names[output], lost);
}

/* The text for lost findings since the last report; recording and metrics have their own. */
void dxa_daemon_report_close(struct dxa_daemon_report *r)
{
	if (r->audit) {
		log_error(r, DXA_OUTPUT_JOURNAL);
		log_error(r, DXA_OUTPUT_LOG);
	}
	dxa_journal_close(&r->journal);
}

static void write_metrics(struct dxa_daemon_report *r, const struct dxa_result *result)
{
	const char *path = r->audit->opts->metrics;
	uint64_t failures[DXA_OUTPUT_COUNT];
	bool failing[DXA_OUTPUT_COUNT];
	const struct dxa_metrics_service service = { .reload_failed = r->reload_failed,
						     .outputs = output_names,
						     .failures = failures,
						     .failing = failing,
						     .n_outputs = DXA_OUTPUT_COUNT };

	if (!path)
		return;
	r->metrics_error = 0;
	for (int i = 0; i < DXA_OUTPUT_COUNT; i++) {
		failing[i] = output_error(r, i) != 0;
		failures[i] = output_failures(r, i);
	}
	r->metrics_error = dxa_metrics_file_write(path, &r->audit->analysis.run, result, &service);
	r->metrics_failures += r->metrics_error != 0;
}

/* ---- status ---- */

uint64_t dxa_daemon_report_due(const struct dxa_daemon_report *r, uint64_t now)
{
	uint64_t soon = now + GATHER_NS, next = r->reported_at + INTERVAL_NS;

	if (dxa_engine_stats(r->audit->analysis.engine)->events == r->events && !errors_changed(r))
		return r->metrics_error ? r->reported_at + RETRY_NS : 0;
	return soon > next ? soon : next;
}

static void notify_manager(const struct dxa_result *result)
{
	unsigned int attached = 0, here = 0;
	uint64_t findings = 0, missed;
	struct dxa_count count = dxa_hooks_total(result->hooks, result->n_hooks, &missed);

	for (size_t i = 0; i < result->n_hooks; i++) {
		attached += result->hooks[i].mode != DXA_ATTACH_NONE;
		here += result->hooks[i].mode != DXA_ATTACH_NONE || result->hooks[i].symbol[0];
	}
	for (int rule = 0; rule < DXA_RULE_COUNT; rule++)
		findings += result->stats->findings[rule];
	dxa_notify("STATUS=%s: %" PRIu64 " finding%s; %" PRIu64 " device%s alive, %" PRIu64
		   " seen; %u of %u hooks; %" PRIu64 " events, %" PRIu64 " lost",
		   dxa_verdict_name(result->verdict.kind), findings, findings == 1 ? "" : "s",
		   result->stats->lives_now, result->stats->lives_now == 1 ? "" : "s",
		   result->stats->lives, attached, here, result->stats->events,
		   count.dropped + missed);
}

/* Log an incomplete audit now: the end may be months away. */
static void log_incomplete(struct dxa_daemon_report *r, const struct dxa_verdict *v)
{
	_cleanup_free_ char *reasons = NULL;

	if (!v->complete && !r->incomplete) {
		reasons = dxa_verdict_join(v, v->first_incomplete);
		dxa_log(DXA_LOG_WARN, "the audit is not complete%s%s", reasons ? ": " : "",
			reasons ? reasons : "");
	}
	r->incomplete = !v->complete;
}

void dxa_daemon_report_write(struct dxa_daemon_report *r)
{
	struct dxa_result result;

	if (dxa_audit_result(r->audit, &result)) {
		r->verdict = result.verdict.kind;
		log_incomplete(r, &result.verdict);
	} else if (result.verdict.kind == DXA_VERDICT_INCONCLUSIVE) {
		result.verdict.kind = r->verdict;
	}
	r->events = result.stats->events;
	r->reported_at = dxa_ktime_now();
	if (!r->reported_errors[DXA_OUTPUT_RECORDING])
		r->recording_failures += dxa_recording_error(&r->audit->saving) != 0;
	notify_manager(&result);
	write_metrics(r, &result);
	for (int i = 0; i < DXA_OUTPUT_COUNT; i++)
		log_error(r, i);
	dxa_verdict_deinit(&result.verdict);
}
