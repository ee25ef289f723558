/* SPDX-License-Identifier: GPL-2.0-only */
/* The state of tasks in /proc, as synthetic events. */
#ifndef DAXAUDIT_PROBE_COLLECT_TASKS_H
#define DAXAUDIT_PROBE_COLLECT_TASKS_H

#include <stdbool.h>

#include "probe/collector.h"

/*
 * Add an event (TASK_WAITS) for every task whose kernel stack shows that it waits,
 * in the error path of a device-dax creation, for the lock that its own caller
 * holds. Looks at no task if the dax bus has no device. Returns false if a task sleeps
 * uninterruptibly and its stack cannot be read.
 */
bool dxa_collect_waits(const struct dxa_collector *c);

/*
 * Read the state of task tid into *ret (TASK_STATE), stamped with ktime now (ns).
 * Between two samples with the same context switches (arg) the task did not run.
 * The function (name) needs CAP_SYS_ADMIN, else it is empty. False if the task has
 * exited.
 */
bool dxa_collect_task(uint32_t tid, uint64_t now, struct dxa_event *ret);

#endif
