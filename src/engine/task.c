// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "engine/errname.h"
#include "engine/model.h"

/* ---- records of tasks ---- */

static struct dxa_vec *const *task_vecs(struct task *t, struct dxa_vec *vecs[8])
{
	vecs[0] = &t->frames;
	vecs[1] = &t->story;
	vecs[2] = &t->deciders;
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

/* A record that is used again keeps the memory of its lists, so that a probe costs no malloc. */
static struct task *task_make(struct dxa_engine *e)
{
	struct task *t = e->spare;

	if (t) {
		e->spare = t->next;
		e->n_spare--;
		return t;
	}
	t = calloc(1, sizeof(*t));
	if (!t)
		return NULL;
	t->frames = DXA_VEC_OF(struct frame);
	t->story = DXA_VEC_OF(struct dxa_event);
	t->deciders = DXA_VEC_OF(struct decider);
	t->allocs = DXA_VEC_OF(struct alloc);
	t->nulls = DXA_VEC_OF(struct null_call);
	t->host_failures = DXA_VEC_OF(struct host_failure);
	t->released = DXA_VEC_OF(struct life_ref);
	t->unbound = DXA_VEC_OF(uint64_t);
	return t;
}

static void task_link(struct dxa_engine *e, struct task *t)
{
	t->next = NULL;
	t->prev = e->task_last;
	if (e->task_last)
		e->task_last->next = t;
	else
		e->task_first = t;
	e->task_last = t;
}

static void task_unlink(struct dxa_engine *e, struct task *t)
{
	if (t->prev)
		t->prev->next = t->next;
	else
		e->task_first = t->next;
	if (t->next)
		t->next->prev = t->prev;
	else
		e->task_last = t->prev;
}

static void task_retire(struct dxa_engine *e, struct task *t)
{
	dxa_map_del(&e->tasks, t->tid);
	task_unlink(e, t);
	if (e->n_spare >= SPARE_TASKS_MAX) {
		task_free(t);
		return;
	}
	t->next = e->spare;
	e->spare = t;
	e->n_spare++;
}

static struct task *task_get(struct dxa_engine *e, const struct dxa_event *ev)
{
	struct task *t = task_find(e, ev->tid);

	if (t)
		return t;
	t = task_make(e);
	if (!t || dxa_map_put(&e->tasks, ev->tid, t)) {
		if (t)
			task_free(t);
		e->nomem = true;
		return NULL;
	}
	t->tid = ev->tid;
	t->tgid = ev->tgid;
	t->ctx.id = 0;
	t->brackets = 0;
	task_link(e, t);
	return t;
}

struct task *task_find(const struct dxa_engine *e, uint32_t tid)
{
	return dxa_map_get(&e->tasks, tid);
}

const struct dxa_context *task_context(const struct task *t)
{
	return t && t->ctx.id ? &t->ctx : NULL;
}

bool task_unsure(const struct dxa_engine *e, const struct task *t)
{
	return t->epoch != e->epoch;
}

static void free_task(void *priv, uint64_t key, void *value)
{
	(void)priv;
	(void)key;
	task_free(value);
}

void tasks_free(struct dxa_engine *e)
{
	struct task *t;

	dxa_map_each(&e->tasks, free_task, NULL);
	dxa_map_free(&e->tasks);
	while ((t = e->spare)) {
		e->spare = t->next;
		task_free(t);
	}
}

/* ---- outcomes ---- */

/* A result that is an int, long or ERR_PTR with a negative error in it; 0 when it is none. */
static int negative_error(int64_t ret)
{
	return dxa_is_err_ptr((uint64_t)ret) ? dxa_ptr_err((uint64_t)ret) : 0;
}

/* A driver says by ENODEV or ENXIO that a device is not its own; elsewhere they are failures. */
static bool is_probe(uint16_t kind)
{
	return kind == DXA_KIND_REALLY_PROBE || kind == DXA_KIND_PMEM_ATTACH_DISK ||
	       kind == DXA_KIND_VIRTIO_FS_PROBE;
}

enum dxa_outcome bracket_outcome(const struct dxa_event *ret, int *err)
{
	*err = 0;
	switch (ret->kind) {
	case DXA_KIND_REALLY_PROBE:
		*err = ret->ret < 0 || ret->ret > 4095 ? negative_error(ret->ret) : (int)ret->ret;
		break;
	case DXA_KIND_RELEASE_DRIVER: /* void */
		return DXA_OUTCOME_OK;
	case DXA_KIND_CREATE_DEV_DAX:
	case DXA_KIND_CREATE_DEV_DAX_OLD:
		if (!ret->ret)
			return DXA_OUTCOME_FAILED;
		*err = negative_error(ret->ret);
		break;
	default: /* a positive result is a count of bytes */
		*err = negative_error(ret->ret);
	}
	switch (*err) {
	case 0:
		return DXA_OUTCOME_OK;
	case DXA_EPROBE_DEFER:
		return DXA_OUTCOME_DEFERRED;
	case DXA_ENODEV:
	case DXA_ENXIO:
		return is_probe(ret->kind) ? DXA_OUTCOME_NO_DEVICE : DXA_OUTCOME_FAILED;
	default:
		return DXA_OUTCOME_FAILED;
	}
}

/* ---- the context: what the outermost bracket delimits ---- */

void story_add(struct dxa_engine *e, struct task *t, const struct dxa_event *ev)
{
	if (!t || !t->ctx.id)
		return;
	if (ev->kind >= DXA_KIND_ALLOC_DAX && ev->kind <= DXA_KIND_DAX_FREE_INODE)
		t->ctx.dax_events++;
	if (t->story.len >= STORY_MAX) {
		t->ctx.story_cut++;
		return;
	}
	if (!dxa_vec_push(&t->story, ev))
		e->nomem = true;
}

static void context_open(struct dxa_engine *e, struct task *t, const struct dxa_event *ev)
{
	t->ctx = (struct dxa_context){
		.id = ++e->context_ids,
		.kind = ev->kind,
		.tgid = ev->tgid,
		.tid = ev->tid,
		.start = ev->ts,
	};
	e->stats.contexts_open++;
	memcpy(t->ctx.comm, ev->comm, sizeof(t->ctx.comm));
	if (ev->has & DXA_HAS_DEVICE) {
		memcpy(t->ctx.device, ev->name, sizeof(t->ctx.device));
		memcpy(t->ctx.bus, ev->bus, sizeof(t->ctx.bus));
		memcpy(t->ctx.driver, ev->driver, sizeof(t->ctx.driver));
	}
	t->epoch = e->epoch;
	t->stuck_told = false;
	t->err_ptr_told = 0;
}

/*
 * A kretprobe does not tell whose return it is, so a probe whose return is
 * missed takes the return of the one around it. That one then stays open:
 * within a context that never closed, no such outcome can be trusted.
 */
static void distrust_outcomes(struct task *t)
{
	size_t i;

	for (i = 0; i < t->deciders.len; i++) {
		struct decider *d = dxa_vec_at(&t->deciders, i);

		if (d->entry.ev.kind == DXA_KIND_REALLY_PROBE && !d->exit.ev.obj)
			d->outcome = DXA_OUTCOME_MISSED;
	}
}

/* Hand the context out, judge it, forget it. */
static void context_close(struct dxa_engine *e, struct task *t, uint64_t ts,
			  enum dxa_outcome outcome, int err)
{
	t->ctx.end = ts;
	t->ctx.outcome = outcome;
	t->ctx.err = err;
	t->ctx.story = t->story.data;
	t->ctx.story_len = t->story.len;
	e->stats.contexts_open--;
	e->stats.contexts++;
	if (e->sink.context_closed)
		e->sink.context_closed(e->sink.priv, &t->ctx);
	t->ctx.story = NULL;
	t->ctx.story_len = 0;
	if (outcome == DXA_OUTCOME_OPEN || outcome == DXA_OUTCOME_MISSED)
		distrust_outcomes(t);
	judge_leaks(e, t);
	judge_unbound(e, t);
	judge_allocs(e, t);
	judge_released(e, t);
	t->ctx.id = 0;
	t->story.len = 0;
	t->deciders.len = 0;
	t->allocs.len = 0;
	t->nulls.len = 0;
	t->host_failures.len = 0;
	t->released.len = 0;
	t->unbound.len = 0;
}

/* ---- frames ---- */

static bool is_bracket(uint16_t kind)
{
	return kind >= DXA_KIND_REALLY_PROBE && kind <= DXA_KIND_CREATE_DEV_DAX_OLD;
}

static struct frame *frame_at(const struct task *t, size_t i)
{
	return dxa_vec_at(&t->frames, i);
}

static struct decider *frame_decider(const struct task *t, const struct frame *f)
{
	return f->decider ? dxa_vec_at(&t->deciders, f->decider - 1) : NULL;
}

/* Take the top frame off; ret is its return, NULL when that was missed. */
static void frame_pop(struct dxa_engine *e, struct task *t, const struct rec *ret,
		      enum dxa_outcome outcome, int err)
{
	struct frame *f = dxa_vec_last(&t->frames);
	struct decider *d = frame_decider(t, f);
	uint16_t kind = f->entry.ev.kind;

	if (d) {
		d->outcome = outcome;
		d->err = err;
		if (ret)
			d->exit = *ret;
	}
	if (outcome == DXA_OUTCOME_OK)
		watch_probed(e, t, f);
	t->frames.len--;
	if (is_bracket(kind))
		t->brackets--;
	if (kind == DXA_KIND_ALLOC_DAX)
		e->allocs_pending--;
}

/* Take frames off until `keep` are left: their returns were missed. */
static void frames_drop(struct dxa_engine *e, struct task *t, size_t keep, uint64_t ts)
{
	while (t->frames.len > keep) {
		struct frame *f = dxa_vec_last(&t->frames);

		gap(e, DXA_GAP_RETURN);
		/* Nobody knows what an acquire without its return has acquired. */
		if (!is_bracket(f->entry.ev.kind) && f->entry.ev.kind != DXA_KIND_DEVICE_ADD_DISK)
			e->epoch++;
		frame_pop(e, t, NULL, DXA_OUTCOME_MISSED, 0);
	}
	if (t->ctx.id && !t->brackets)
		context_close(e, t, ts, DXA_OUTCOME_MISSED, 0);
	if (!t->frames.len)
		task_retire(e, t);
}

/* The frame that this return belongs to (its index plus one), or 0. */
static size_t frame_of(const struct task *t, const struct dxa_event *ret)
{
	size_t i;

	for (i = t->frames.len; i; i--) {
		const struct dxa_event *entry = &frame_at(t, i - 1)->entry.ev;

		if (entry->kind == ret->kind &&
		    (!is_bracket(ret->kind) || !ret->obj || !entry->obj || ret->obj == entry->obj))
			return i;
	}
	return 0;
}

static void unpaired(struct dxa_engine *e, const struct dxa_event *ret)
{
	/* What was entered before the audit, or before a loss, may well return now. */
	if (ret->ts > e->blind_since && ret->ts - e->blind_since > e->cfg.stuck_after_ns)
		gap(e, DXA_GAP_UNPAIRED);
}

/*
 * How many of the frames can still be open when this event happens. A call that
 * is awaited contains nothing that is hooked, but for device_add_disk; brackets
 * that begin in a system call cannot begin inside others; and no function here
 * is entered twice for the same object.
 */
static size_t frames_plausible(const struct task *t, const struct dxa_event *ev)
{
	size_t n = t->frames.len, i;

	if (ev->tgid != t->tgid)
		return 0;
	if (ev->phase == DXA_PHASE_ARGS && is_bracket(ev->kind)) {
		if (ev->kind == DXA_KIND_DM_DEV_CREATE || ev->kind == DXA_KIND_DCSSBLK_ADD)
			return 0;
		for (i = 0; i < n; i++)
			if (frame_at(t, i)->entry.ev.kind == ev->kind &&
			    (frame_at(t, i)->entry.ev.obj == ev->obj))
				return i;
	}
	while (n) {
		uint16_t kind = frame_at(t, n - 1)->entry.ev.kind;

		if (is_bracket(kind) || kind == DXA_KIND_DEVICE_ADD_DISK ||
		    (kind == ev->kind && ev->phase == DXA_PHASE_RET))
			break;
		n--;
	}
	return n;
}

struct task *task_refresh(struct dxa_engine *e, const struct dxa_event *ev)
{
	struct task *t = task_find(e, ev->tid);
	size_t keep;

	/* The free comes from an interrupt: whatever the task does goes on. */
	if (!t || ev->kind == DXA_KIND_DAX_FREE_INODE)
		return t;
	keep = frames_plausible(t, ev);
	if (keep == t->frames.len)
		return t;
	frames_drop(e, t, keep, ev->ts);
	return keep ? t : NULL;
}

void task_enter(struct dxa_engine *e, struct task *t, const struct rec *r, bool bracket)
{
	struct frame frame = { .entry = *r };

	if (t && t->frames.len >= FRAMES_MAX) {
		gap(e, DXA_GAP_LIMIT);
		frames_drop(e, t, 0, r->ev.ts);
		t = NULL;
	}
	if (!t)
		t = task_get(e, &r->ev);
	if (!t)
		return;
	if (!dxa_vec_push(&t->frames, &frame)) {
		e->nomem = true;
		if (!t->frames.len)
			task_retire(e, t);
		return;
	}
	if (r->ev.kind == DXA_KIND_ALLOC_DAX)
		e->allocs_pending++;
	if (!bracket)
		return;
	t->brackets++;
	if (!t->ctx.id)
		context_open(e, t, &r->ev);
	story_add(e, t, &r->ev);
	watch_probe(e, t, r);
}

#define TAKE(field)                              \
	do {                                     \
		if (!r->ev.field)                \
			r->ev.field = args.field;\
	} while (0)

static void merge(struct rec *r, const struct dxa_event *entry)
{
	const struct dxa_event args = *entry;
	bool result_is_dax = args.kind == DXA_KIND_ALLOC_DAX ||
			     args.kind == DXA_KIND_FS_DAX_GET_BY_BDEV;

	r->ev.phase = DXA_PHASE_CALL;
	if (args.kind == DXA_KIND_ALLOC_DAX)
		r->ev.ops = args.ops;
	if (!result_is_dax)
		TAKE(dax);
	TAKE(obj);
	TAKE(arg);
	if (!r->ev.name[0])
		memcpy(r->ev.name, args.name, sizeof(args.name));
	r->ev.has |= args.has & DXA_HAS_DISK;
	/* At entry the stack is whole; at return the callee's frame is gone from it. */
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
	outcome = bracket_outcome(&r->ev, &err);
	story_add(e, t, &r->ev);
	if (r->ev.kind == DXA_KIND_RELEASE_DRIVER &&
	    !dxa_vec_push(&t->unbound, &frame_at(t, i - 1)->entry.ev.obj))
		e->nomem = true;
	frame_pop(e, t, r, outcome, err);
	if (!t->brackets)
		context_close(e, t, r->ev.ts, outcome, err);
	if (!t->frames.len)
		task_retire(e, t);
}

void tasks_abandon(struct dxa_engine *e, uint64_t ts)
{
	struct task *t;

	while ((t = e->task_first)) {
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

	while ((t = e->task_first)) {
		if (!t->ctx.id)
			gap(e, DXA_GAP_RETURN);
		else if (!t->stuck_told)
			gap(e, DXA_GAP_OPEN);
		if (t->ctx.id)
			context_close(e, t, ts, DXA_OUTCOME_OPEN, 0);
		t->frames.len = 0;
		task_retire(e, t);
	}
}

/* ---- what decides over an allocation ---- */

static size_t decider_of(struct dxa_engine *e, struct task *t, struct frame *f)
{
	struct decider d = { .entry = f->entry };

	if (f->decider)
		return f->decider;
	if (!dxa_vec_push(&t->deciders, &d)) {
		e->nomem = true;
		return 0;
	}
	f->decider = t->deciders.len;
	return f->decider;
}

/*
 * The innermost driver-core probe; without one, the outermost bracket, if it is
 * of a kind that runs outside of any probe. A driver's own function alone
 * decides nothing: its clean-up comes after it.
 */
size_t task_judge(struct dxa_engine *e, struct task *t)
{
	size_t i;

	for (i = t->frames.len; i; i--)
		if (frame_at(t, i - 1)->entry.ev.kind == DXA_KIND_REALLY_PROBE)
			return decider_of(e, t, frame_at(t, i - 1));
	for (i = 0; i < t->frames.len; i++) {
		switch (frame_at(t, i)->entry.ev.kind) {
		case DXA_KIND_DM_CREATE:
		case DXA_KIND_DM_DEV_CREATE:
		case DXA_KIND_DCSSBLK_ADD:
		case DXA_KIND_CREATE_DEV_DAX:
		case DXA_KIND_CREATE_DEV_DAX_OLD:
			return decider_of(e, t, frame_at(t, i));
		default:
			break;
		}
	}
	return 0;
}

size_t task_answer(struct dxa_engine *e, struct task *t)
{
	size_t i;

	for (i = t->frames.len; i; i--)
		if (is_bracket(frame_at(t, i - 1)->entry.ev.kind))
			return decider_of(e, t, frame_at(t, i - 1));
	return 0;
}

uint64_t task_device(const struct task *t)
{
	size_t i;

	for (i = t->frames.len; i; i--)
		if (frame_at(t, i - 1)->entry.ev.kind == DXA_KIND_REALLY_PROBE)
			return frame_at(t, i - 1)->entry.ev.obj;
	return 0;
}

const struct decider *task_decider(const struct task *t, size_t number)
{
	return number ? dxa_vec_at(&t->deciders, number - 1) : NULL;
}
