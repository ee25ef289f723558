/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which command writes which format: the table behind --output's check, its help, the
 * manual and the completion scripts.
 */
#ifndef DAXAUDIT_CLI_FORMATS_H
#define DAXAUDIT_CLI_FORMATS_H

#include <stddef.h>

#include "base/err.h"
#include "cli/opts.h"

struct dxa_sink_ops;

/* The longest list of all formats, with separators. */
#define DXA_FORMATS_LEN 128

/* Format i of the commands in mask, in the order of help; NULL after the last one. Static. */
const struct dxa_sink_ops *dxa_format_at(unsigned int mask, size_t i);

/* The commands that write this format: bits of enum dxa_cmd_mask. */
unsigned int dxa_format_takers(const struct dxa_sink_ops *format);

/*
 * The names of the formats of a command: "text, json or jsonl". At most max of them (0:
 * all), then ", ...". Returns buf.
 */
const char *dxa_format_names(char buf[DXA_FORMATS_LEN], unsigned int mask, size_t max);

/*
 * Does the command write the format of each --output? INPUT error if not. command: its
 * name; mask: its bit.
 */
struct dxa_err *dxa_formats_check(const struct dxa_opts *opts, const char *command,
				  unsigned int mask);

#endif
