// SPDX-License-Identifier: GPL-2.0-only
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static char nomem_msg[] = "out of memory";
static struct dxa_err nomem = { DXA_ERR_SYSTEM, ENOMEM, nomem_msg };

struct dxa_err *dxa_err_nomem(void)
{
	return &nomem;
}

struct dxa_err *dxa_err_new(enum dxa_err_class class, int code, const char *fmt, ...)
{
	struct dxa_err *err = malloc(sizeof(*err));
	va_list ap;
	int n;

	if (!err)
		return &nomem;
	err->class = class;
	err->code = code;
	va_start(ap, fmt);
	n = vasprintf(&err->msg, fmt, ap);
	va_end(ap);
	if (n < 0) {
		free(err);
		return &nomem;
	}
	return err;
}

struct dxa_err *dxa_err_wrap(struct dxa_err *err, const char *fmt, ...)
{
	char *prefix, *msg;
	va_list ap;
	int n;

	if (err == &nomem)
		return err;
	va_start(ap, fmt);
	n = vasprintf(&prefix, fmt, ap);
	va_end(ap);
	if (n < 0)
		return err;
	n = asprintf(&msg, "%s: %s", prefix, err->msg);
	free(prefix);
	if (n < 0)
		return err;
	free(err->msg);
	err->msg = msg;
	return err;
}

void dxa_err_free(struct dxa_err *err)
{
	if (!err || err == &nomem)
		return;
	free(err->msg);
	free(err);
}
