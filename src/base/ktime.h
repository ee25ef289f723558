/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's clock, which the time stamps of records use. */
#ifndef DAXAUDIT_BASE_KTIME_H
#define DAXAUDIT_BASE_KTIME_H

#include <stdint.h>
#include <time.h>

/* ktime now, ns: CLOCK_MONOTONIC, the clock of bpf_ktime_get_ns(). */
static inline uint64_t dxa_ktime_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

#endif
