/* SPDX-License-Identifier: GPL-2.0-only */
/* What became of each hook: how it is attached and what it counted. */
#ifndef DAXAUDIT_BASE_HOOKSTAT_H
#define DAXAUDIT_BASE_HOOKSTAT_H

#include <stdbool.h>
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
	bool unreadable; /* count and missed are not all known: what could not be read is 0 */
};

/*
 * Does ev say that from now on the kernel does not call a hook that is attached so?
 * It holds until the switch is on again, which no event shows for certain.
 */
bool dxa_event_silences(const struct dxa_event *ev, enum dxa_attach_mode mode);

/* All hooks' counters added up. */
struct dxa_count dxa_hooks_total(const struct dxa_hook_status *hooks, size_t n, uint64_t *missed);

/*
 * The hooks whose calls may happen unseen, as bits (1 << kind): what depends on
 * having seen them must not be judged. Such is every hook that is not attached,
 * but for a function that this kernel can do without: one of need EXTRA that is
 * absent is of another release, and the four of CONFIG_FS_DAX are no function at
 * all where none of them is there. The declarations (set_dax_*, dax_write_cache)
 * belong to every kernel that has alloc_dax: they are blind unless attached, absent
 * ones and those that are not in the list included. A hook that waits for its
 * module is attached.
 */
uint32_t dxa_hooks_unobserved(const struct dxa_hook_status *hooks, size_t n);

/*
 * How many more records were dropped, by what a record says (event.h: dropped),
 * than *known, the most that any before it said; *known moves on, never back. A
 * program that was held up before it took its place in the ring buffer says less
 * than the records before its own: that is no loss.
 */
uint32_t dxa_dropped_since(uint32_t *known, uint32_t dropped);

#endif
