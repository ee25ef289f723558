/* SPDX-License-Identifier: GPL-2.0-only */
/* Output files of options: names made from recordings, and conflicts between files. */
#ifndef DAXAUDIT_CLI_OUTPUTS_H
#define DAXAUDIT_CLI_OUTPUTS_H

#include <stdbool.h>

#include "base/err.h"
#include "cli/opts.h"

/* In -o FORMAT:FILE, replaced by the name of the recording without directory and suffix. */
#define DXA_OUTPUT_PLACE "{}"

/* Does the output have a file for each recording? */
bool dxa_output_is_for_each(const char *spec);

/* spec with DXA_OUTPUT_PLACE replaced; the caller frees it. NULL without memory. */
char *dxa_output_fill_in(const char *spec, const char *recording);

/*
 * Check, before anything is written, that no output of a command of this mask goes to the
 * file of another output, or to an input file, and that no recording or policy is given
 * twice. Files are compared by inode. INPUT error that names both. A path that cannot be
 * looked up fails later, when it is opened.
 */
struct dxa_err *dxa_outputs_check(const struct dxa_opts *opts, unsigned int mask);

#endif
