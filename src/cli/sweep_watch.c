// SPDX-License-Identifier: GPL-2.0-only
#include "cli/sweep_watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/waitstatus.h"
#include "engine/errname.h"

static void watch_begin(struct dxa_sink *s, const struct dxa_run *run)
{
	struct dxa_sweep_watch *w = s->state;

	w->run = run;
}

/* Without addresses and minors, which differ from round to round. */
static char *state_line(const struct dxa_event *ev)
{
	char *line = NULL;
	int n = -1;

	switch (ev->kind) {
	case DXA_KIND_SNAP_DEVICE:
		n = asprintf(&line, "a dax_device of %s",
			     ev->driver[0] ? ev->driver : "device-dax");
		break;
	case DXA_KIND_SNAP_HOST:
		n = asprintf(&line, "%s in dax_hosts", ev->name);
		break;
	case DXA_KIND_BUS_DEVICE:
		n = asprintf(&line, "%s on bus %s, bound to %s", ev->name, ev->bus,
			     ev->driver[0] ? ev->driver : "nothing");
		break;
	default:
		break;
	}
	return n < 0 ? NULL : line;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void watch_event(struct dxa_sink *s, const struct dxa_event *ev)
{
	struct dxa_sweep_watch *w = s->state;
	char *line;

	if (w->settled)
		return;
	if (ev->kind == DXA_KIND_SNAP_END) {
		w->settled = true;
		if (w->state.len)
			qsort(w->state.data, w->state.len, w->state.elem, by_text);
		return;
	}
	line = state_line(ev);
	w->state.elem = sizeof(line);
	if (line && !dxa_vec_push(&w->state, &line))
		free(line);
}

/*
 * The return of the innermost probe around event i, if it is inside the context: then a probe
 * triggered another one, whose result is that of the failure. NULL: use that of the context.
 */
static const struct dxa_event *inner_result(const struct dxa_context *ctx, size_t i)
{
	unsigned int depth = 0;

	while (++i < ctx->story_len) {
		const struct dxa_event *ev = &ctx->story[i];

		if (ev->kind != DXA_KIND_REALLY_PROBE || ev->phase == DXA_PHASE_CALL)
			continue;
		if (ev->phase == DXA_PHASE_ARGS)
			depth++;
		else if (!depth--)
			return i + 1 < ctx->story_len ? ev : NULL;
	}
	return NULL;
}

static void note_outcome(struct dxa_sweep_watch *w, const struct dxa_context *ctx, size_t fault)
{
	const struct dxa_event *inner = inner_result(ctx, fault);
	char words[DXA_WORDS_LEN], name[DXA_ERRNAME_LEN];

	if (!inner) {
		dxa_story_outcome(words, ctx, &w->run->story);
		snprintf(w->round->outcome, sizeof(w->round->outcome), "%.63s", words);
	} else if (!inner->ret) {
		snprintf(w->round->outcome, sizeof(w->round->outcome), "succeeded");
	} else {
		int err = (int)inner->ret;

		snprintf(w->round->outcome, sizeof(w->round->outcome), "failed with %s",
			 dxa_errname(name, err < 0 ? -err : err, w->run->story.eopnotsupp));
	}
}

/* The outcome of a fault is that of its context. */
static void watch_context(struct dxa_sink *s, const struct dxa_context *ctx)
{
	struct dxa_sweep_watch *w = s->state;

	if (!w->round || w->round->outcome[0])
		return;
	for (size_t i = 0; i < ctx->story_len; i++) {
		if (ctx->story[i].kind != DXA_KIND_FAULT)
			continue;
		note_outcome(w, ctx, i);
		return;
	}
}

static void watch_finding(struct dxa_sink *s, const struct dxa_finding *f)
{
	struct dxa_sweep_watch *w = s->state;
	struct dxa_sweep_finding found = { .rule = f->rule,
					   .severity = f->severity,
					   .fails = !f->policy.allowed_by &&
						    f->severity >= w->run->failing };

	w->hangs |= f->rule == DXA_RULE_STUCK_PROBE;
	if (!w->round)
		return;
	found.detail = strdup(f->detail);
	w->round->findings.elem = sizeof(found);
	if (!found.detail || !dxa_vec_push(&w->round->findings, &found))
		free(found.detail);
}

static void watch_end(struct dxa_sink *s, const struct dxa_result *result)
{
	struct dxa_sweep_watch *w = s->state;
	struct dxa_sweep_round *r = w->round;
	char words[DXA_WAIT_STATUS_LEN];
	const char *how;

	w->interrupted = result->interrupted;
	w->has_status = result->has_cmd_status;
	w->status = result->cmd_status;
	if (!r)
		return;
	r->verdict = result->verdict.kind;
	r->ns = result->end - w->run->start;
	if (r->verdict == DXA_VERDICT_INCONCLUSIVE)
		r->why = dxa_verdict_join(&result->verdict, 0);
	if (r->outcome[0])
		return;
	how = w->has_status ? dxa_wait_status_text(words, w->status) : NULL;
	snprintf(r->outcome, sizeof(r->outcome), "command %s",
		 how	       ? how :
		 w->has_status ? "succeeded" :
				 "did not end");
}

const struct dxa_sink_ops dxa_sweep_watch_ops = {
	.name = "sweep",
	.what = "one round of a sweep",
	.begin = watch_begin,
	.event = watch_event,
	.context = watch_context,
	.finding = watch_finding,
	.end = watch_end,
};

static const char *line_at(const struct dxa_vec *v, size_t i)
{
	return i < v->len ? *(char **)dxa_vec_at(v, i) : NULL;
}

static void tell(FILE *out, size_t *n, const char *which, const char *line)
{
	fprintf(out, "%s%s: %s", (*n)++ ? "; " : "", which, line);
}

char *dxa_sweep_state_diff(const struct dxa_vec *before, const struct dxa_vec *after)
{
	char *text = NULL;
	size_t len = 0, n = 0, a = 0, b = 0;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	/* Both are sorted. */
	while (a < after->len || b < before->len) {
		const char *now = line_at(after, a), *then = line_at(before, b);
		int order = !now ? 1 : !then ? -1 : strcmp(now, then);

		if (order < 0)
			tell(out, &n, "more", now);
		else if (order > 0)
			tell(out, &n, "less", then);
		a += order <= 0;
		b += order >= 0;
	}
	if (!fclose(out) && n)
		return text;
	free(text);
	return NULL;
}

void dxa_sweep_watch_free(struct dxa_sweep_watch *w)
{
	for (size_t i = 0; i < w->state.len; i++)
		free(*(char **)dxa_vec_at(&w->state, i));
	dxa_vec_free(&w->state);
}
