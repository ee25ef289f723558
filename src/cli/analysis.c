// SPDX-License-Identifier: GPL-2.0-only
#include "cli/analysis.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "cli/exitcode.h"
#include "engine/verdict.h"

/* Elsewhere EOPNOTSUPP has this number; see src/policy/arch.c. */
#define EOPNOTSUPP_MOST 95

static bool use_colour(void)
{
	const char *no_color = getenv("NO_COLOR");

	return isatty(STDOUT_FILENO) && !(no_color && no_color[0]);
}

static struct dxa_err *add_sink(struct dxa_analysis *a, const char *spec,
				const struct dxa_opts *opts)
{
	struct dxa_sink *s;
	struct dxa_err *err = dxa_sink_open(spec, &s);

	if (err)
		return err;
	s->colour = !s->path && use_colour();
	s->verbose = opts->verbose;
	s->quiet = opts->quiet;
	for (size_t i = 0; i < a->n_sinks; i++) {
		if (!s->path && !a->sinks[i]->path) {
			dxa_sink_discard(s);
			return dxa_err_new(
				DXA_ERR_INPUT, 0,
				"two formats on standard output: give all but one a file, "
				"as in -o %s:FILE",
				spec);
		}
	}
	a->sinks[a->n_sinks++] = s;
	return NULL;
}

struct dxa_err *dxa_analysis_init(struct dxa_analysis *a, const struct dxa_opts *opts)
{
	struct dxa_err *err = NULL;

	*a = (struct dxa_analysis){ .failing = opts->failing, .required = opts->require };
	if (!opts->n_outputs)
		return add_sink(a, "text", opts);
	for (size_t i = 0; i < opts->n_outputs && !err; i++)
		err = add_sink(a, opts->outputs[i], opts);
	return err;
}

static void on_context(void *priv, const struct dxa_context *ctx)
{
	struct dxa_analysis *a = priv;

	for (size_t i = 0; i < a->n_sinks; i++)
		dxa_sink_context(a->sinks[i], ctx);
}

static void on_finding(void *priv, const struct dxa_finding *finding)
{
	struct dxa_analysis *a = priv;

	a->found++;
	if (finding->policy.allowed_by)
		a->allowed++;
	else
		a->by_severity[finding->severity]++;
	for (size_t i = 0; i < a->n_sinks; i++)
		dxa_sink_finding(a->sinks[i], finding);
}

static void apply_policy(struct dxa_run *run, const struct dxa_opts *opts)
{
	const struct dxa_arch *arch = dxa_arch_by_machine(run->machine);

	/* What the live audit concluded stands in its recording: it could look at the machine. */
	if (!run->aliasing_from) {
		run->aliasing = arch ? arch->aliasing : DXA_ALIASING_UNKNOWN;
		run->aliasing_from = arch ? arch->how :
					    "an architecture this version does not know";
	}
	if (!run->story.eopnotsupp)
		run->story.eopnotsupp = arch ? arch->eopnotsupp : EOPNOTSUPP_MOST;
	if (opts->assume_aliasing) {
		run->aliasing = opts->aliasing;
		run->aliasing_from = "assumed: --assume";
	}
}

struct dxa_err *dxa_analysis_begin(struct dxa_analysis *a, const struct dxa_opts *opts,
				   struct dxa_symbols *symbols, uint32_t blind_hooks)
{
	const struct dxa_engine_sink sink = { on_context, on_finding, a };
	struct dxa_engine_config config;

	apply_policy(&a->run, opts);
	a->run.failing = a->failing;
	a->run.kcidb_build = opts->kcidb_build;
	a->run.story.symbols = symbols;
	config = (struct dxa_engine_config){ .aliasing = a->run.aliasing,
					     .eopnotsupp = a->run.story.eopnotsupp,
					     .symbols = symbols,
					     .blind_hooks = blind_hooks,
					     .stuck_after_ns = opts->stuck_after_ns };
	a->engine = dxa_engine_new(&config, &sink);
	if (!a->engine)
		return dxa_err_nomem();
	for (size_t i = 0; i < a->n_sinks; i++)
		dxa_sink_begin(a->sinks[i], &a->run);
	return NULL;
}

void dxa_analysis_feed(struct dxa_analysis *a, const struct dxa_event *ev)
{
	for (size_t i = 0; i < a->n_sinks; i++)
		dxa_sink_event(a->sinks[i], ev);
	dxa_engine_feed(a->engine, ev);
}

/*
 * One output that cannot be written does not keep the others from it, and
 * findings outrank it: it is told as a warning then.
 */
static struct dxa_err *end_sinks(struct dxa_analysis *a, const struct dxa_result *result)
{
	bool outranked = result->exit_code == DXA_EXIT_FINDINGS;
	struct dxa_err *ret = NULL;

	for (size_t i = 0; i < a->n_sinks; i++) {
		struct dxa_err *err;

		dxa_sink_end(a->sinks[i], result);
		err = dxa_sink_close(dxa_take(a->sinks[i]));
		if (!err)
			continue;
		if (!outranked && !ret) {
			ret = err;
			continue;
		}
		dxa_log(DXA_LOG_WARN, "%s", err->msg);
		dxa_err_free(err);
	}
	a->n_sinks = 0;
	return ret;
}

struct dxa_err *dxa_analysis_finish(struct dxa_analysis *a, const struct dxa_ending *ending,
				    int *exit_code)
{
	struct dxa_verdict_input in;
	struct dxa_result result;

	dxa_engine_finish(a->engine, ending->now);
	in = (struct dxa_verdict_input){ .stats = dxa_engine_stats(a->engine),
					 .allowed = a->allowed,
					 .failing = a->failing,
					 .required = a->required,
					 .hooks = ending->hooks,
					 .n_hooks = ending->n_hooks,
					 .interrupted = ending->interrupted,
					 .cut = ending->cut };
	memcpy(in.by_severity, a->by_severity, sizeof(in.by_severity));
	result = (struct dxa_result){ .stats = in.stats,
				      .required = a->required,
				      .hooks = ending->hooks,
				      .n_hooks = ending->n_hooks,
				      .has_cmd_status = ending->has_cmd_status,
				      .cmd_status = ending->cmd_status,
				      .interrupted = ending->interrupted,
				      .end = ending->now };
	dxa_verdict_judge(&in, &result.verdict);
	result.exit_code = *exit_code = dxa_exit_of_verdict(result.verdict.kind);
	return end_sinks(a, &result);
}

void dxa_analysis_deinit(struct dxa_analysis *a)
{
	for (size_t i = 0; i < a->n_sinks; i++)
		dxa_sink_discard(a->sinks[i]);
	dxa_engine_free(a->engine);
}
