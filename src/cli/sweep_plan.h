/* SPDX-License-Identifier: GPL-2.0-only */
/* Which calls a sweep makes fail, from the round in which none does. Pure. */
#ifndef DAXAUDIT_CLI_SWEEP_PLAN_H
#define DAXAUDIT_CLI_SWEEP_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/symbols.h"
#include "base/vec.h"
#include "daxaudit/faults.h"

/* One round: fail the call with this key that has `before` of the same key before it. */
struct dxa_sweep_target {
	uint64_t key;
	uint32_t before;
	uint32_t call; /* index of the call in the round without a fault */
	bool from; /* and all behind it */
};

struct dxa_sweep_bounds {
	uint32_t per_stack; /* calls of one call stack that fail; 0: all */
	bool once, from; /* modes; the rounds of the first come before those of the second */
};

/*
 * Append a round for every call of the bounds (struct dxa_sweep_target) to plan. *stacks gets the
 * number of different call stacks. False without memory.
 */
bool dxa_sweep_plan(const struct dxa_fault_call *calls, size_t n,
		    const struct dxa_sweep_bounds *bounds, struct dxa_vec *plan, size_t *stacks);

/* Is it one of the allocators of mm/, of which only the callers tell something? */
bool dxa_sweep_is_allocator(const char *function);

/*
 * Who made a call, innermost first, joined by " < ", up to the function that ends(name) is true
 * of: without the allocator's own functions and without BPF's. The caller frees it; NULL without
 * memory.
 */
char *dxa_sweep_chain(const struct dxa_fault_call *call, struct dxa_symbols *symbols,
		      bool (*ends)(const char *function));

#endif
