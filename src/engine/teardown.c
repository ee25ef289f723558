// SPDX-License-Identifier: GPL-2.0-only
/* How lives end: killed, put, taken off dax_hosts, destroyed, freed. */
#include <string.h>

#include "engine/errname.h"
#include "engine/model.h"

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

/* ---- calls with what is no device ---- */

/* Only after an allocation in the same context can a NULL mean that its device was not stored. */
static void note_null(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	struct null_call c = { .rec = *r };

	if (!task_context(t) || !t->allocs.len || r->ev.kind == DXA_KIND_FS_PUT_DAX)
		return;
	c.judge = task_judge(e, t);
	if (t->nulls.len >= CONTEXT_LIST_MAX)
		gap(e, DXA_GAP_LIMIT);
	else if (!dxa_vec_push(&t->nulls, &c))
		e->nomem = true;
}

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

static void judge_err_ptr(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	struct dxa_finding f;

	if (err_ptr_is_told(e, t, &r->ev))
		return;
	report_begin(e, &f, DXA_RULE_ERR_PTR_TEARDOWN, NULL, task_context(t));
	f.err = dxa_ptr_err(r->ev.dax);
	f.life.dax = r->ev.dax;
	say(&f, "%s was called", call_name(&r->ev));
	say_caller(e, &f, &r->ev);
	say(&f, " with ERR_PTR(-");
	say_errno(e, &f, f.err);
	say(&f, ") as the dax_device");
	prove(e, r);
	report(e, &f);
}

static void report_after(struct dxa_engine *e, struct task *t, struct life *l, const struct rec *r)
{
	struct dxa_finding f;

	/* kill and put of the same dead device are one mistake. */
	if (l->told_after)
		return;
	report_begin(e, &f,
		     r->ev.kind == DXA_KIND_KILL_DAX ? DXA_RULE_KILL_AFTER_FREE :
						       DXA_RULE_PUT_AFTER_FREE,
		     l, task_context(t));
	say(&f, "%s was called", call_name(&r->ev));
	say_caller(e, &f, &r->ev);
	say(&f, " on ");
	say_life(&f, &l->id);
	say(&f, l->freed ? ", which was freed before" :
		l->ended ? ", which was destroyed before" :
			   ", whose last reference was gone before");
	prove_life(e, l);
	prove(e, r);
	l->told_after = true;
	report(e, &f);
}

static void judge_after_free(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	struct life *l = life_at(e, r->ev.dax);

	/* Without a life it is wrong all the same, but whose life it was is not known. */
	if (l)
		report_after(e, t, l, r);
	else
		gap(e, DXA_GAP_UNCERTAIN);
}

/* Whoever kills or puts a device has a reference to it, unless its life is over. */
static bool shows_end(const struct dxa_event *ev)
{
	return (ev->has & DXA_HAS_DAX) && !ev->refs;
}

/* The life that a kill or put concerns, or NULL when there is nothing more to do. */
static struct life *target(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	struct life *l;

	if (!r->ev.dax) {
		note_null(e, t, r);
		return NULL;
	}
	if (dxa_is_err_ptr(r->ev.dax)) {
		judge_err_ptr(e, t, r);
		return NULL;
	}
	l = shows_end(&r->ev) ? NULL : life_touch(e, r);
	if (!l) {
		judge_after_free(e, t, r);
		return NULL;
	}
	life_note(e, l, r);
	return l;
}

/* ---- kill and put ---- */

void on_kill_dax(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	struct life *l = target(e, t, r);

	if (!l)
		return;
	l->alive = false;
	l->alive_known = true;
	l->kills++;
	l->holder = 0; /* the kernel clears it */
	l->last_kill_tid = r->ev.tid;
	l->last_kill_in = t ? t->ctx.id : 0;
}

/*
 * dm tables drop their reference to another's device with put_dax too. The
 * owner's put follows its kill, in the same task and context, or belongs to the
 * context that allocated, or to the unbinding of the device it was allocated for.
 */
static bool is_owners_put(const struct task *t, const struct life *l, const struct rec *r)
{
	uint64_t in = t ? t->ctx.id : 0;

	if (r->ev.kind != DXA_KIND_PUT_DAX || l->owner_put)
		return false;
	if ((in && in == l->born_in) || task_unbinds(t, l->born_for))
		return true;
	return l->kills && l->last_kill_tid == r->ev.tid && l->last_kill_in == in;
}

/*
 * Its driver puts it twice in a row. That somebody else, an inode walk for one,
 * keeps it alive for the moment does not make it right.
 */
static bool is_put_again(const struct dxa_engine *e, const struct task *t, const struct life *l,
			 const struct rec *r)
{
	return r->ev.kind == DXA_KIND_PUT_DAX && l->owner_put && task_context(t) &&
	       l->last_put_tid == r->ev.tid && l->last_kill_in == t->ctx.id && l->from_alloc &&
	       l->refs <= 0 && !life_unsure(e, l) && !blind(e, DXA_KIND_FS_DAX_GET_BY_BDEV);
}

static void owner_has_put(struct dxa_engine *e, struct task *t, struct life *l)
{
	struct life_ref ref = { l->id.dax, l->id.generation };

	l->owner_put = true;
	if (!task_context(t))
		return;
	if (t->released.len >= CONTEXT_LIST_MAX)
		gap(e, DXA_GAP_LIMIT);
	else if (!dxa_vec_push(&t->released, &ref))
		e->nomem = true;
}

/* After the last put that is accounted for, the device must be destroyed. */
static void suspect_put(struct dxa_engine *e, struct task *t, struct life *l, const struct rec *r)
{
	life_acquit(e, l);
	if (!(r->ev.has & DXA_HAS_DAX))
		return;
	if (r->ev.refs == 1 && (r->ev.dax_flags & (1U << DXA_DAXDEV_ALIVE)))
		life_suspect(e, l, SUSPECT_PUT_ALIVE, task_context(t), r->ev.ts);
	else if (r->ev.refs > 1 && l->refs_known && l->refs <= 0)
		life_suspect(e, l, SUSPECT_REFERENCE_LEAK, task_context(t), r->ev.ts);
}

void on_put_dax(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	struct life *l = target(e, t, r);

	if (!l)
		return;
	if (r->ev.arg && l->holder == r->ev.arg)
		l->holder = 0;
	if (is_put_again(e, t, l, r))
		report_after(e, t, l, r);
	if (is_owners_put(t, l, r))
		owner_has_put(e, t, l);
	add_refs(&l->refs, -1);
	l->last_put_at = r->ev.ts;
	l->puts_under_way += l->puts_under_way < UINT16_MAX;
	l->last_put_tid = r->ev.tid;
	l->last_put_refs = r->ev.has & DXA_HAS_DAX ? r->ev.refs : 0;
	suspect_put(e, t, l, r);
}

/* ---- what the owner released ---- */

/* Its owner has let go of it for good, and others that hold it will use it as if it lived. */
static void judge_unkilled(struct dxa_engine *e, const struct task *t, struct life *l)
{
	struct dxa_finding f;

	if (!l->alive_known || l->told || life_unsure(e, l))
		return;
	report_begin(e, &f, DXA_RULE_PUT_WITHOUT_KILL, l, &t->ctx);
	say(&f, "the driver of ");
	say_life(&f, &l->id);
	say(&f, " put it without kill_dax: others still hold it, and it is alive");
	prove_life(e, l);
	l->told = true;
	report(e, &f);
}

void judge_released(struct dxa_engine *e, struct task *t)
{
	size_t i;

	if (task_unsure(e, t))
		return;
	for (i = 0; i < t->released.len; i++) {
		const struct life_ref *ref = dxa_vec_at(&t->released, i);
		struct life *l = life_alive(e, ref->dax, ref->generation);

		if (l && !l->alive)
			judge_host(e, &t->ctx, l, NULL, t->ctx.end);
		else if (l)
			judge_unkilled(e, t, l);
	}
}

/* ---- the end ---- */

static void report_alive_at_end(struct dxa_engine *e, const struct dxa_context *ctx, struct life *l,
				const struct rec *r, bool put_seen)
{
	struct dxa_finding f;

	report_begin(e, &f, put_seen ? DXA_RULE_PUT_WITHOUT_KILL : DXA_RULE_DESTROYED_ALIVE, l,
		     ctx);
	if (put_seen) {
		say(&f, "the last reference to ");
		say_life(&f, &l->id);
		say(&f, " was dropped without kill_dax: it was destroyed alive");
	} else {
		say_life(&f, &l->id);
		say(&f, " was destroyed while it was alive");
	}
	prove_life(e, l);
	if (r)
		prove(e, r);
	l->told = true;
	report(e, &f);
}

static void judge_end(struct dxa_engine *e, struct task *t, struct life *l, const struct rec *r)
{
	bool destroy = r->ev.kind == DXA_KIND_DAX_DESTROY_INODE;
	bool alive = l->alive_known && l->alive && !life_unsure(e, l);
	const struct dxa_context *ctx = destroy ? task_context(t) : NULL;
	bool put_seen;

	if (r->ev.has & DXA_HAS_DAX)
		alive = r->ev.dax_flags & (1U << DXA_DAXDEV_ALIVE);
	/* The put that ends it destroys it in the same task; the free comes from anywhere. */
	put_seen = (l->put_last && (!destroy || l->last_put_tid == r->ev.tid)) ||
		   (l->owner_put && !l->kills);
	if (alive && !l->told)
		report_alive_at_end(e, ctx, l, r, put_seen);
	judge_host(e, ctx, l, r, r->ev.ts);
	life_note(e, l, r);
	life_end(e, l);
}

/*
 * The root directory of DAX's pseudo file system, which is no device and has no
 * number, goes with module dax: dax_core_exit() in drivers/dax/super.c.
 */
static bool is_root(const struct dxa_engine *e, const struct rec *r)
{
	const struct life *l = life_at(e, r->ev.dax);

	return (!l || l->ended) && r->ev.has & DXA_HAS_DAX && !r->ev.rdev && !r->ev.ops;
}

void on_destroy(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	struct life *l;

	if (!r->ev.dax || is_root(e, r))
		return;
	e->destroys_seen = true;
	l = life_touch(e, r);
	if (l)
		judge_end(e, t, l, r);
}

void on_free(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	struct life *l;

	if (!r->ev.dax || is_root(e, r))
		return;
	e->frees_seen = true;
	l = life_at(e, r->ev.dax);
	if (!l || !l->ended) {
		l = life_touch(e, r);
		if (l)
			judge_end(e, t, l, r);
	}
	if (l)
		l->freed = true;
}

/* ---- what only time proves ---- */

static void judge_references(struct dxa_engine *e, struct life *l)
{
	struct dxa_finding f;

	if (l->told || life_unsure(e, l) || blind(e, DXA_KIND_FS_DAX_GET_BY_BDEV) ||
	    blind(e, DXA_KIND_FS_DAX_GET) ||
	    (blind(e, DXA_KIND_DAX_DESTROY_INODE) && blind(e, DXA_KIND_DAX_FREE_INODE)))
		return;
	/* It is still there, but a put that is held up would explain it. */
	if (!l->extra && !l->holder_taken) {
		gap(e, DXA_GAP_UNCERTAIN);
		return;
	}
	report_begin(e, &f, DXA_RULE_REFERENCE_LEAK, l, life_suspect_context(l));
	say_life(&f, &l->id);
	say(&f, " is never freed: its last known reference was put at a count of %d",
	    l->last_put_refs);
	if (l->holder_taken)
		say(&f, "; fs_dax_get_by_bdev had found its holder taken and returned NULL "
			"without dropping the reference it took");
	prove_life(e, l);
	l->told = true;
	report(e, &f);
}

static void judge_suspect(struct dxa_engine *e, struct life *l)
{
	switch (l->suspect->what) {
	case SUSPECT_REFERENCE_LEAK:
		judge_references(e, l);
		break;
	case SUSPECT_PUT_ALIVE:
		if (!l->told)
			report_alive_at_end(e, life_suspect_context(l), l, NULL, true);
		break;
	case SUSPECT_LEAK:
		judge_late_leak(e, l);
		break;
	}
}

/*
 * The machine may have stood still for as long as the grace is: what was under way goes
 * on right behind the first record that comes then.
 */
static bool is_ripe(struct suspect *s, uint64_t now, bool all)
{
	if (all)
		return now > s->since && now - s->since > END_GRACE_NS;
	if (!s->ripe)
		s->ripe = now;
	return now - s->ripe > STANDSTILL_NS;
}

void judge_suspects(struct dxa_engine *e, uint64_t now, bool all)
{
	struct suspect *s, *next;

	for (s = DXA_LIST_OF(e->suspects.first, struct suspect, link); s; s = next) {
		struct life *l = s->life;
		/* A lookup that has not returned may have the reference. */
		bool looked_up = s->what == SUSPECT_REFERENCE_LEAK && e->gets_pending;
		bool ripe;

		next = DXA_LIST_OF(s->link.next, struct suspect, link);
		if (!all && (now <= s->since || now - s->since <= GRACE_NS))
			break;
		ripe = is_ripe(s, now, all);
		if (ripe && !looked_up)
			judge_suspect(e, l);
		else if (all)
			gap(e, DXA_GAP_PENDING);
		else if (ripe)
			life_suspect_again(e, l, now);
		if (all || (ripe && !looked_up))
			life_acquit(e, l);
	}
}

uint64_t dxa_engine_due(const struct dxa_engine *e)
{
	const struct suspect *s = DXA_LIST_OF(e->suspects.first, struct suspect, link);

	return s ? s->since + GRACE_NS + 1 : 0;
}
