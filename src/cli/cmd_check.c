// SPDX-License-Identifier: GPL-2.0-only
#include "cli/commands.h"
#include "cli/live.h"

struct dxa_err *dxa_cmd_check(const struct dxa_opts *opts, int *exit_code)
{
	const struct dxa_audit_mode mode = { .name = "check", .state_only = !opts->args[0] };
	struct dxa_opts terse = *opts;

	/* An assertion says what is wrong and how it ended; who wants the rest says so. */
	terse.quiet = !opts->verbose;
	return dxa_live_run(&mode, &terse, exit_code);
}
