// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "engine/errname.h"
#include "engine/fact.h"
#include "engine/owner.h"
#include "engine/track/loss.h"

/* ---- the table of tasks ---- */

static struct dxa_vec *const *task_vecs(struct task *t, struct dxa_vec *vecs[8])
{
	vecs[0] = &t->frames;
	vecs[1] = &t->story;
	vecs[2] = &t->outcomes;
	vecs[3] = &t->allocs;
	vecs[4] = &t->nulls;
	vecs[5] = &t->host_failures;
	vecs[6] = &t->released;
	vecs[7] = &t->unbound;
	return vecs;
}

static void task_free(struct task *t)
{
	struct dxa_vec *vecs[8];
	size_t i;

	task_vecs(t, vecs);
	for (i = 0; i < 8; i++)
		dxa_vec_free(vecs[i]);
	free(t);
}

/* A spare task keeps the memory of its lists, so that a probe needs no malloc. */
static struct task *task_make(struct dxa_engine *e)
{
	struct task *t = DXA_LIST_OF(e->spare.last, struct task, link);

	if (t) {
		dxa_list_del(&e->spare, &t->link);
		e->n_spare--;
		return t;
	}
	t = calloc(1, sizeof(*t));
	if (!t)
		return NULL;
	t->frames = DXA_VEC_OF(struct frame);
	t->story = DXA_VEC_OF(struct dxa_event);
	t->outcomes = DXA_VEC_OF(struct bracket_outcome);
	t->allocs = DXA_VEC_OF(struct alloc);
	t->nulls = DXA_VEC_OF(struct null_call);
	t->host_failures = DXA_VEC_OF(struct host_failure);
	t->released = DXA_VEC_OF(struct life_ref);
	t->unbound = DXA_VEC_OF(struct unbound);
	return t;
}

static void task_retire(struct dxa_engine *e, struct task *t)
{
	if (e->tasks[t->tid % TASK_SLOTS] == t)
		e->tasks[t->tid % TASK_SLOTS] = NULL;
	else
		dxa_map_del(&e->more_tasks, t->tid);
	dxa_list_del(&e->busy, &t->link);
	if (e->n_spare >= SPARE_TASKS_MAX) {
		task_free(t);
		return;
	}
	dxa_list_add(&e->spare, &t->link);
	e->n_spare++;
}

/* Make the task of this event, which has no open frame. */
static struct task *task_begin(struct dxa_engine *e, const struct dxa_event *ev)
{
	struct task **slot = &e->tasks[ev->tid % TASK_SLOTS];
	struct task *t = task_make(e);

	if (!t || (*slot && dxa_map_put(&e->more_tasks, ev->tid, t))) {
		if (t)
			task_free(t);
		e->nomem = true;
		return NULL;
	}
	if (!*slot)
		*slot = t;
	t->tid = ev->tid;
	t->tgid = ev->tgid;
	t->ctx.id = 0;
	t->brackets = 0;
	dxa_list_add(&e->busy, &t->link);
	return t;
}

struct task *task_find(const struct dxa_engine *e, uint32_t tid)
{
	struct task *t = e->tasks[tid % TASK_SLOTS];

	if (t && t->tid == tid)
		return t;
	return e->more_tasks.len ? dxa_map_get(&e->more_tasks, tid) : NULL;
}

void tasks_free(struct dxa_engine *e)
{
	struct task *t;

	while ((t = DXA_LIST_OF(e->busy.first, struct task, link))) {
		dxa_list_del(&e->busy, &t->link);
		task_free(t);
	}
	dxa_map_free(&e->more_tasks);
	while ((t = DXA_LIST_OF(e->spare.first, struct task, link))) {
		dxa_list_del(&e->spare, &t->link);
		task_free(t);
	}
}

/* ---- frames ---- */

static struct bracket_outcome *frame_outcome(const struct task *t, const struct frame *f)
{
	return f->outcome ? dxa_vec_at(&t->outcomes, f->outcome - 1) : NULL;
}

/* The number of running calls of this kind, for the kinds that are counted; else NULL. */
static size_t *pending(struct dxa_engine *e, uint16_t kind)
{
	switch (kind) {
	case DXA_KIND_ALLOC_DAX:
		return &e->allocs_pending;
	case DXA_KIND_FS_DAX_GET_BY_BDEV:
	case DXA_KIND_FS_DAX_GET:
		return &e->gets_pending;
	default:
		return NULL;
	}
}

static void bind_succeeded(struct dxa_engine *e, const struct frame *f)
{
	struct life *l = f->entry.ev.dax ? life_at(e, f->entry.ev.dax) : NULL;

	if (l)
		l->cdev_fresh = false;
}

/* Remove the innermost frame; ret is its return, NULL when that was missed. */
static void frame_pop(struct dxa_engine *e, struct task *t, const struct rec *ret,
		      enum dxa_outcome outcome, int err)
{
	struct frame *f = dxa_vec_last(&t->frames);
	struct bracket_outcome *o = frame_outcome(t, f);
	uint16_t kind = f->entry.ev.kind;

	if (o) {
		o->outcome = outcome;
		o->err = err;
		if (ret)
			o->exit = *ret;
	}
	if (outcome == DXA_OUTCOME_OK && kind == DXA_KIND_REALLY_PROBE)
		bind_succeeded(e, f);
	if (outcome == DXA_OUTCOME_OK && f->cdev_of)
		PUBLISH(e, FACT_BOUND_IN_USE, t, NULL, life_at(e, f->cdev_of), .frame = f);
	t->frames.len--;
	if (dxa_kind_is_bracket(kind))
		t->brackets--;
	if (pending(e, kind))
		--*pending(e, kind);
}

/* Remove frames until `keep` are left: their returns were missed. */
static void frames_drop(struct dxa_engine *e, struct task *t, size_t keep, uint64_t ts)
{
	while (t->frames.len > keep) {
		struct frame *f = dxa_vec_last(&t->frames);

		gap(e, DXA_GAP_RETURN);
		/* What an acquire acquired is not known without its return. */
		if (!dxa_kind_is_bracket(f->entry.ev.kind) &&
		    f->entry.ev.kind != DXA_KIND_DEVICE_ADD_DISK)
			e->epoch++;
		frame_pop(e, t, NULL, DXA_OUTCOME_MISSED, 0);
	}
	if (t->ctx.id && !t->brackets)
		context_close(e, t, ts, DXA_OUTCOME_MISSED, 0);
	if (!t->frames.len)
		task_retire(e, t);
}

/* The frame of this return (its index plus one), or 0. */
static size_t frame_of(const struct task *t, const struct dxa_event *ret)
{
	size_t i;

	for (i = t->frames.len; i; i--) {
		const struct dxa_event *entry = &frame_at(t, i - 1)->entry.ev;

		if (entry->kind == ret->kind && (!dxa_kind_is_bracket(ret->kind) || !ret->obj ||
						 !entry->obj || ret->obj == entry->obj))
			return i;
	}
	return 0;
}

/* Did the task put one of these lives, whose kill may have been before the audit? */
static bool put_unkilled(const struct dxa_list *lives, uint32_t tid)
{
	const struct life *l;

	DXA_LIST_EACH(l, lives, const struct life, link)
		if (!l->from_alloc && !l->kills && l->last_put_tid == tid)
			return true;
	return false;
}

/* Did a snapshot show a device in the middle of its unbinding, which was not put since? */
static bool shown_amid_unbind(const struct dxa_list *lives)
{
	const struct life *l;

	DXA_LIST_EACH(l, lives, const struct life, link) {
		const struct dxa_owner *owner = dxa_owner_of(l->id.driver);

		if (l->snapshotted && !l->owner_put && owner->releases_at_unbind &&
		    (!l->alive || (owner->of_disk && !l->host)))
			return true;
	}
	return false;
}

static void unpaired(struct dxa_engine *e, const struct dxa_event *ret)
{
	/*
	 * An unbinding that began before the audit may have put the device before, too, or
	 * have killed it and never put it.
	 */
	if (ret->kind == DXA_KIND_RELEASE_DRIVER &&
	    (put_unkilled(&e->live, ret->tid) || put_unkilled(&e->ended, ret->tid) ||
	     shown_amid_unbind(&e->live)))
		gap(e, DXA_GAP_UNCERTAIN);
	/* Calls that were entered before the audit, or before a loss, may return now. */
	if (ret->ts > e->unpaired_since && ret->ts - e->unpaired_since > e->cfg.stuck_after_ns)
		gap(e, DXA_GAP_UNPAIRED);
}

/*
 * How many of the frames can still be open when this event happens. A call that has
 * not returned contains no hooked function, except device_add_disk; a bracket that
 * begins in a system call is never inside another one; dm binds no driver inside its
 * own; and no function here is entered twice for the same object.
 */
static size_t frames_plausible(const struct task *t, const struct dxa_event *ev)
{
	size_t n = t->frames.len, i;

	if (ev->tgid != t->tgid)
		return 0;
	if (ev->phase == DXA_PHASE_ARGS && dxa_kind_is_bracket(ev->kind)) {
		if (ev->kind == DXA_KIND_DM_DEV_CREATE || ev->kind == DXA_KIND_DCSSBLK_ADD)
			return 0;
		if (n && frame_at(t, 0)->entry.ev.kind == DXA_KIND_DM_DEV_CREATE &&
		    (ev->kind == DXA_KIND_REALLY_PROBE || ev->kind == DXA_KIND_RELEASE_DRIVER))
			return 0;
		for (i = 0; i < n; i++)
			if (frame_at(t, i)->entry.ev.kind == ev->kind &&
			    (frame_at(t, i)->entry.ev.obj == ev->obj))
				return i;
	}
	while (n) {
		uint16_t kind = frame_at(t, n - 1)->entry.ev.kind;

		if (dxa_kind_is_bracket(kind) || kind == DXA_KIND_DEVICE_ADD_DISK ||
		    (kind == ev->kind && ev->phase == DXA_PHASE_RET))
			break;
		n--;
	}
	return n;
}

/* Is it a call or a return inside of a bracket? Then all frames can still be open. */
static bool is_inside(const struct task *t, const struct dxa_event *ev)
{
	const struct frame *innermost = dxa_vec_last(&t->frames);

	return ev->tgid == t->tgid && dxa_kind_is_bracket(innermost->entry.ev.kind) &&
	       !(ev->phase == DXA_PHASE_ARGS && dxa_kind_is_bracket(ev->kind));
}

static __attribute__((noinline)) struct task *drop_implausible(struct dxa_engine *e, struct task *t,
							       const struct dxa_event *ev)
{
	size_t keep = frames_plausible(t, ev);

	if (keep == t->frames.len)
		return t;
	frames_drop(e, t, keep, ev->ts);
	return keep ? t : NULL;
}

struct task *task_refresh(struct dxa_engine *e, const struct dxa_event *ev)
{
	struct task *t = task_find(e, ev->tid);

	/* The free runs in an interrupt and says nothing about the frames of the task. */
	if (!t || ev->kind == DXA_KIND_DAX_FREE_INODE || is_inside(t, ev))
		return t;
	return drop_implausible(e, t, ev);
}

void task_enter(struct dxa_engine *e, struct task *t, const struct rec *r, bool bracket)
{
	struct frame *frame;

	if (t && t->frames.len >= FRAMES_MAX) {
		gap(e, DXA_GAP_LIMIT);
		frames_drop(e, t, 0, r->ev.ts);
		t = NULL;
	}
	if (!t)
		t = task_begin(e, &r->ev);
	if (!t)
		return;
	frame = dxa_vec_add(&t->frames);
	if (!frame) {
		e->nomem = true;
		if (!t->frames.len)
			task_retire(e, t);
		return;
	}
	frame->entry = *r;
	frame->outcome = 0;
	frame->cdev_of = 0;
	if (pending(e, r->ev.kind))
		++*pending(e, r->ev.kind);
	if (!bracket)
		return;
	t->brackets++;
	if (!t->ctx.id)
		context_open(e, t, &r->ev);
	story_add(e, t, &r->ev);
	note_probe(e, t, r);
}

#define TAKE(field)                               \
	do {                                      \
		if (!r->ev.field)                 \
			r->ev.field = args.field; \
	} while (0)

/* Take the device's fields from the entry, for calls that do not change them. */
static void take_device(struct dxa_event *to, const struct dxa_event *entry)
{
	if (entry->kind != DXA_KIND_DAX_ADD_HOST || to->has & DXA_HAS_DAX)
		return;
	to->rdev = entry->rdev;
	to->refs = entry->refs;
	to->dax_flags = entry->dax_flags;
	to->ops = entry->ops;
	to->holder = entry->holder;
	to->cdev_refs = entry->cdev_refs;
	to->has |= entry->has & DXA_HAS_DAX;
}

static void merge(struct rec *r, const struct dxa_event *entry)
{
	const struct dxa_event args = *entry;

	r->ev.phase = DXA_PHASE_CALL;
	if (args.kind == DXA_KIND_ALLOC_DAX)
		r->ev.ops = args.ops;
	if (!dxa_kind_returns_dax(args.kind))
		TAKE(dax);
	TAKE(obj);
	TAKE(arg);
	if (!r->ev.name[0])
		memcpy(r->ev.name, args.name, sizeof(args.name));
	r->ev.has |= args.has & DXA_HAS_DISK;
	take_device(&r->ev, &args);
	/* The stack is complete at entry; at return the frame of the callee is missing. */
	if (args.has & DXA_HAS_STACK) {
		memcpy(r->ev.stack, args.stack, sizeof(args.stack));
		r->ev.has |= DXA_HAS_STACK;
	}
}

bool task_pair(struct dxa_engine *e, struct task *t, struct rec *r)
{
	size_t i = t ? frame_of(t, &r->ev) : 0;

	if (!i) {
		unpaired(e, &r->ev);
		return false;
	}
	if (i < t->frames.len)
		frames_drop(e, t, i, r->ev.ts);
	merge(r, &frame_at(t, i - 1)->entry.ev);
	frame_pop(e, t, r, DXA_OUTCOME_OK, 0);
	if (!t->frames.len)
		task_retire(e, t);
	return true;
}

/* The function also runs for a device without a driver: then nothing was unbound. */
static void note_unbound(struct dxa_engine *e, struct task *t, const struct rec *entry)
{
	struct unbound u = { .device = entry->ev.obj, .entered = entry->n };

	if (entry->ev.kind != DXA_KIND_RELEASE_DRIVER || !entry->ev.driver[0])
		return;
	memcpy(u.driver, entry->ev.driver, sizeof(u.driver));
	if (!dxa_vec_push(&t->unbound, &u))
		e->nomem = true;
}

void task_leave(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	size_t i = t ? frame_of(t, &r->ev) : 0;
	enum dxa_outcome outcome;
	int err;

	if (!i) {
		unpaired(e, &r->ev);
		return;
	}
	if (i < t->frames.len)
		frames_drop(e, t, i, r->ev.ts);
	outcome = outcome_of_return(&r->ev, &err);
	story_add(e, t, &r->ev);
	note_unbound(e, t, &frame_at(t, i - 1)->entry);
	frame_pop(e, t, r, outcome, err);
	if (!t->brackets)
		context_close(e, t, r->ev.ts, outcome, err);
	if (!t->frames.len)
		task_retire(e, t);
}

void tasks_abandon(struct dxa_engine *e, uint64_t ts)
{
	struct task *t;

	while ((t = DXA_LIST_OF(e->busy.first, struct task, link))) {
		while (t->frames.len)
			frame_pop(e, t, NULL, DXA_OUTCOME_MISSED, 0);
		if (t->ctx.id)
			context_close(e, t, ts, DXA_OUTCOME_MISSED, 0);
		task_retire(e, t);
	}
}

void tasks_finish(struct dxa_engine *e, uint64_t ts)
{
	struct task *t;

	while ((t = DXA_LIST_OF(e->busy.first, struct task, link))) {
		if (!t->ctx.id)
			gap(e, DXA_GAP_RETURN);
		else if (!t->stuck_id)
			gap(e, t->gone ? DXA_GAP_GONE : DXA_GAP_OPEN);
		if (t->ctx.id)
			context_close(e, t, ts, DXA_OUTCOME_OPEN, 0);
		t->frames.len = 0;
		task_retire(e, t);
	}
}
