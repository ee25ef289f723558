/* SPDX-License-Identifier: GPL-2.0-only */
/* Plans the rounds of a sweep from the calls of the round without a fault. Pure. */
#ifndef DAXAUDIT_CLI_SWEEP_PLAN_H
#define DAXAUDIT_CLI_SWEEP_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/symbols.h"
#include "base/vec.h"
#include "daxaudit/faults.h"

/* A round: the call with this key fails that has `before` calls with the same key before it. */
struct dxa_sweep_target {
	uint64_t key;
	uint32_t before;
	uint32_t call; /* index of the call in the round without a fault */
	bool from; /* later calls fail, too */
};

struct dxa_sweep_bounds {
	uint32_t per_stack; /* calls of one call stack that fail; 0: all */
	bool once, from; /* modes; the rounds of the first come before those of the second */
};

/*
 * Append a round (struct dxa_sweep_target) for every call within the bounds to plan. *stacks:
 * the number of different call stacks. False without memory.
 */
bool dxa_sweep_plan(const struct dxa_fault_call *calls, size_t n,
		    const struct dxa_sweep_bounds *bounds, struct dxa_vec *plan, size_t *stacks);

/* Is it an allocator of mm/? Only its callers are of interest. */
bool dxa_sweep_is_allocator(const char *function);

/*
 * The callers of a call, innermost first, joined by " < ", up to the function for which
 * ends(name) is true; without functions of the allocator and of BPF. The caller frees it; NULL
 * without memory.
 */
char *dxa_sweep_chain(const struct dxa_fault_call *call, struct dxa_symbols *symbols,
		      bool (*ends)(const char *function));

#endif
