// SPDX-License-Identifier: GPL-2.0-only
#include "probe/drain.h"

#include <stdbool.h>

#include "base/ktime.h"

/* The part of the ring buffer after which a reader that gathers is woken. */
#define GATHER_PART 4
/* After a burst of this part of the ring buffer, in DXA_GATHER_NS, it does not sleep. */
#define HURRY_PART 128

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

/* How many numbers were taken for records that are neither delivered nor dropped. */
static uint32_t on_the_way(const struct dxa_wakeup *w, uint64_t delivered)
{
	/* Read in this order: a record takes a number before it may be dropped. */
	uint32_t dropped = *w->dropped;

	__sync_synchronize();
	/* In 32 bits, because that of the dropped ones wraps; there are fewer on the way. */
	return (uint32_t)*w->next_seq - dropped - (uint32_t)delivered;
}

/* Would the ring buffer be full before long, if as many records come as did while it slept? */
static bool is_storm(const struct dxa_wakeup *w, uint64_t came, uint32_t holds)
{
	uint64_t slept = w->gather > DXA_GATHER_NS ? w->gather / DXA_GATHER_NS : 1;

	return came > slept * (holds / HURRY_PART);
}

uint64_t dxa_wakeup_arm(struct dxa_wakeup *w, uint64_t delivered, uint64_t came, uint32_t holds)
{
	*w->wake_seq = came ? *w->next_seq - on_the_way(w, delivered) + holds / GATHER_PART : 0;
	__sync_synchronize();
	if (is_storm(w, came, holds))
		return 1;
	if (!came) {
		w->gather = 0;
		return on_the_way(w, delivered) ? DXA_GATHER_NS : 0;
	}
	w->gather = w->gather ? w->gather * 2 : DXA_GATHER_NS;
	if (w->gather > DXA_GATHER_MAX_NS)
		w->gather = DXA_GATHER_MAX_NS;
	return w->gather;
}
