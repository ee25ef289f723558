/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What each architecture does: the only place that knows one. Whether its data
 * cache aliases (the kernel's cpu_dcache_is_aliasing()), and which number its
 * EOPNOTSUPP has.
 */
#ifndef DAXAUDIT_POLICY_ARCH_H
#define DAXAUDIT_POLICY_ARCH_H

#include <stddef.h>

#include "engine/engine.h"

/* One architecture, in the kernel's own name (its folder below arch/). */
struct dxa_arch {
	const char *name;
	const char *const *machines; /* uname -m prefixes, NULL-terminated */
	enum dxa_aliasing aliasing; /* UNKNOWN: decided at run time, see how */
	const char *how; /* what the kernel decides by, with its source */
	int eopnotsupp; /* positive */
};

/* The architecture of a machine name as uname -m gives it, or NULL. Static. */
const struct dxa_arch *dxa_arch_by_machine(const char *machine);

/* The i-th architecture of the table, NULL behind the last. Static. */
const struct dxa_arch *dxa_arch_at(size_t i);

#endif
