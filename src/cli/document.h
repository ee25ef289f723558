/* SPDX-License-Identifier: GPL-2.0-only */
/* The output of commands that print one document and audit nothing: -o text, -o json. */
#ifndef DAXAUDIT_CLI_DOCUMENT_H
#define DAXAUDIT_CLI_DOCUMENT_H

#include <stdio.h>

#include "base/err.h"
#include "cli/opts.h"

struct json_object;

struct dxa_document {
	void (*text)(FILE *out, const void *priv);
	/* In place of text: the same in lines of at most width columns. */
	void (*wrapped)(FILE *out, const void *priv, unsigned int width);
	struct json_object *(*json)(const void *priv); /* a new object */
	const void *priv;
	/* Further formats of some documents; NULL: not of this one. */
	void (*junit)(FILE *out, const void *priv);
	void (*ktap)(FILE *out, const void *priv);
	void (*html)(FILE *out, const void *priv);
};

/* Check that all outputs of opts can be written, for slow commands. INPUT error if not. */
struct dxa_err *dxa_document_check(const struct dxa_document *doc, const struct dxa_opts *opts);

/*
 * Write the document to the outputs of opts; by default as text to standard output. The
 * formats are those that dxa_formats_check() lets pass. INPUT error for a file that cannot be
 * written.
 */
struct dxa_err *dxa_document_write(const struct dxa_document *doc, const struct dxa_opts *opts);

#endif
