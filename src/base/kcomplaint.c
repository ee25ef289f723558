// SPDX-License-Identifier: GPL-2.0-only
#include "base/kcomplaint.h"

#include <stddef.h>
#include <string.h>

/*
 * The first row that matches counts: the line has all its words in their order. Sources
 * (6.12.107): mm/kasan/report.c, lib/ubsan.c, kernel/locking/lockdep.c, lib/refcount.c,
 * lib/list_debug.c, kernel/panic.c, kernel/hung_task.c, mm/kmemleak.c, mm/slub.c,
 * arch/x86/kernel/dumpstack.c.
 */
static const struct {
	const char *who, *word, *then;
} rows[] = {
	{ "kasan", "BUG: KASAN:", "" },
	{ "ubsan", "UBSAN:", "" },
	{ "lockdep", "WARNING: possible", "detected" },
	{ "lockdep", "WARNING: suspicious RCU usage", "" },
	{ "lockdep", "WARNING: inconsistent lock state", "" },
	{ "lockdep", "WARNING: bad unlock balance", "" },
	{ "lockdep", "WARNING: held lock freed", "" },
	{ "lockdep", "still has locks held", "" },
	{ "refcount", "refcount_t:", "" },
	{ "list", "list_add corruption", "" },
	{ "list", "list_del corruption", "" },
	{ "hung-task", "INFO: task ", "blocked for more than" },
	{ "kmemleak", "kmemleak:", "new suspected memory leaks" },
	{ "warning", "WARNING: CPU:", "" },
	{ "warning", "WARNING: ", " at " },
	/* 7.3 without CONFIG_DEBUG_BUGVERBOSE: there is no file name. */
	{ "warning", "WARNING: at ", "" },
	{ "bug", "kernel BUG at", "" },
	{ "bug", "BUG ", "): " },
	{ "bug", "BUG: ", "" },
	{ "oops", "general protection fault", "" },
	{ "oops", "Oops: ", "" },
	{ "oops", "Kernel panic", "" },
};

const char *dxa_kcomplaint(const char *line)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *at = strstr(line, rows[i].word);

		if (at && strstr(at + strlen(rows[i].word), rows[i].then))
			return rows[i].who;
	}
	return NULL;
}
