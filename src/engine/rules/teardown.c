// SPDX-License-Identifier: GPL-2.0-only
/* Kills and puts with an ERR_PTR or after the end of the device, and ends without a kill. */
#include "engine/errname.h"
#include "engine/rules/rule.h"

RULE(ERR_PTR_TEARDOWN, 7) = {
	HEAD(ERR_PTR_TEARDOWN, "err-ptr-teardown", ERROR, EVENTS, ANY_CACHE,
	     CALLS(KILL_DAX) | CALLS(PUT_DAX) | CALLS(FS_PUT_DAX)),
	.title = "kill_dax or put_dax was called with an ERR_PTR",
	.meaning = "kill_dax, put_dax or fs_put_dax was called with an error code in place of a "
		   "device. These functions accept NULL, not an ERR_PTR.",
	.consequence = "The kernel reads from an address near the end of the address space and "
		       "oopses.",
	.example = "alloc_dax() = -EOPNOTSUPP\n"
		   "kill_dax(ERR_PTR(-EOPNOTSUPP))\n",
	MARKS({ DXA_KIND_KILL_DAX, DXA_MARK_IS_ERROR, "an ERR_PTR, not a device" },
	      { DXA_KIND_PUT_DAX, DXA_MARK_IS_ERROR, "an ERR_PTR, not a device" },
	      { DXA_KIND_FS_PUT_DAX, DXA_MARK_IS_ERROR, "an ERR_PTR, not a device" }),
};

RULE(PUT_WITHOUT_KILL, 8) = {
	HEAD(PUT_WITHOUT_KILL, "put-without-kill", ERROR, EVENTS, ANY_CACHE,
	     CALLS(KILL_DAX) | CALLS(PUT_DAX) | CALLS(FS_PUT_DAX)),
	.title = "the final reference was dropped while the device was alive",
	.meaning = "The last reference to a device was dropped while its ALIVE flag was set: its "
		   "driver did not call kill_dax before.",
	.consequence =
		"Only kill_dax waits for users inside dax_read_lock and notifies the holder. The "
		"kernel warns once for each boot; it does not report later cases.",
	.example = "alloc_dax() = X\n"
		   "put_dax(X)          refs 1, flags ALIVE\n"
		   "dax_destroy_inode(X)\n",
	MARKS({ DXA_KIND_PUT_DAX, DXA_MARK_ANY, "still alive: it was not killed" },
	      { DXA_KIND_FS_PUT_DAX, DXA_MARK_ANY, "still alive: it was not killed" }),
};

RULE(PUT_AFTER_FREE, 9) = {
	HEAD(PUT_AFTER_FREE, "put-after-free", ERROR, EVENTS, ANY_CACHE,
	     CALLS(PUT_DAX) | CALLS(FS_PUT_DAX)),
	.title = "put_dax was called on a device that was destroyed before",
	.meaning = "put_dax or fs_put_dax was called with the address of a device that was "
		   "destroyed before, and no new device was allocated there.",
	.consequence = "The reference count of freed memory is changed. If the memory is a new "
		       "device by then, that one loses a reference and is freed while in use.",
	.example = "put_dax(X)          refs 1\n"
		   "dax_destroy_inode(X)\n"
		   "put_dax(X)\n",
	MARKS({ DXA_KIND_PUT_DAX, DXA_MARK_ANY, "destroyed before" },
	      { DXA_KIND_FS_PUT_DAX, DXA_MARK_ANY, "destroyed before" }),
};

RULE(KILL_AFTER_FREE, 10) = {
	HEAD(KILL_AFTER_FREE, "kill-after-free", ERROR, EVENTS, ANY_CACHE, CALLS(KILL_DAX)),
	.title = "kill_dax was called on a device that was destroyed before",
	.meaning = "kill_dax was called with the address of a device that was destroyed before, "
		   "and no new device was allocated there.",
	.consequence = "Flags and holder of freed memory are changed. If the memory is a new "
		       "device by then, that one is killed.",
	.example = "put_dax(X)          refs 1\n"
		   "dax_destroy_inode(X)\n"
		   "kill_dax(X)\n",
	MARKS({ DXA_KIND_KILL_DAX, DXA_MARK_ANY, "destroyed before" }),
};

RULE(DESTROYED_ALIVE, 26) = {
	HEAD(DESTROYED_ALIVE, "destroyed-alive", ERROR, EVENTS, ANY_CACHE,
	     CALLS(DAX_DESTROY_INODE)),
	.title = "the dax inode was destroyed while the device was alive",
	.meaning = "The inode of a device was destroyed while its ALIVE flag was set, and the call "
		   "that dropped the last reference was not recorded.",
	.consequence = "As for put-without-kill; the kernel warns of the first case in each boot "
		       "only.",
	.example = "alloc_dax() = X\n"
		   "dax_destroy_inode(X)          flags ALIVE\n",
	MARKS({ DXA_KIND_DAX_DESTROY_INODE, DXA_MARK_ANY, "still alive" }),
};

static const char *call_name(const struct dxa_event *ev)
{
	switch (ev->kind) {
	case DXA_KIND_KILL_DAX:
		return "kill_dax";
	case DXA_KIND_FS_PUT_DAX:
		return "fs_put_dax";
	default:
		return "put_dax";
	}
}

/* ---- an ERR_PTR ---- */

/* A driver that passes an ERR_PTR to kill_dax and then to put_dax gets one finding. */
static bool is_err_ptr_reported(struct dxa_engine *e, struct task *t, const struct dxa_event *ev)
{
	bool reported;

	if (task_context(t)) {
		reported = t->err_ptr_reported == ev->dax;
		t->err_ptr_reported = ev->dax;
		return reported;
	}
	reported = ev->kind != DXA_KIND_KILL_DAX && e->err_ptr_reported == ev->dax &&
		   e->err_ptr_tid == ev->tid;
	e->err_ptr_reported = reported ? 0 : ev->dax;
	e->err_ptr_tid = ev->tid;
	return reported;
}

CHECK(FACT_ERR_PTR, check_err_ptr)
{
	const struct rec *r = f->r;
	struct dxa_finding out;

	if (is_err_ptr_reported(e, f->t, &r->ev))
		return holds();
	finding_begin(e, &out, &rule_ERR_PTR_TEARDOWN, NULL, task_context(f->t));
	out.err = dxa_ptr_err(r->ev.dax);
	out.life.dax = r->ev.dax;
	finding_append(&out, "%s was called", call_name(&r->ev));
	finding_append_caller(e, &out, &r->ev);
	finding_append(&out, " with ERR_PTR(-");
	finding_append_errno(e, &out, out.err);
	finding_append(&out, ") as the dax_device");
	finding_add(e, r);
	return finding_report(e, &out);
}

/* ---- after the end of the device ---- */

static struct result report_after(struct dxa_engine *e, struct task *t, struct life *l,
				  const struct rec *r)
{
	struct dxa_finding out;

	/* A kill and a put of the same device are one mistake. */
	if (l->reported_after_end)
		return holds();
	finding_begin(e, &out,
		      r->ev.kind == DXA_KIND_KILL_DAX ? &rule_KILL_AFTER_FREE :
							&rule_PUT_AFTER_FREE,
		      l, task_context(t));
	finding_append(&out, "%s was called", call_name(&r->ev));
	finding_append_caller(e, &out, &r->ev);
	finding_append(&out, " on ");
	finding_append_life(&out, &l->id);
	finding_append(&out, l->freed ? ", which was freed before" :
			     l->ended ? ", which was destroyed before" :
					", whose last reference was gone before");
	finding_add_life(e, l);
	finding_add(e, r);
	l->reported_after_end = true;
	return finding_report(e, &out);
}

/* Without a life it is not known which device it was. */
CHECK(FACT_AFTER_END, check_after_end)
{
	if (!f->life)
		return unknown(DXA_GAP_UNCERTAIN);
	/* It is the holder whose reference the driver of the former device dropped. */
	if (f->life->former_put_too_often && f->r->ev.kind != DXA_KIND_KILL_DAX) {
		f->life->former_put_too_often = false;
		return holds();
	}
	return report_after(e, f->t, f->life, f->r);
}

/*
 * A driver kills or puts an address whose device it had put before. Meanwhile another
 * driver's device has the address.
 */
static struct result report_recycled(struct dxa_engine *e, struct task *t, struct life *l,
				     const struct rec *r)
{
	bool kills = r->ev.kind == DXA_KIND_KILL_DAX;
	struct dxa_finding out;

	finding_begin(e, &out, kills ? &rule_KILL_AFTER_FREE : &rule_PUT_AFTER_FREE, l,
		      task_context(t));
	finding_append(&out, "%s was called", call_name(&r->ev));
	finding_append_caller(e, &out, &r->ev);
	finding_append(&out, " on a device that the same task had put before; its memory is ");
	finding_append_life(&out, &l->id);
	finding_append(&out,
		       kills ? " by now, which is killed" : " by now, which loses a reference");
	finding_add_life(e, l);
	finding_add(e, r);
	l->reported = l->reported_after_end = true;
	return finding_report(e, &out);
}

static bool has_put_former(const struct task *t, const struct life *l)
{
	const struct dxa_context *ctx = task_context(t);
	struct dxa_life_id former = { .dax = l->id.dax, .generation = l->id.generation - 1 };

	return ctx && l->from_alloc && l->born_in != ctx->id && has_released(t, &former);
}

CHECK(FACT_KILL_BEGINS, check_kill_of_recycled)
{
	if (!has_put_former(f->t, f->life))
		return holds();
	return life_incomplete(e, f->life) ? unknown(WHY_COUNTED) :
					     report_recycled(e, f->t, f->life, f->r);
}

/*
 * The driver puts the device twice. That something else, such as an inode walk, keeps
 * it alive for the moment does not make the second put legal.
 */
CHECK(FACT_PUT_BEGINS, check_put_again)
{
	const struct life *l = f->life;
	const struct rec *r = f->r;

	if (r->ev.kind == DXA_KIND_PUT_DAX && has_put_former(f->t, l))
		return life_incomplete(e, l) ? unknown(WHY_COUNTED) :
					       report_recycled(e, f->t, f->life, r);
	if (r->ev.kind != DXA_KIND_PUT_DAX || !l->owner_put || l->last_kill_tid != r->ev.tid)
		return holds();
	/* The owners of the references to a device from before the audit are not known. */
	if (!task_context(f->t) || !l->from_alloc)
		return unknown(DXA_GAP_UNCERTAIN);
	if (l->last_kill_in != f->t->ctx.id)
		return holds();
	if (life_incomplete(e, l))
		return unknown(WHY_COUNTED);
	if (unobserved(e, DXA_KIND_FS_DAX_GET_BY_BDEV))
		return unknown(WHY_UNOBSERVED);
	/* Another holder's put will follow the end. */
	f->life->put_too_often = true;
	return report_after(e, f->t, f->life, r);
}

/*
 * A file system put a device that it did not look up: it had a former one at this
 * address, whose life may not be recorded. One reference is the driver's.
 */
CHECK(FACT_PUT, check_put_of_former)
{
	const struct life *l = f->life;

	if (f->r->ev.kind != DXA_KIND_FS_PUT_DAX || !l->from_alloc || e->gets_pending ||
	    l->refs >= !l->owner_put || l->reported_after_end)
		return holds();
	return unknown(life_incomplete(e, l) ? WHY_COUNTED : DXA_GAP_UNCERTAIN);
}

/* ---- without a kill ---- */

/*
 * The task that kills a device had put it before. If both are in an unbinding that began
 * before the audit, the driver released it in the wrong order. A dm table of the same task
 * is the legal case.
 */
CHECK(FACT_KILL_BEGINS, check_kill_after_put)
{
	return !task_context(f->t) && !f->life->put_alive &&
			       f->life->loose_put_tid == f->r->ev.tid ?
		       unknown(life_incomplete(e, f->life) ? WHY_COUNTED : DXA_GAP_UNCERTAIN) :
		       holds();
}

/* The owner dropped its reference without a kill: other holders will use a live device. */
CHECK(FACT_RELEASED, check_unkilled)
{
	struct life *l = f->life;
	struct dxa_finding out;

	if (l->reported || !(l->put_alive || (l->alive && l->alive_known)))
		return holds();
	if (task_incomplete(e, f->t) || life_incomplete(e, l))
		return unknown(WHY_COUNTED);
	finding_begin(e, &out, &rule_PUT_WITHOUT_KILL, l, &f->t->ctx);
	finding_append(&out, "the driver of ");
	finding_append_life(&out, &l->id);
	finding_append(&out, l->alive ? " put it without kill_dax: others still hold it, and it is "
					"alive" :
					" put it before kill_dax");
	finding_add_life(e, l);
	l->reported = true;
	return finding_report(e, &out);
}

static struct result report_alive_at_end(struct dxa_engine *e, const struct dxa_context *ctx,
					 struct life *l, const struct rec *r, bool put_seen)
{
	struct dxa_finding out;

	finding_begin(e, &out, put_seen ? &rule_PUT_WITHOUT_KILL : &rule_DESTROYED_ALIVE, l, ctx);
	if (l->put_alive && l->kills) {
		finding_append_life(&out, &l->id);
		finding_append(&out, " was put by its driver before kill_dax");
	} else if (put_seen) {
		finding_append(&out, "the last reference to ");
		finding_append_life(&out, &l->id);
		finding_append(&out, " was dropped without kill_dax: it was destroyed alive");
	} else {
		finding_append_life(&out, &l->id);
		finding_append(&out, " was destroyed while it was alive");
	}
	finding_add_life(e, l);
	if (r)
		finding_add(e, r);
	l->reported = true;
	return finding_report(e, &out);
}

CHECK(FACT_ENDS, check_alive_at_end)
{
	struct life *l = f->life;
	const struct rec *r = f->r;
	bool destroy = r->ev.kind == DXA_KIND_DAX_DESTROY_INODE;
	bool shown = r->ev.has & DXA_HAS_DAX;
	bool alive = shown ? r->ev.dax_flags & (1U << DXA_DAXDEV_ALIVE) :
			     l->alive_known && l->alive;
	bool put_seen;

	if (l->reported)
		return holds();
	if (!alive && !l->put_alive)
		return l->suspect && l->suspect->what == SUSPECT_PUT_ALIVE ?
			       unknown(DXA_GAP_UNCERTAIN) :
			       holds();
	if (!(alive && shown) && life_incomplete(e, l))
		return unknown(WHY_COUNTED);
	/* The last put destroys the device in the same task; the free can run in any task. */
	put_seen = l->put_alive || (l->put_last && (!destroy || l->last_put_tid == r->ev.tid)) ||
		   (l->owner_put && !l->kills);
	return report_alive_at_end(e, destroy ? task_context(f->t) : NULL, l, r, put_seen);
}

/* The last reference is dropped while alive; a lookup at the same time may still save it. */
CHECK(FACT_PUT, check_put_alive)
{
	const struct dxa_event *ev = &f->r->ev;

	if ((ev->has & DXA_HAS_DAX) && ev->refs == 1 && (ev->dax_flags & (1U << DXA_DAXDEV_ALIVE)))
		life_suspect(e, f->life, SUSPECT_PUT_ALIVE, task_context(f->t), ev->ts);
	return holds();
}

CHECK(FACT_DUE, check_put_alive_by_time)
{
	struct life *l = f->life;

	if (l->suspect->what != SUSPECT_PUT_ALIVE || l->reported)
		return holds();
	return report_alive_at_end(e, life_suspect_context(l), l, NULL, true);
}
