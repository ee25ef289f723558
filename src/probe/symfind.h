/* SPDX-License-Identifier: GPL-2.0-only */
/* The symbols that daxaudit looks up, each found by its name. Internal to src/probe. */
#ifndef DAXAUDIT_PROBE_SYMFIND_H
#define DAXAUDIT_PROBE_SYMFIND_H

#include <stdbool.h>

#include "daxaudit/symfind.h"
#include "probe/kallsyms.h"

/*
 * The function that came with a fast search: commit 4dc533e0f2c0 ("kallsyms: Add helper
 * kallsyms_on_each_match_symbol()") (in v6.2), of the same series as commit 60443c88f3a8
 * ("kallsyms: Improve the performance of kallsyms_lookup_name()"). Before, the kernel
 * compares all names.
 */
#define DXA_SYMFIND_FAST "kallsyms_on_each_match_symbol"

struct dxa_symfind_source {
	/* Fill the out members of q; false: the kernel refused. */
	bool (*look_up)(void *priv, struct dxa_symfind *q);
	/* Is it a function of the kernel proper by its BTF? */
	bool (*in_btf)(void *priv, const char *name);
	void *priv;
	const char *modules; /* a file like /proc/modules */
};

/*
 * Add all symbols of probe/wanted.h and the code of all modules to k. False if that is not
 * possible, or if a function may exist under another name (foo.isra.0), which only a walk over
 * all symbols finds. k then has some of them.
 */
bool dxa_symfind_all(const struct dxa_symfind_source *s, struct dxa_kallsyms *k);

#endif
