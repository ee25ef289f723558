// SPDX-License-Identifier: GPL-2.0-only
#include "cli/commands.h"
#include "cli/exitcode.h"
#include "output/journal.h"

struct dxa_err *dxa_cmd_catalog(const struct dxa_opts *opts, int *exit_code)
{
	(void)opts;
	*exit_code = DXA_EXIT_PASS;
	dxa_journal_catalog(stdout);
	return NULL;
}
