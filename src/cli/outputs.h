/* SPDX-License-Identifier: GPL-2.0-only */
/* The files that options name: what stands for a recording's name, and which must not be one. */
#ifndef DAXAUDIT_CLI_OUTPUTS_H
#define DAXAUDIT_CLI_OUTPUTS_H

#include <stdbool.h>

#include "base/err.h"
#include "cli/opts.h"

/* Stands for the recording's name, without folder and suffix, in -o FORMAT:FILE. */
#define DXA_OUTPUT_PLACE "{}"

/* Does the output have a file for each recording? */
bool dxa_output_is_for_each(const char *spec);

/* spec with DXA_OUTPUT_PLACE replaced; the caller frees it. NULL without memory. */
char *dxa_output_fill_in(const char *spec, const char *recording);

/*
 * Before anything is written: does an output of a command of this mask go to a file
 * that another one goes to, or that is read, or is a recording or a policy given twice?
 * Files are compared as the kernel does, not by name. INPUT error that names both. What
 * cannot be looked up is left to those who open it.
 */
struct dxa_err *dxa_outputs_check(const struct dxa_opts *opts, unsigned int mask);

#endif
