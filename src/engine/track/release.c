// SPDX-License-Identifier: GPL-2.0-only
/* The end of lives: kill, put, destroy and free; and modules that are unloaded. */
#include <string.h>

#include "engine/errname.h"
#include "engine/fact.h"
#include "engine/track/handlers.h"
#include "engine/track/loss.h"

/* ---- the device of a call ---- */

/* Only after an allocation in the same context, NULL can mean that its device was not stored. */
static void note_null(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	struct null_call c;

	if (!task_context(t) || !t->allocs.len || r->ev.kind == DXA_KIND_FS_PUT_DAX)
		return;
	c = (struct null_call){ .rec = *r, .outcome_bracket = task_outcome_bracket(e, t) };
	if (t->nulls.len >= CONTEXT_LIST_MAX)
		gap(e, DXA_GAP_LIMIT);
	else if (!dxa_vec_push(&t->nulls, &c))
		e->nomem = true;
}

/* The caller of a kill or put has a reference, so a count of 0 means that the life is over. */
static bool shows_end(const struct dxa_event *ev)
{
	return (ev->has & DXA_HAS_DAX) && !ev->refs;
}

/* The life that a kill or put concerns, or NULL when the record is handled already. */
static struct life *target(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	struct life *l;

	if (!r->ev.dax) {
		note_null(e, t, r);
		return NULL;
	}
	if (dxa_is_err_ptr(r->ev.dax)) {
		PUBLISH(e, FACT_ERR_PTR, t, r);
		return NULL;
	}
	l = shows_end(&r->ev) ? NULL : life_get_or_create(e, r);
	if (!l) {
		PUBLISH(e, FACT_AFTER_END, t, r, life_at(e, r->ev.dax));
		return NULL;
	}
	life_add_record(e, l, r);
	return l;
}

/* ---- kill and put ---- */

static bool shows_alive(const struct dxa_event *ev)
{
	return (ev->has & DXA_HAS_DAX) && (ev->dax_flags & (1U << DXA_DAXDEV_ALIVE));
}

/* The same task put the last reference before: it is the driver, in a context not recorded. */
static void note_kill_after_put(struct life *l, const struct dxa_event *ev)
{
	l->put_alive |= l->suspect && l->suspect->what == SUSPECT_PUT_ALIVE &&
			l->last_put_tid == ev->tid && shows_alive(ev);
}

void on_kill_dax(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	struct life *l = target(e, t, r);

	if (!l)
		return;
	note_kill_after_put(l, &r->ev);
	PUBLISH(e, FACT_KILL_BEGINS, t, r, l);
	l->host_at_kill = life_has_host(task_context(t), l, r->ev.ts);
	l->alive = false;
	l->alive_known = true;
	l->kills++;
	l->holder = 0; /* the kernel clears it */
	l->last_kill_tid = r->ev.tid;
	l->last_kill_in = t ? t->ctx.id : 0;
}

/*
 * dm tables also drop their reference to the device of another driver with put_dax.
 * The put is the owner's if it follows its kill in the same task and context, or if it
 * is in the context of the allocation, or in the unbinding of the device.
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

static void owner_has_put(struct dxa_engine *e, struct task *t, struct life *l, const struct rec *r)
{
	struct life_ref ref = { l->id.dax, l->id.generation };

	l->owner_put = true;
	l->put_alive |= shows_alive(&r->ev);
	if (!task_context(t))
		return;
	if (t->released.len >= CONTEXT_LIST_MAX)
		gap(e, DXA_GAP_LIMIT);
	else if (!dxa_vec_push(&t->released, &ref))
		e->nomem = true;
}

void on_put_dax(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	struct life *l = target(e, t, r);

	if (!l)
		return;
	if (r->ev.arg && l->holder == r->ev.arg)
		l->holder = 0;
	PUBLISH(e, FACT_PUT_BEGINS, t, r, l);
	if (is_owners_put(t, l, r))
		owner_has_put(e, t, l, r);
	add_refs(&l->refs, -1);
	l->last_put_at = r->ev.ts;
	l->last_put_tid = r->ev.tid;
	if (r->ev.kind == DXA_KIND_PUT_DAX && !task_context(t) && shows_alive(&r->ev))
		l->loose_put_tid = r->ev.tid;
	l->last_put_refs = r->ev.has & DXA_HAS_DAX ? r->ev.refs : 0;
	life_clear_suspicion(e, l);
	PUBLISH(e, FACT_PUT, t, r, l);
}

/* ---- destroy and free ---- */

static void end(struct dxa_engine *e, struct task *t, struct life *l, const struct rec *r)
{
	PUBLISH(e, FACT_ENDS, t, r, l);
	life_add_record(e, l, r);
	life_end(e, l);
}

/*
 * The root directory of the DAX pseudo file system is destroyed with module dax
 * (dax_core_exit() in drivers/dax/super.c). It is not a device and has no rdev.
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
	l = life_get_or_create(e, r);
	if (l)
		end(e, t, l, r);
}

void on_free(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	struct life *l;

	if (!r->ev.dax || is_root(e, r))
		return;
	e->frees_seen = true;
	l = life_at(e, r->ev.dax);
	if (!l || !l->ended) {
		l = life_get_or_create(e, r);
		if (l)
			end(e, t, l, r);
	}
	if (l)
		l->freed = true;
}

void on_module_free(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	struct life *l;

	DXA_LIST_EACH(l, &e->live, struct life, link)
		if (l->module && !strcmp(life_module(e, l), r->ev.name))
			PUBLISH(e, FACT_MODULE_GONE, t, r, l);
}
