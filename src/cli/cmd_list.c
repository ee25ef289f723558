// SPDX-License-Identifier: GPL-2.0-only
#include "cli/commands.h"
#include "cli/live.h"

struct dxa_err *dxa_cmd_list(const struct dxa_opts *opts, int *exit_code)
{
	const struct dxa_audit_mode mode = { .name = "list", .state_only = true, .listing = true };
	struct dxa_opts unjudged = *opts;

	/* Nothing is judged, so no policy can be in the way. */
	unjudged.no_policy = true;
	return dxa_live_run(&mode, &unjudged, exit_code);
}
