// SPDX-License-Identifier: GPL-2.0-only
#include "cli/document.h"

#include <json.h>

#include "output/jsonobj.h"
#include "output/sink.h"

static void write_json(const struct dxa_document *doc, FILE *out)
{
	struct json_object *o = doc->json(doc->priv);

	dxa_json_write(out, o, true);
	json_object_put(o);
}

static struct dxa_err *write_to(const struct dxa_document *doc, const struct dxa_opts *opts,
				const char *spec)
{
	struct dxa_sink *sink;
	struct dxa_err *err = dxa_sink_open(spec, opts->file_mode, &sink);

	if (err)
		return err;
	if (sink->ops != &dxa_sink_text && sink->ops != &dxa_sink_json) {
		dxa_sink_discard(sink);
		return dxa_err_new(DXA_ERR_INPUT, 0,
				   "-o %s: there is no audit to write in this format: "
				   "use text or json",
				   spec);
	}
	if (sink->ops == &dxa_sink_json)
		write_json(doc, sink->out);
	else
		doc->text(sink->out, doc->priv);
	return dxa_sink_close(sink);
}

struct dxa_err *dxa_document_write(const struct dxa_document *doc, const struct dxa_opts *opts)
{
	struct dxa_err *err = NULL;

	if (!opts->n_outputs)
		return write_to(doc, opts, "text");
	for (size_t i = 0; i < opts->n_outputs && !err; i++)
		err = write_to(doc, opts, opts->outputs[i]);
	return err;
}
