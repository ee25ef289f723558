// SPDX-License-Identifier: GPL-2.0-only
#include "cli/exitcode.h"

#include <stddef.h>

#include "cli/opts.h"

#define N_CODES (DXA_EXIT_INCONCLUSIVE + 1)

#define BAD_USE "usage or bad input"
#define BAD_FILE "usage, or input that is bad or cannot be read"
#define NO_DAX_CORE "skip: this kernel has no DAX core"
#define IO "cannot write the output, or was interrupted"

static const char *const of_audits[N_CODES] = {
#define DXA_TEXT(id, num, text) [num] = (text),
	DXA_EXIT_CODES(DXA_TEXT)
#undef DXA_TEXT
};

/* The commands whose codes mean something else. NULL: the command never exits with it. */
static const struct {
	unsigned int commands;
	const char *text[N_CODES];
} others[] = {
	{ DXA_CMD_LIST,
	  { "all devices are listed; orphans do not change the code", NULL,
	    (BAD_USE ", or a named device is not there"),
	    "cannot read the kernel: no privilege, lockdown, I/O", NO_DAX_CORE,
	    "not every device could be read, or the list was interrupted" } },
	{ DXA_CMD_REPORT,
	  { "the report is written, whatever its verdict is", NULL, BAD_FILE, IO } },
	{ DXA_CMD_DIFF,
	  { "no life and no finding differs", "lives or findings differ", BAD_FILE, IO } },
	{ DXA_CMD_POLICY,
	  { "done; lint: no mistake", NULL, (BAD_FILE "; lint: a mistake in a file"), IO } },
	{ DXA_CMD_DOCTOR,
	  { "all that an audit needs can be observed; --core: there is a DAX core", NULL, BAD_USE,
	    "nothing can be audited here: a check failed", NO_DAX_CORE,
	    "an audit is possible, but not everything can be observed" } },
	{ DXA_CMD_EXPLAIN | DXA_CMD_SCHEMA | DXA_CMD_MAN | DXA_CMD_COMPLETION | DXA_CMD_CATALOG |
		  DXA_CMD_HELP | DXA_CMD_VERSION,
	  { "done", NULL, BAD_USE, IO } },
};

const char *dxa_exit_text(unsigned int mask, int code)
{
	if (code < 0 || code >= N_CODES)
		return NULL;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (!(mask & ~others[i].commands))
			return others[i].text[code];
	return of_audits[code];
}
