// SPDX-License-Identifier: GPL-2.0-only
/* dax_hosts, and disks with DAX in their queue limits. */
#include <string.h>

#include "base/hash.h"
#include "engine/errname.h"
#include "engine/owner.h"
#include "engine/rules/anomaly.h"
#include "engine/rules/rule.h"

RULE(HOST_FAILED, 19) = {
	HEAD(HOST_FAILED, "host-failed", INFO, EVENTS, ANY_CACHE, CALLS(DAX_ADD_HOST)),
	.title = "dax_add_host failed",
	.meaning = "dax_add_host failed: the device could not be registered for its disk. If that "
		   "leads to a leak, only the leak is reported, with this call in its evidence.",
	.consequence = "The disk has no DAX, or its probe fails.",
	.example = "alloc_dax() = X\n"
		   "dax_add_host(X, pmem0) = -ENOMEM\n"
		   "kill_dax(X)\n"
		   "put_dax(X)\n",
	MARKS({ DXA_KIND_DAX_ADD_HOST, DXA_MARK_FAILED, "failed" }),
};

RULE(HOST_LEFT_BEHIND, 11) = {
	HEAD(HOST_LEFT_BEHIND, "host-left-behind", ERROR, EVENTS_AND_STATE, ANY_CACHE,
	     CALLS(DAX_ADD_HOST) | CALLS(DAX_REMOVE_HOST)),
	.title = "a device was freed, or killed and put by its driver, while still in dax_hosts",
	.meaning = "A device was destroyed, or killed and put by its driver, while it was still "
		   "registered for a disk in dax_hosts: dax_remove_host was not called before.",
	.consequence = "A later lookup by that disk, or by another disk at the same address, finds "
		       "freed memory or a dead device.",
	.example = "alloc_dax() = X\n"
		   "dax_add_host(X, pmem0) = 0\n"
		   "kill_dax(X)\n"
		   "put_dax(X)          no dax_remove_host(pmem0)\n"
		   "dax_destroy_inode(X)\n",
	MARKS({ DXA_KIND_DAX_DESTROY_INODE, DXA_MARK_ANY, "still in dax_hosts" },
	      { DXA_KIND_DAX_FREE_INODE, DXA_MARK_ANY, "still in dax_hosts" },
	      { DXA_KIND_PUT_DAX, DXA_MARK_ANY, "still in dax_hosts" }),
};

RULE(DAX_ADVERTISED_WITHOUT_DEVICE, 20) = {
	HEAD(DAX_ADVERTISED_WITHOUT_DEVICE, "dax-advertised-without-device", WARNING,
	     EVENTS_AND_STATE, ANY_CACHE, CALLS(ALLOC_DAX) | CALLS(DEVICE_ADD_DISK)),
	.title = "a disk advertises DAX in its queue, but has no dax_device",
	.meaning = "alloc_dax refused the driver of this disk, the disk was added, and its queue "
		   "advertises DAX. There is no dax_device behind it. Seen on 6.12 with pmem.",
	.consequence = "User space and dm see a feature that the disk does not have.",
	.example = "alloc_dax() = -EOPNOTSUPP\n"
		   "device_add_disk(pmem0) = 0\n"
		   "/sys/block/pmem0/queue/dax: 1\n",
	MARKS({ DXA_KIND_DISK_STATE, DXA_MARK_ANY, "there is no device behind it" }),
};

/* ---- dax_add_host failed ---- */

CHECK(FACT_HOST_FAILED, check_host_failure)
{
	const struct host_failure *h = f->host_failure;
	const struct bracket_outcome *o = task_outcome(f->t, h->caller_bracket);
	const struct life *l = life_at(e, h->rec.ev.dax);
	struct dxa_finding out;

	if (h->folded)
		return holds();
	if (l && l->id.generation != h->generation)
		l = NULL;
	finding_begin(e, &out, &rule_HOST_FAILED, l, task_context(f->t));
	out.err = h->err;
	out.life.dax = h->rec.ev.dax;
	if (!out.life.disk[0])
		memcpy(out.life.disk, h->rec.ev.name, sizeof(out.life.disk));
	finding_append(&out, "dax_add_host failed with ");
	finding_append_errno(e, &out, h->err);
	finding_append(&out, " for ");
	finding_append_life(&out, &out.life);
	if (l)
		finding_append(&out, "; the device %s",
			       l->ended || l->owner_put ? "was released" : "lives on");
	finding_add(e, &h->rec);
	if (is_outcome_known(o)) {
		finding_append(&out, "; ");
		finding_append_outcome(e, &out, o);
		finding_add_outcome(e, o);
	}
	return finding_report(e, &out);
}

/* ---- a device ended and its entry in dax_hosts is left ---- */

static struct result report_left_behind(struct dxa_engine *e, const struct dxa_context *ctx,
					struct life *l, const struct rec *r)
{
	struct dxa_finding out;

	finding_begin(e, &out, &rule_HOST_LEFT_BEHIND, l, ctx);
	finding_append_life(&out, &l->id);
	finding_append(&out,
		       r ? " was %s while it was still registered for its disk in dax_hosts" :
			   " was %s by its driver while it was still registered for its disk in "
			   "dax_hosts",
		       r ? r->ev.kind == DXA_KIND_DAX_FREE_INODE ? "freed" : "destroyed" :
			   "killed and put");
	finding_add_life(e, l);
	if (r)
		finding_add(e, r);
	/* Later snapshots must not report it again. */
	if (dxa_map_put(&e->left_behind, l->host, l) || dxa_map_put(&e->left_behind, l->id.dax, l))
		e->nomem = true;
	return finding_report(e, &out);
}

/*
 * May dax_remove_host have been called before the hooks were attached? A driver calls it
 * before kill_dax.
 */
static bool may_have_left(const struct dxa_context *ctx, const struct life *l, uint64_t now)
{
	return l->kills ? !l->host_at_kill : !life_has_host(ctx, l, now);
}

/* The life ends, or its owner released it (r NULL), at ktime now: it must have left dax_hosts. */
static struct result check_host(struct dxa_engine *e, const struct dxa_context *ctx, struct life *l,
				const struct rec *r, uint64_t now)
{
	struct result ret;

	if (!l->host)
		return holds();
	if (life_incomplete(e, l))
		return unknown(WHY_COUNTED);
	if (unobserved(e, DXA_KIND_DAX_REMOVE_HOST))
		return unknown(WHY_UNOBSERVED);
	ret = may_have_left(ctx, l, now) ? unknown(DXA_GAP_UNCERTAIN) :
					   report_left_behind(e, ctx, l, r);
	/* Report it once. */
	life_clear_host(e, l);
	return ret;
}

CHECK(FACT_ENDS, check_host_at_end)
{
	bool destroy = f->r->ev.kind == DXA_KIND_DAX_DESTROY_INODE;

	return check_host(e, destroy ? task_context(f->t) : NULL, f->life, f->r, f->r->ev.ts);
}

CHECK(FACT_RELEASED, check_host_at_release)
{
	if (f->life->alive)
		return holds();
	if (task_incomplete(e, f->t))
		return unknown(WHY_COUNTED);
	return check_host(e, &f->t->ctx, f->life, NULL, f->t->ctx.end);
}

/* Was this entry reported when its device ended? */
static bool was_left_behind(const struct dxa_engine *e, const struct rec *host)
{
	return dxa_map_get(&e->left_behind, host->ev.obj) ||
	       dxa_map_get(&e->left_behind, host->ev.dax);
}

/* Every entry of dax_hosts must refer to an existing device that is not killed. */
CHECK(FACT_SHOWN_HOST, check_shown_host)
{
	const struct rec *r = f->r;
	struct dxa_life_id id = { .dax = r->ev.dax, .rdev = r->ev.rdev };

	if (was_left_behind(e, r))
		return holds();
	memcpy(id.disk, r->ev.name, sizeof(id.disk));
	if (!f->device)
		return anomaly_add(e, &rule_HOST_LEFT_BEHIND, PROOF_NO_TASK_INSIDE, &id, r, NULL,
				   "is not there any more, but dax_hosts still refers to it");
	if (!dxa_owner_of(f->device->view.id.driver)->of_disk)
		return anomaly_add(
			e, &rule_HOST_LEFT_BEHIND, PROOF_NO_TASK_INSIDE, &f->device->view.id, r,
			&f->device->rec,
			"is in dax_hosts, but is of a driver without disks: the entry is "
			"of a former device");
	/* The entry is of a former device at this address. */
	if (f->device->host.ev.obj != r->ev.obj) {
		id = f->device->view.id;
		memcpy(id.disk, r->ev.name, sizeof(id.disk));
		return anomaly_add(e, &rule_HOST_LEFT_BEHIND, PROOF_NO_TASK_INSIDE, &id, r,
				   &f->device->host, "is in dax_hosts for another disk as well");
	}
	if (f->device->view.alive)
		return holds();
	return anomaly_add(e, &rule_HOST_LEFT_BEHIND, PROOF_NO_TASK_INSIDE, &f->device->view.id, r,
			   &f->device->rec, "is killed, but dax_hosts still refers to it");
}

/* ---- disks that advertise DAX ---- */

CHECK(FACT_DISK_SAYS_DAX, check_refused_disk)
{
	const struct refused_disk *d = f->refused;
	struct dxa_finding out;

	if (dxa_map_get(&e->hosts, d->disk))
		return holds();
	if (d->epoch != e->epoch)
		return unknown(WHY_COUNTED);
	finding_begin(e, &out, &rule_DAX_ADVERTISED_WITHOUT_DEVICE, NULL, &d->ctx);
	out.err = dxa_ptr_err((uint64_t)d->alloc.ev.ret);
	out.life.driver = d->driver;
	memcpy(out.life.disk, f->r->ev.name[0] ? f->r->ev.name : d->up.ev.name,
	       sizeof(out.life.disk));
	finding_append(&out, "/sys/block/%.*s/queue/dax is 1, but alloc_dax had answered ",
		       DXA_NAME_LEN, out.life.disk);
	finding_append_errno(e, &out, out.err);
	finding_append(&out, ": there is no dax_device behind this disk");
	finding_add(e, &d->alloc);
	finding_add(e, &d->up);
	finding_add(e, f->r);
	/* Later snapshots must not report it again. */
	if (dxa_map_put(&e->advertised, dxa_hash_text(DXA_HASH_START, out.life.disk), e))
		e->nomem = true;
	return finding_report(e, &out);
}

/* A disk whose queue advertises DAX must be in dax_hosts: file systems look it up there. */
CHECK(FACT_SHOWN_DISK, check_shown_disk)
{
	if (dxa_map_get(&e->advertised, dxa_hash_text(DXA_HASH_START, f->r->ev.name)))
		return holds();
	/* It may own a killed device: its driver is being unbound. */
	if (e->snapshot->dead) {
		anomaly_undecided(e);
		return holds();
	}
	return anomaly_add(e, &rule_DAX_ADVERTISED_WITHOUT_DEVICE, PROOF_NO_TASK_INSIDE, NULL, f->r,
			   NULL, "advertises DAX in its queue, but is not in dax_hosts");
}
