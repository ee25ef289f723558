// SPDX-License-Identifier: GPL-2.0-only
/* Parses the values of options of sweep. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "cli/opts.h"

#define COUNT_MAX 1000000

struct dxa_err *dxa_opts_count(const char *option, const char *value, unsigned int *ret)
{
	char *end;
	unsigned long n = strtoul(value, &end, 10);

	if (!isdigit((unsigned char)value[0]) || *end || !n || n > COUNT_MAX)
		return dxa_err_new(DXA_ERR_INPUT, 0, "--%s '%s': expected a number from 1 on",
				   option, value);
	*ret = (unsigned int)n;
	return NULL;
}

struct dxa_err *dxa_opts_sweep_fail(const char *value, struct dxa_sweep_opts *o)
{
	bool both = !strcmp(value, "both");

	o->once = both || !strcmp(value, "once");
	o->from = both || !strcmp(value, "from");
	if (o->once || o->from)
		return NULL;
	return dxa_err_new(DXA_ERR_INPUT, 0, "--fail '%s': expected once, from or both", value);
}
