// SPDX-License-Identifier: GPL-2.0-only
#include "cli/commands.h"
#include "cli/live.h"

struct dxa_err *dxa_cmd_trace(const struct dxa_opts *opts, int *exit_code)
{
	return dxa_live_run("trace", opts, exit_code);
}
