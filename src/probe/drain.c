// SPDX-License-Identifier: GPL-2.0-only
#include "probe/drain.h"

#include "base/ktime.h"

#define PAUSE_MIN_NS 50000l
#define PAUSE_MAX_NS 10000000l

uint64_t dxa_drain(const struct dxa_drain *d)
{
	uint64_t until = dxa_ktime_now() + d->timeout_ns;
	struct timespec pause = { .tv_nsec = PAUSE_MIN_NS };
	uint64_t left;

	for (;;) {
		d->consume(d->priv);
		left = d->outstanding(d->priv);
		if (!left || dxa_ktime_now() >= until)
			return left;
		nanosleep(&pause, NULL);
		if (pause.tv_nsec < PAUSE_MAX_NS)
			pause.tv_nsec *= 2;
	}
}
