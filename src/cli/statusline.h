/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One line at the bottom of a terminal that says how an audit stands. It is on standard
 * error, only when that is a terminal, and makes way for whatever else is written.
 */
#ifndef DAXAUDIT_CLI_STATUSLINE_H
#define DAXAUDIT_CLI_STATUSLINE_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/analysis.h"

/* How often it is renewed. */
#define DXA_STATUSLINE_NS 1000000000ull

/* Can there be one? */
bool dxa_statusline_possible(void);

/*
 * Show how the audit stands at ktime now (ns). The cursor is left at the line's start, so
 * that what an audited command writes takes its place.
 */
void dxa_statusline_show(const struct dxa_analysis *a, uint64_t now);

/* Remove it, where one is shown. */
void dxa_statusline_hide(void);

#endif
