// SPDX-License-Identifier: GPL-2.0-only
/* Kills and puts of what is no device, or none any more, and ends without a kill. */
#include "engine/errname.h"
#include "engine/rules/rule.h"

RULE(ERR_PTR_TEARDOWN, 7) = {
	HEAD(ERR_PTR_TEARDOWN, "err-ptr-teardown", ERROR, EVENTS, ANY_CACHE,
	     CALLS(KILL_DAX) | CALLS(PUT_DAX) | CALLS(FS_PUT_DAX)),
	.title = "kill_dax or put_dax got an ERR_PTR",
	.meaning = "kill_dax, put_dax or fs_put_dax was called with an error code in place of a "
		   "device. These functions accept NULL, not an ERR_PTR.",
	.consequence = "The kernel reads from an address near the end of the address space and "
		       "oopses.",
	.example = "alloc_dax() = -EOPNOTSUPP\n"
		   "kill_dax(ERR_PTR(-EOPNOTSUPP))\n",
	MARKS({ DXA_KIND_KILL_DAX, DXA_MARK_IS_ERROR, "an error is no device" },
	      { DXA_KIND_PUT_DAX, DXA_MARK_IS_ERROR, "an error is no device" },
	      { DXA_KIND_FS_PUT_DAX, DXA_MARK_IS_ERROR, "an error is no device" }),
};

RULE(PUT_WITHOUT_KILL, 8) = {
	HEAD(PUT_WITHOUT_KILL, "put-without-kill", ERROR, EVENTS, ANY_CACHE,
	     CALLS(KILL_DAX) | CALLS(PUT_DAX) | CALLS(FS_PUT_DAX)),
	.title = "the final reference was dropped while the device was alive",
	.meaning = "The last reference to a device was dropped while its ALIVE flag was set: its "
		   "driver did not call kill_dax before.",
	.consequence =
		"Without kill_dax nobody waits for users of the device that are inside a "
		"read lock, and its holder is not told. The kernel warns once for each boot; later "
		"cases go unseen.",
	.example = "alloc_dax() = X\n"
		   "put_dax(X)          refs 1, flags ALIVE\n"
		   "dax_destroy_inode(X)\n",
	MARKS({ DXA_KIND_PUT_DAX, DXA_MARK_ANY, "still alive: it was not killed" },
	      { DXA_KIND_FS_PUT_DAX, DXA_MARK_ANY, "still alive: it was not killed" }),
};

RULE(PUT_AFTER_FREE, 9) = {
	HEAD(PUT_AFTER_FREE, "put-after-free", ERROR, EVENTS, ANY_CACHE,
	     CALLS(PUT_DAX) | CALLS(FS_PUT_DAX)),
	.title = "put_dax on a device whose life was over",
	.meaning = "put_dax or fs_put_dax was called on an address whose device was destroyed "
		   "before, and no new device had begun there.",
	.consequence = "The reference count of freed memory is changed; when the memory has a new "
		       "owner by then, that one loses a reference and is freed while in use.",
	.example = "put_dax(X)          refs 1\n"
		   "dax_destroy_inode(X)\n"
		   "put_dax(X)\n",
	MARKS({ DXA_KIND_PUT_DAX, DXA_MARK_ANY, "its life is over" },
	      { DXA_KIND_FS_PUT_DAX, DXA_MARK_ANY, "its life is over" }),
};

RULE(KILL_AFTER_FREE, 10) = {
	HEAD(KILL_AFTER_FREE, "kill-after-free", ERROR, EVENTS, ANY_CACHE, CALLS(KILL_DAX)),
	.title = "kill_dax on a device whose life was over",
	.meaning = "kill_dax was called on an address whose device was destroyed before, and no "
		   "new device had begun there.",
	.consequence = "Flags and holder of freed memory are changed; when the memory has a new "
		       "owner by then, that one is killed.",
	.example = "put_dax(X)          refs 1\n"
		   "dax_destroy_inode(X)\n"
		   "kill_dax(X)\n",
	MARKS({ DXA_KIND_KILL_DAX, DXA_MARK_ANY, "its life is over" }),
};

RULE(DESTROYED_ALIVE, 26) = {
	HEAD(DESTROYED_ALIVE, "destroyed-alive", ERROR, EVENTS, ANY_CACHE,
	     CALLS(DAX_DESTROY_INODE)),
	.title = "the dax inode was destroyed while the device was alive",
	.meaning = "The inode of a device was destroyed while its ALIVE flag was set, and the call "
		   "that dropped the last reference was not seen.",
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

/* A driver that kills an ERR_PTR puts it next: one mistake, told once. */
static bool err_ptr_is_told(struct dxa_engine *e, struct task *t, const struct dxa_event *ev)
{
	bool told;

	if (task_context(t)) {
		told = t->err_ptr_told == ev->dax;
		t->err_ptr_told = ev->dax;
		return told;
	}
	told = ev->kind != DXA_KIND_KILL_DAX && e->err_ptr_told == ev->dax &&
	       e->err_ptr_tid == ev->tid;
	e->err_ptr_told = told ? 0 : ev->dax;
	e->err_ptr_tid = ev->tid;
	return told;
}

JUDGE(FACT_ERR_PTR, judge_err_ptr)
{
	const struct rec *r = f->r;
	struct dxa_finding out;

	if (err_ptr_is_told(e, f->t, &r->ev))
		return holds();
	report_begin(e, &out, &rule_ERR_PTR_TEARDOWN, NULL, task_context(f->t));
	out.err = dxa_ptr_err(r->ev.dax);
	out.life.dax = r->ev.dax;
	say(&out, "%s was called", call_name(&r->ev));
	say_caller(e, &out, &r->ev);
	say(&out, " with ERR_PTR(-");
	say_errno(e, &out, out.err);
	say(&out, ") as the dax_device");
	prove(e, r);
	return report(e, &out);
}

/* ---- after the end ---- */

static struct answer report_after(struct dxa_engine *e, struct task *t, struct life *l,
				  const struct rec *r)
{
	struct dxa_finding out;

	/* kill and put of the same dead device are one mistake. */
	if (l->told_after)
		return holds();
	report_begin(e, &out,
		     r->ev.kind == DXA_KIND_KILL_DAX ? &rule_KILL_AFTER_FREE : &rule_PUT_AFTER_FREE,
		     l, task_context(t));
	say(&out, "%s was called", call_name(&r->ev));
	say_caller(e, &out, &r->ev);
	say(&out, " on ");
	say_life(&out, &l->id);
	say(&out, l->freed ? ", which was freed before" :
		  l->ended ? ", which was destroyed before" :
			     ", whose last reference was gone before");
	prove_life(e, l);
	prove(e, r);
	l->told_after = true;
	return report(e, &out);
}

/* Without a life it is wrong all the same, but whose life it was is not known. */
JUDGE(FACT_AFTER_END, judge_after_end)
{
	return f->life ? report_after(e, f->t, f->life, f->r) : unknown(DXA_GAP_UNCERTAIN);
}

/*
 * Its driver puts it twice in a row. That somebody else, an inode walk for one,
 * keeps it alive for the moment does not make it right.
 */
JUDGE(FACT_PUT_BEGINS, judge_put_again)
{
	const struct life *l = f->life;
	const struct rec *r = f->r;

	if (r->ev.kind != DXA_KIND_PUT_DAX || !l->owner_put || l->last_put_tid != r->ev.tid)
		return holds();
	/* Whose references a device has that is older than the audit is not known. */
	if (!task_context(f->t) || !l->from_alloc)
		return l->last_kill_tid == r->ev.tid ? unknown(DXA_GAP_UNCERTAIN) : holds();
	if (l->last_kill_in != f->t->ctx.id || l->refs > 0)
		return holds();
	if (life_unsure(e, l))
		return unknown(WHY_COUNTED);
	if (blind(e, DXA_KIND_FS_DAX_GET_BY_BDEV))
		return unknown(WHY_BLIND);
	return report_after(e, f->t, f->life, r);
}

/* ---- without a kill ---- */

/* Its owner has let go of it for good, and others that hold it will use it as if it lived. */
JUDGE(FACT_RELEASED, judge_unkilled)
{
	struct life *l = f->life;
	struct dxa_finding out;

	if (!l->alive || !l->alive_known || l->told)
		return holds();
	if (task_unsure(e, f->t) || life_unsure(e, l))
		return unknown(WHY_COUNTED);
	report_begin(e, &out, &rule_PUT_WITHOUT_KILL, l, &f->t->ctx);
	say(&out, "the driver of ");
	say_life(&out, &l->id);
	say(&out, " put it without kill_dax: others still hold it, and it is alive");
	prove_life(e, l);
	l->told = true;
	return report(e, &out);
}

static struct answer report_alive_at_end(struct dxa_engine *e, const struct dxa_context *ctx,
					 struct life *l, const struct rec *r, bool put_seen)
{
	struct dxa_finding out;

	report_begin(e, &out, put_seen ? &rule_PUT_WITHOUT_KILL : &rule_DESTROYED_ALIVE, l, ctx);
	if (put_seen) {
		say(&out, "the last reference to ");
		say_life(&out, &l->id);
		say(&out, " was dropped without kill_dax: it was destroyed alive");
	} else {
		say_life(&out, &l->id);
		say(&out, " was destroyed while it was alive");
	}
	prove_life(e, l);
	if (r)
		prove(e, r);
	l->told = true;
	return report(e, &out);
}

JUDGE(FACT_ENDS, judge_alive_at_end)
{
	struct life *l = f->life;
	const struct rec *r = f->r;
	bool destroy = r->ev.kind == DXA_KIND_DAX_DESTROY_INODE;
	bool put_seen;

	if (l->told)
		return holds();
	if (r->ev.has & DXA_HAS_DAX) {
		if (!(r->ev.dax_flags & (1U << DXA_DAXDEV_ALIVE)))
			return holds();
	} else if (!l->alive_known || !l->alive) {
		return holds();
	} else if (life_unsure(e, l)) {
		return unknown(WHY_COUNTED);
	}
	/* The put that ends it destroys it in the same task; the free comes from anywhere. */
	put_seen = (l->put_last && (!destroy || l->last_put_tid == r->ev.tid)) ||
		   (l->owner_put && !l->kills);
	return report_alive_at_end(e, destroy ? task_context(f->t) : NULL, l, r, put_seen);
}

/* The last reference goes while it is alive: soon it is destroyed, or somebody was faster. */
JUDGE(FACT_PUT, judge_put_alive)
{
	const struct dxa_event *ev = &f->r->ev;

	if ((ev->has & DXA_HAS_DAX) && ev->refs == 1 && (ev->dax_flags & (1U << DXA_DAXDEV_ALIVE)))
		life_suspect(e, f->life, SUSPECT_PUT_ALIVE, task_context(f->t), ev->ts);
	return holds();
}

JUDGE(FACT_DUE, judge_put_alive_by_time)
{
	struct life *l = f->life;

	if (l->suspect->what != SUSPECT_PUT_ALIVE || l->told)
		return holds();
	return report_alive_at_end(e, life_suspect_context(l), l, NULL, true);
}
