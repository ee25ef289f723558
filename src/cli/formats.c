// SPDX-License-Identifier: GPL-2.0-only
#include "cli/formats.h"

#include <stdio.h>
#include <string.h>

#include "base/suggest.h"
#include "output/sink.h"

/* A longer name is cut in messages. */
#define NAME_LEN 128
/* The length of a hint with suggested names. */
#define HINT_LEN 128

/* A format in no row is written by the commands that analyse an audit. */
static const struct {
	const struct dxa_sink_ops *format;
	unsigned int commands;
} also[] = {
	{ &dxa_sink_text, DXA_CMD_OUTPUT },
	{ &dxa_sink_json, DXA_CMD_OUTPUT },
	{ &dxa_sink_jsonl, DXA_CMD_SHOWING | DXA_CMD_LIST },
	{ &dxa_sink_ktap, DXA_CMD_SHOWING | DXA_CMD_SWEEP },
	{ &dxa_sink_junit, DXA_CMD_SHOWING | DXA_CMD_SWEEP },
	{ &dxa_sink_html, DXA_CMD_SHOWING | DXA_CMD_SWEEP },
};

unsigned int dxa_format_takers(const struct dxa_sink_ops *format)
{
	for (size_t i = 0; i < sizeof(also) / sizeof(also[0]); i++)
		if (also[i].format == format)
			return also[i].commands;
	return DXA_CMD_SHOWING;
}

const struct dxa_sink_ops *dxa_format_at(unsigned int mask, size_t i)
{
	size_t n;
	const struct dxa_sink_ops *const *formats = dxa_sink_formats(&n);

	for (size_t k = 0; k < n; k++)
		if (dxa_format_takers(formats[k]) & mask && !i--)
			return formats[k];
	return NULL;
}

static size_t count(unsigned int mask)
{
	size_t n = 0;

	while (dxa_format_at(mask, n))
		n++;
	return n;
}

const char *dxa_format_names(char buf[DXA_FORMATS_LEN], unsigned int mask, size_t max)
{
	size_t n = count(mask), shown = max && max < n ? max : n, len = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < shown && len < DXA_FORMATS_LEN; i++)
		len += (size_t)snprintf(buf + len, DXA_FORMATS_LEN - len, "%s%s",
					!i	   ? "" :
					i + 1 == n ? " or " :
						     ", ",
					dxa_format_at(mask, i)->name);
	if (shown < n && len < DXA_FORMATS_LEN)
		snprintf(buf + len, DXA_FORMATS_LEN - len, ", ...");
	return buf;
}

static bool takes(unsigned int mask, const char *name)
{
	const struct dxa_sink_ops *format;

	for (size_t i = 0; (format = dxa_format_at(mask, i)); i++)
		if (!strcmp(format->name, name))
			return true;
	return false;
}

/* Suggest only what the command writes. */
static void suggest(char hint[HINT_LEN], unsigned int mask, const char *name)
{
	const char *names[16];
	const struct dxa_sink_ops *format;
	size_t n = 0;

	while (n < sizeof(names) / sizeof(names[0]) && (format = dxa_format_at(mask, n)))
		names[n++] = format->name;
	dxa_suggest_of(hint, HINT_LEN, name, names, n);
}

static struct dxa_err *refuse(const char *name, const char *command, unsigned int mask)
{
	char known[DXA_FORMATS_LEN], hint[HINT_LEN];

	dxa_format_names(known, mask, 0);
	if (takes((unsigned int)DXA_CMD_ALL, name))
		return dxa_err_new(DXA_ERR_INPUT, 0, "-o %s: %s does not write this format: use %s",
				   name, command, known);
	suggest(hint, mask, name);
	if (hint[0])
		return dxa_err_new(DXA_ERR_INPUT, 0, "unknown output format '%s'%s", name, hint);
	return dxa_err_new(DXA_ERR_INPUT, 0, "unknown output format '%s': use %s", name, known);
}

struct dxa_err *dxa_formats_check(const struct dxa_opts *opts, const char *command,
				  unsigned int mask)
{
	for (size_t i = 0; i < opts->n_outputs; i++) {
		const char *spec = opts->outputs[i];
		char name[NAME_LEN];

		if (snprintf(name, sizeof(name), "%.*s", (int)strcspn(spec, ":"), spec) >= NAME_LEN)
			strcpy(name + NAME_LEN - sizeof("..."), "...");
		if (!takes(mask, name))
			return refuse(name, command, mask);
	}
	return NULL;
}
