/* SPDX-License-Identifier: GPL-2.0-only */
/* Concludes whether the data cache of a machine aliases. */
#ifndef DAXAUDIT_POLICY_ALIASING_H
#define DAXAUDIT_POLICY_ALIASING_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/arch.h"

/* What is known about the machine, except its architecture; all zero: nothing. */
struct dxa_aliasing_facts {
	bool has_value;
	uint64_t value; /* of the kernel's variable, when has_value */
	uint64_t page_size; /* bytes; 0: not known */
	const char *cpuinfo; /* the text of /proc/cpuinfo, or NULL */
	const char *log; /* the kernel's boot log, or NULL */
};

struct dxa_aliasing_answer {
	enum dxa_aliasing aliasing;
	char from[96]; /* "constant: ...", "cacheid = 0x1", "/proc/cpuinfo: ...", "boot log: ...",
			  ... */
};

/*
 * Conclude from the best available source: a constant of the architecture; /proc/cpuinfo, if
 * the kernel prints there what it decides by; a kernel variable; the boot log. Else the
 * result is unknown, and from says so. arch may be NULL: not in the table.
 */
void dxa_aliasing_decide(const struct dxa_arch *arch, const struct dxa_aliasing_facts *facts,
			 struct dxa_aliasing_answer *ret);

#endif
