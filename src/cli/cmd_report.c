// SPDX-License-Identifier: GPL-2.0-only
/* The HTML report of a recording. */
#include <unistd.h>

#include "cli/commands.h"
#include "cli/exitcode.h"

struct dxa_err *dxa_cmd_report(const struct dxa_opts *opts, int *exit_code)
{
	struct dxa_opts page = *opts;
	struct dxa_err *err;

	if (!opts->args[0] || opts->args[1])
		return dxa_err_new(DXA_ERR_INPUT, 0,
				   "report: expected one recording: see 'daxaudit report --help'");
	if (!opts->n_outputs && isatty(STDOUT_FILENO))
		return dxa_err_new(DXA_ERR_INPUT, 0,
				   "the page is not printed to a terminal: use -o html:FILE");
	if (!opts->n_outputs)
		page.outputs[page.n_outputs++] = "html";
	page.silent = true;
	/* The exit code is that of writing the page, not the verdict. */
	page.unjudged = true;
	err = dxa_cmd_replay(&page, exit_code);
	*exit_code = DXA_EXIT_PASS;
	return err;
}
