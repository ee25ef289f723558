/* SPDX-License-Identifier: GPL-2.0-only */
/* When to read records: all when an audit has stopped, many at a time before. Internal to
 * src/probe. */
#ifndef DAXAUDIT_PROBE_DRAIN_H
#define DAXAUDIT_PROBE_DRAIN_H

#include <stdint.h>

struct dxa_drain {
	/* How many calls were counted whose records are neither delivered nor dropped. */
	uint64_t (*outstanding)(void *priv);
	/* Deliver the records that are ready. */
	void (*consume)(void *priv);
	void *priv;
	uint64_t timeout_ns;
};

/*
 * Consume until nothing is outstanding or the timeout has passed. Returns how many
 * records are still outstanding.
 */
uint64_t dxa_drain(const struct dxa_drain *d);

/*
 * How long a reader gathers records, at most: it reads a burst at once. As long as bursts
 * follow one another, it gathers twice as long each time, up to the second limit.
 */
#define DXA_GATHER_NS 20000000ull
#define DXA_GATHER_MAX_NS 100000000ull

/* What the reader shares with the programs that submit records (bpf/emit.bpf.h). */
struct dxa_wakeup {
	volatile uint64_t *wake_seq; /* a record with this number or a higher one wakes the reader */
	const volatile uint64_t *next_seq; /* of the next record */
	const volatile uint32_t *dropped; /* how many of these were dropped; wraps */
	uint64_t gather; /* ns; the reader's own, 0 at first */
};

/*
 * Before the reader sleeps. `delivered` records were read so far, `came` of them just now, or
 * are about to be: then more will probably follow; `holds`: the number of records in a full
 * ring buffer. Returns for how long (ns) it may sleep before it reads again; 0: until it is
 * woken. In a storm that is 1 ns: the ring buffer might be full before it wakes.
 *
 * A reader that gathers is woken when a quarter of the ring buffer is in use, and an idle one
 * by the next record. It only becomes idle if no program is about to submit a record: a
 * program takes a number first and then reads wake_seq, and this does the reverse.
 */
uint64_t dxa_wakeup_arm(struct dxa_wakeup *w, uint64_t delivered, uint64_t came, uint32_t holds);

#endif
