/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads the kernel's counters of each hook. Internal to src/probe. */
#ifndef DAXAUDIT_PROBE_COUNTERS_H
#define DAXAUDIT_PROBE_COUNTERS_H

#include "probe/attach.h"
#include "probe/tracefs.h"

/*
 * Sum the counters of a hook over all CPUs into status->count; fd is that of the
 * map `counts`. Returns !status->unreadable: false if the map cannot be read; the
 * counts are then 0.
 */
bool dxa_counters_read(int fd, struct dxa_hook_status *status);

/*
 * How many calls the kernel did not pass to the attached programs of this hook,
 * because they already ran on that CPU. False if the kernel does not count them.
 */
bool dxa_counters_recursion_misses(const struct dxa_hook *hook, uint64_t *ret);

/*
 * Read all calls of this hook that the kernel counted as missed into its
 * status.missed. Returns false, and sets status.unreadable, if some of these
 * counters cannot be read. Call it after dxa_counters_read().
 */
bool dxa_counters_read_missed(struct dxa_hook *hook, struct dxa_tracefs *tracefs);

#endif
