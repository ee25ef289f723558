/* SPDX-License-Identifier: GPL-2.0-only */
/* What became of each hook: how it is attached and what it counted. */
#ifndef DAXAUDIT_BASE_HOOKSTAT_H
#define DAXAUDIT_BASE_HOOKSTAT_H

#include <stddef.h>
#include <stdint.h>

#include "base/kinds.h"
#include "daxaudit/event.h"

/* How one hook is attached. */
enum dxa_attach_mode {
	DXA_ATTACH_NONE, /* not at all; the reason says why */
	DXA_ATTACH_FENTRY, /* BPF trampolines: fentry and fexit */
	DXA_ATTACH_KPROBE, /* kprobe events of tracefs */
	DXA_ATTACH_PENDING, /* kprobe events, armed when the module comes */
	DXA_ATTACH_TRACEPOINT,
};

/* "none", "fentry", "kprobe", "pending", "tracepoint". Static. */
const char *dxa_attach_mode_name(enum dxa_attach_mode mode);

/* struct dxa_hook_count summed over all CPUs. */
struct dxa_count {
	uint64_t seen;
	uint64_t submitted;
	uint64_t dropped;
};

struct dxa_hook_status {
	const struct dxa_kind_info *info;
	enum dxa_attach_mode mode;
	char symbol[96]; /* what was hooked: the name with its suffix; empty if nothing */
	char reason[192]; /* why this mode and no better one; empty for the best */
	struct dxa_count count;
	uint64_t missed; /* calls that the kernel says it did not hand to our programs */
};

/* All hooks' counters added up. */
struct dxa_count dxa_hooks_total(const struct dxa_hook_status *hooks, size_t n, uint64_t *missed);

/*
 * Hooks of functions that this kernel has but that are not watched, as bits
 * (1 << kind). A function that the kernel does not have by right (CONFIG_FS_DAX=n,
 * another release) or whose module can still come is no bit here.
 */
uint32_t dxa_hooks_blind(const struct dxa_hook_status *hooks, size_t n);

/*
 * How many more records were dropped, by what a record says (event.h: dropped),
 * than *known, the most that any before it said; *known moves on, never back. A
 * program that was held up before it took its place in the ring buffer says less
 * than the records before its own: that is no loss.
 */
uint32_t dxa_dropped_since(uint32_t *known, uint32_t dropped);

#endif
