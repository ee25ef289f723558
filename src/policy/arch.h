/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table of architectures: whether the data cache aliases (the kernel's
 * cpu_dcache_is_aliasing()), and the number of EOPNOTSUPP.
 */
#ifndef DAXAUDIT_POLICY_ARCH_H
#define DAXAUDIT_POLICY_ARCH_H

#include "daxaudit/peek.h"
#include "engine/engine.h"

/*
 * A line of the boot log, by a part of its text, and its meaning. UNKNOWN: a size in bytes
 * follows the text; the cache aliases if that is above the page size.
 */
struct dxa_arch_log {
	const char *text;
	enum dxa_aliasing aliasing;
};

/* How to find out on a running machine what the architecture decided at boot. */
struct dxa_arch_runtime {
	const char *variable; /* a kernel variable, as named in messages; NULL: none */
	const char *symbol; /* its symbol in kallsyms */
	enum dxa_peek_what what;
	unsigned int mask; /* aliases if any of these bits is set; 0: if above the page size */
	/* The line of /proc/cpuinfo in which a word, or its absence, shows what the kernel decided.
	 */
	const char *cpuinfo_key;
	const char *cpuinfo_word;
	const struct dxa_arch_log *log; /* of the boot log; ends with a NULL text */
};

/* An architecture; name: its directory in arch/ of the kernel. */
struct dxa_arch {
	const char *name;
	const char *const *machines; /* uname -m prefixes, NULL-terminated */
	enum dxa_aliasing aliasing; /* UNKNOWN: decided at run time, see how */
	const char *how; /* what the kernel decides by */
	const char *source; /* the kernel's file that says so */
	int eopnotsupp; /* positive */
	const struct dxa_arch_runtime *runtime; /* NULL: nothing to see */
};

/* The architecture of a machine name as uname -m gives it, or NULL. Static. */
const struct dxa_arch *dxa_arch_by_machine(const char *machine);

/* The i-th architecture of the table, NULL after the last. Static. */
const struct dxa_arch *dxa_arch_at(size_t i);

#endif
