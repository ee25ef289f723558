/* SPDX-License-Identifier: GPL-2.0-only */
/* The state of disks and buses in sysfs, as synthetic events of a snapshot. */
#ifndef DAXAUDIT_PROBE_COLLECT_SYSFS_H
#define DAXAUDIT_PROBE_COLLECT_SYSFS_H

#include <stdbool.h>

#include "probe/collector.h"

/* Read queue/dax of a disk, 0 or 1, into *dax. False if the disk has no such attribute. */
bool dxa_read_queue_dax(const char *disk, int *dax);

/*
 * Write the device that uses the block device of a DISK_USED or USED_GONE event, by its
 * link in sysfs ("dm-3", "md127"), to name, an empty field. False if there is no link.
 */
bool dxa_read_disk_user(const struct dxa_event *ev, char name[DXA_DRIVER_LEN]);

/*
 * Add an event for every disk whose queue advertises DAX (DISK_STATE), every
 * device of the dax bus and every virtiofs device (BUS_DEVICE), and, if used_gone, every
 * removed disk that a dm table still uses (USED_GONE). Returns false if sysfs cannot be
 * read completely.
 */
bool dxa_collect_sysfs(const struct dxa_collector *c, bool used_gone);

#endif
