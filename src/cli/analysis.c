// SPDX-License-Identifier: GPL-2.0-only
#include "cli/analysis.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/utf8.h"
#include "cli/exitcode.h"
#include "cli/policies.h"
#include "cli/width.h"
#include "engine/verdict.h"
#include "output/closing.h"

/* The length of the text about missing events. */
#define CUT_LEN 640

static bool use_colour(const struct dxa_sink *s, enum dxa_when when)
{
	const char *no_color = getenv("NO_COLOR");

	if (when != DXA_WHEN_AUTO)
		return when == DXA_WHEN_ALWAYS;
	return s->terminal && !(no_color && no_color[0]);
}

struct dxa_err *dxa_analysis_open_sink(const char *spec, const struct dxa_opts *opts,
				       struct dxa_sink **ret)
{
	struct dxa_sink *s;
	struct dxa_err *err = dxa_sink_open(spec, opts->file_mode, &s);

	if (err)
		return err;
	s->terminal = !s->path && isatty(STDOUT_FILENO);
	s->colour = use_colour(s, opts->colour);
	s->width = dxa_text_width(s->terminal);
	s->verbose = opts->verbose;
	s->quiet = opts->quiet;
	s->by_device = opts->by_device;
	s->follow = opts->follow;
	*ret = s;
	return NULL;
}

static struct dxa_err *add_sink(struct dxa_analysis *a, const char *spec,
				const struct dxa_opts *opts)
{
	struct dxa_err *err = dxa_analysis_open_sink(spec, opts, &a->sinks[a->n_sinks]);

	a->n_sinks += !err;
	return err;
}

void dxa_analysis_share(struct dxa_analysis *a, struct dxa_sink *sink)
{
	sink->shared = true;
	a->sinks[a->n_sinks++] = sink;
}

struct dxa_err *dxa_analysis_init(struct dxa_analysis *a, const struct dxa_opts *opts)
{
	struct dxa_err *err;

	*a = (struct dxa_analysis){ 0 };
	err = dxa_policies_load(&a->policy, opts);
	if (err)
		return err;
	a->silent = opts->silent;
	a->unjudged = opts->unjudged;
	a->failing = (enum dxa_severity)a->policy.top.severity;
	if (opts->no_addresses) {
		a->run.story.pseudonyms = dxa_pseudonyms_new();
		if (!a->run.story.pseudonyms)
			return dxa_err_nomem();
	}
	if (!opts->n_outputs && !opts->silent)
		return add_sink(a, "text", opts);
	for (size_t i = 0; i < opts->n_outputs && !err; i++)
		err = add_sink(a, opts->outputs[i], opts);
	return err;
}

struct dxa_err *dxa_analysis_add(struct dxa_analysis *a, const struct dxa_opts *opts,
				 const struct dxa_sink_ops *ops, FILE *out, void *state)
{
	struct dxa_sink *s;
	struct dxa_err *err = dxa_sink_new(ops, out, state, &s);

	if (err)
		return err;
	s->verbose = opts->verbose;
	s->quiet = opts->quiet;
	a->sinks[a->n_sinks++] = s;
	return NULL;
}

static void on_context(void *priv, const struct dxa_context *ctx)
{
	struct dxa_analysis *a = priv;
	bool shown;

	a->passed = true;
	if (ctx->dax_events)
		a->contexts[dxa_story_sort(ctx->kind)]++;
	shown = !a->run.show || dxa_show_context(a->run.show, ctx, a->run.story.symbols);
	if (!shown)
		a->hidden.contexts[dxa_story_sort(ctx->kind)] += ctx->dax_events != 0;
	for (size_t i = 0; i < a->n_sinks; i++)
		if (shown || a->sinks[i]->ops->judges)
			dxa_sink_context(a->sinks[i], ctx);
}

static void count_finding(struct dxa_analysis *a, const struct dxa_finding *f, int by)
{
	if (f->policy.allowed_by) {
		a->tally.allowed += (uint64_t)by;
		return;
	}
	a->by_severity[f->severity] += (uint64_t)by;
	a->tally.findings[f->severity][f->rule][f->life.driver] += (uint64_t)by;
}

/* Do the filters show the finding? The verdict includes it in any case. */
static bool shows_finding(const struct dxa_analysis *a, const struct dxa_finding *f)
{
	return !a->run.show || dxa_show_finding(a->run.show, f);
}

static void pass_finding(struct dxa_analysis *a, struct dxa_sink *sink, const struct dxa_finding *f)
{
	if (shows_finding(a, f) || sink->ops->judges)
		dxa_sink_finding(sink, f);
}

static void on_finding(void *priv, const struct dxa_finding *found)
{
	struct dxa_finding finding = *found;
	struct dxa_analysis *a = priv;
	char today[DXA_DATE_LEN];

	if (a->run.listing)
		return;
	a->passed = true;
	a->found++;
	/* Read for each finding: an audit may run for months. */
	dxa_policy_apply(&a->policy, &a->machine, dxa_policies_today(today), &finding);
	if (a->run.story.pseudonyms)
		dxa_pseudonyms_rewrite(a->run.story.pseudonyms, finding.detail,
				       sizeof(finding.detail));
	count_finding(a, &finding, 1);
	/* Without memory for the copy, it cannot be withdrawn. */
	if (finding.provisional)
		finding.provisional = dxa_provisional_add(&a->provisional, &finding);
	a->hidden.findings += !shows_finding(a, &finding);
	for (size_t i = 0; i < a->n_sinks; i++)
		if (!finding.provisional || dxa_sink_can_withdraw(a->sinks[i]))
			pass_finding(a, a->sinks[i], &finding);
}

static void on_withdrawn(void *priv, enum dxa_rule rule, uint64_t id)
{
	struct dxa_analysis *a = priv;
	struct dxa_finding finding;

	(void)rule;
	if (!dxa_provisional_take(&a->provisional, id, &finding))
		return;
	a->passed = true;
	count_finding(a, &finding, -1);
	a->hidden.findings -= !shows_finding(a, &finding);
	for (size_t i = 0; i < a->n_sinks; i++)
		if (dxa_sink_can_withdraw(a->sinks[i]) &&
		    (shows_finding(a, &finding) || a->sinks[i]->ops->judges))
			dxa_sink_withdrawn(a->sinks[i], &finding);
	dxa_provisional_drop(&finding);
}

/* At the end, pass the remaining findings to the sinks that cannot withdraw one. */
static void pass_provisional(struct dxa_analysis *a)
{
	for (size_t i = 0; i < a->provisional.findings.len; i++)
		for (size_t j = 0; j < a->n_sinks; j++)
			if (!dxa_sink_can_withdraw(a->sinks[j]))
				pass_finding(a, a->sinks[j],
					     dxa_vec_at(&a->provisional.findings, i));
	dxa_provisional_deinit(&a->provisional);
}

static void on_device(void *priv, const struct dxa_device *device)
{
	struct dxa_analysis *a = priv;

	if (a->run.show)
		a->listed |= dxa_show_which(a->run.show, device);
	if (a->run.show && !dxa_show_device(a->run.show, device)) {
		a->hidden.devices++;
		return;
	}
	for (size_t i = 0; i < a->n_sinks; i++)
		dxa_sink_device(a->sinks[i], device);
}

/* A replay uses the conclusion of the live audit, which could read the machine. */
static void apply_policy(struct dxa_analysis *a)
{
	struct dxa_run *run = &a->run;
	struct dxa_expectation e = { .aliasing = run->aliasing,
				     .aliasing_from = run->aliasing_from,
				     .eopnotsupp = run->story.eopnotsupp };

	a->machine = (struct dxa_policy_machine){ .release = run->release,
						  .arch = dxa_arch_by_machine(run->machine) };
	dxa_policy_expect(&a->policy, &a->machine, &e);
	run->aliasing = e.aliasing;
	run->aliasing_from = e.aliasing_from;
	run->story.eopnotsupp = e.eopnotsupp;
	a->required = run->listing ? 0 : e.required;
}

/* Warn of allowances that matched nothing, except those for other machines. */
static void warn_unused(const struct dxa_analysis *a)
{
	for (size_t i = 0; i < a->policy.rows.len; i++) {
		const struct dxa_policy_row *row = dxa_vec_at(&a->policy.rows, i);

		if (row->section == DXA_POLICY_ALLOW && !row->used &&
		    dxa_policy_concerns(row, &a->machine))
			dxa_log(DXA_LOG_INFO, "%s: allows %s, which was not found", row->origin,
				dxa_rule_info((enum dxa_rule)row->rule)->name);
	}
}

struct dxa_err *dxa_analysis_begin(struct dxa_analysis *a, const struct dxa_opts *opts,
				   struct dxa_symbols *symbols, uint64_t unobserved_hooks)
{
	const struct dxa_engine_sink sink = { on_context, on_finding, on_withdrawn, a };
	struct dxa_engine_config config;

	apply_policy(a);
	a->run.failing = a->failing;
	a->run.kcidb_build = opts->kcidb_build;
	a->run.story.symbols = symbols;
	a->run.story.start = a->run.start;
	a->run.show = dxa_show_narrows(&opts->show) ? &opts->show : NULL;
	config = (struct dxa_engine_config){ .aliasing = a->run.aliasing,
					     .eopnotsupp = a->run.story.eopnotsupp,
					     .symbols = symbols,
					     .unobserved_hooks = unobserved_hooks,
					     .stuck_after_ns = opts->stuck_after_ns };
	a->engine = dxa_engine_new(&config, &sink);
	if (!a->engine)
		return dxa_err_nomem();
	for (size_t i = 0; i < a->n_sinks; i++) {
		dxa_sink_begin(a->sinks[i], &a->run);
		a->passes_events |= a->sinks[i]->ops->event && !a->sinks[i]->skips_events;
	}
	/* Pseudonyms are given in the order of the events. */
	a->passes_events |= a->run.story.pseudonyms != NULL;
	return NULL;
}

void dxa_analysis_refuse(struct dxa_analysis *a, const struct dxa_opts *opts,
			 const struct dxa_refusal *refusal)
{
	apply_policy(a);
	a->run.failing = a->failing;
	a->run.kcidb_build = opts->kcidb_build;
	for (size_t i = 0; i < a->n_sinks; i++) {
		struct dxa_err *err;

		if (!dxa_sink_refused(a->sinks[i], &a->run, refusal)) {
			dxa_sink_discard(dxa_take(a->sinks[i]));
			continue;
		}
		err = dxa_sink_close(dxa_take(a->sinks[i]));
		if (err)
			dxa_log(DXA_LOG_WARN, "%s", err->msg);
		dxa_err_free(err);
	}
	a->n_sinks = 0;
}

struct dxa_err *dxa_analysis_reload(struct dxa_analysis *a, const struct dxa_opts *opts)
{
	struct dxa_expectation e = { .aliasing = a->run.aliasing,
				     .aliasing_from = a->run.aliasing_from,
				     .eopnotsupp = a->run.story.eopnotsupp };
	struct dxa_policy fresh;
	struct dxa_err *err = dxa_policies_load(&fresh, opts);

	if (err) {
		dxa_policy_deinit(&fresh);
		return err;
	}
	dxa_policy_expect(&fresh, &a->machine, &e);
	a->required = e.required;
	a->run.failing = a->failing = (enum dxa_severity)fresh.top.severity;
	if (a->reloaded)
		dxa_policy_deinit(&a->policy);
	else
		a->began_with = a->policy;
	a->reloaded = true;
	a->policy = fresh;
	return NULL;
}

static bool is_shown(struct dxa_analysis *a, const struct dxa_event *ev)
{
	uint64_t dax = ev->dax ? ev->dax : (uint64_t)ev->ret;

	if (!a->run.show)
		return true;
	if (dxa_show_names(a->run.show, ev))
		dxa_map_put(&a->of_devices, ev->dax, a);
	return dxa_show_event(a->run.show, ev, a->run.story.symbols,
			      dxa_map_get(&a->of_devices, dax) != NULL);
}

_Static_assert(DXA_HAS_DAX == 1, "the bit is a number of calls");

/* Keep the first event of each kind: the verdict names its task. */
static void note_silence(struct dxa_analysis *a, const struct dxa_event *ev)
{
	struct dxa_event *first = &a->silences[ev->kind == DXA_KIND_KPROBES_SWITCH];

	if (!first->kind && dxa_event_silences(ev, DXA_ATTACH_KPROBE))
		*first = *ev;
}

static __attribute__((noinline)) void pass_event(struct dxa_analysis *a, const struct dxa_event *ev)
{
	bool shown;

	if (a->run.story.pseudonyms)
		dxa_pseudonyms_event(a->run.story.pseudonyms, a->run.story.symbols, ev);
	shown = is_shown(a, ev);
	for (size_t i = 0; i < a->n_sinks; i++)
		if (shown || a->sinks[i]->ops->judges || a->sinks[i]->by_device)
			dxa_sink_event(a->sinks[i], ev);
	a->passed = true;
}

/* After the engine has processed the event. */
static __attribute__((noinline)) void pass_fed(struct dxa_analysis *a)
{
	for (size_t i = 0; i < a->n_sinks; i++)
		dxa_sink_fed(a->sinks[i]);
	a->passed = false;
}

void dxa_analysis_feed(struct dxa_analysis *a, const struct dxa_event *ev)
{
	if (dxa_kind_is_hook(ev->kind)) {
		a->last_event = ev->ts;
		a->dax_calls += ev->has & DXA_HAS_DAX;
		if (dxa_kind_is_bracket(ev->kind) || (ev->has & DXA_HAS_DAX))
			a->last_call = ev->ts;
		if (ev->kind == DXA_KIND_FTRACE_SWITCH || ev->kind == DXA_KIND_KPROBES_SWITCH)
			note_silence(a, ev);
	} else if (ev->kind == DXA_KIND_SNAP_END && !a->run.story.before) {
		a->run.story.before = ev->ts;
	}
	if (a->passes_events)
		pass_event(a, ev);
	dxa_engine_feed(a->engine, ev);
	if (a->passed)
		pass_fed(a);
}

/*
 * If one output cannot be written, the others still are. Findings have precedence: then the
 * error is logged as a warning.
 */
static struct dxa_err *end_sinks(struct dxa_analysis *a, const struct dxa_result *result)
{
	bool failed = dxa_exit_of_verdict(result->verdict.kind) == DXA_EXIT_FINDINGS;
	bool outranked = failed && !a->unjudged;
	struct dxa_err *ret = NULL;

	for (size_t i = 0; i < a->n_sinks; i++) {
		struct dxa_err *err;

		dxa_sink_end(a->sinks[i], result);
		if (a->sinks[i]->shared)
			continue;
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

/* Append to the text which hooks were silenced, and by which task. */
static void add_silence(char text[CUT_LEN], const struct dxa_event *ev,
			const struct dxa_ending *ending)
{
	const char *first = NULL;
	size_t n = 0, len = strlen(text);

	for (size_t i = 0; i < ending->n_hooks; i++)
		if (dxa_event_silences(ev, ending->hooks[i].mode) && !n++)
			first = ending->hooks[i].info->name;
	if (!n)
		return;
	snprintf(
		text + len, CUT_LEN - len,
		"%s%s during the audit, by the task %.*s (pid %u): %zu hook%s (%s%s) were not called then",
		len ? "; " : "",
		ev->kind == DXA_KIND_FTRACE_SWITCH ? "kernel.ftrace_enabled was set to 0" :
						     "kprobes were switched off",
		(int)sizeof(ev->comm), ev->comm, ev->tgid, n, n == 1 ? "" : "s", first,
		n > 1 ? ", ..." : "");
}

/* A text about missing events; NULL when none is missing. */
static const char *what_is_cut(const struct dxa_analysis *a, const struct dxa_ending *ending,
			       char text[CUT_LEN])
{
	snprintf(text, CUT_LEN, "%s", ending->cut ? ending->cut : "");
	for (size_t i = 0; i < sizeof(a->silences) / sizeof(a->silences[0]); i++)
		if (a->silences[i].kind)
			add_silence(text, &a->silences[i], ending);
	dxa_utf8_make_line(text);
	return text[0] ? text : NULL;
}

void dxa_analysis_result(const struct dxa_analysis *a, const struct dxa_ending *ending,
			 struct dxa_result *ret)
{
	struct dxa_verdict_input in;
	char cut[CUT_LEN];

	in = (struct dxa_verdict_input){ .stats = dxa_engine_stats(a->engine),
					 .allowed = a->tally.allowed,
					 .tally = &a->tally,
					 .failing = a->failing,
					 .required = a->required,
					 .hooks = ending->hooks,
					 .n_hooks = ending->n_hooks,
					 .interrupted = ending->interrupted,
					 .argv = a->run.argv,
					 .has_cmd_status = ending->has_cmd_status,
					 .cmd_status = ending->cmd_status,
					 .dax_calls = a->dax_calls,
					 .must_exercise = a->must_exercise,
					 .cut = what_is_cut(a, ending, cut),
					 .unread = ending->unread };
	memcpy(in.by_severity, a->by_severity, sizeof(in.by_severity));
	*ret = (struct dxa_result){ .tally = &a->tally,
				    .stats = in.stats,
				    .required = a->required,
				    .hooks = ending->hooks,
				    .n_hooks = ending->n_hooks,
				    .has_cmd_status = ending->has_cmd_status,
				    .cmd_status = ending->cmd_status,
				    .interrupted = ending->interrupted,
				    .unread = ending->unread,
				    .end = ending->now,
				    .end_wall = ending->wall,
				    .last_event = a->last_event };
	memcpy(ret->contexts, a->contexts, sizeof(ret->contexts));
	ret->hidden = a->hidden;
	dxa_verdict_judge(&in, &ret->verdict);
	ret->exit_code = dxa_exit_of_verdict(ret->verdict.kind);
}

/* Does an output of the options go to standard output? */
static bool on_stdout(const struct dxa_analysis *a)
{
	for (size_t i = 0; i < a->n_sinks; i++)
		if (dxa_sink_on_stdout(a->sinks[i]))
			return true;
	return false;
}

/* When all results go to files, print the verdict on standard error. */
static void print_verdict(const struct dxa_result *r)
{
	_cleanup_free_ char *why = dxa_closing_why(r);

	fprintf(stderr, "%s: ", dxa_closing_word(r->verdict.kind));
	dxa_utf8_print(stderr, why ? why : "out of memory for the reason");
	fputc('\n', stderr);
}

/* An error for the first device that was named and is not there, if the list is complete. */
static struct dxa_err *find_absent(const struct dxa_analysis *a, const struct dxa_verdict *v)
{
	const struct dxa_show *show = a->run.show;

	for (size_t i = 0; a->run.listing && v->complete && show && i < show->n_devices; i++)
		if (!(a->listed >> i & 1))
			return dxa_err_new(
				DXA_ERR_INPUT, 0,
				"no dax_device has the name '%s': 'daxaudit list' shows all",
				show->devices[i]);
	return NULL;
}

struct dxa_err *dxa_analysis_finish(struct dxa_analysis *a, const struct dxa_ending *ending,
				    int *exit_code)
{
	struct dxa_result result;
	struct dxa_err *err;
	bool reported;

	dxa_engine_finish(a->engine, ending->now);
	pass_provisional(a);
	for (size_t i = 0; i < a->n_sinks; i++)
		dxa_sink_fed(a->sinks[i]);
	dxa_analysis_result(a, ending, &result);
	*exit_code = result.exit_code;
	if (!a->run.listing)
		warn_unused(a);
	else
		dxa_engine_each_device(a->engine, on_device, a);
	result.hidden = a->hidden;
	if (ending->exits_with_pass)
		result.exit_code = DXA_EXIT_PASS;
	reported = a->run.listing || a->silent || on_stdout(a);
	err = end_sinks(a, &result);
	if (!err)
		err = find_absent(a, &result.verdict);
	if (!reported && !err)
		print_verdict(&result);
	dxa_verdict_deinit(&result.verdict);
	return err;
}

void dxa_analysis_deinit(struct dxa_analysis *a)
{
	for (size_t i = 0; i < a->n_sinks; i++)
		if (!a->sinks[i]->shared)
			dxa_sink_discard(a->sinks[i]);
	dxa_map_free(&a->of_devices);
	dxa_engine_free(a->engine);
	dxa_provisional_deinit(&a->provisional);
	dxa_pseudonyms_free(a->run.story.pseudonyms);
	dxa_policy_deinit(&a->policy);
	if (a->reloaded)
		dxa_policy_deinit(&a->began_with);
}
