// SPDX-License-Identifier: GPL-2.0-only
/* dax_hosts, and disks that say DAX. */
#include <string.h>

#include "base/hash.h"
#include "engine/errname.h"
#include "engine/rules/odd.h"
#include "engine/rules/rule.h"

RULE(HOST_FAILED, 19) = {
	HEAD(HOST_FAILED, "host-failed", INFO, EVENTS, ANY_CACHE, CALLS(DAX_ADD_HOST)),
	.title = "dax_add_host failed",
	.meaning = "dax_add_host failed: the device could not be entered for its disk. When that "
		   "leads to a leak, the leak is told and this is part of its evidence.",
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
	.meaning = "A device was destroyed, or killed and put by its driver, while dax_hosts still "
		   "had it for a disk: dax_remove_host was not called before.",
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
	.title = "the disk's queue says DAX, but there is no dax_device behind it",
	.meaning = "alloc_dax had refused this disk's driver, the disk came up, and its queue says "
		   "that it does DAX. There is no dax_device behind it. Seen on 6.12 with pmem.",
	.consequence = "User space and dm are told of a feature that is not there.",
	.example = "alloc_dax() = -EOPNOTSUPP\n"
		   "device_add_disk(pmem0) = 0\n"
		   "/sys/block/pmem0/queue/dax: 1\n",
	MARKS({ DXA_KIND_DISK_STATE, DXA_MARK_ANY, "no device behind it" }),
};

/* ---- dax_add_host failed ---- */

JUDGE(FACT_HOST_FAILED, judge_host_failure)
{
	const struct host_failure *h = f->host_failure;
	const struct decider *d = task_decider(f->t, h->answer);
	const struct life *l = life_at(e, h->rec.ev.dax);
	struct dxa_finding out;

	if (h->folded)
		return holds();
	if (l && l->id.generation != h->generation)
		l = NULL;
	report_begin(e, &out, &rule_HOST_FAILED, l, task_context(f->t));
	out.err = h->err;
	out.life.dax = h->rec.ev.dax;
	if (!out.life.disk[0])
		memcpy(out.life.disk, h->rec.ev.name, sizeof(out.life.disk));
	say(&out, "dax_add_host failed with ");
	say_errno(e, &out, h->err);
	say(&out, " for ");
	say_life(&out, &out.life);
	if (l)
		say(&out, "; the device %s",
		    l->ended || l->owner_put ? "was released" : "lives on");
	prove(e, &h->rec);
	if (is_decided(d)) {
		say(&out, "; ");
		say_outcome(e, &out, d);
		prove_decider(e, d);
	}
	return report(e, &out);
}

/* ---- a device has gone and its entry has not ---- */

static struct answer report_left_behind(struct dxa_engine *e, const struct dxa_context *ctx,
					struct life *l, const struct rec *r)
{
	struct dxa_finding out;

	report_begin(e, &out, &rule_HOST_LEFT_BEHIND, l, ctx);
	say_life(&out, &l->id);
	say(&out,
	    r ? " was %s while dax_hosts still had it for its disk" :
		" was %s by its driver while dax_hosts still had it for its disk",
	    r ? r->ev.kind == DXA_KIND_DAX_FREE_INODE ? "freed" : "destroyed" : "killed and put");
	prove_life(e, l);
	if (r)
		prove(e, r);
	/* A snapshot would show the same once more. */
	if (dxa_map_put(&e->host_told, l->host, l) || dxa_map_put(&e->host_told, l->id.dax, l))
		e->nomem = true;
	return report(e, &out);
}

/*
 * Where a lookup or a snapshot showed the host, its driver may have been in
 * dax_remove_host before the audit could see it. Not so when the driver began its
 * teardown later, or when all this is long ago.
 */
static bool may_have_left(const struct dxa_context *ctx, const struct life *l, uint64_t now)
{
	if (!l->host_since || (ctx && ctx->id && ctx->start > l->host_since))
		return false;
	return now < l->host_since || now - l->host_since <= LONG_AGO_NS;
}

/* A life is over, or released by its owner (r NULL), at ktime now: is dax_hosts rid of it? */
static struct answer judge_host(struct dxa_engine *e, const struct dxa_context *ctx, struct life *l,
				const struct rec *r, uint64_t now)
{
	struct answer ret;

	if (!l->host)
		return holds();
	if (life_unsure(e, l))
		return unknown(WHY_COUNTED);
	if (blind(e, DXA_KIND_DAX_REMOVE_HOST))
		return unknown(WHY_BLIND);
	ret = may_have_left(ctx, l, now) ? unknown(DXA_GAP_UNCERTAIN) :
					   report_left_behind(e, ctx, l, r);
	/* Once is enough. */
	life_clear_host(e, l);
	return ret;
}

JUDGE(FACT_ENDS, judge_host_at_end)
{
	bool destroy = f->r->ev.kind == DXA_KIND_DAX_DESTROY_INODE;

	return judge_host(e, destroy ? task_context(f->t) : NULL, f->life, f->r, f->r->ev.ts);
}

JUDGE(FACT_RELEASED, judge_host_at_release)
{
	if (f->life->alive)
		return holds();
	if (task_unsure(e, f->t))
		return unknown(WHY_COUNTED);
	return judge_host(e, &f->t->ctx, f->life, NULL, f->t->ctx.end);
}

/* Was this entry told when its device ended? */
static bool was_left_behind(const struct dxa_engine *e, const struct rec *host)
{
	return dxa_map_get(&e->host_told, host->ev.obj) || dxa_map_get(&e->host_told, host->ev.dax);
}

/* Every entry of dax_hosts must be of a device that is there, and not killed. */
JUDGE(FACT_SHOWN_HOST, judge_shown_host)
{
	const struct rec *r = f->r;
	struct dxa_life_id id = { .dax = r->ev.dax, .rdev = r->ev.rdev };

	if (was_left_behind(e, r))
		return holds();
	memcpy(id.disk, r->ev.name, sizeof(id.disk));
	if (!f->device)
		return odd(e, &rule_HOST_LEFT_BEHIND, &id, r, NULL,
			   "is not there any more, but dax_hosts still refers to it");
	if (f->device->view.alive)
		return holds();
	return odd(e, &rule_HOST_LEFT_BEHIND, &f->device->view.id, r, &f->device->rec,
		   "is killed, but dax_hosts still refers to it");
}

/* ---- disks that say DAX ---- */

JUDGE(FACT_DISK_SAYS_DAX, judge_refused_disk)
{
	const struct refused_disk *d = f->refused;
	struct dxa_finding out;

	if (dxa_map_get(&e->hosts, d->disk))
		return holds();
	if (d->epoch != e->epoch)
		return unknown(WHY_COUNTED);
	report_begin(e, &out, &rule_DAX_ADVERTISED_WITHOUT_DEVICE, NULL, &d->ctx);
	out.err = dxa_ptr_err((uint64_t)d->alloc.ev.ret);
	out.life.driver = d->driver;
	memcpy(out.life.disk, f->r->ev.name[0] ? f->r->ev.name : d->up.ev.name,
	       sizeof(out.life.disk));
	say(&out, "/sys/block/%.*s/queue/dax is 1, but alloc_dax had answered ", DXA_NAME_LEN,
	    out.life.disk);
	say_errno(e, &out, out.err);
	say(&out, ": there is no dax_device behind this disk");
	prove(e, &d->alloc);
	prove(e, &d->up);
	prove(e, f->r);
	/* The next snapshots show the same. */
	if (dxa_map_put(&e->advertised, dxa_hash_text(DXA_HASH_START, out.life.disk), e))
		e->nomem = true;
	return report(e, &out);
}

/* A disk whose queue says DAX must be in dax_hosts, by which file systems find the device. */
JUDGE(FACT_SHOWN_DISK, judge_shown_disk)
{
	if (dxa_map_get(&e->advertised, dxa_hash_text(DXA_HASH_START, f->r->ev.name)))
		return holds();
	/* A killed device that no gone disk accounts for may be its: its driver is letting go. */
	if (e->snapshot->dead > e->snapshot->gone.len) {
		odd_undecided(e);
		return holds();
	}
	return odd(e, &rule_DAX_ADVERTISED_WITHOUT_DEVICE, NULL, f->r, NULL,
		   "says DAX in its queue, but is not in dax_hosts");
}
