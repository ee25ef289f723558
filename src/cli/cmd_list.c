// SPDX-License-Identifier: GPL-2.0-only
#include "cli/commands.h"
#include "cli/live.h"

struct dxa_err *dxa_cmd_list(const struct dxa_opts *opts, int *exit_code)
{
	const struct dxa_audit_mode mode = { .name = "list", .state_only = true, .listing = true };
	struct dxa_opts unjudged = *opts;

	/* Nothing is judged, so no policy can be in the way. */
	unjudged.no_policy = true;
	if (opts->args[0])
		return dxa_err_new(DXA_ERR_INPUT, 0,
				   "list takes no arguments: see 'daxaudit list --help'");
	return dxa_live_run(&mode, &unjudged, exit_code);
}
