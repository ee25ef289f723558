/* SPDX-License-Identifier: GPL-2.0-only */
/* Reports of the kernel's own checkers in its log. */
#ifndef DAXAUDIT_BASE_KCOMPLAINT_H
#define DAXAUDIT_BASE_KCOMPLAINT_H

/*
 * The checker that wrote a line of the kernel's log: "kasan", "ubsan", "lockdep",
 * "refcount", "list", "warning", "hung-task", "kmemleak", "bug", "oops"; NULL for any other
 * line. line: the message without level and time. Static.
 */
const char *dxa_kcomplaint(const char *line);

#endif
