/* SPDX-License-Identifier: GPL-2.0-only */
/* The state that sysfs shows of disks and buses, as synthetic events of a snapshot. */
#ifndef DAXAUDIT_PROBE_COLLECT_SYSFS_H
#define DAXAUDIT_PROBE_COLLECT_SYSFS_H

#include <stdbool.h>

#include "probe/collector.h"

/* Read queue/dax of a disk, 0 or 1, into *dax. False if the disk has no such attribute. */
bool dxa_read_queue_dax(const char *disk, int *dax);

/*
 * Which device uses the block device of a DISK_USED or USED_GONE event, as sysfs
 * links them ("dm-3", "md127"), into name, an empty field. False if sysfs has no link.
 */
bool dxa_read_disk_user(const struct dxa_event *ev, char name[DXA_DRIVER_LEN]);

/*
 * Add an event for every disk whose queue advertises DAX (DISK_STATE), every
 * device of the dax bus and every virtiofs device (BUS_DEVICE), and every removed
 * disk that a dm table still uses (USED_GONE). Returns false if sysfs cannot be
 * read completely.
 */
bool dxa_collect_sysfs(const struct dxa_collector *c);

#endif
