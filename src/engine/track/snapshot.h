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
	struct rec host; /* n 0: it is in dax_hosts for no disk */
	const struct dxa_event *bus; /* its device on the dax bus, or NULL */
	uint64_t incarnation; /* of its disk or bus device in sysfs; 0: not known */
};

struct snapshot {
	struct dxa_vec devices; /* struct device */
	struct dxa_vec hosts; /* struct rec */
	struct dxa_vec disks; /* struct rec: they say DAX */
	struct dxa_vec unhosted; /* struct rec: of these, those that dax_hosts does not have */
	struct dxa_vec bus; /* struct rec */
	struct dxa_map by_dax; /* index in devices plus one, as a pointer */
	uint64_t known; /* what it is complete in */
	struct dxa_vec waiting; /* struct rec: tasks that wait for themselves */
	struct dxa_vec gone; /* struct rec: disks that are gone and still in use, each once */
	struct dxa_vec used; /* struct rec: disks that somebody has open */
	uint64_t start; /* number of its first record */
	uint64_t start_at; /* ktime of it */
	size_t dead; /* devices that are killed and of no disk */
	size_t unmatched; /* devices of which events and snapshot tell different stories */
	bool compared; /* an earlier one was complete: who comes later has an alloc_dax */
	bool virtiofs_bound;
	bool asked; /* the audit is about what is there: what cannot be told is a gap */
	bool forgot; /* there was no memory for a part of it: what it shows is not what is there */
	bool ended;
};

/* Is the snapshot complete in all of these bits (daxaudit/snapshot.h)? */
static inline bool snapshot_has(const struct snapshot *s, uint64_t what)
{
	return (s->known & what) == what;
}

/* The device that the snapshot shows at this address, or NULL. */
struct device *snapshot_device(const struct snapshot *s, uint64_t dax);

/* A disk in sysfs, as a part of a snapshot. */
void snapshot_disk(struct dxa_engine *e, const struct rec *r);

/* How many devices the last snapshot and the events tell different stories of. */
size_t snapshot_unmatched(const struct dxa_engine *e);

/*
 * The snapshot is complete: join what belongs together, and tell what it shows. False when
 * it has not seen all devices.
 */
bool snapshot_end(struct dxa_engine *e, const struct rec *r);

/* Free it. */
void snapshot_free(struct dxa_engine *e);

#endif
