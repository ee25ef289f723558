/* SPDX-License-Identifier: GPL-2.0-only */
/* The DAX attribute of each disk that is added, as a synthetic event. */
#ifndef DAXAUDIT_PROBE_COLLECT_DISK_H
#define DAXAUDIT_PROBE_COLLECT_DISK_H

#include <stdbool.h>

#include "daxaudit/event.h"

#define DXA_DISK_CALLS 8

/* Calls of device_add_disk() that have not returned (kprobe mode only). */
struct dxa_disk_calls {
	struct dxa_event pending[DXA_DISK_CALLS];
	unsigned int n;
};

/*
 * Call this with every event. When a disk was added, it reads queue/dax of the disk
 * into *ret (DISK_STATE) and returns true.
 */
bool dxa_collect_disk(struct dxa_disk_calls *f, const struct dxa_event *ev, struct dxa_event *ret);

#endif
