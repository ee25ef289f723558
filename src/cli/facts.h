/* SPDX-License-Identifier: GPL-2.0-only */
/* What only user space can tell the engine, as synthetic events. */
#ifndef DAXAUDIT_CLI_FACTS_H
#define DAXAUDIT_CLI_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "daxaudit/event.h"

#define DXA_FACTS_PENDING 8

/* Disks whose device_add_disk() was entered and has not returned (kprobe mode only). */
struct dxa_facts {
	struct dxa_event pending[DXA_FACTS_PENDING];
	unsigned int n;
};

/*
 * Called with every event: when it says that a disk came up, read what its
 * queue says of DAX into *ret (DXA_KIND_DISK_STATE) and return true.
 */
bool dxa_facts_disk(struct dxa_facts *f, const struct dxa_event *ev, struct dxa_event *ret);

/* Read the state of task tid into *ret (DXA_KIND_TASK_STATE); false when the task is gone. */
bool dxa_facts_task(uint32_t tid, uint64_t now, struct dxa_event *ret);

#endif
