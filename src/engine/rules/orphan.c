// SPDX-License-Identifier: GPL-2.0-only
/* Devices in a snapshot that have no owner, or whose ALIVE flag contradicts sysfs. */
#include <string.h>

#include "daxaudit/snapshot.h"
#include "engine/owner.h"
#include "engine/rules/anomaly.h"
#include "engine/rules/rule.h"

RULE(ORPHAN, 5) = {
	HEAD(ORPHAN, "orphan", ERROR, STATE, ANY_CACHE, NO_CALLS),
	.title = "a dax_device that no disk, no bus device and no holder refers to",
	.meaning = "The kernel's list of dax_devices has one without an owner: it is alive but not "
		   "in dax_hosts, where the device of every disk is; or it is killed, its disk is "
		   "gone, and no mounted file system and no dm table can hold its references; or it "
		   "belongs to device-dax or virtiofs, and no such device exists. Two snapshots, "
		   "some time apart, showed the same, and between them no task was in a function "
		   "that creates, removes or looks up devices.",
	.consequence =
		"The dax_device, its inode and its minor number stay until the next boot. It "
		"was lost before the audit began. If a probe lost it, an audit around the probe "
		"shows how (null-teardown-leak); if a mount lost a reference, an audit around the "
		"mount does (reference-leak).",
	.example = "alloc_dax() = X          a probe failed before the audit began\n"
		   "...\n"
		   "dax_superblock: X, pmem_dax_ops, alive, 1 reference\n"
		   "dax_hosts: no X\n",
	MARKS({ DXA_KIND_SNAP_DEVICE, DXA_MARK_ANY, "nothing refers to it" }),
};

RULE(ALIVE_CONTRADICTS_SYSFS, 25) = {
	HEAD(ALIVE_CONTRADICTS_SYSFS, "alive-contradicts-sysfs", WARNING, STATE, ANY_CACHE,
	     NO_CALLS),
	.title = "a device-dax is alive without a driver that runs it, or dead with one",
	.meaning = "On the dax bus, a driver that runs its devices (device_dax, fsdev_dax) calls "
		   "run_dax when it is bound, and kill_dax is called when it is unbound. The ALIVE "
		   "flag of a device contradicts its driver link in sysfs.",
	.consequence = "A dead device refuses every mapping and every read although it looks "
		       "usable. A live one without a driver accepts accesses that no driver serves.",
	.example = "/sys/bus/dax/devices/dax0.0/driver -> device_dax\n"
		   "dax_superblock: X, dax0.0, not alive\n",
	MARKS({ DXA_KIND_SNAP_DEVICE, DXA_MARK_ANY, "sysfs contradicts" },
	      { DXA_KIND_BUS_DEVICE, DXA_MARK_ANY, "its ALIVE flag contradicts" }),
};

/* ---- does it have an owner? ---- */

/* Why a device on the dax bus has no owner, or NULL. */
static const char *orphaned_on_bus(const struct device *d)
{
	/* An open /dev/dax holds the cdev, and so the struct device that will put this one. */
	return !d->bus && (d->view.alive || d->view.cdev_refs <= 0) ?
		       "is not on the dax bus, and its character device has no user" :
		       NULL;
}

/* The same for a device of a disk, which is not in dax_hosts and has no holder. */
static const char *orphaned_of_disk(struct dxa_engine *e, const struct device *d, bool *unsure)
{
	const struct snapshot *s = e->snapshot;

	if (snapshot_has(s, DXA_SNAP_NO_HOSTS)) {
		*unsure = s->asked;
		return NULL;
	}
	*unsure = !snapshot_has(s, 1 << DXA_WALK_HOSTS);
	if (*unsure)
		return NULL;
	if (d->view.alive)
		return "is alive, but no disk refers to it: it is not in dax_hosts";
	/* Its disk may still exist, while its driver is being unbound. */
	if (s->unhosted.len) {
		anomaly_undecided(e);
		return NULL;
	}
	/* A mount or a dm table whose disk is gone will put it; which device is whose is not known.
	 */
	*unsure = !snapshot_has(s, 1 << DXA_WALK_SUPERS | DXA_SNAP_SYSFS) ||
		  (s->gone.len && s->gone.len < s->dead);
	return s->gone.len || *unsure ?
		       NULL :
		       "is killed and its disk is gone, but it was not freed, and no "
		       "mounted file system and no dm table uses it";
}

/* Why this device has no owner, or NULL: it has one, or (*unsure) that is not known. */
static const char *orphaned(struct dxa_engine *e, const struct device *d, bool *unsure)
{
	const struct snapshot *s = e->snapshot;
	const struct dxa_owner *owner = dxa_owner_of(d->view.id.driver);

	if (owner->of_disk && d->view.holder && d->view.alive && !d->host.n && !s->asked &&
	    snapshot_has(s, 1 << DXA_WALK_HOSTS)) {
		/* Its driver may be between dax_remove_host and kill_dax. */
		anomaly_undecided(e);
		return NULL;
	}
	if (owner->of_disk)
		return d->host.n || d->view.holder ? NULL : orphaned_of_disk(e, d, unsure);
	*unsure = !snapshot_has(s, DXA_SNAP_SYSFS) && !d->bus;
	if (*unsure)
		return NULL;
	if (owner->on_dax_bus)
		return orphaned_on_bus(d);
	return s->virtiofs_bound ? NULL : "exists, but no virtiofs device does";
}

CHECK(FACT_SHOWN_DEVICE, check_orphan)
{
	struct device *d = f->device;
	bool unsure = false;
	const char *why;

	if (ops_are_gone(d))
		return holds();
	why = orphaned(e, d, &unsure);
	if (unsure && !d->host.n)
		return unknown(DXA_GAP_STATE);
	if (!why)
		return holds();
	d->view.why = why;
	return anomaly_add(e, &rule_ORPHAN, PROOF_NO_TASK_INSIDE, &d->view.id, &d->rec, NULL, why);
}

/* ---- does its ALIVE flag agree with sysfs? ---- */

/* A device on the dax bus is alive while a driver that runs it is bound (kernel: run_dax). */
CHECK(FACT_SHOWN_DEVICE, check_alive)
{
	const struct device *d = f->device;
	const char *driver = d->bus ? d->bus->driver : "";
	bool runs = d->bus && dxa_driver_of_dax_bus(driver) >= 0;
	bool does_not = d->bus && (!driver[0] || !strcmp(driver, "kmem"));
	const struct rec *r = &d->rec;

	if (ops_are_gone(d) || !d->bus)
		return holds();
	/* sysfs also shows a driver that is being bound or unbound. */
	if ((runs && r->ev.arg == DXA_BOUND_NO) || (does_not && r->ev.arg == DXA_BOUND_YES)) {
		if (runs != d->view.alive)
			anomaly_undecided(e);
		return holds();
	}
	if (runs && !d->view.alive)
		return anomaly_add(e, &rule_ALIVE_CONTRADICTS_SYSFS, PROOF_NO_TASK_INSIDE,
				   &d->view.id, r, NULL,
				   "is dead, although a driver that runs it is bound to it");
	if (does_not && d->view.alive)
		return anomaly_add(e, &rule_ALIVE_CONTRADICTS_SYSFS, PROOF_NO_TASK_INSIDE,
				   &d->view.id, r, NULL,
				   "is alive, although no driver that runs it is bound to it");
	return holds();
}
