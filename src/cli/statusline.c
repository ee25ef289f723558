// SPDX-License-Identifier: GPL-2.0-only
#include "cli/statusline.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "output/wrap.h"

/* The state; there is one terminal. */
static bool shown;

bool dxa_statusline_possible(void)
{
	return isatty(STDERR_FILENO);
}

static unsigned int columns(void)
{
	struct winsize size;

	return !ioctl(STDERR_FILENO, TIOCGWINSZ, &size) && size.ws_col ? size.ws_col :
									 DXA_WIDTH_DEFAULT;
}

void dxa_statusline_print(const char *line)
{
	/* A character in the last column would wrap the line. */
	fprintf(stderr, "\r\033[K%.*s\r", (int)columns() - 1, line);
	fflush(stderr);
	shown = true;
}

static uint64_t count_contexts(const struct dxa_analysis *a)
{
	uint64_t n = 0;

	for (int sort = 0; sort < DXA_CONTEXT_SORTS; sort++)
		n += a->contexts[sort];
	return n;
}

void dxa_statusline_show(const struct dxa_analysis *a, uint64_t now)
{
	uint64_t contexts = count_contexts(a), seconds = (now - a->run.start) / 1000000000;
	size_t watched = 0;
	char line[256];

	for (size_t i = 0; i < a->run.n_hooks; i++)
		watched += a->run.hooks[i].mode != DXA_ATTACH_NONE;
	snprintf(line, sizeof(line),
		 "watching %zu of %zu functions, %" PRIu64 " probe%s, %" PRIu64
		 " finding%s, %" PRIu64 " s, Ctrl-C to stop",
		 watched, a->run.n_hooks, contexts, contexts == 1 ? "" : "s", a->found,
		 a->found == 1 ? "" : "s", seconds);
	dxa_statusline_print(line);
}

void dxa_statusline_hide(void)
{
	if (!shown)
		return;
	fputs("\r\033[K", stderr);
	fflush(stderr);
	shown = false;
}
