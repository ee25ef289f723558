// SPDX-License-Identifier: GPL-2.0-only
/* References and holders that nobody accounts for. */
#include <string.h>

#include "daxaudit/snapshot.h"
#include "engine/rules/odd.h"
#include "engine/rules/rule.h"

/* These rules can be broken in other ways, too. */
static const struct dxa_rule_commit holder_leak[] = {
	{ "known cause introduced by", NULL, "8012b866085523758780850087102421dbcce522",
	  "dax: introduce holder for dax_device", "v6.0" },
};

RULE(REFERENCE_LEAK, 21) = {
	HEAD(REFERENCE_LEAK, "reference-leak", ERROR, EVENTS, ANY_CACHE,
	     CALLS(PUT_DAX) | CALLS(FS_PUT_DAX) | CALLS(FS_DAX_GET_BY_BDEV) | CALLS(FS_DAX_GET)),
	.title = "the driver's own put left references that no holder accounts for",
	.meaning = "Every reference to a device that was seen to be taken was dropped again, but "
		   "the device was not destroyed: somebody took one more. Where it was seen, the "
		   "cause is named: fs_dax_get_by_bdev took a reference, found another holder, and "
		   "returned NULL without dropping it. Known bug of every kernel from v6.0 to 7.2: "
		   "two XFS partitions of one pmem disk mounted at a time are enough.",
	.consequence = "The dax_device and its minor number are lost until the next boot.",
	.example = "fs_dax_get_by_bdev(pmem0, holder=A) = X\n"
		   "fs_dax_get_by_bdev(pmem0, holder=B) = NULL\n"
		   "fs_put_dax(X, A)\n"
		   "kill_dax(X)\n"
		   "put_dax(X)          refs 2: no dax_destroy_inode follows\n",
	COMMITS(holder_leak),
	MARKS({ DXA_KIND_FS_DAX_GET_BY_BDEV, DXA_MARK_FAILED,
		"holder taken: its reference is not dropped" },
	      { DXA_KIND_PUT_DAX, DXA_MARK_ANY, "references stay: it is never freed" }),
};

RULE(UNACCOUNTED_REFERENCE, 6) = {
	HEAD(UNACCOUNTED_REFERENCE, "unaccounted-reference", ERROR, STATE, ANY_CACHE, NO_CALLS),
	.title = "a dax_device has a holder, but nobody has its disk open",
	.meaning = "A device of a disk has a holder, which a file system sets when it takes the "
		   "device, but no file system, dm table or other user has the disk's block device "
		   "open. Two looks in a row showed it.",
	.consequence =
		"Whoever took the device is gone without fs_put_dax: its reference is lost, "
		"and when the driver is unbound the kernel calls the holder's operations with "
		"memory that may have been freed. XFS did so after a failed mount "
		"(CVE-2026-46005, mended in June 2026).",
	.example = "dax_hosts: pmem0 -> X, refs 2, holder set\n"
		   "block devices of pmem0: nobody has one open\n",
	MARKS({ DXA_KIND_SNAP_DEVICE, DXA_MARK_ANY, "no opener of its disk is known" }),
};

/* After the last put that is accounted for, the device must be destroyed. */
JUDGE(FACT_PUT, judge_last_put)
{
	const struct dxa_event *ev = &f->r->ev;
	struct life *l = f->life;

	if ((ev->has & DXA_HAS_DAX) && ev->refs > 1 && l->refs_known && l->refs <= 0)
		life_suspect(e, l, SUSPECT_REFERENCE_LEAK, task_context(f->t), ev->ts);
	return holds();
}

/* May a reference have been taken, or the device have ended, unseen? */
static bool is_blind(const struct dxa_engine *e)
{
	return e->cfg.blind_hooks & rule_REFERENCE_LEAK.hooks ||
	       (blind(e, DXA_KIND_DAX_DESTROY_INODE) && blind(e, DXA_KIND_DAX_FREE_INODE));
}

JUDGE(FACT_DUE, judge_references)
{
	struct life *l = f->life;
	struct dxa_finding out;

	if (l->suspect->what != SUSPECT_REFERENCE_LEAK || l->told)
		return holds();
	if (life_unsure(e, l))
		return unknown(WHY_COUNTED);
	if (is_blind(e))
		return unknown(WHY_BLIND);
	/* It is still there, but a put that is held up would explain it. */
	if (!l->extra && !l->holder_taken)
		return unknown(DXA_GAP_UNCERTAIN);
	report_begin(e, &out, &rule_REFERENCE_LEAK, l, life_suspect_context(l));
	say_life(&out, &l->id);
	say(&out, " is never freed: its last known reference was put at a count of %d",
	    l->last_put_refs);
	if (l->holder_taken)
		say(&out, "; fs_dax_get_by_bdev had found its holder taken and returned NULL "
			  "without dropping the reference it took");
	prove_life(e, l);
	l->told = true;
	return report(e, &out);
}

/* Does somebody have the disk open? Then the holder and the references are theirs. */
static bool is_used(const struct snapshot *s, const struct rec *host)
{
	for (size_t i = 0; i < s->used.len; i++) {
		const struct rec *r = dxa_vec_at(&s->used, i);

		if (r->ev.obj == host->ev.obj || !strncmp(r->ev.name, host->ev.name, DXA_NAME_LEN))
			return true;
	}
	return false;
}

/* A holder has the disk's block device open as long as it has the device. */
JUDGE(FACT_SHOWN_DEVICE, judge_holder)
{
	const struct snapshot *s = e->snapshot;
	const struct device *d = f->device;

	if (ops_are_gone(d) || d->bus || !d->host.n || !d->view.holder)
		return holds();
	/* Of a snapshot that is there for the beginnings of lives only, no more is asked. */
	if (!snapshot_has(s, DXA_SNAP_HOLDERS | 1 << DXA_WALK_HOLDERS))
		return s->asked ? unknown(DXA_GAP_STATE) : holds();
	if (is_used(s, &d->host))
		return holds();
	return odd(e, &rule_UNACCOUNTED_REFERENCE, &d->view.id, &d->rec, &d->host,
		   "has a holder, but nobody has its disk open");
}
