// SPDX-License-Identifier: GPL-2.0-only
#include "cli/width.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "output/wrap.h"

/* A longer line is a mistake in COLUMNS. */
#define WIDTH_MAX 10000

/* COLUMNS has precedence, so that text for a pager can have the pager's width. */
unsigned int dxa_text_width(bool terminal)
{
	const char *columns = getenv("COLUMNS");
	unsigned long n = columns ? strtoul(columns, NULL, 10) : 0;
	struct winsize size;

	if (!n && terminal && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size))
		n = size.ws_col;
	if (!n || n > WIDTH_MAX)
		return DXA_WIDTH_DEFAULT;
	return n < DXA_WIDTH_MIN ? DXA_WIDTH_MIN : (unsigned int)n;
}
