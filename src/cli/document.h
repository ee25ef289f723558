/* SPDX-License-Identifier: GPL-2.0-only */
/* For commands that audit nothing and answer with one document: -o text and -o json. */
#ifndef DAXAUDIT_CLI_DOCUMENT_H
#define DAXAUDIT_CLI_DOCUMENT_H

#include <stdio.h>

#include "base/err.h"
#include "cli/opts.h"

struct json_object;

struct dxa_document {
	void (*text)(FILE *out, const void *priv);
	struct json_object *(*json)(const void *priv); /* a new object */
	const void *priv;
	/* Of some documents there is more; NULL: not of this one. */
	void (*junit)(FILE *out, const void *priv);
	void (*ktap)(FILE *out, const void *priv);
};

/*
 * Write the document to where opts say: as text to standard output when they do
 * not. INPUT error for a format that the document has not, or a file that cannot be
 * written.
 */
/* Can all outputs that opts name be written? For commands that take long. INPUT error if not. */
struct dxa_err *dxa_document_check(const struct dxa_document *doc, const struct dxa_opts *opts);

struct dxa_err *dxa_document_write(const struct dxa_document *doc, const struct dxa_opts *opts);

#endif
