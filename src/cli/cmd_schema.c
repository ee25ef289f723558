// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include "cli/commands.h"
#include "cli/exitcode.h"
#include "output/schema.h"

struct dxa_err *dxa_cmd_schema(const struct dxa_opts *opts, int *exit_code)
{
	*exit_code = DXA_EXIT_PASS;
	return dxa_schema_write(stdout, opts->args[0] ? opts->args[0] : "json");
}
