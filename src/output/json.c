// SPDX-License-Identifier: GPL-2.0-only
/* One JSON document per run, written when it ends. */
#include <json.h>
#include <stdlib.h>

#include "output/jsonobj.h"

struct document {
	struct json_object *root, *contexts, *findings, *devices;
};

static struct dxa_err *json_open(struct dxa_sink *s)
{
	struct document *d = calloc(1, sizeof(*d));

	if (!d)
		return dxa_err_nomem();
	s->state = d;
	d->root = json_object_new_object();
	return NULL;
}

static void json_begin(struct dxa_sink *s, const struct dxa_run *run)
{
	struct document *d = s->state;

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

	json_object_array_add(d->devices, dxa_json_device(dev));
}

static void json_end(struct dxa_sink *s, const struct dxa_result *r)
{
	struct document *d = s->state;

	dxa_json_add_result(d->root, r);
	dxa_json_write(s->out, d->root, true);
}

static void json_free(struct dxa_sink *s)
{
	struct document *d = s->state;

	if (!d)
		return;
	json_object_put(d->root);
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
	.free = json_free,
};
