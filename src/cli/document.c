// SPDX-License-Identifier: GPL-2.0-only
#include "cli/document.h"

#include <json.h>
#include <unistd.h>

#include "cli/width.h"
#include "output/jsonobj.h"
#include "output/sink.h"

static void write_json(const struct dxa_document *doc, FILE *out)
{
	struct json_object *o = doc->json(doc->priv);

	dxa_json_write(out, o, true);
	json_object_put(o);
}

static struct dxa_err *write_to(const struct dxa_document *doc, const struct dxa_opts *opts,
				const char *spec, bool check)
{
	struct dxa_sink *sink;
	struct dxa_err *err = dxa_sink_open(spec, opts->file_mode, &sink);

	if (err)
		return err;
	if (check) {
		dxa_sink_discard(sink);
		return NULL;
	}
	if (sink->ops == &dxa_sink_json)
		write_json(doc, sink->out);
	else if (sink->ops == &dxa_sink_junit)
		doc->junit(sink->out, doc->priv);
	else if (sink->ops == &dxa_sink_ktap)
		doc->ktap(sink->out, doc->priv);
	else if (sink->ops == &dxa_sink_html)
		doc->html(sink->out, doc->priv);
	else if (doc->wrapped)
		doc->wrapped(sink->out, doc->priv,
			     dxa_text_width(!sink->path && isatty(STDOUT_FILENO)));
	else
		doc->text(sink->out, doc->priv);
	return dxa_sink_close(sink);
}

static struct dxa_err *each(const struct dxa_document *doc, const struct dxa_opts *opts, bool check)
{
	struct dxa_err *err = NULL;

	if (!opts->n_outputs)
		return write_to(doc, opts, "text", check);
	for (size_t i = 0; i < opts->n_outputs && !err; i++)
		err = write_to(doc, opts, opts->outputs[i], check);
	return err;
}

struct dxa_err *dxa_document_check(const struct dxa_document *doc, const struct dxa_opts *opts)
{
	return each(doc, opts, true);
}

struct dxa_err *dxa_document_write(const struct dxa_document *doc, const struct dxa_opts *opts)
{
	return each(doc, opts, false);
}
