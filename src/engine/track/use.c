// SPDX-License-Identifier: GPL-2.0-only
/* Devices in use: run, lookup, set flags; and samples of tasks. */
#include <stdlib.h>
#include <string.h>

#include "daxaudit/gone.h"
#include "engine/errname.h"
#include "engine/fact.h"
#include "engine/owner.h"
#include "engine/track/flags.h"
#include "engine/track/handlers.h"

void on_run_dax(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	struct life *l;
	size_t i;

	if (!r->ev.dax || dxa_is_err_ptr(r->ev.dax))
		return;
	/* The drivers run the device after they have initialised its cdev. */
	for (i = t ? t->frames.len : 0; i; i--) {
		struct frame *f = frame_at(t, i - 1);

		if (f->cdev_of != r->ev.dax)
			continue;
		PUBLISH(e, FACT_BOUND_IN_USE, t, r, life_at(e, f->cdev_of), .frame = f);
		f->cdev_of = 0;
	}
	l = life_get_or_create(e, r);
	if (!l)
		return;
	exercised(e, l->id.driver);
	life_add_record(e, l, r);
	l->cdev_fresh = false;
	l->alive = true;
	l->alive_known = true;
	l->kills = 0;
}

/*
 * A lookup that finds another holder returns NULL. It may leak the reference that it
 * took (a known bug, see reference-leak): the count at the end shows whether it did.
 */
static void note_holder_taken(struct dxa_engine *e, const struct rec *r)
{
	struct life *l = dxa_map_get(&e->hosts, r->ev.obj);

	/* A put in progress may not have cleared the holder yet. */
	if (l && !l->holder && (!l->put_last || r->ev.ts - l->last_put_at > GRACE_NS))
		return;
	if (!l || !r->ev.arg || l->holder_taken)
		return;
	l->holder_taken = malloc(sizeof(*r));
	if (l->holder_taken)
		*l->holder_taken = *r;
	else
		e->nomem = true;
}

/* A device from before the audit that fs_dax_get_by_bdev found is in dax_hosts for that disk. */
static void learn_host(struct dxa_engine *e, struct life *l, const struct rec *r)
{
	if (r->ev.kind != DXA_KIND_FS_DAX_GET_BY_BDEV || l->from_alloc || l->host || l->kills ||
	    !r->ev.obj || dxa_map_get(&e->hosts, r->ev.obj) || host_has_left(e, r->ev.obj))
		return;
	if (!l->id.disk[0])
		memcpy(l->id.disk, r->ev.name, sizeof(l->id.disk));
	life_set_host(e, l, r->ev.obj, r->ev.ts);
}

void on_get(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	struct life *l;

	if (r->ev.kind == DXA_KIND_FS_DAX_GET && r->ev.ret)
		return;
	if (!r->ev.dax) {
		note_holder_taken(e, r);
		return;
	}
	if (dxa_is_err_ptr(r->ev.dax))
		return;
	l = life_get_or_create(e, r);
	if (!l)
		return;
	life_add_record(e, l, r);
	learn_host(e, l, r);
	PUBLISH(e, FACT_IN_USE, t, r, l);
	add_refs(&l->refs, 1);
	add_refs(&l->gets, 1);
	/* The lookup was running when the last known reference was dropped. */
	life_clear_suspicion(e, l);
	if (r->ev.arg)
		l->holder = r->ev.arg;
}

void on_declare(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	struct life *l;

	if (!r->ev.dax || dxa_is_err_ptr(r->ev.dax))
		return;
	l = life_get_or_create(e, r);
	if (l)
		flags_declared(l, r->ev.kind);
	else
		PUBLISH(e, FACT_USED_AFTER_END, t, r, life_at(e, r->ev.dax));
}

/* arg is the state of the device at the call: enum dxa_gone. */
void on_use(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	struct life *l;

	if (!r->ev.dax || dxa_is_err_ptr(r->ev.dax))
		return;
	if (r->ev.arg >= DXA_GONE_DESTROYED) {
		PUBLISH(e, FACT_USED_AFTER_END, t, r, life_at(e, r->ev.dax));
		return;
	}
	/* The kernel refuses calls on a dead device: a race with kill_dax is legal. */
	l = life_get_or_create(e, r);
	if (l)
		life_add_record(e, l, r);
}

void on_task_state(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	t = task_find(e, r->ev.tid);
	if (!task_context(t))
		return;
	if (r->ev.ret == 'X')
		t->gone = true;
	PUBLISH(e, FACT_TASK_SAMPLED, t, r);
}
