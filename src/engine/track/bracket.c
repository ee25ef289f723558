// SPDX-License-Identifier: GPL-2.0-only
/* Contexts: the outermost brackets of tasks, and the outcomes of the brackets in them. */
#include <string.h>

#include "engine/errname.h"
#include "engine/fact.h"
#include "engine/owner.h"
#include "engine/track/handlers.h"

/* ---- outcomes ---- */

/* The error in a result that is an int, a long or an ERR_PTR; 0: none. */
static int negative_error(int64_t ret)
{
	return dxa_is_err_ptr((uint64_t)ret) ? dxa_ptr_err((uint64_t)ret) : 0;
}

/* From a probe, ENODEV and ENXIO mean that the driver does not take the device. */
static bool is_probe(uint16_t kind)
{
	return kind == DXA_KIND_REALLY_PROBE || kind == DXA_KIND_PMEM_ATTACH_DISK ||
	       kind == DXA_KIND_VIRTIO_FS_PROBE;
}

enum dxa_outcome outcome_of_return(const struct dxa_event *ret, int *err)
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

/* ---- contexts ---- */

void story_add(struct dxa_engine *e, struct task *t, const struct dxa_event *ev)
{
	struct dxa_event *slot;

	if (!t || !t->ctx.id)
		return;
	if (ev->kind >= DXA_KIND_ALLOC_DAX && ev->kind <= DXA_KIND_DAX_FREE_INODE)
		t->ctx.dax_events++;
	if (t->story.len >= STORY_MAX) {
		t->ctx.story_cut++;
		return;
	}
	slot = dxa_vec_add(&t->story);
	if (slot)
		*slot = *ev;
	else
		e->nomem = true;
}

void context_open(struct dxa_engine *e, struct task *t, const struct dxa_event *ev)
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
	t->samples = (struct samples){ 0 };
	t->stuck_id = 0;
	t->gone = false;
	t->err_ptr_reported = 0;
}

/*
 * A kretprobe does not record which device the returning probe is about, so if a
 * nested return is missed, the return of the outer probe is paired with the nested
 * one, and the outer one stays open. So no such outcome is reliable in a context that
 * did not close.
 */
static void invalidate_outcomes(struct task *t)
{
	size_t i;

	for (i = 0; i < t->outcomes.len; i++) {
		struct bracket_outcome *o = dxa_vec_at(&t->outcomes, i);

		if (o->entry.ev.kind == DXA_KIND_REALLY_PROBE && !o->exit.ev.obj)
			o->outcome = DXA_OUTCOME_MISSED;
	}
}

static struct life *allocated(const struct dxa_engine *e, const struct alloc *a)
{
	return a->err ? NULL : life_alive(e, a->rec.ev.dax, a->generation);
}

static void publish_allocs(struct dxa_engine *e, struct task *t, enum fact_kind kind)
{
	for (size_t i = 0; i < t->allocs.len; i++) {
		const struct alloc *a = dxa_vec_at(&t->allocs, i);

		PUBLISH(e, kind, t, NULL, allocated(e, a), a);
	}
}

static void publish_in_use(struct dxa_engine *e, struct task *t)
{
	for (size_t i = 0; i < t->allocs.len; i++) {
		const struct alloc *a = dxa_vec_at(&t->allocs, i);
		const struct bracket_outcome *o = task_outcome(t, a->outcome_bracket);
		struct life *l = allocated(e, a);

		if (l && !dxa_owner_of(a->driver)->declares_late && o &&
		    o->outcome == DXA_OUTCOME_OK)
			PUBLISH(e, FACT_IN_USE, t, NULL, l);
	}
}

/* Publish the facts that are known when the context has closed. */
static void publish_closed(struct dxa_engine *e, struct task *t)
{
	size_t i;

	publish_allocs(e, t, FACT_ALLOC_CONTEXT_CLOSED);
	for (i = 0; i < t->unbound.len; i++) {
		const struct unbound *u = dxa_vec_at(&t->unbound, i);

		PUBLISH(e, FACT_UNBOUND, t, NULL, dxa_map_get(&e->born, u->device), .unbound = u);
	}
	publish_allocs(e, t, FACT_ALLOC_OUTCOME);
	for (i = 0; i < t->host_failures.len; i++)
		PUBLISH(e, FACT_HOST_FAILED, t, .host_failure = dxa_vec_at(&t->host_failures, i));
	publish_in_use(e, t);
	for (i = 0; i < t->released.len; i++) {
		const struct life_ref *ref = dxa_vec_at(&t->released, i);
		struct life *l = life_alive(e, ref->dax, ref->generation);

		if (l)
			PUBLISH(e, FACT_RELEASED, t, NULL, l);
	}
}

/* Report the context, publish its facts, and clear it. */
void context_close(struct dxa_engine *e, struct task *t, uint64_t ts, enum dxa_outcome outcome,
		   int err)
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
		invalidate_outcomes(t);
	if (outcome != DXA_OUTCOME_OPEN)
		PUBLISH(e, FACT_CONTEXT_ENDED, t);
	publish_closed(e, t);
	t->ctx.id = 0;
	t->story.len = 0;
	t->outcomes.len = 0;
	t->allocs.len = 0;
	t->nulls.len = 0;
	t->host_failures.len = 0;
	t->released.len = 0;
	t->unbound.len = 0;
}

/* ---- a probe begins ---- */

/* A driver that runs the device initialises its cdev at each bind; kmem does neither. */
static bool initialises_cdev(const struct dxa_event *ev)
{
	return dxa_driver_of_dax_bus(ev->driver) >= 0;
}

void note_probe(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	const struct dxa_event *ev = &r->ev;
	struct frame *f = dxa_vec_last(&t->frames);
	struct life *l;

	if (ev->kind != DXA_KIND_REALLY_PROBE || strcmp(ev->bus, "dax") != 0 || !ev->dax ||
	    dxa_is_err_ptr(ev->dax))
		return;
	if (initialises_cdev(ev))
		exercised(e, (enum dxa_driver)dxa_driver_of_dax_bus(ev->driver));
	l = life_at(e, ev->dax);
	if (l && !l->ended && !l->id.disk[0])
		memcpy(l->id.disk, ev->name, sizeof(l->id.disk));
	for (size_t i = 0; i < t->allocs.len; i++) {
		struct alloc *a = dxa_vec_at(&t->allocs, i);

		if (a->rec.ev.dax == ev->dax)
			a->bound = true;
	}
	if (!(ev->has & DXA_HAS_DAX) || !initialises_cdev(ev))
		return;
	/*
	 * If cdev_add() fails, nothing drops the reference of cdev_init(), and nobody can open it
	 * (dev_dax_probe() in drivers/dax/device.c, 7.3).
	 */
	if (ev->cdev_refs > (l && l->cdev_fresh))
		f->cdev_of = ev->dax;
	if (l)
		l->cdev_fresh = !f->cdev_of;
}

/* ---- the brackets of an allocation ---- */

static size_t outcome_of_frame(struct dxa_engine *e, struct task *t, struct frame *f)
{
	struct bracket_outcome *o;

	if (f->outcome)
		return f->outcome;
	o = dxa_vec_add(&t->outcomes);
	if (!o) {
		e->nomem = true;
		return 0;
	}
	o->entry = f->entry;
	o->exit = (struct rec){ 0 };
	o->outcome = DXA_OUTCOME_OPEN;
	o->err = 0;
	f->outcome = t->outcomes.len;
	return f->outcome;
}

/*
 * The innermost driver-core probe; without one, the outermost bracket of a kind that
 * runs outside of any probe. The driver's own function does not count: its clean-up
 * comes after it.
 */
size_t task_outcome_bracket(struct dxa_engine *e, struct task *t)
{
	size_t i;

	for (i = t->frames.len; i; i--)
		if (frame_at(t, i - 1)->entry.ev.kind == DXA_KIND_REALLY_PROBE)
			return outcome_of_frame(e, t, frame_at(t, i - 1));
	for (i = 0; i < t->frames.len; i++) {
		switch (frame_at(t, i)->entry.ev.kind) {
		case DXA_KIND_DM_CREATE:
		case DXA_KIND_DM_DEV_CREATE:
		case DXA_KIND_DCSSBLK_ADD:
		case DXA_KIND_CREATE_DEV_DAX:
		case DXA_KIND_CREATE_DEV_DAX_OLD:
			return outcome_of_frame(e, t, frame_at(t, i));
		default:
			break;
		}
	}
	return 0;
}

size_t task_caller_bracket(struct dxa_engine *e, struct task *t)
{
	size_t i;

	for (i = t->frames.len; i; i--)
		if (dxa_kind_is_bracket(frame_at(t, i - 1)->entry.ev.kind))
			return outcome_of_frame(e, t, frame_at(t, i - 1));
	return 0;
}

const struct dxa_event *task_probe(const struct task *t)
{
	for (size_t i = t->frames.len; i; i--)
		if (frame_at(t, i - 1)->entry.ev.kind == DXA_KIND_REALLY_PROBE)
			return &frame_at(t, i - 1)->entry.ev;
	return NULL;
}

bool task_unbinds(const struct task *t, uint64_t device)
{
	for (size_t i = t && device ? t->frames.len : 0; i; i--) {
		const struct dxa_event *entry = &frame_at(t, i - 1)->entry.ev;

		if (entry->kind == DXA_KIND_RELEASE_DRIVER && entry->obj == device)
			return true;
	}
	return false;
}

bool others_unbind(const struct dxa_engine *e, const struct task *t, uint64_t device)
{
	const struct task *other;

	DXA_LIST_EACH(other, &e->busy, const struct task, link) {
		for (size_t i = other != t ? other->frames.len : 0; i; i--) {
			const struct dxa_event *entry = &frame_at(other, i - 1)->entry.ev;

			if (entry->kind == DXA_KIND_RELEASE_DRIVER && entry->obj == device &&
			    entry->driver[0])
				return true;
		}
	}
	return false;
}

bool task_concerns_dax(const struct task *t)
{
	if (t->ctx.dax_events)
		return true;
	for (size_t i = 0; i < t->frames.len; i++) {
		const struct dxa_event *entry = &frame_at(t, i)->entry.ev;

		if (!dxa_kind_is_bracket(entry->kind))
			continue;
		/* All brackets except those of the driver core are functions of DAX drivers. */
		if (entry->kind != DXA_KIND_REALLY_PROBE && entry->kind != DXA_KIND_RELEASE_DRIVER)
			return true;
		if (dxa_is_dax_driver(entry->bus, entry->driver))
			return true;
	}
	return false;
}

bool context_is_open(const struct dxa_engine *e, uint64_t id)
{
	const struct task *t;

	DXA_LIST_EACH(t, &e->busy, const struct task, link)
		if (id && t->ctx.id == id)
			return true;
	return false;
}

bool has_released(const struct task *t, const struct dxa_life_id *id)
{
	for (size_t i = 0; i < t->released.len; i++) {
		const struct life_ref *ref = dxa_vec_at(&t->released, i);

		if (ref->dax == id->dax && ref->generation == id->generation)
			return true;
	}
	return false;
}

bool is_being_put(const struct dxa_engine *e, const struct life *l)
{
	const struct task *t;

	DXA_LIST_EACH(t, &e->busy, const struct task, link)
		if (t->ctx.id && (t->tid == l->last_put_tid || has_released(t, &l->id)))
			return true;
	return false;
}

bool dax_is_busy(const struct dxa_engine *e)
{
	const struct task *t;

	if (e->allocs_pending)
		return true;
	DXA_LIST_EACH(t, &e->busy, const struct task, link)
		if (t->ctx.id && task_concerns_dax(t))
			return true;
	return false;
}

const struct bracket_outcome *task_outcome(const struct task *t, size_t number)
{
	return number ? dxa_vec_at(&t->outcomes, number - 1) : NULL;
}

const struct dxa_context *task_context(const struct task *t)
{
	return t && t->ctx.id ? &t->ctx : NULL;
}

bool task_incomplete(const struct dxa_engine *e, const struct task *t)
{
	return t->epoch != e->epoch;
}
