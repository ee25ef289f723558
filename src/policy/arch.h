/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What each architecture does: the only place that knows one. Whether its data
 * cache aliases (the kernel's cpu_dcache_is_aliasing()), and which number its
 * EOPNOTSUPP has.
 */
#ifndef DAXAUDIT_POLICY_ARCH_H
#define DAXAUDIT_POLICY_ARCH_H

#include "daxaudit/peek.h"
#include "engine/engine.h"

/*
 * A line of the boot log, by a part of it, and what it says. UNKNOWN: a size in
 * bytes comes behind the text; it aliases if that is above the page size.
 */
struct dxa_arch_log {
	const char *text;
	enum dxa_aliasing aliasing;
};

/* How to see on the running machine what such an architecture decided when it booted. */
struct dxa_arch_runtime {
	const char *variable; /* the kernel's, as messages call it; NULL: there is none */
	const char *symbol; /* where it is, in kallsyms */
	enum dxa_peek_what what;
	unsigned int mask; /* any of these bits: it aliases; 0: if above the page size */
	/* The line of /proc/cpuinfo that has the word or has not: by what the kernel itself asks. */
	const char *cpuinfo_key;
	const char *cpuinfo_word;
	const struct dxa_arch_log *log; /* of the boot log; ends with a NULL text */
};

/* One architecture, in the kernel's own name (its folder below arch/). */
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

/* The i-th architecture of the table, NULL behind the last. Static. */
const struct dxa_arch *dxa_arch_at(size_t i);

#endif
