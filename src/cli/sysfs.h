/* SPDX-License-Identifier: GPL-2.0-only */
/* What sysfs shows of disks and buses, as synthetic events of a snapshot. */
#ifndef DAXAUDIT_CLI_SYSFS_H
#define DAXAUDIT_CLI_SYSFS_H

#include <stdbool.h>
#include <stdint.h>

#include "daxaudit/event.h"

/* What the queue of a disk says of DAX, 0 or 1, into *dax. False where there is no such file. */
bool dxa_sysfs_queue_dax(const char *disk, int *dax);

/*
 * Call fn(priv, event) for every disk whose queue says DAX (DISK_STATE), every
 * device of the dax bus and every virtiofs device (BUS_DEVICE), and every disk
 * that is gone but that a dm table still uses (USED_GONE). Events are stamped
 * with ktime now (ns). Returns whether sysfs could be read.
 */
bool dxa_sysfs_tell(uint64_t now, void (*fn)(void *priv, const struct dxa_event *ev), void *priv);

#endif
