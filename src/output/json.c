// SPDX-License-Identifier: GPL-2.0-only
/* One JSON document per run, written when it ends; of several, one that holds theirs. */
#include <json.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "output/jsonobj.h"

struct document {
	struct json_object *root, *contexts, *findings, *devices;
	struct json_object *parts; /* documents of several recordings; NULL: none */
};

static struct dxa_err *json_open(struct dxa_sink *s)
{
	struct document *d = calloc(1, sizeof(*d));

	if (!d)
		return dxa_err_nomem();
	s->state = d;
	return NULL;
}

static void json_begin(struct dxa_sink *s, const struct dxa_run *run)
{
	struct document *d = s->state;

	d->root = json_object_new_object();
	dxa_json_add_run(d->root, run);
	if (run->listing) {
		d->devices = dxa_json_array(d->root, "devices");
		return;
	}
	d->contexts = dxa_json_array(d->root, "contexts");
	d->findings = dxa_json_array(d->root, "findings");
}

static void json_context(struct dxa_sink *s, const struct dxa_context *ctx)
{
	struct document *d = s->state;
	struct json_object *o;

	if (s->quiet || (!ctx->dax_events && !s->verbose))
		return;
	o = dxa_json_context(ctx, &s->run->story);
	dxa_json_add_events(o, "events", ctx->story, ctx->story_len, &s->run->story);
	if (ctx->story_cut)
		dxa_json_add_u64(o, "events_cut", ctx->story_cut);
	json_object_array_add(d->contexts, o);
}

static void json_finding(struct dxa_sink *s, const struct dxa_finding *f)
{
	struct document *d = s->state;

	json_object_array_add(d->findings, dxa_json_finding(f, &s->run->story));
}

static void json_device(struct dxa_sink *s, const struct dxa_device *dev)
{
	struct document *d = s->state;

	json_object_array_add(d->devices, dxa_json_device(dev, &s->run->story));
}

static void add_part(struct document *d, struct json_object *part)
{
	if (!d->parts)
		d->parts = json_object_new_array();
	json_object_array_add(d->parts, part);
}

static void json_end(struct dxa_sink *s, const struct dxa_result *r)
{
	struct document *d = s->state;

	dxa_json_add_result(d->root, r);
	if (dxa_sink_has_parts(s))
		add_part(d, dxa_take(d->root));
	else
		dxa_json_write(s->out, d->root, true);
}

static void json_unread(struct dxa_sink *s, const char *recording, const char *why)
{
	add_part(s->state, dxa_json_unread(recording, why));
}

static void json_summary(struct dxa_sink *s, const struct dxa_summary *summary)
{
	struct json_object *root = json_object_new_object();
	struct document *d = s->state;

	json_object_object_add(root, "schema", json_object_new_int(DXA_JSON_SCHEMA));
	dxa_json_add_string(root, "mode", "replay");
	dxa_json_add_summary(root, summary);
	json_object_object_add(root, "recordings", dxa_take(d->parts));
	dxa_json_write(s->out, root, true);
	json_object_put(root);
}

static void json_refused(struct dxa_sink *s, const struct dxa_refusal *refusal)
{
	struct document *d = s->state;

	d->root = json_object_new_object();
	dxa_json_add_run(d->root, s->run);
	dxa_json_add_refusal(d->root, refusal);
	dxa_json_write(s->out, d->root, true);
}

static void json_free(struct dxa_sink *s)
{
	struct document *d = s->state;

	if (!d)
		return;
	json_object_put(d->root);
	json_object_put(d->parts);
	free(d);
}

const struct dxa_sink_ops dxa_sink_json = {
	.name = "json",
	.what = "one document: verdict, findings, contexts, hooks, kernel",
	.open = json_open,
	.begin = json_begin,
	.context = json_context,
	.finding = json_finding,
	.device = json_device,
	.end = json_end,
	.unread = json_unread,
	.summary = json_summary,
	.refused = json_refused,
	.free = json_free,
};
