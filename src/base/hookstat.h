/* SPDX-License-Identifier: GPL-2.0-only */
/* The status of each hook: how it is attached, and its counters. */
#ifndef DAXAUDIT_BASE_HOOKSTAT_H
#define DAXAUDIT_BASE_HOOKSTAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/event_kinds.h"
#include "daxaudit/event.h"

/* How one hook is attached. */
enum dxa_attach_mode {
	DXA_ATTACH_NONE, /* not attached; see reason */
	DXA_ATTACH_FENTRY, /* BPF trampolines: fentry and fexit */
	DXA_ATTACH_KPROBE, /* kprobe events of tracefs */
	DXA_ATTACH_PENDING, /* kprobe events, which the kernel arms when the module is loaded */
	DXA_ATTACH_TRACEPOINT,
};

/* "none", "fentry", "kprobe", "pending", "tracepoint". Static. */
const char *dxa_attach_mode_name(enum dxa_attach_mode mode);

/* struct dxa_hook_count summed over all CPUs. */
struct dxa_count {
	uint64_t seen;
	uint64_t submitted;
	uint64_t dropped;
	uint64_t repeated;
};

struct dxa_hook_status {
	const struct dxa_kind_info *info;
	enum dxa_attach_mode mode;
	char symbol[96]; /* of the hooked function, with its suffix; "": not hooked */
	char reason[192]; /* why not a better mode; "" for the best one */
	struct dxa_count count;
	uint64_t missed; /* calls that the kernel counted as not passed to the programs */
	bool unreadable; /* a part of count and missed could not be read, and is 0 */
};

/*
 * Does ev switch off the calls of hooks that are attached in this mode? They stay off
 * until the switch is on again, which no event shows reliably.
 */
bool dxa_event_silences(const struct dxa_event *ev, enum dxa_attach_mode mode);

/* Do the counters agree? Not while the hook runs. */
static inline bool dxa_count_agrees(const struct dxa_count *c)
{
	return c->seen == c->submitted + c->dropped + c->repeated;
}

/* The sum of the counters of all hooks. */
struct dxa_count dxa_hooks_total(const struct dxa_hook_status *hooks, size_t n, uint64_t *missed);

/*
 * The hooks whose functions may be called without a record, as bits (1 << kind). A check
 * that needs such a record must not conclude from its absence. These are the hooks that
 * are not attached, except for functions that this kernel need not have: an absent one
 * of need EXTRA or DEEP belongs to another release, and the four of CONFIG_FS_DAX are inline
 * functions if none of them is there. The functions that set flags (set_dax_*,
 * dax_write_cache) and dax_direct_access are in every kernel with alloc_dax, so they count as
 * unobserved unless attached, even if they are not in the list. A hook that waits for its module is
 * attached.
 */
uint64_t dxa_hooks_unobserved(const struct dxa_hook_status *hooks, size_t n);

/*
 * How many more records were dropped according to a record (event.h: dropped) than
 * *known, the largest count so far, which is updated. A program that was preempted
 * before it reserved its record has a smaller count than records before it: then 0.
 */
uint32_t dxa_dropped_since(uint32_t *known, uint32_t dropped);

#endif
