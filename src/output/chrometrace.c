// SPDX-License-Identifier: GPL-2.0-only
/*
 * A timeline in Chrome's trace-event format, for Perfetto and chrome://tracing:
 * brackets as slices of their task, the calls in them as instants, each
 * dax_device's life as a span of its own, findings as global instants. Written
 * as it comes: a long audit needs no memory for it.
 */
#include <inttypes.h>
#include <json.h>

#include "engine/errname.h"
#include "output/jsonobj.h"

#define DEPTH_MAX 16

/* The format counts in microseconds. */
static void add_us(struct json_object *o, const char *key, uint64_t ns)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRIu64 ".%03" PRIu64, ns / 1000, ns % 1000);
	json_object_object_add(o, key, json_object_new_double_s((double)ns / 1000, text));
}

static struct json_object *trace_event(const char *phase, const char *category, const char *name,
				       uint64_t ts)
{
	struct json_object *o = json_object_new_object();

	dxa_json_add_string(o, "ph", phase);
	dxa_json_add_string(o, "cat", category);
	/* Viewers need one, whatever the kernel calls it. */
	dxa_json_add_string(o, "name", name[0] ? name : "?");
	add_us(o, "ts", ts);
	return o;
}

static void add_task(struct json_object *o, uint32_t tgid, uint32_t tid)
{
	dxa_json_add_u64(o, "pid", tgid);
	dxa_json_add_u64(o, "tid", tid);
}

/* Takes the event. Each ends in a comma: the last one of all is written by the end. */
static void put(struct dxa_sink *s, struct json_object *o)
{
	dxa_json_put(s->out, o, false);
	fputs(",\n", s->out);
	json_object_put(o);
}

static void trace_begin(struct dxa_sink *s, const struct dxa_run *run)
{
	(void)run;
	fputs("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n", s->out);
}

/* A device's life begins or ends; its address identifies it in between. */
static void put_life(struct dxa_sink *s, const struct dxa_event *ev, const char *phase)
{
	char id[24], name[DXA_WORDS_LEN];
	struct json_object *o;

	snprintf(id, sizeof(id), "0x%" PRIx64, (uint64_t)ev->dax);
	snprintf(name, sizeof(name), "dax_device %s", id);
	o = trace_event(phase, "dax_device", name, ev->ts);
	add_task(o, ev->tgid, ev->tid);
	dxa_json_add_string(o, "id", id);
	put(s, o);
}

static void trace_event_seen(struct dxa_sink *s, const struct dxa_event *ev)
{
	struct dxa_event granted = *ev;

	switch (ev->kind) {
	case DXA_KIND_ALLOC_DAX:
		granted.dax = (uint64_t)ev->ret;
		if (ev->phase & DXA_PHASE_RET && ev->ret && !dxa_is_err_ptr((uint64_t)ev->ret))
			put_life(s, &granted, "b");
		break;
	case DXA_KIND_DAX_DESTROY_INODE:
		put_life(s, ev, "e");
		break;
	default:
		break;
	}
}

/* A call without length, where it happened. */
static void put_call(struct dxa_sink *s, const struct dxa_event *ev)
{
	struct json_object *o = trace_event("i", "call", dxa_kind_name(ev->kind), ev->ts);

	add_task(o, ev->tgid, ev->tid);
	dxa_json_add_string(o, "s", "t");
	json_object_object_add(o, "args", dxa_json_event(ev, &s->run->story));
	put(s, o);
}

static void put_slice(struct dxa_sink *s, const struct dxa_event *from, uint64_t to,
		      struct json_object *args)
{
	char words[DXA_WORDS_LEN];
	struct json_object *o =
		trace_event("X", "context", dxa_story_call(words, from, &s->run->story), from->ts);

	add_task(o, from->tgid, from->tid);
	add_us(o, "dur", to > from->ts ? to - from->ts : 0);
	if (args)
		json_object_object_add(o, "args", args);
	put(s, o);
}

/* The task's name, for the viewer's left column. */
static void put_names(struct dxa_sink *s, const struct dxa_context *ctx)
{
	static const char *const kinds[] = { "process_name", "thread_name" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct json_object *o = trace_event("M", "__metadata", kinds[i], 0);

		add_task(o, ctx->tgid, ctx->tid);
		dxa_json_add_string(dxa_json_object(o, "args"), "name",
				    ctx->comm[0] ? ctx->comm : "?");
		put(s, o);
	}
}

static void trace_context(struct dxa_sink *s, const struct dxa_context *ctx)
{
	const struct dxa_event *open[DEPTH_MAX];
	uint64_t last = ctx->start;
	int depth = 0;

	if (s->quiet || !ctx->story_len || (!ctx->dax_events && !s->verbose))
		return;
	put_names(s, ctx);
	for (size_t i = 0; i < ctx->story_len; i++) {
		const struct dxa_event *ev = &ctx->story[i];
		int nesting = dxa_story_nesting(ev);

		last = ev->ts > last ? ev->ts : last;
		if (nesting > 0 && depth < DEPTH_MAX)
			open[depth++] = ev;
		else if (nesting < 0 && depth > 1)
			put_slice(s, open[--depth], ev->ts, NULL);
		else if (!nesting)
			put_call(s, ev);
	}
	/* Those whose end is not in the story last as long as the story does. */
	while (depth > 1)
		put_slice(s, open[--depth], last, NULL);
	put_slice(s, depth ? open[0] : &ctx->story[0], ctx->end > last ? ctx->end : last,
		  dxa_json_context(ctx, &s->run->story));
}

static void trace_finding(struct dxa_sink *s, const struct dxa_finding *f)
{
	const struct dxa_event *last = f->evidence_len ? &f->evidence[f->evidence_len - 1] : NULL;
	struct json_object *o = trace_event("i", "finding", dxa_rule_info(f->rule)->name,
					    last ? last->ts : s->run->start);

	add_task(o, last ? last->tgid : 0, last ? last->tid : 0);
	dxa_json_add_string(o, "s", "g");
	json_object_object_add(o, "args", dxa_json_finding(f, &s->run->story));
	put(s, o);
}

static void trace_end(struct dxa_sink *s, const struct dxa_result *r)
{
	struct json_object *o =
		trace_event("i", "verdict", dxa_verdict_name(r->verdict.kind), r->end);
	struct json_object *about = json_object_new_object();

	add_task(o, 0, 0);
	dxa_json_add_string(o, "s", "g");
	dxa_json_put(s->out, o, false);
	json_object_put(o);
	dxa_json_add_run(about, s->run);
	dxa_json_add_result(about, r);
	fputs("\n],\"otherData\":", s->out);
	dxa_json_put(s->out, about, false);
	fputs("}\n", s->out);
	json_object_put(about);
}

const struct dxa_sink_ops dxa_sink_chrome_trace = {
	.name = "chrome-trace",
	.what = "a timeline for Perfetto and chrome://tracing: probes, calls, device lives, findings",
	.begin = trace_begin,
	.event = trace_event_seen,
	.context = trace_context,
	.finding = trace_finding,
	.end = trace_end,
};
