// SPDX-License-Identifier: GPL-2.0-only
#include "output/metrics.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "base/vec.h"
#include "version.h"

#define NS 1000000000u

/*
 * All samples of a family follow its HELP and TYPE lines, so the samples of several
 * recordings are collected before they are written.
 */
struct family {
	const char *name, *type, *help; /* static */
	FILE *samples;
	char *text;
	size_t len;
};

/* Families in the order of their first samples, and the current sample. */
struct dxa_metrics {
	struct dxa_vec families; /* struct family * */
	struct family *now;
	const char *recording; /* of several, a label of every sample; else NULL */
	size_t labels; /* of the current sample, so far */
	bool nomem;
};

struct dxa_metrics *dxa_metrics_new(void)
{
	struct dxa_metrics *m = calloc(1, sizeof(*m));

	if (m)
		m->families = DXA_VEC_OF(struct family *);
	return m;
}

static void free_family(struct family *f)
{
	if (f->samples)
		fclose(f->samples);
	free(f->text);
	free(f);
}

void dxa_metrics_free(struct dxa_metrics *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->families.len; i++)
		free_family(*(struct family **)dxa_vec_at(&m->families, i));
	dxa_vec_free(&m->families);
	free(m);
}

static struct family *add_family(struct dxa_metrics *m, const struct family *new)
{
	struct family *f = malloc(sizeof(*f));

	if (!f)
		return NULL;
	*f = *new;
	f->samples = open_memstream(&f->text, &f->len);
	if (f->samples && dxa_vec_push(&m->families, &f))
		return f;
	free_family(f);
	return NULL;
}

/* Begin a family. */
static void family(struct dxa_metrics *m, const char *name, const char *type, const char *help)
{
	const struct family new = { .name = name, .type = type, .help = help };

	for (size_t i = 0; i < m->families.len; i++) {
		m->now = *(struct family **)dxa_vec_at(&m->families, i);
		if (!strcmp(m->now->name, name))
			return;
	}
	m->now = add_family(m, &new);
	m->nomem |= !m->now;
}

/* A label's value: UTF-8, in which backslash, quote and newline are escaped. */
static void put_value(FILE *out, const char *value)
{
	uint32_t cp;
	size_t n;

	for (; (n = dxa_utf8_next(value, &cp)); value += n) {
		if (cp == '\n') {
			fputs("\\n", out);
			continue;
		}
		if (cp == '\\' || cp == '"')
			fputc('\\', out);
		dxa_utf8_put(out, dxa_utf8_printable(cp));
	}
}

static void label(struct dxa_metrics *m, const char *name, const char *value)
{
	if (!m->now)
		return;
	fprintf(m->now->samples, "%s%s=\"", m->labels++ ? "," : "{", name);
	put_value(m->now->samples, value);
	fputc('"', m->now->samples);
}

/* Begin a sample of the current family; its labels and its value follow. */
static void sample(struct dxa_metrics *m)
{
	m->labels = 0;
	if (m->now)
		fprintf(m->now->samples, "daxaudit_%s", m->now->name);
	if (m->recording)
		label(m, "recording", m->recording);
}

__attribute__((format(printf, 2, 3))) static void value(struct dxa_metrics *m, const char *fmt, ...)
{
	va_list ap;

	if (!m->now)
		return;
	fputs(m->labels ? "} " : " ", m->now->samples);
	va_start(ap, fmt);
	vfprintf(m->now->samples, fmt, ap);
	va_end(ap);
	fputc('\n', m->now->samples);
}

static void count(struct dxa_metrics *m, uint64_t n)
{
	value(m, "%" PRIu64, n);
}

static void labelled(struct dxa_metrics *m, const char *name, const char *of, uint64_t n)
{
	sample(m);
	label(m, name, of);
	count(m, n);
}

static void single(struct dxa_metrics *m, const char *name, const char *type, const char *help,
		   uint64_t n)
{
	family(m, name, type, help);
	sample(m);
	count(m, n);
}

int dxa_metrics_write(struct dxa_metrics *m, FILE *out)
{
	for (size_t i = 0; i < m->families.len; i++) {
		const struct family *f = *(struct family **)dxa_vec_at(&m->families, i);

		m->nomem |= fflush(f->samples) != 0;
		fprintf(out, "# HELP daxaudit_%s %s\n# TYPE daxaudit_%s %s\n", f->name, f->help,
			f->name, f->type);
		fwrite(f->text, 1, f->len, out);
	}
	return m->nomem ? ENOMEM : 0;
}

static void write_build(struct dxa_metrics *m, const struct dxa_run *run)
{
	family(m, "build_info", "gauge", "What audits here, and which kernel; always 1.");
	sample(m);
	label(m, "version", DXA_VERSION);
	label(m, "revision", DXA_VERSION_GIT);
	label(m, "mode", run->mode);
	label(m, "kernel", run->release);
	label(m, "machine", run->machine);
	count(m, 1);
}

static void write_findings(struct dxa_metrics *m, const struct dxa_tally *tally)
{
	family(m, "findings_total", "counter",
	       "Findings that policy does not allow, by rule, severity and the device's driver.");
	for (int s = 0; s < DXA_SEVERITY_COUNT; s++)
		for (int r = 0; r < DXA_RULE_COUNT; r++)
			for (int d = 0; d < DXA_DRIVER_COUNT; d++) {
				uint64_t n = tally->findings[s][r][d];

				/* A series for each that could be would be hundreds on every
				 * machine. */
				if (!n)
					continue;
				sample(m);
				label(m, "rule", dxa_rule_info((enum dxa_rule)r)->name);
				label(m, "severity", dxa_severity_name((enum dxa_severity)s));
				label(m, "driver", dxa_driver_name((enum dxa_driver)d));
				count(m, n);
			}
	single(m, "findings_allowed_total", "counter", "Findings that policy allows.",
	       tally->allowed);
}

/* Does this kernel have the driver, or was it exercised? */
static bool is_here(const struct dxa_engine_stats *st, int driver)
{
	return st->available >> driver & 1 || st->allocs[driver] || st->lives_of[driver];
}

static void by_driver(struct dxa_metrics *m, const char *name, const char *type, const char *help,
		      const struct dxa_engine_stats *st, const uint64_t counts[DXA_DRIVER_COUNT])
{
	family(m, name, type, help);
	for (int d = 0; d < DXA_DRIVER_COUNT; d++)
		if (is_here(st, d))
			labelled(m, "driver", dxa_driver_name((enum dxa_driver)d), counts[d]);
}

static void write_engine(struct dxa_metrics *m, const struct dxa_engine_stats *st)
{
	by_driver(m, "devices", "gauge",
		  "dax_devices in the kernel, dead and lost ones included, by their driver.", st,
		  st->lives_of);
	by_driver(m, "allocations_total", "counter",
		  "Calls of alloc_dax, refusals included, by driver.", st, st->allocs);
	single(m, "devices_seen_total", "counter",
	       "Lives of dax_devices seen, those from before the audit included.", st->lives);
	single(m, "contexts_open", "gauge", "Probes and unbinds that are going on.",
	       st->contexts_open);
	single(m, "contexts_total", "counter", "Probes and unbinds that have ended.", st->contexts);
	single(m, "events_total", "counter", "Events processed.", st->events);
	family(m, "gaps_total", "counter",
	       "Reasons why something could not be checked; any makes the verdict inconclusive.");
	for (int g = 0; g < DXA_GAP_COUNT; g++)
		if (st->gaps[g])
			labelled(m, "reason", dxa_gap_name((enum dxa_gap)g), st->gaps[g]);
}

/*
 * The sum, and a series for each hook with a count: most hooks are never called. names and help
 * are those of the sum and of the series.
 */
static void by_hook(struct dxa_metrics *m, const char *const names[2], const char *const help[2],
		    const struct dxa_result *r, uint64_t (*of)(const struct dxa_hook_status *h))
{
	uint64_t total = 0;

	for (size_t i = 0; i < r->n_hooks; i++)
		total += of(&r->hooks[i]);
	single(m, names[0], "counter", help[0], total);
	if (!total)
		return;
	family(m, names[1], "counter", help[1]);
	for (size_t i = 0; i < r->n_hooks; i++)
		if (of(&r->hooks[i]))
			labelled(m, "hook", r->hooks[i].info->name, of(&r->hooks[i]));
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

static void write_hooks(struct dxa_metrics *m, const struct dxa_result *r)
{
	static const struct {
		const char *names[2], *help[2];
		uint64_t (*of)(const struct dxa_hook_status *h);
	} counts[] = {
		{ { "calls_total", "hook_calls_total" },
		  { "Records of watched functions; a call has one, or one at its entry and one at its exit.",
		    "Records of each watched function; a call has one, or one at its entry and one at its exit." },
		  seen_of },
		{ { "dropped_total", "hook_dropped_total" },
		  { "Records lost because the ring buffer was full.",
		    "Records of each watched function that were lost because the ring buffer was full." },
		  dropped_of },
		{ { "missed_total", "hook_missed_total" },
		  { "Calls that the kernel did not hand to a hook.",
		    "Calls of each watched function that the kernel did not hand to its hook." },
		  missed_of },
	};
	uint64_t modes[DXA_ATTACH_TRACEPOINT + 1] = { 0 };

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		by_hook(m, counts[i].names, counts[i].help, r, counts[i].of);
	for (size_t i = 0; i < r->n_hooks; i++)
		modes[r->hooks[i].mode]++;
	family(m, "hooks", "gauge", "Hooks, by how they are attached.");
	for (int i = 0; i <= DXA_ATTACH_TRACEPOINT; i++)
		if (modes[i])
			labelled(m, "mode", dxa_attach_mode_name((enum dxa_attach_mode)i),
				 modes[i]);
}

static void write_verdict(struct dxa_metrics *m, const struct dxa_result *r)
{
	static const enum dxa_verdict_kind kinds[] = { DXA_VERDICT_PASS, DXA_VERDICT_FINDINGS,
						       DXA_VERDICT_INCONCLUSIVE };

	family(m, "verdict", "gauge", "1 for the verdict as of now, 0 for the others.");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		labelled(m, "verdict", dxa_verdict_name(kinds[i]), r->verdict.kind == kinds[i]);
}

/* A ktime as wall time, computed from the current time: the clock may have been set since. */
static void write_time(struct dxa_metrics *m, const char *name, const char *help, uint64_t ktime,
		       const struct dxa_result *r)
{
	uint64_t wall = r->end_wall - (r->end - ktime);

	family(m, name, "gauge", help);
	sample(m);
	value(m, "%" PRIu64 ".%03u", wall / NS, (unsigned int)(wall % NS / 1000000));
}

static void write_service(struct dxa_metrics *m, const struct dxa_metrics_service *s)
{
	single(m, "reload_failed", "gauge",
	       "1 when the newest reload left the old policy in force.", s->reload_failed);
	family(m, "write_failures_total", "counter",
	       "What could not be written, by output; the audit goes on.");
	for (size_t i = 0; i < s->n_outputs; i++)
		labelled(m, "output", s->outputs[i], s->failures[i]);
	family(m, "output_failing", "gauge",
	       "1 for an output that does not take what happens now.");
	for (size_t i = 0; i < s->n_outputs; i++)
		labelled(m, "output", s->outputs[i], s->failing[i]);
}

void dxa_metrics_add(struct dxa_metrics *m, const struct dxa_run *run,
		     const struct dxa_result *result, const struct dxa_metrics_service *service)
{
	write_build(m, run);
	write_verdict(m, result);
	write_findings(m, result->tally);
	write_engine(m, result->stats);
	write_hooks(m, result);
	/* A recording does not hold the wall time. */
	if (result->end_wall) {
		write_time(m, "start_timestamp_seconds", "When the audit began.", run->start,
			   result);
		if (result->last_event)
			write_time(m, "last_event_timestamp_seconds",
				   "When the newest event happened.", result->last_event, result);
	}
	if (service)
		write_service(m, service);
}

/* ---- as an output ---- */

static struct dxa_err *metrics_open(struct dxa_sink *s)
{
	s->state = dxa_metrics_new();
	return s->state ? NULL : dxa_err_nomem();
}

static void metrics_free(struct dxa_sink *s)
{
	dxa_metrics_free(s->state);
}

static void write_all(struct dxa_sink *s)
{
	int err = dxa_metrics_write(s->state, s->out);

	if (err && !s->err)
		s->err = err;
}

static void metrics_end(struct dxa_sink *s, const struct dxa_result *r)
{
	struct dxa_metrics *m = s->state;

	m->recording = dxa_sink_has_parts(s) ? s->run->recording : NULL;
	dxa_metrics_add(m, s->run, r, NULL);
	if (!dxa_sink_has_parts(s))
		write_all(s);
}

static void metrics_refused(struct dxa_sink *s, const struct dxa_refusal *refusal)
{
	struct dxa_metrics *m = s->state;

	write_build(m, s->run);
	family(m, "verdict", "gauge", "1 for the verdict as of now, 0 for the others.");
	for (int v = 0; v <= DXA_VERDICT_INCONCLUSIVE; v++)
		labelled(m, "verdict", dxa_verdict_name((enum dxa_verdict_kind)v), 0);
	labelled(m, "verdict", dxa_refusal_name(refusal), 1);
	write_all(s);
}

static void metrics_summary(struct dxa_sink *s, const struct dxa_summary *summary)
{
	struct dxa_metrics *m = s->state;

	m->recording = NULL;
	family(m, "recordings", "gauge", "Recordings, by the verdict of each.");
	for (int v = 0; v <= DXA_VERDICT_INCONCLUSIVE; v++)
		labelled(m, "verdict", dxa_verdict_name((enum dxa_verdict_kind)v),
			 summary->by_verdict[v]);
	single(m, "recordings_unread", "gauge", "Recordings that could not be replayed.",
	       summary->unread);
	family(m, "common_verdict", "gauge", "1 for the verdict of all recordings together.");
	for (int v = 0; v <= DXA_VERDICT_INCONCLUSIVE; v++)
		labelled(m, "verdict", dxa_verdict_name((enum dxa_verdict_kind)v),
			 (int)summary->verdict == v);
	write_all(s);
}

const struct dxa_sink_ops dxa_sink_metrics = {
	.name = "metrics",
	.judges = true,
	.what = "counts for Prometheus (text exposition format), written at the end",
	.open = metrics_open,
	.end = metrics_end,
	.summary = metrics_summary,
	.refused = metrics_refused,
	.free = metrics_free,
};
