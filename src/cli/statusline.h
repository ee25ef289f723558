/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A status line of a running audit, on standard error if that is a terminal. It is removed
 * before other output.
 */
#ifndef DAXAUDIT_CLI_STATUSLINE_H
#define DAXAUDIT_CLI_STATUSLINE_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/analysis.h"

/* The interval of updates. */
#define DXA_STATUSLINE_NS 1000000000ull

/* Is a status line possible? */
bool dxa_statusline_possible(void);

/*
 * Show the status at ktime now (ns). The cursor is left at the start of the line, so that
 * the output of an audited command overwrites it.
 */
void dxa_statusline_show(const struct dxa_analysis *a, uint64_t now);

/* Show a line, cut off at the width of the terminal. It replaces the one before. */
void dxa_statusline_print(const char *line);

/* Remove the status line, if one is shown. */
void dxa_statusline_hide(void);

#endif
