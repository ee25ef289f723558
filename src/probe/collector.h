/* SPDX-License-Identifier: GPL-2.0-only */
/* The receiver of what user space reads from /proc and /sys, as synthetic events. */
#ifndef DAXAUDIT_PROBE_COLLECTOR_H
#define DAXAUDIT_PROBE_COLLECTOR_H

#include <stdint.h>
#include <string.h>

#include "daxaudit/event.h"
#include "probe/probe.h"

struct dxa_collector {
	uint64_t now; /* ktime, ns: the time stamp of the events */
	dxa_event_fn fn; /* gets each event, which is valid until it returns */
	void *priv;
};

/* Stamp the event and pass it on. */
static inline void dxa_collector_add(const struct dxa_collector *c, struct dxa_event *ev)
{
	ev->ts = c->now;
	c->fn(c->priv, ev);
}

/* Copy a name into an empty field of an event, cut to its size like the names in all records. */
static inline void dxa_collector_name(char *to, size_t size, const char *from)
{
	memcpy(to, from, strnlen(from, size - 1));
}

#endif
