/* SPDX-License-Identifier: GPL-2.0-only */
/* The output of --help, and the examples of help and manual. */
#ifndef DAXAUDIT_CLI_HELP_H
#define DAXAUDIT_CLI_HELP_H

#include <stdbool.h>

#include "cli/tables.h"

#define DXA_EXAMPLES 2
/* The length of the names of all commands. */
#define DXA_TAKERS_LEN 192

/* The examples of a command, NULL after the last one. Static. */
const char *const *dxa_examples(unsigned int mask);

/* The names of the commands in mask: "trace, check". Returns buf. */
const char *dxa_takers(char buf[DXA_TAKERS_LEN], unsigned int mask);

/* Print the commands; with all: options, formats and exit codes, too. */
void dxa_help(bool all);

/* Print the help of one command: examples, and its main options or all. */
void dxa_help_command(const struct dxa_command *command, bool all);

#endif
