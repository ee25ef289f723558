/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel says against itself in its log. */
#ifndef DAXAUDIT_BASE_KCOMPLAINT_H
#define DAXAUDIT_BASE_KCOMPLAINT_H

/*
 * Which watchdog a line of the kernel's log comes from: "kasan", "ubsan", "lockdep",
 * "refcount", "list", "warning", "hung-task", "kmemleak", "bug", "oops"; NULL when it is no
 * complaint. line: the message alone, without level and time. Static.
 */
const char *dxa_kcomplaint(const char *line);

#endif
