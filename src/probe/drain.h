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
 * A record has arrived. Wait at most 5 ms for the records after it, less for a small ring
 * buffer. Do not wait if the last burst, or what is in the ring buffer now, was so large that
 * the ring buffer may fill in that time.
 */
void dxa_gather(uint32_t holds, uint64_t came);

#endif
