// SPDX-License-Identifier: GPL-2.0-only
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/utf8.h"

static dxa_log_fn log_fn;
static enum dxa_log_level log_max;

void dxa_log_set(dxa_log_fn fn, enum dxa_log_level max)
{
	log_fn = fn;
	log_max = max;
}

void dxa_log(enum dxa_log_level level, const char *fmt, ...)
{
	char line[1024];
	va_list ap;

	if (!log_fn || level > log_max)
		return;
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	dxa_utf8_make_line(line);
	log_fn(level, line);
}
