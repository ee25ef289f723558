// SPDX-License-Identifier: GPL-2.0-only
/* References and holders without an owner. */
#include <string.h>

#include "daxaudit/snapshot.h"
#include "engine/rules/anomaly.h"
#include "engine/rules/rule.h"

/* Of both rules. Other defects can break them, too. */
static const struct dxa_rule_commit holder_leak[] = {
	{ "known cause introduced by", NULL, "8012b866085523758780850087102421dbcce522",
	  "dax: introduce holder for dax_device", "v6.0" },
};

RULE(REFERENCE_LEAK, 21) = {
	HEAD(REFERENCE_LEAK, "reference-leak", ERROR, EVENTS, ANY_CACHE,
	     CALLS(PUT_DAX) | CALLS(FS_PUT_DAX) | CALLS(FS_DAX_GET_BY_BDEV) | CALLS(FS_DAX_GET)),
	.title = "a device was not destroyed after its last known reference was put",
	.meaning = "Every recorded reference to a device was dropped again, but the device was not "
		   "destroyed, and the cause was recorded: fs_dax_get_by_bdev took a reference, "
		   "found another holder, and returned NULL without dropping it. Snapshots after "
		   "the last put show the device. Without the cause the audit is inconclusive: a "
		   "walk of all inodes also holds references. Known bug of every kernel from v6.0 "
		   "to 7.3: two mounted XFS partitions of one pmem disk trigger it.",
	.consequence = "The dax_device and its minor number are lost until the next boot.",
	.example = "fs_dax_get_by_bdev(pmem0, holder=A) = X\n"
		   "fs_dax_get_by_bdev(pmem0, holder=B) = NULL\n"
		   "fs_put_dax(X, A)\n"
		   "kill_dax(X)\n"
		   "put_dax(X)          refs 2: no dax_destroy_inode follows\n",
	COMMITS(holder_leak),
	MARKS({ DXA_KIND_FS_DAX_GET_BY_BDEV, DXA_MARK_FAILED,
		"another holder: its reference is not dropped" },
	      { DXA_KIND_PUT_DAX, DXA_MARK_ANY, "references are left: it is never freed" }),
};

RULE(UNACCOUNTED_REFERENCE, 6) = {
	HEAD(UNACCOUNTED_REFERENCE, "unaccounted-reference", ERROR, STATE, ANY_CACHE, NO_CALLS),
	.title = "a dax_device has a holder or a reference that no user of its disk owns",
	.meaning = "A device of a disk has a holder, which a file system sets when it takes the "
		   "device, but no file system, dm table or other exclusive user has the disk's "
		   "block device open; or it has more references than its driver and these users. "
		   "Two snapshots in a row showed it, and between them no task was in a function "
		   "that takes or drops such a reference. If that is not known, the audit is "
		   "inconclusive.",
	.consequence =
		"A reference is lost, and the device is never freed. Either its user is gone "
		"without fs_put_dax; or fs_dax_get_by_bdev took a reference, found another holder, "
		"and returned NULL without dropping it (see reference-leak), so that its caller "
		"could not put it. Only an audit around the mount shows which. If the holder is "
		"set, then the kernel calls the holder's operations, "
		"when the driver is unbound, with memory that may have been freed. XFS did so "
		"after a failed mount (CVE-2026-46005, fixed in June 2026).",
	.example = "dax_hosts: pmem0 -> X, refs 2, holder set\n"
		   "block devices of pmem0: not open\n",
	COMMITS(holder_leak),
	MARKS({ DXA_KIND_FS_DAX_GET_BY_BDEV, DXA_MARK_FAILED,
		"another holder: its reference is not dropped" },
	      { DXA_KIND_SNAP_DEVICE, DXA_MARK_HELD, "nobody accounts for it" }),
};

/* After the put of the last accounted reference, the device must be destroyed. */
CHECK(FACT_PUT, check_last_put)
{
	const struct dxa_event *ev = &f->r->ev;
	struct life *l = f->life;

	if ((ev->has & DXA_HAS_DAX) && ev->refs > 1 && l->refs_known && l->refs <= 0)
		life_suspect(e, l, SUSPECT_REFERENCE_LEAK, task_context(f->t), ev->ts);
	return holds();
}

/* May a reference have been taken, or the device have ended, without a record? */
static bool may_have_missed(const struct dxa_engine *e)
{
	return e->cfg.unobserved_hooks & rule_REFERENCE_LEAK.hooks ||
	       (unobserved(e, DXA_KIND_DAX_DESTROY_INODE) &&
		unobserved(e, DXA_KIND_DAX_FREE_INODE));
}

CHECK(FACT_DUE, check_references)
{
	struct life *l = f->life;
	struct dxa_finding out;

	if (l->suspect->what != SUSPECT_REFERENCE_LEAK || l->reported)
		return holds();
	if (life_incomplete(e, l))
		return unknown(WHY_COUNTED);
	if (may_have_missed(e))
		return unknown(WHY_UNOBSERVED);
	/* A task may hold it for any time: see check_users(). The cause is a proof. */
	if (!l->holder_taken)
		return unknown(DXA_GAP_REFERENCE);
	finding_begin(e, &out, &rule_REFERENCE_LEAK, l, life_suspect_context(l));
	finding_append_life(&out, &l->id);
	finding_append(&out,
		       " is never freed: its last known reference was put at a count of %d; "
		       "fs_dax_get_by_bdev had found another holder and returned NULL without "
		       "dropping the reference it took",
		       l->last_put_refs);
	finding_add_life(e, l);
	if (f->r)
		finding_add(e, f->r);
	l->reported = true;
	return finding_report(e, &out);
}

/*
 * How many have the disk open for themselves? Each may own the holder, and one reference for
 * each time it has opened the disk. A user that is shown twice counts twice: too many hide a
 * reference, and too few would invent one.
 */
static int64_t count_users(const struct snapshot *s, const struct rec *host)
{
	int64_t n = 0;

	for (size_t i = 0; i < s->used.len; i++) {
		const struct rec *r = dxa_vec_at(&s->used, i);

		if (r->ev.obj == host->ev.obj || !strncmp(r->ev.name, host->ev.name, DXA_NAME_LEN))
			n += r->ev.ret > 1 ? r->ev.ret : 1;
	}
	return n;
}

/*
 * While a file system or a dm table has the device, with or without a holder, it has the
 * disk's block device open. One reference to a device that is alive is its driver's.
 */
CHECK(FACT_SHOWN_DEVICE, check_users)
{
	const struct snapshot *s = e->snapshot;
	const struct device *d = f->device;
	const struct life *l;
	const char *why;
	int64_t users;

	if (ops_are_gone(d) || d->bus || !d->host.n)
		return holds();
	if (!d->view.holder && !(d->view.alive && d->view.refs > 1))
		return holds();
	/* The snapshots of a trace do not need to contain the openers. */
	if (!snapshot_has(s, DXA_SNAP_HOLDERS | 1 << DXA_WALK_HOLDERS))
		return s->asked ? unknown(DXA_GAP_STATE) : holds();
	users = count_users(s, &d->host);
	if (users && !(d->view.alive && d->view.refs > 1 + users))
		return holds();
	why = users	     ? "has more references than its driver and the users of its disk" :
	      d->view.holder ? "has a holder, but no exclusive user of its disk" :
			       "has more references than its driver's, but no exclusive user of "
			       "its disk";
	l = life_at(e, d->view.id.dax);
	if ((d->view.holder && !users) || (l && l->holder_taken))
		return anomaly_add(e, &rule_UNACCOUNTED_REFERENCE, PROOF_NO_TASK_INSIDE,
				   &d->view.id, &d->rec, &d->host, why);
	/*
	 * A walk of all inodes, such as drop_pagecache_sb() in fs/drop_caches.c, holds each
	 * inode for a moment, which a limit of its processor time makes as long as one likes.
	 * In 6.1 an unmount of erofs puts the device after it has closed the disk and waited
	 * for its other disks (erofs_kill_sb() in fs/erofs/super.c).
	 */
	return anomaly_add(e, &rule_UNACCOUNTED_REFERENCE, PROOF_NO_TASK_HOLDS, &d->view.id,
			   &d->rec, &d->host, why);
}

/*
 * A lookup found another holder, and may have kept the reference that it took: while the
 * driver is bound, only the count shows that.
 */
CHECK(FACT_AUDIT_ENDS, check_kept)
{
	const struct life *l;

	(void)f;
	DXA_LIST_EACH(l, &e->live, const struct life, link) {
		const struct device *d;

		if (!l->holder_taken || l->reported)
			continue;
		d = e->snapshot ? snapshot_device(e->snapshot, l->id.dax) : NULL;
		if (!d || e->snapshot->start_at < l->holder_taken->ev.ts || !l->refs_known ||
		    d->view.refs > l->refs)
			return unknown(life_incomplete(e, l) ? WHY_COUNTED : DXA_GAP_REFERENCE);
	}
	return holds();
}
