/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel symbols that daxaudit looks up by name. Internal to src/probe. */
#ifndef DAXAUDIT_PROBE_WANTED_H
#define DAXAUDIT_PROBE_WANTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daxaudit/event.h"
#include "daxaudit/symwalk.h"

/*
 * Tracers of returns put the address of one of these in a return address's place: the graph
 * tracer, and kretprobes by rethook (since v5.18) and without it, by their newer and older name.
 */
extern const char *const dxa_wanted_return_hooks[DXA_RETURN_HOOKS];

/* The holder of a whole disk one of whose partitions is held. */
#define DXA_WANTED_CLAIM "bd_may_claim"

/* It exists with CONFIG_DEBUG_KOBJECT_RELEASE only (lib/kobject.c). */
#define DXA_WANTED_DELAYED "kobject_delayed_cleanup"

/* The i-th name, from 0, of a function or a variable; NULL after the last. Static. */
const char *dxa_wanted_name(size_t i);

/* The module of the i-th name when that is not built in; NULL: not known. Static. */
const char *dxa_wanted_module(size_t i);

/* Is it a variable that is looked up, or the dax_operations of any driver? */
bool dxa_wanted_data(const char *name);

/* Set a bit in set[] for the first characters of each name, for the symbol walk. */
void dxa_wanted_set(uint64_t set[DXA_SYMWALK_WORDS]);

#endif
