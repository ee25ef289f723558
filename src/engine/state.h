/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The snapshot that is being taken: state.c collects it and tells what is odd in
 * two in a row, odds.c finds what is odd in one. Private to these.
 */
#ifndef DAXAUDIT_ENGINE_STATE_H
#define DAXAUDIT_ENGINE_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/model.h"

/* A device of the snapshot. */
struct device {
	struct dxa_device view;
	struct rec rec;
	struct rec host; /* n 0: it is in dax_hosts for no disk */
	const struct dxa_event *bus; /* its device on the dax bus, or NULL */
	uint64_t incarnation; /* of its disk or bus device in sysfs; 0: not known */
};

/* What is odd, and would be a finding if the next snapshot still showed it. */
struct odd {
	enum dxa_rule rule;
	uint64_t dax; /* 0: the disk in name has none */
	uint32_t rdev;
	uint32_t generation;
	uint64_t incarnation; /* of the disk, when dax is 0 */
	char name[DXA_NAME_LEN];
	const char *why; /* the rest of a sentence that begins with the device */
	struct rec evidence[2];
	size_t n_evidence;
	bool told;
};

struct state {
	struct dxa_vec devices; /* struct device */
	struct dxa_vec hosts; /* struct rec */
	struct dxa_vec disks; /* struct rec: they say DAX */
	struct dxa_vec bus; /* struct rec */
	struct dxa_map by_dax; /* index in devices plus one, as a pointer */
	struct dxa_vec odds; /* struct odd, of this snapshot */
	struct dxa_vec before; /* struct odd, of the one before */
	uint64_t known; /* what it is complete in */
	uint64_t known_before; /* what the one before was complete in */
	struct dxa_vec waiting; /* struct rec: tasks that wait for themselves */
	struct dxa_vec gone; /* struct rec: disks that are gone and still in use, each once */
	struct dxa_vec used; /* struct rec: disks that somebody has open */
	uint64_t start; /* number of its first record */
	uint64_t start_at; /* ktime of it */
	size_t undecided; /* what looks odd while somebody is at work there */
	size_t unmatched; /* devices of which events and snapshot tell different stories */
	bool compared; /* an earlier one was complete: who comes later has an alloc_dax */
	size_t dead; /* devices that are killed and of no disk */
	bool virtiofs_bound;
	bool asked; /* the audit is about what is there: what cannot be told is a gap */
	bool forgot; /* there was no memory for a part of it: what it shows is not what is there */
	bool ended;
};

/* Is the snapshot complete in all of these bits (daxaudit/snapshot.h)? */
static inline bool state_has(const struct state *s, uint64_t what)
{
	return (s->known & what) == what;
}

/* A part of the snapshot could not be remembered. */
void state_forget(struct dxa_engine *e);

/* Append to a list of the snapshot. NULL without memory: then the part is forgotten. */
void *state_add(struct dxa_engine *e, struct dxa_vec *to, const void *what);

/* The device that the snapshot shows at this address, or NULL. */
struct device *state_device_of(const struct state *s, uint64_t dax);

/* ---- reconcile.c ---- */

/*
 * Compare a complete snapshot with what the events told: a device that came or went
 * without a record was missed by the hooks.
 */
void reconcile(struct dxa_engine *e);

/* ---- odds.c ---- */

/* Find tasks that wait for themselves. */
void judge_waiting(struct dxa_engine *e);

/*
 * Join devices with their disks and buses, and find what is odd in them. What was
 * not wholly remembered is not judged: the snapshot is then complete in nothing.
 */
void judge_devices(struct dxa_engine *e);

#endif
