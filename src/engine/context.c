// SPDX-License-Identifier: GPL-2.0-only
/* Contexts: what the outermost bracket of a task delimits, and what decides in it. */
#include <string.h>

#include "engine/errname.h"
#include "engine/model.h"
#include "engine/owner.h"

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
		distrust_outcomes(t);
	if (outcome != DXA_OUTCOME_OPEN)
		watch_ended(e, t);
	judge_leaks(e, t);
	judge_unbound(e, t);
	judge_allocs(e, t);
	judge_all_stale(e, t);
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

		if (!is_bracket(entry->kind))
			continue;
		/* All others but the driver core's are functions of DAX drivers. */
		if (entry->kind != DXA_KIND_REALLY_PROBE && entry->kind != DXA_KIND_RELEASE_DRIVER)
			return true;
		if (dxa_is_dax_driver(entry->bus, entry->driver))
			return true;
	}
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

const struct decider *task_decider(const struct task *t, size_t number)
{
	return number ? dxa_vec_at(&t->deciders, number - 1) : NULL;
}
