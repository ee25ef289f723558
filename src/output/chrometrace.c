// SPDX-License-Identifier: GPL-2.0-only
/*
 * A timeline in Chrome's trace-event format, for Perfetto and chrome://tracing:
 * brackets as slices of their task, the calls in them as instants, each
 * dax_device's life as a span of its own, findings as global instants. It is written
 * incrementally, so a long audit needs no memory for it.
 */
#include <inttypes.h>
#include <json.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "engine/errname.h"
#include "output/jsonobj.h"

#define DEPTH_MAX 16
/* No pid is greater: PID_MAX_LIMIT of 64 bits, include/linux/threads.h. */
#define PID_LIMIT 4194304u

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
	/* Viewers need a name for every event. */
	dxa_json_add_string(o, "name", name[0] ? name : "?");
	add_us(o, "ts", ts);
	return o;
}

/* The tasks of each recording are processes of their own. */
static void add_task(const struct dxa_sink *s, struct json_object *o, uint32_t tgid, uint32_t tid)
{
	uint64_t base = dxa_sink_has_parts(s) ? (s->part - 1) * PID_LIMIT : 0;

	dxa_json_add_u64(o, "pid", base + tgid);
	dxa_json_add_u64(o, "tid", base + tid);
}

/* Takes the event. Each ends in a comma: the last one of all is written by the end. */
static void put(struct dxa_sink *s, struct json_object *o)
{
	dxa_json_put(s->out, o, false);
	fputs(",\n", s->out);
	json_object_put(o);
}

static struct dxa_err *trace_open(struct dxa_sink *s)
{
	struct json_object **about = calloc(1, sizeof(struct json_object *));

	s->state = about;
	return about ? NULL : dxa_err_nomem();
}

static void trace_free(struct dxa_sink *s)
{
	struct json_object **about = s->state;

	if (about)
		json_object_put(*about);
	free(about);
}

/* The name of a process, for the left column of a viewer. */
static void put_name(struct dxa_sink *s, const char *kind, uint32_t tgid, uint32_t tid,
		     const char *name)
{
	struct json_object *o = trace_event("M", "__metadata", kind, 0);

	add_task(s, o, tgid, tid);
	dxa_json_add_string(dxa_json_object(o, "args"), "name", name[0] ? name : "?");
	put(s, o);
}

static void begin_parts(struct dxa_sink *s)
{
	if (s->part == 1)
		fputs("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n", s->out);
}

static void trace_begin(struct dxa_sink *s, const struct dxa_run *run)
{
	begin_parts(s);
	if (dxa_sink_has_parts(s))
		put_name(s, "process_name", 0, 0, run->recording);
}

/* A device's life begins or ends; its address identifies it in between. */
static void put_life(struct dxa_sink *s, const struct dxa_event *ev, const char *phase)
{
	char address[DXA_ADDRESS_LEN], id[64], name[DXA_WORDS_LEN];
	struct json_object *o;

	dxa_pseudonym(address, s->run->story.pseudonyms, DXA_PSEUDONYM_DEV, "0x", ev->dax);
	/* Identifiers must be unique in the document. */
	if (dxa_sink_has_parts(s))
		snprintf(id, sizeof(id), "%zu:%s", s->part, address);
	else
		snprintf(id, sizeof(id), "%s", address);
	snprintf(name, sizeof(name), "dax_device %s", address);
	o = trace_event(phase, "dax_device", name, ev->ts);
	add_task(s, o, ev->tgid, ev->tid);
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

/* A call, as an instant. */
static void put_call(struct dxa_sink *s, const struct dxa_event *ev)
{
	struct json_object *o = trace_event("i", "call", dxa_kind_name(ev->kind), ev->ts);

	add_task(s, o, ev->tgid, ev->tid);
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

	add_task(s, o, from->tgid, from->tid);
	add_us(o, "dur", to > from->ts ? to - from->ts : 0);
	if (args)
		json_object_object_add(o, "args", args);
	put(s, o);
}

static void put_names(struct dxa_sink *s, const struct dxa_context *ctx)
{
	static const char *const kinds[] = { "process_name", "thread_name" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		put_name(s, kinds[i], ctx->tgid, ctx->tid, ctx->comm);
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
	/* Close slices whose end is not in the story at its end. */
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

	add_task(s, o, last ? last->tgid : 0, last ? last->tid : 0);
	dxa_json_add_string(o, "s", "g");
	json_object_object_add(o, "args", dxa_json_finding(f, &s->run->story));
	put(s, o);
}

/* The last event, and the metadata of the document. */
static void write_tail(struct dxa_sink *s, struct json_object *last, struct json_object *about)
{
	dxa_json_put(s->out, last, false);
	fputs("\n],\"otherData\":", s->out);
	dxa_json_put(s->out, about, false);
	fputs("}\n", s->out);
	json_object_put(last);
	json_object_put(about);
}

static void add_about(struct dxa_sink *s, struct json_object *about)
{
	struct json_object **parts = s->state;

	if (!*parts)
		*parts = json_object_new_array();
	json_object_array_add(*parts, about);
}

static struct json_object *verdict_event(struct dxa_sink *s, enum dxa_verdict_kind kind,
					 uint64_t ts)
{
	struct json_object *o = trace_event("i", "verdict", dxa_verdict_name(kind), ts);

	add_task(s, o, 0, 0);
	dxa_json_add_string(o, "s", "g");
	return o;
}

static void trace_end(struct dxa_sink *s, const struct dxa_result *r)
{
	struct json_object *o = verdict_event(s, r->verdict.kind, r->end);
	struct json_object *about = json_object_new_object();

	dxa_json_add_run(about, s->run);
	dxa_json_add_result(about, r);
	if (!dxa_sink_has_parts(s)) {
		write_tail(s, o, about);
		return;
	}
	put(s, o);
	add_about(s, about);
}

static void trace_unread(struct dxa_sink *s, const char *recording, const char *why)
{
	begin_parts(s);
	add_about(s, dxa_json_unread(recording, why));
}

static void trace_summary(struct dxa_sink *s, const struct dxa_summary *summary)
{
	struct json_object *about = json_object_new_object(), **parts = s->state;

	dxa_json_add_summary(about, summary);
	json_object_object_add(about, "recordings", dxa_take(*parts));
	write_tail(s, verdict_event(s, summary->verdict, 0), about);
}

const struct dxa_sink_ops dxa_sink_chrome_trace = {
	.name = "chrome-trace",
	.what = "a timeline for Perfetto and chrome://tracing: probes, calls, device lives, findings",
	.open = trace_open,
	.begin = trace_begin,
	.event = trace_event_seen,
	.context = trace_context,
	.finding = trace_finding,
	.end = trace_end,
	.unread = trace_unread,
	.summary = trace_summary,
	.free = trace_free,
};
