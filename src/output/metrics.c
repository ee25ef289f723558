// SPDX-License-Identifier: GPL-2.0-only
#include "output/metrics.h"

#include <inttypes.h>

#include "base/utf8.h"
#include "version.h"

#define NS 1000000000u

/* Every family is announced once, before its first sample. */
static void family(FILE *out, const char *name, const char *type, const char *help)
{
	fprintf(out, "# HELP daxaudit_%s %s\n# TYPE daxaudit_%s %s\n", name, help, name, type);
}

static void single(FILE *out, const char *name, const char *type, const char *help, uint64_t value)
{
	family(out, name, type, help);
	fprintf(out, "daxaudit_%s %" PRIu64 "\n", name, value);
}

/* A label's value: UTF-8, in which backslash, quote and newline are escaped. */
static void label(FILE *out, const char *name, const char *value, char end)
{
	uint32_t cp;
	size_t n;

	fprintf(out, "%s=\"", name);
	for (; (n = dxa_utf8_next(value, &cp)); value += n) {
		if (cp == '\n') {
			fputs("\\n", out);
			continue;
		}
		if (cp == '\\' || cp == '"')
			fputc('\\', out);
		dxa_utf8_put(out, dxa_utf8_printable(cp));
	}
	fprintf(out, "\"%c", end);
}

static void write_build(FILE *out, const struct dxa_run *run)
{
	family(out, "build_info", "gauge", "What audits here, and which kernel; always 1.");
	fputs("daxaudit_build_info{", out);
	label(out, "version", DXA_VERSION, ',');
	label(out, "revision", DXA_VERSION_GIT, ',');
	label(out, "mode", run->mode, ',');
	label(out, "kernel", run->release, ',');
	label(out, "machine", run->machine, '}');
	fputs(" 1\n", out);
}

static void write_findings(FILE *out, const struct dxa_tally *tally)
{
	family(out, "findings_total", "counter",
	       "Findings that policy does not allow, by rule, severity and the device's driver.");
	for (int s = 0; s < DXA_SEVERITY_COUNT; s++)
		for (int r = 0; r < DXA_RULE_COUNT; r++)
			for (int d = 0; d < DXA_DRIVER_COUNT; d++) {
				uint64_t n = tally->findings[s][r][d];

				/* A series for each that could be would be hundreds on every
				 * machine. */
				if (!n)
					continue;
				fprintf(out,
					"daxaudit_findings_total{rule=\"%s\",severity=\"%s\","
					"driver=\"%s\"} %" PRIu64 "\n",
					dxa_rule_info((enum dxa_rule)r)->name,
					dxa_severity_name((enum dxa_severity)s),
					dxa_driver_name((enum dxa_driver)d), n);
			}
	single(out, "findings_allowed_total", "counter", "Findings that policy allows.",
	       tally->allowed);
}

/* A driver that this kernel has, or that was seen all the same. */
static bool is_here(const struct dxa_engine_stats *st, int driver)
{
	return st->available >> driver & 1 || st->allocs[driver] || st->lives_of[driver];
}

static void by_driver(FILE *out, const char *name, const char *type, const char *help,
		      const struct dxa_engine_stats *st, const uint64_t counts[DXA_DRIVER_COUNT])
{
	family(out, name, type, help);
	for (int d = 0; d < DXA_DRIVER_COUNT; d++)
		if (is_here(st, d))
			fprintf(out, "daxaudit_%s{driver=\"%s\"} %" PRIu64 "\n", name,
				dxa_driver_name((enum dxa_driver)d), counts[d]);
}

static void write_engine(FILE *out, const struct dxa_engine_stats *st)
{
	by_driver(out, "devices", "gauge", "Live dax_devices, by their driver.", st, st->lives_of);
	by_driver(out, "allocations_total", "counter",
		  "Calls of alloc_dax, refusals included, by driver.", st, st->allocs);
	single(out, "devices_seen_total", "counter",
	       "Lives of dax_devices seen, those from before the audit included.", st->lives);
	single(out, "contexts_open", "gauge", "Probes and unbinds that are going on.",
	       st->contexts_open);
	single(out, "contexts_total", "counter", "Probes and unbinds that have ended.",
	       st->contexts);
	single(out, "events_total", "counter", "Events judged.", st->events);
	family(out, "gaps_total", "counter",
	       "Why something could not be judged; any makes the verdict inconclusive.");
	for (int g = 0; g < DXA_GAP_COUNT; g++)
		if (st->gaps[g])
			fprintf(out, "daxaudit_gaps_total{reason=\"%s\"} %" PRIu64 "\n",
				dxa_gap_name((enum dxa_gap)g), st->gaps[g]);
}

/* The sum, always, and a series for each hook that has something to count: most are never called. */
static void by_hook(FILE *out, const char *sum, const char *each, const char *help,
		    const struct dxa_result *r, uint64_t (*value)(const struct dxa_hook_status *h))
{
	uint64_t total = 0;

	for (size_t i = 0; i < r->n_hooks; i++)
		total += value(&r->hooks[i]);
	single(out, sum, "counter", help, total);
	if (!total)
		return;
	family(out, each, "counter", help);
	for (size_t i = 0; i < r->n_hooks; i++)
		if (value(&r->hooks[i]))
			fprintf(out, "daxaudit_%s{hook=\"%s\"} %" PRIu64 "\n", each,
				r->hooks[i].info->name, value(&r->hooks[i]));
}

static uint64_t seen_of(const struct dxa_hook_status *h)
{
	return h->count.seen;
}

static uint64_t dropped_of(const struct dxa_hook_status *h)
{
	return h->count.dropped;
}

static uint64_t missed_of(const struct dxa_hook_status *h)
{
	return h->missed;
}

static void write_hooks(FILE *out, const struct dxa_result *r)
{
	uint64_t modes[DXA_ATTACH_TRACEPOINT + 1] = { 0 };

	by_hook(out, "calls_total", "hook_calls_total", "Calls of watched functions.", r, seen_of);
	by_hook(out, "dropped_total", "hook_dropped_total",
		"Records lost because the ring buffer was full.", r, dropped_of);
	by_hook(out, "missed_total", "hook_missed_total",
		"Calls that the kernel did not hand to a hook.", r, missed_of);
	for (size_t i = 0; i < r->n_hooks; i++)
		modes[r->hooks[i].mode]++;
	family(out, "hooks", "gauge", "Hooks, by how they are attached.");
	for (int m = 0; m <= DXA_ATTACH_TRACEPOINT; m++)
		if (modes[m])
			fprintf(out, "daxaudit_hooks{mode=\"%s\"} %" PRIu64 "\n",
				dxa_attach_mode_name((enum dxa_attach_mode)m), modes[m]);
}

static void write_verdict(FILE *out, const struct dxa_result *r)
{
	static const enum dxa_verdict_kind kinds[] = { DXA_VERDICT_PASS, DXA_VERDICT_FINDINGS,
						       DXA_VERDICT_INCONCLUSIVE };

	family(out, "verdict", "gauge", "1 for the verdict as of now, 0 for the others.");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		fprintf(out, "daxaudit_verdict{verdict=\"%s\"} %d\n", dxa_verdict_name(kinds[i]),
			r->verdict.kind == kinds[i]);
}

/* A ktime as wall time; the clock may have been set since, so it is reckoned back from now. */
static void write_time(FILE *out, const char *name, const char *help, uint64_t ktime,
		       const struct dxa_result *r)
{
	uint64_t wall = r->end_wall - (r->end - ktime);

	family(out, name, "gauge", help);
	fprintf(out, "daxaudit_%s %" PRIu64 ".%03u\n", name, wall / NS,
		(unsigned int)(wall % NS / 1000000));
}

static void write_service(FILE *out, const struct dxa_metrics_service *s)
{
	single(out, "reload_failed", "gauge",
	       "1 when the newest reload left the old policy in force.", s->reload_failed);
	family(out, "write_failures_total", "counter",
	       "What could not be written, by output; the audit goes on.");
	for (size_t i = 0; i < s->n_outputs; i++)
		fprintf(out, "daxaudit_write_failures_total{output=\"%s\"} %" PRIu64 "\n",
			s->outputs[i], s->failures[i]);
	family(out, "output_failing", "gauge",
	       "1 for an output that does not take what happens now.");
	for (size_t i = 0; i < s->n_outputs; i++)
		fprintf(out, "daxaudit_output_failing{output=\"%s\"} %d\n", s->outputs[i],
			s->failing[i]);
}

void dxa_metrics_write(FILE *out, const struct dxa_run *run, const struct dxa_result *result,
		       const struct dxa_metrics_service *service)
{
	write_build(out, run);
	write_verdict(out, result);
	write_findings(out, result->tally);
	write_engine(out, result->stats);
	write_hooks(out, result);
	/* A recording does not tell the wall time. */
	if (result->end_wall) {
		write_time(out, "start_timestamp_seconds", "When the audit began.", run->start,
			   result);
		if (result->last_event)
			write_time(out, "last_event_timestamp_seconds",
				   "When the newest event happened.", result->last_event, result);
	}
	if (service)
		write_service(out, service);
}

static void metrics_end(struct dxa_sink *s, const struct dxa_result *r)
{
	dxa_metrics_write(s->out, s->run, r, NULL);
}

const struct dxa_sink_ops dxa_sink_metrics = {
	.name = "metrics",
	.what = "counts for Prometheus (text exposition format), written at the end",
	.end = metrics_end,
};
