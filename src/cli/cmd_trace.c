// SPDX-License-Identifier: GPL-2.0-only
#include "cli/commands.h"
#include "cli/live.h"

struct dxa_err *dxa_cmd_trace(const struct dxa_opts *opts, int *exit_code)
{
	const struct dxa_audit_mode mode = { .name = "trace" };

	return dxa_live_run(&mode, opts, exit_code);
}
