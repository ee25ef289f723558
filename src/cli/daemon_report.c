// SPDX-License-Identifier: GPL-2.0-only
#include "cli/daemon_report.h"

#include <inttypes.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "cli/metrics_file.h"
#include "cli/notify.h"

#define MS 1000000ull
/* A probe is many events within milliseconds: they are told together, */
#define GATHER_NS (200 * MS)
/* and no more often than this, however much happens. */
#define INTERVAL_NS (5000 * MS)
/* Metrics that could not be written are tried again, even if nothing happens. */
#define RETRY_NS (60000 * MS)

/* ---- findings as lines ---- */

/* Not twice into the same journal, and not nowhere. */
static bool in_journal(const struct dxa_daemon_report *r)
{
	return r->stderr_is_journal && r->journal.path && !r->journal.error;
}

static void line_finding(struct dxa_sink *s, const struct dxa_finding *f)
{
	bool harmless = f->policy.allowed_by || f->severity == DXA_SEVERITY_INFO;

	if (in_journal(s->state))
		return;
	dxa_log(harmless ? DXA_LOG_NOTICE : DXA_LOG_WARN, "%s%s: %s: %s",
		f->policy.allowed_by ? "allowed " : "", dxa_severity_name(f->severity),
		dxa_rule_info(f->rule)->name, f->detail);
}

static void line_end(struct dxa_sink *s, const struct dxa_result *r)
{
	if (in_journal(s->state))
		return;
	_cleanup_free_ char *reasons = dxa_verdict_join(&r->verdict, 0);
	dxa_log(DXA_LOG_NOTICE, "verdict: %s%s%s", dxa_verdict_name(r->verdict.kind),
		reasons && reasons[0] ? ": " : "", reasons ? reasons : "");
}

static const struct dxa_sink_ops lines = {
	.name = "lines",
	.what = "findings to standard error",
	.finding = line_finding,
	.end = line_end,
};

/* ---- where to ---- */

struct dxa_err *dxa_daemon_report_open(struct dxa_daemon_report *r, struct dxa_audit *audit)
{
	const struct dxa_opts *opts = audit->opts;
	struct dxa_analysis *a = &audit->analysis;
	struct dxa_err *err = NULL;
	FILE *log;

	r->audit = audit;
	r->stderr_is_journal = dxa_notify_stderr_is_journal();
	/* Until it was judged for the first time. */
	r->verdict = DXA_VERDICT_INCONCLUSIVE;
	if (dxa_journal_open(&r->journal, DXA_JOURNAL_SOCKET))
		err = dxa_analysis_add(a, opts, &dxa_sink_journal, NULL, &r->journal);
	/* After the journal, to know what it did not take. */
	if (!err)
		err = dxa_analysis_add(a, opts, &lines, NULL, r);
	if (err || !opts->log)
		return err;
	err = dxa_logfile_open(&r->log, opts->log, &log);
	return err ? err : dxa_analysis_add(a, opts, &dxa_sink_jsonl, log, NULL);
}

void dxa_daemon_report_reopen(struct dxa_daemon_report *r)
{
	struct dxa_err *err = r->log.path ? dxa_logfile_reopen(&r->log) : NULL;

	if (err)
		dxa_log(DXA_LOG_WARN, "%s; the old file is written on", err->msg);
	dxa_err_free(err);
	r->journal.error = 0;
}

void dxa_daemon_report_close(struct dxa_daemon_report *r)
{
	dxa_journal_close(&r->journal);
}

/* ---- whether it gets there ---- */

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
		return dxa_saving_error(&r->audit->saving);
	}
}

static bool errors_changed(const struct dxa_daemon_report *r)
{
	for (int i = 0; i < DXA_OUTPUT_COUNT; i++)
		if (!output_error(r, i) != !r->told_errors[i])
			return true;
	return false;
}

static void tell_error(struct dxa_daemon_report *r, int output)
{
	int error = output_error(r, output);
	int told = r->told_errors[output];

	r->told_errors[output] = error;
	if (error && !told)
		dxa_log(DXA_LOG_WARN, "%s: %s; the audit goes on without it", output_names[output],
			strerror(error));
	else if (!error && told)
		dxa_log(DXA_LOG_NOTICE, "%s: written again", output_names[output]);
}

static void write_metrics(struct dxa_daemon_report *r, const struct dxa_result *result)
{
	const char *path = r->audit->opts->metrics;
	const uint64_t failures[DXA_OUTPUT_COUNT] = {
		[DXA_OUTPUT_JOURNAL] = r->journal.failures,
		[DXA_OUTPUT_LOG] = r->log.failures,
		[DXA_OUTPUT_METRICS] = r->metrics_failures,
		[DXA_OUTPUT_RECORDING] = r->recording_failures,
	};
	bool failing[DXA_OUTPUT_COUNT];
	const struct dxa_metrics_service service = { .reload_failed = r->reload_failed,
						     .outputs = output_names,
						     .failures = failures,
						     .failing = failing,
						     .n_outputs = DXA_OUTPUT_COUNT };

	if (!path)
		return;
	r->metrics_error = 0;
	for (int i = 0; i < DXA_OUTPUT_COUNT; i++)
		failing[i] = output_error(r, i) != 0;
	r->metrics_error = dxa_metrics_file_write(path, &r->audit->analysis.run, result, &service);
	r->metrics_failures += r->metrics_error != 0;
}

/* ---- how it stands ---- */

uint64_t dxa_daemon_report_due(const struct dxa_daemon_report *r, uint64_t now)
{
	uint64_t soon = now + GATHER_NS, next = r->told + INTERVAL_NS;

	if (dxa_engine_stats(r->audit->analysis.engine)->events == r->events && !errors_changed(r))
		return r->metrics_error ? r->told + RETRY_NS : 0;
	return soon > next ? soon : next;
}

static void tell_manager(const struct dxa_result *result)
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

/* At once, not only at an end that may be months away. */
static void tell_doubt(struct dxa_daemon_report *r, const struct dxa_verdict *v)
{
	_cleanup_free_ char *doubts = NULL;

	if (!v->complete && !r->doubted) {
		doubts = dxa_verdict_join(v, v->first_doubt);
		dxa_log(DXA_LOG_WARN, "not everything is seen%s%s", doubts ? ": " : "",
			doubts ? doubts : "");
	}
	r->doubted = !v->complete;
}

void dxa_daemon_report_tell(struct dxa_daemon_report *r)
{
	struct dxa_result result;

	if (dxa_audit_result(r->audit, &result)) {
		r->verdict = result.verdict.kind;
		tell_doubt(r, &result.verdict);
	} else if (result.verdict.kind == DXA_VERDICT_INCONCLUSIVE) {
		result.verdict.kind = r->verdict;
	}
	r->events = result.stats->events;
	r->told = dxa_ktime_now();
	if (!r->told_errors[DXA_OUTPUT_RECORDING])
		r->recording_failures += dxa_saving_error(&r->audit->saving) != 0;
	tell_manager(&result);
	write_metrics(r, &result);
	for (int i = 0; i < DXA_OUTPUT_COUNT; i++)
		tell_error(r, i);
	dxa_verdict_deinit(&result.verdict);
}
