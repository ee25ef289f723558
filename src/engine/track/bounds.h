/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bounds of the engine: how much it keeps and how long it waits. When a bound is
 * exceeded, a gap is counted; tests/unit/test_bounds.c exceeds each by one.
 */
#ifndef DAXAUDIT_ENGINE_TRACK_BOUNDS_H
#define DAXAUDIT_ENGINE_TRACK_BOUNDS_H

/* X(ID, number, what is bounded) */
#define DXA_BOUNDS(X)                                                          \
	X(FRAMES, 64, "brackets and calls nested in one task")                 \
	X(CONTEXT_LIST, 4096, "allocations, and other lists, of one context")  \
	X(MODULES, 256, "names of modules and drivers that own devices")       \
	X(ENDED, 2048, "ended lives that are kept")                            \
	X(REFUSED_DISKS, 256, "disks that were added after alloc_dax refused") \
	X(ANOMALIES, 1024, "anomalies of one snapshot")

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

/* No gap when these are exceeded: a story counts what it leaves out, and a task is allocated. */
#define STORY_MAX 512 /* events of one context that are kept */
#define SPARE_TASKS_MAX 64 /* task records kept for the next task */

/*
 * The grace period: how long an unaccounted reference may be a short use of the inode by
 * the kernel, and how long before its alloc_dax record a device may be seen.
 */
#define GRACE_NS 1000000000ULL
/* At the end of the stream: a put that was recorded so long ago has returned. */
#define END_GRACE_NS (GRACE_NS / 2)
/* The least time between the two snapshots after which a reference leak is checked. */
#define LOOKS_APART_NS (GRACE_NS / 2)
/* How long after the first record behind the grace period a suspicion is checked. */
#define STANDSTILL_NS (GRACE_NS / 20)
/* A lookup, snapshot, put or teardown that began so long ago has ended. */
#define LONG_AGO_NS (10 * GRACE_NS)
#define STUCK_AFTER_NS 30000000000ULL
/* A task is stuck after this many samples in which it did not run, over this span. */
#define STUCK_SAMPLES 3
#define STUCK_SPAN_NS 1000000000ULL

#endif
