/* SPDX-License-Identifier: GPL-2.0-only */
/* The tables of commands and options, for --help, manual and completion. */
#ifndef DAXAUDIT_CLI_TABLES_H
#define DAXAUDIT_CLI_TABLES_H

#include <stddef.h>

#include "cli/opts.h"

/* One command. */
struct dxa_command {
	const char *name;
	unsigned int mask; /* its bit of enum dxa_cmd_mask */
	const char *args; /* as usage shows them */
	const char *what; /* one line */
	struct dxa_err *(*run)(const struct dxa_opts *opts, int *exit_code);
	int max_args; /* DXA_ARGS_ANY: no limit */
};

/* The command itself checks its arguments. */
#define DXA_ARGS_ANY (-1)

/* All commands, in the order of help. Static; *n gets their number. */
const struct dxa_command *dxa_commands(size_t *n);

/* One option. */
struct dxa_option_row {
	int key; /* the short option's letter, or a number above all letters */
	const char *name;
	const char *arg; /* the name of the argument in help; NULL: no argument */
	unsigned int mask; /* the commands with this option */
	const char *help; /* may hold newlines */
};

/* Keys from here on have no short option. */
#define DXA_KEY_LONG_ONLY 256

/* All options, in the order of help. Static; *n gets their number. */
const struct dxa_option_row *dxa_options(size_t *n);

#endif
