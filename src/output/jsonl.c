// SPDX-License-Identifier: GPL-2.0-only
/*
 * JSON lines, written as events happen: one object on each line, its kind under "type":
 * first "run", then "event", "context" and "finding" ("withdrawn" takes an earlier finding
 * back), or "device" for a listing, and "verdict" at the end. Several recordings have one
 * such sequence each, or "unread", and "summary" at the end. An audit that cannot begin is
 * "run" and "refused". A stream without the last line was cut off.
 */
#include <json.h>

#include "output/jsonobj.h"

static struct json_object *line(const char *type)
{
	struct json_object *o = json_object_new_object();

	dxa_json_add_string(o, "type", type);
	return o;
}

/* Flush each line: the next event may crash the machine. */
static void write_line(struct dxa_sink *s, struct json_object *o)
{
	dxa_json_write(s->out, o, false);
	json_object_put(o);
	dxa_sink_flush(s);
}

/* The same keys as in the document, after the type of the line. */
static void write_typed(struct dxa_sink *s, const char *type, struct json_object *o)
{
	struct json_object_iterator it = json_object_iter_begin(o), end = json_object_iter_end(o);
	struct json_object *typed = line(type);

	for (; !json_object_iter_equal(&it, &end); json_object_iter_next(&it))
		json_object_object_add(typed, json_object_iter_peek_name(&it),
				       json_object_get(json_object_iter_peek_value(&it)));
	json_object_put(o);
	write_line(s, typed);
}

static void jsonl_begin(struct dxa_sink *s, const struct dxa_run *run)
{
	struct json_object *o = line("run");

	dxa_json_add_run(o, run);
	write_line(s, o);
}

static void jsonl_event(struct dxa_sink *s, const struct dxa_event *ev)
{
	if (!s->quiet)
		write_typed(s, "event", dxa_json_event(ev, &s->run->story));
}

static void jsonl_context(struct dxa_sink *s, const struct dxa_context *ctx)
{
	if (!s->quiet && (ctx->dax_events || s->verbose))
		write_typed(s, "context", dxa_json_context(ctx, &s->run->story));
}

static void jsonl_finding(struct dxa_sink *s, const struct dxa_finding *f)
{
	write_typed(s, "finding", dxa_json_finding(f, &s->run->story));
}

static void jsonl_withdrawn(struct dxa_sink *s, const struct dxa_finding *f)
{
	write_typed(s, "withdrawn", dxa_json_finding(f, &s->run->story));
}

static void jsonl_device(struct dxa_sink *s, const struct dxa_device *dev)
{
	write_typed(s, "device", dxa_json_device(dev, &s->run->story));
}

static void jsonl_end(struct dxa_sink *s, const struct dxa_result *r)
{
	struct json_object *o = line("verdict");

	dxa_json_add_result(o, r);
	write_line(s, o);
}

static void jsonl_unread(struct dxa_sink *s, const char *recording, const char *why)
{
	write_typed(s, "unread", dxa_json_unread(recording, why));
}

static void jsonl_summary(struct dxa_sink *s, const struct dxa_summary *summary)
{
	struct json_object *o = line("summary");

	dxa_json_add_summary(o, summary);
	write_line(s, o);
}

static void jsonl_refused(struct dxa_sink *s, const struct dxa_refusal *refusal)
{
	struct json_object *o = line("refused");

	jsonl_begin(s, s->run);
	dxa_json_add_refusal(o, refusal);
	write_line(s, o);
}

const struct dxa_sink_ops dxa_sink_jsonl = {
	.name = "jsonl",
	.what = "one JSON object a line: events, contexts and findings as they come, then the verdict",
	.begin = jsonl_begin,
	.event = jsonl_event,
	.context = jsonl_context,
	.finding = jsonl_finding,
	.withdrawn = jsonl_withdrawn,
	.device = jsonl_device,
	.end = jsonl_end,
	.unread = jsonl_unread,
	.summary = jsonl_summary,
	.refused = jsonl_refused,
};
