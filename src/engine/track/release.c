// SPDX-License-Identifier: GPL-2.0-only
/* How lives end: killed, put, destroyed, freed; and the modules that hold their operations. */
#include <string.h>

#include "engine/errname.h"
#include "engine/fact.h"
#include "engine/track/handlers.h"
#include "engine/track/loss.h"

/* ---- which device is meant ---- */

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
		TELL(e, FACT_ERR_PTR, t, r);
		return NULL;
	}
	l = shows_end(&r->ev) ? NULL : life_touch(e, r);
	if (!l) {
		TELL(e, FACT_AFTER_END, t, r, life_at(e, r->ev.dax));
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

void on_put_dax(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	struct life *l = target(e, t, r);

	if (!l)
		return;
	if (r->ev.arg && l->holder == r->ev.arg)
		l->holder = 0;
	TELL(e, FACT_PUT_BEGINS, t, r, l);
	if (is_owners_put(t, l, r))
		owner_has_put(e, t, l);
	add_refs(&l->refs, -1);
	l->last_put_at = r->ev.ts;
	l->puts_under_way += l->puts_under_way < UINT16_MAX;
	l->last_put_tid = r->ev.tid;
	l->last_put_refs = r->ev.has & DXA_HAS_DAX ? r->ev.refs : 0;
	life_acquit(e, l);
	TELL(e, FACT_PUT, t, r, l);
}

/* ---- the end ---- */

static void end(struct dxa_engine *e, struct task *t, struct life *l, const struct rec *r)
{
	TELL(e, FACT_ENDS, t, r, l);
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
		l = life_touch(e, r);
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
			TELL(e, FACT_MODULE_GONE, t, r, l);
}
