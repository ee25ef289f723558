/* SPDX-License-Identifier: GPL-2.0-only */
/* Tasks that wait for what they hold themselves, as synthetic events of a snapshot. */
#ifndef DAXAUDIT_CLI_WAITING_H
#define DAXAUDIT_CLI_WAITING_H

#include <stdbool.h>
#include <stdint.h>

#include "daxaudit/event.h"

/*
 * Call fn(priv, event) for every task whose kernel stack shows that it waits, in
 * the clean-up of a device-dax, for the lock that its own caller, the creation of
 * that device, holds (TASK_WAITS). Events are stamped with ktime now (ns). Without
 * a dax bus nobody is looked at. Returns false when a task sleeps uninterruptibly
 * and its stack cannot be read.
 */
bool dxa_waiting_tell(uint64_t now, void (*fn)(void *priv, const struct dxa_event *ev), void *priv);

#endif
