/* SPDX-License-Identifier: GPL-2.0-only */
/* The snapshot that is being taken, or was taken last. */
#ifndef DAXAUDIT_ENGINE_TRACK_SNAPSHOT_H
#define DAXAUDIT_ENGINE_TRACK_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/core.h"

/* A device of the snapshot. */
struct device {
	struct dxa_device view;
	struct rec rec;
	struct rec host; /* its entry in dax_hosts; n 0: none */
	const struct dxa_event *bus; /* its device on the dax bus, or NULL */
	uint64_t incarnation; /* of its disk or bus device in sysfs; 0: not known */
};

struct snapshot {
	struct dxa_vec devices; /* struct device */
	struct dxa_vec hosts; /* struct rec */
	struct dxa_vec disks; /* struct rec: disks that advertise DAX */
	struct dxa_vec unhosted; /* struct rec: the ones of them that are not in dax_hosts */
	struct dxa_vec bus; /* struct rec */
	struct dxa_map by_dax; /* index in devices plus one, as a pointer */
	uint64_t known; /* in which parts it is complete: bits of daxaudit/snapshot.h */
	struct dxa_vec waiting; /* struct rec: tasks that wait for their own lock */
	struct dxa_vec gone; /* struct rec: removed disks that are still in use, without doubles */
	struct dxa_vec used; /* struct rec: disks that are open */
	uint64_t start; /* number of its first record */
	uint64_t start_at; /* ktime of its first record */
	size_t dead; /* killed devices of disks that are not in dax_hosts */
	size_t unmatched; /* devices that contradict the events */
	bool compared; /* an earlier one was complete, so a new device must have an alloc_dax */
	bool virtiofs_bound;
	bool asked; /* the audit is about existing devices: an incomplete snapshot is a gap */
	bool incomplete; /* a part was dropped, without memory: nothing may be concluded from it */
	bool ended;
};

/* Is the snapshot complete in all of these bits (daxaudit/snapshot.h)? */
static inline bool snapshot_has(const struct snapshot *s, uint64_t what)
{
	return (s->known & what) == what;
}

/* The device at this address, or NULL. */
struct device *snapshot_device(const struct snapshot *s, uint64_t dax);

/* Add a disk of sysfs to the snapshot. */
void snapshot_disk(struct dxa_engine *e, const struct rec *r);

/* The number of devices in the last snapshot that contradict the events. */
size_t snapshot_unmatched(const struct dxa_engine *e);

/*
 * The snapshot is complete: join its parts and publish its facts. False if it does not
 * contain all devices.
 */
bool snapshot_end(struct dxa_engine *e, const struct rec *r);

/* Free it. */
void snapshot_free(struct dxa_engine *e);

#endif
