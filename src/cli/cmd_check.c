// SPDX-License-Identifier: GPL-2.0-only
#include "cli/commands.h"
#include "cli/live.h"

struct dxa_err *dxa_cmd_check(const struct dxa_opts *opts, int *exit_code)
{
	const bool has_command = opts->args[0] != NULL;
	const struct dxa_audit_mode mode = { .name = "check",
					     .state_only = !has_command,
					     .must_exercise = has_command && !opts->allow_idle };
	struct dxa_opts terse = *opts;

	if (opts->allow_idle && !has_command)
		return dxa_err_new(DXA_ERR_INPUT, 0,
				   "--allow-idle is for a command: none was given");
	/* By default a check prints only findings and verdict. */
	terse.quiet = !opts->verbose;
	return dxa_live_run(&mode, &terse, exit_code);
}
