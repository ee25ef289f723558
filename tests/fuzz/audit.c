// SPDX-License-Identifier: GPL-2.0-only
#include "audit.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"

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
	for (size_t i = 0; i < 2; i++)
		dxa_sink_context(a->sinks[i], ctx);
}

static void on_finding(void *priv, const struct dxa_finding *finding)
{
	struct audit *a = priv;

	must(finding->rule < DXA_RULE_COUNT && finding->severity < DXA_SEVERITY_COUNT);
	must(finding->detail[0] && finding->evidence_len && !finding->context.story);
	a->findings[finding->rule]++;
	for (size_t i = 0; i < 2; i++)
		dxa_sink_finding(a->sinks[i], finding);
}

void audit_begin(struct audit *a, const struct dxa_engine_config *config)
{
	const struct dxa_engine_sink sink = { on_context, on_finding, a };
	static const char *const formats[] = { "text:/dev/null", "json:/dev/null" };

	a->run.mode = "replay";
	for (size_t i = 0; i < 2; i++) {
		must(!dxa_sink_open(formats[i], &a->sinks[i]));
		a->sinks[i]->verbose = 1;
		dxa_sink_begin(a->sinks[i], &a->run);
	}
	a->engine = dxa_engine_new(config, &sink);
	must(a->engine);
}

void audit_end(struct audit *a, uint64_t now, const struct dxa_hook_status *hooks, size_t n_hooks,
	       const char *cut)
{
	struct dxa_verdict_input in = {
		.hooks = hooks, .n_hooks = n_hooks, .failing = DXA_SEVERITY_WARNING, .cut = cut
	};
	struct dxa_result result = { .hooks = hooks, .n_hooks = n_hooks, .end = now };

	dxa_engine_finish(a->engine, now);
	in.stats = result.stats = dxa_engine_stats(a->engine);
	must(in.stats->lives_now <= in.stats->lives);
	for (int rule = 0; rule < DXA_RULE_COUNT; rule++) {
		must(in.stats->findings[rule] == a->findings[rule]);
		in.by_severity[dxa_rule_info((enum dxa_rule)rule)->severity] += a->findings[rule];
	}
	dxa_verdict_judge(&in, &result.verdict);
	must(!cut || result.verdict.kind != DXA_VERDICT_PASS);
	for (size_t i = 0; i < 2; i++) {
		dxa_sink_end(a->sinks[i], &result);
		dxa_err_free(dxa_sink_close(a->sinks[i]));
	}
	dxa_engine_free(a->engine);
}
