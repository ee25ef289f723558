/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bounds of the engine: how much it remembers and how long it waits. One beyond a
 * bound the audit is not complete, and says so; tests/unit/test_bounds.c tries each.
 */
#ifndef DAXAUDIT_ENGINE_TRACK_BOUNDS_H
#define DAXAUDIT_ENGINE_TRACK_BOUNDS_H

/* X(ID, number, what is bounded) */
#define DXA_BOUNDS(X)                                                           \
	X(FRAMES, 64, "brackets and calls nested in one task")                  \
	X(CONTEXT_LIST, 4096, "allocations and the like of one context")        \
	X(MODULES, 256, "names of modules and drivers that own devices")        \
	X(ENDED, 2048, "addresses whose last life is over and remembered")      \
	X(REFUSED_DISKS, 256, "disks that came up after alloc_dax had refused") \
	X(ODDS, 1024, "oddities of one snapshot")

enum dxa_bound_id {
#define DXA_ENUM(id, ...) DXA_BOUND_ID_##id,
	DXA_BOUNDS(DXA_ENUM)
#undef DXA_ENUM
		DXA_BOUND_ID_COUNT,
};

enum {
#define DXA_ENUM(id, number, ...) id##_MAX = (number),
	DXA_BOUNDS(DXA_ENUM)
#undef DXA_ENUM
};

/* Of these the rest is left out and nothing is lost: a story says how much, memory comes anew. */
#define STORY_MAX 512 /* events of one context that are kept */
#define SPARE_TASKS_MAX 64 /* task records kept for the next task */

/*
 * How long an unaccounted reference may be the kernel's passing use of the inode,
 * and a device be seen before the record of its allocation.
 */
#define GRACE_NS 1000000000ULL
/* Where the stream ends, so long after the record of a put that one has long returned. */
#define END_GRACE_NS (GRACE_NS / 2)
/* How much later than the first record after the grace the proof is complete. */
#define STANDSTILL_NS (GRACE_NS / 20)
/* What was begun so long ago has ended: lookups, snapshots, puts, drivers' teardowns. */
#define LONG_AGO_NS (10 * GRACE_NS)
#define STUCK_AFTER_NS 30000000000ULL
/* So many samples of a task that does not move, so far apart in all, make it stuck. */
#define STUCK_SAMPLES 3
#define STUCK_SPAN_NS 1000000000ULL

#endif
