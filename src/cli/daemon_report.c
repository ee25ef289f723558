// SPDX-License-Identifier: GPL-2.0-only
#include "cli/daemon_report.h"

#include <inttypes.h>

#include "base/log.h"
#include "cli/metrics_file.h"
#include "cli/notify.h"

#define MS 1000000ull
/* A probe is many events within milliseconds: they are told together, */
#define GATHER_NS (200 * MS)
/* and no more often than this, however much happens. */
#define INTERVAL_NS (5000 * MS)

/* ---- findings as lines ---- */

static void line_finding(struct dxa_sink *s, const struct dxa_finding *f)
{
	bool harmless = f->policy.allowed_by || f->severity == DXA_SEVERITY_INFO;

	(void)s;
	dxa_log(harmless ? DXA_LOG_NOTICE : DXA_LOG_WARN, "%s%s: %s: %s",
		f->policy.allowed_by ? "allowed " : "", dxa_severity_name(f->severity),
		dxa_rule_info(f->rule)->name, f->detail);
}

static void line_end(struct dxa_sink *s, const struct dxa_result *r)
{
	(void)s;
	dxa_log(DXA_LOG_NOTICE, "verdict: %s%s%s", dxa_verdict_name(r->verdict.kind),
		r->verdict.n_reasons ? ": " : "",
		r->verdict.n_reasons ? r->verdict.reasons[0] : "");
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
	bool journal = dxa_journal_open(&r->journal, DXA_JOURNAL_SOCKET);
	const struct dxa_opts *opts = audit->opts;
	struct dxa_analysis *a = &audit->analysis;
	struct dxa_err *err = NULL;

	FILE *log;

	r->audit = audit;
	if (journal)
		err = dxa_analysis_add(a, opts, &dxa_sink_journal, NULL, &r->journal);
	/* Not twice into the same journal, and not nowhere. */
	if (!err && !(journal && dxa_notify_stderr_is_journal()))
		err = dxa_analysis_add(a, opts, &lines, NULL, NULL);
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
}

void dxa_daemon_report_close(struct dxa_daemon_report *r)
{
	dxa_journal_close(&r->journal);
}

/* ---- how it stands ---- */

uint64_t dxa_daemon_report_due(const struct dxa_daemon_report *r, uint64_t now)
{
	uint64_t soon = now + GATHER_NS, next = r->told + INTERVAL_NS;

	if (dxa_engine_stats(r->audit->analysis.engine)->events == r->events)
		return 0;
	return soon > next ? soon : next;
}

static struct dxa_err *write_metrics(const struct dxa_daemon_report *r,
				     const struct dxa_result *result)
{
	static const char *const names[] = { "journal", "log", "metrics", "recording" };
	const uint64_t failures[] = { r->journal.failures, r->log.failures, r->metrics_failures,
				      dxa_saving_error(&r->audit->saving) != 0 };
	const struct dxa_metrics_service service = {
		.reload_failed = r->reload_failed,
		.outputs = names,
		.failures = failures,
		.n_outputs = sizeof(names) / sizeof(names[0]),
	};

	if (!r->audit->opts->metrics)
		return NULL;
	return dxa_metrics_file_write(r->audit->opts->metrics, &r->audit->analysis.run, result,
				      &service);
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
	if (!v->complete && !r->doubted)
		dxa_log(DXA_LOG_WARN, "not everything is seen: %s", v->reasons[v->first_doubt]);
	r->doubted = !v->complete;
}

struct dxa_err *dxa_daemon_report_tell(struct dxa_daemon_report *r)
{
	struct dxa_result result;

	if (dxa_audit_result(r->audit, &result)) {
		r->verdict = result.verdict.kind;
		tell_doubt(r, &result.verdict);
	} else {
		result.verdict.kind = r->verdict;
	}
	r->events = result.stats->events;
	r->told = dxa_ktime_now();
	tell_manager(&result);
	return write_metrics(r, &result);
}

void dxa_daemon_report_update(struct dxa_daemon_report *r)
{
	struct dxa_err *err = dxa_daemon_report_tell(r);

	if (err) {
		r->metrics_failures++;
		if (!r->metrics_failing)
			dxa_log(DXA_LOG_WARN, "%s", err->msg);
	}
	r->metrics_failing = err != NULL;
	dxa_err_free(err);
}
