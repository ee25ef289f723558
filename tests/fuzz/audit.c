// SPDX-License-Identifier: GPL-2.0-only
#include "audit.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "output/pseudonym.h"

#define SINK_EVERY 8

/* An assertion that must hold for any events. */
static void must(bool holds)
{
	if (!holds)
		abort();
}

static ssize_t swallow(void *cookie, const char *bytes, size_t len)
{
	volatile char seen;

	(void)cookie;
	for (size_t i = 0; i < len; i++) {
		seen = bytes[i];
		(void)seen;
	}
	return (ssize_t)len;
}

static void on_context(void *priv, const struct dxa_context *ctx)
{
	struct audit *a = priv;

	must(ctx->id && ctx->dax_events <= ctx->story_len + ctx->story_cut);
	if (a->sink && !a->run.listing)
		dxa_sink_context(a->sink, ctx);
}

static void on_finding(void *priv, const struct dxa_finding *finding)
{
	struct dxa_finding shown = *finding;
	struct audit *a = priv;

	must(finding->rule < DXA_RULE_COUNT && finding->severity < DXA_SEVERITY_COUNT);
	must(finding->detail[0] && finding->evidence_len && !finding->context.story);
	a->findings[finding->rule]++;
	if (a->run.story.pseudonyms)
		dxa_pseudonyms_rewrite(a->run.story.pseudonyms, shown.detail, sizeof(shown.detail));
	if (a->sink && !a->run.listing)
		dxa_sink_finding(a->sink, &shown);
}

static void on_withdrawn(void *priv, enum dxa_rule rule, uint64_t id)
{
	struct audit *a = priv;

	must(id);
	must(a->findings[rule]);
	a->findings[rule]--;
}

/* A stream without system calls. Its contents are read, so that the sanitizer checks them. */
static FILE *nowhere(void)
{
	static const cookie_io_functions_t functions = { .write = swallow };
	FILE *out = fopencookie(NULL, "w", functions);

	must(out);
	return out;
}

/* As the command line can request; one bit each. */
static void choose_options(struct audit *a, uint64_t bits)
{
	struct dxa_sink *s = a->sink;

	s->verbose = bits & 1;
	s->follow = bits & 2;
	s->by_device = bits & 4;
	s->colour = bits & 8;
	s->terminal = bits & 16;
	s->quiet = bits & 32;
	s->width = bits & 64 ? 0 : 40;
	a->run.listing = bits & 256 && s->ops->device;
	if (bits & 128) {
		a->run.story.pseudonyms = dxa_pseudonyms_new();
		must(a->run.story.pseudonyms);
	}
}

/*
 * Writing an output takes longer than the analysis: most audits have none. The choice depends on
 * the whole input, so that mutations of an input with an output can have none.
 */
static void open_sink(struct audit *a)
{
	size_t n;
	const struct dxa_sink_ops *const *formats = dxa_sink_formats(&n);
	const struct dxa_sink_ops *ops = formats[a->pick / SINK_EVERY % n];

	if (a->pick % SINK_EVERY)
		return;
	must(!dxa_sink_new(ops, nowhere(), NULL, &a->sink));
	must(!ops->open || !ops->open(a->sink));
	choose_options(a, a->pick / SINK_EVERY / n);
	dxa_sink_begin(a->sink, &a->run);
}

void audit_begin(struct audit *a, const struct dxa_engine_config *config)
{
	const struct dxa_engine_sink sink = { on_context, on_finding, on_withdrawn, a };

	a->run.mode = "replay";
	a->run.failing = DXA_SEVERITY_WARNING;
	open_sink(a);
	a->engine = dxa_engine_new(config, &sink);
	must(a->engine);
}

int audit_feed(struct audit *a, const struct dxa_event *ev)
{
	int ret;

	if (a->run.story.pseudonyms)
		dxa_pseudonyms_event(a->run.story.pseudonyms, a->run.story.symbols, ev);
	if (a->sink)
		dxa_sink_event(a->sink, ev);
	ret = dxa_engine_feed(a->engine, ev);
	if (a->sink)
		dxa_sink_fed(a->sink);
	return ret;
}

/* Did any hook lose a call, by its own counters? */
static bool incomplete(const struct dxa_hook_status *hooks, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (hooks[i].count.dropped || hooks[i].missed)
			return true;
	return false;
}

static void on_open(void *priv, const struct dxa_context *ctx)
{
	size_t *n = priv;

	must(ctx->id);
	++*n;
}

static void on_device(void *priv, const struct dxa_device *device)
{
	struct audit *a = priv;

	must(device->id.driver < DXA_DRIVER_COUNT);
	if (a->run.listing)
		dxa_sink_device(a->sink, device);
}

/* The queries of a live audit while it runs. */
static void ask(struct audit *a)
{
	bool look = false;
	size_t n = 0;

	/* Only a deadline can need a snapshot. */
	must(dxa_engine_due(a->engine, &look) || !look);
	dxa_engine_each_open(a->engine, UINT64_MAX, on_open, &n);
	must(n <= dxa_engine_open_contexts(a->engine));
	dxa_engine_each_device(a->engine, on_device, a);
}

void audit_end(struct audit *a, uint64_t now, const struct dxa_hook_status *hooks, size_t n_hooks,
	       const char *cut)
{
	struct dxa_verdict_input in = {
		.hooks = hooks, .n_hooks = n_hooks, .failing = DXA_SEVERITY_WARNING, .cut = cut
	};
	const struct dxa_tally tally = { 0 };
	struct dxa_result result = {
		.tally = &tally, .hooks = hooks, .n_hooks = n_hooks, .end = now
	};

	ask(a);
	dxa_engine_finish(a->engine, now);
	in.stats = result.stats = dxa_engine_stats(a->engine);
	must(in.stats->lives_now <= in.stats->lives);
	for (int rule = 0; rule < DXA_RULE_COUNT; rule++) {
		must(in.stats->findings[rule] == a->findings[rule]);
		in.by_severity[dxa_rule_info((enum dxa_rule)rule)->severity] += a->findings[rule];
	}
	dxa_verdict_judge(&in, &result.verdict);
	if (cut || incomplete(hooks, n_hooks))
		must(result.verdict.kind != DXA_VERDICT_PASS);
	if (a->sink) {
		dxa_sink_end(a->sink, &result);
		dxa_err_free(dxa_sink_close(a->sink));
	}
	dxa_pseudonyms_free(a->run.story.pseudonyms);
	dxa_verdict_deinit(&result.verdict);
	dxa_engine_free(a->engine);
}
