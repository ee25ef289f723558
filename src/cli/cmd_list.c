// SPDX-License-Identifier: GPL-2.0-only
#include "cli/commands.h"
#include "cli/live.h"

struct dxa_err *dxa_cmd_list(const struct dxa_opts *opts, int *exit_code)
{
	const struct dxa_audit_mode mode = { .name = "list", .state_only = true, .listing = true };
	struct dxa_opts unjudged = *opts;
	static char *none[] = { NULL };

	/* There is no verdict, so an invalid policy does not matter. */
	unjudged.no_policy = true;
	/* The arguments are names of devices to show, not a command. */
	for (char **name = opts->args; *name; name++) {
		struct dxa_err *err = dxa_opts_add_device(*name, &unjudged.show);

		if (err)
			return err;
	}
	unjudged.args = none;
	return dxa_live_run(&mode, &unjudged, exit_code);
}
