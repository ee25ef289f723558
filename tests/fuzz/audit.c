// SPDX-License-Identifier: GPL-2.0-only
#include "audit.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"

#define SINK_EVERY 8

/* A claim that must hold for whatever events there were. */
static void must(bool holds)
{
	if (!holds)
		abort();
}

static void on_context(void *priv, const struct dxa_context *ctx)
{
	struct audit *a = priv;

	must(ctx->id && ctx->dax_events <= ctx->story_len + ctx->story_cut);
	if (a->sink)
		dxa_sink_context(a->sink, ctx);
}

static void on_finding(void *priv, const struct dxa_finding *finding)
{
	struct audit *a = priv;

	must(finding->rule < DXA_RULE_COUNT && finding->severity < DXA_SEVERITY_COUNT);
	must(finding->detail[0] && finding->evidence_len && !finding->context.story);
	a->findings[finding->rule]++;
	if (a->sink)
		dxa_sink_finding(a->sink, finding);
}

static void on_withdrawn(void *priv, enum dxa_rule rule, uint64_t id)
{
	struct audit *a = priv;

	must(id);
	must(a->findings[rule]);
	a->findings[rule]--;
}

/* Opening and writing an output takes longer than the analysis: most audits have none. */
static void open_sink(struct audit *a)
{
	size_t n;
	const struct dxa_sink_ops *const *formats = dxa_sink_formats(&n);
	char spec[64];

	if (a->pick % SINK_EVERY)
		return;
	snprintf(spec, sizeof(spec), "%s:/dev/null", formats[a->pick / SINK_EVERY % n]->name);
	must(!dxa_sink_open(spec, 0600, &a->sink));
	a->sink->verbose = 1;
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
	if (a->sink)
		dxa_sink_event(a->sink, ev);
	return dxa_engine_feed(a->engine, ev);
}

/* Did any hook lose a call, by its own counters? */
static bool incomplete(const struct dxa_hook_status *hooks, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (hooks[i].count.dropped || hooks[i].missed)
			return true;
	return false;
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
	dxa_verdict_deinit(&result.verdict);
	dxa_engine_free(a->engine);
}
