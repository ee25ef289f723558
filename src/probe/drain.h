/* SPDX-License-Identifier: GPL-2.0-only */
/* Wait until all records of an audit that has stopped are delivered. Internal to src/probe. */
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

#endif
