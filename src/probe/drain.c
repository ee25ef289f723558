// SPDX-License-Identifier: GPL-2.0-only
#include "probe/drain.h"

#include "base/ktime.h"

/*
 * Records arrive in bursts. A record in an empty ring buffer wakes the reader, which costs more
 * than the record itself, and then the reader asks for missed calls. Later records of the
 * burst cost neither.
 */
#define GATHER_NS 5000000ull
#define GATHER_HOLDS 8000u /* of the default ring buffer, in which there is room for so long */
#define GATHER_PART 128

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

void dxa_gather(uint32_t holds, uint64_t came)
{
	const uint32_t n = holds < GATHER_HOLDS ? holds : GATHER_HOLDS;
	const struct timespec pause = { .tv_nsec = (long)(GATHER_NS * n / GATHER_HOLDS) };

	if (came < holds / GATHER_PART)
		nanosleep(&pause, NULL);
}
