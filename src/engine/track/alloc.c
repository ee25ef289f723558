// SPDX-License-Identifier: GPL-2.0-only
/* alloc_dax, dax_add_host and disks. */
#include <stdlib.h>

#include "base/hash.h"
#include "engine/errname.h"
#include "engine/fact.h"
#include "engine/owner.h"
#include "engine/track/flags.h"
#include "engine/track/handlers.h"
#include "engine/track/loss.h"
#include "engine/track/snapshot.h"

/* ---- alloc_dax ---- */

/* The last record of an ended life; of another life, whose end was missed, the first. */
static void end_of(const struct dxa_engine *e, const struct life *l, struct rec *ret)
{
	size_t at = 0;

	while (history_next(&e->templates, &l->hist, l->id.dax, &at, ret) && l->ended)
		continue;
}

static struct life *begin(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	const struct life *former = life_at(e, r->ev.dax);
	struct dxa_life_id former_id = { 0 };
	struct rec former_end = { 0 };
	struct life *l;

	if (former && !life_matches_alloc(e, former, r) && history_count(&former->hist) &&
	    r->ev.dax_flags != 1U << DXA_DAXDEV_ALIVE) {
		former_id = former->id;
		end_of(e, former, &former_end);
	}
	l = life_begin(e, r);
	if (!l)
		return NULL;
	dxa_map_del(&e->left_behind, r->ev.dax);
	if (t) {
		l->born_in = t->ctx.id;
		life_set_probe(e, l, task_probe(t));
	}
	flags_begin(e, l, r, &former_id, &former_end);
	return l;
}

/* Keep it until the context closes: only then the outcome of its brackets is known. */
static void remember(struct dxa_engine *e, struct task *t, const struct alloc *a)
{
	struct alloc *slot;

	if (t->allocs.len >= CONTEXT_LIST_MAX) {
		gap(e, DXA_GAP_LIMIT);
		return;
	}
	slot = dxa_vec_push(&t->allocs, a);
	if (!slot) {
		e->nomem = true;
		return;
	}
	slot->outcome_bracket = task_outcome_bracket(e, t);
	slot->caller_bracket = task_caller_bracket(e, t);
}

void on_alloc_dax(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	bool known = (r->ev.phase & DXA_PHASE_ARGS) || (r->ev.has & DXA_HAS_DAX);
	bool is_error = dxa_is_err_ptr((uint64_t)r->ev.ret);
	struct alloc a = { .rec = *r };
	char module[DXA_NAME_LEN];
	struct life *l = NULL;

	a.driver = known ? owner_of_event(e, &r->ev, module) : DXA_DRIVER_UNKNOWN;
	a.err = is_error ? dxa_ptr_err((uint64_t)r->ev.ret) : 0;
	e->stats.allocs[a.driver]++;
	exercised(e, a.driver);
	if (!is_error && r->ev.dax) {
		l = begin(e, t, r);
		if (!l)
			return;
		a.generation = l->id.generation;
	}
	PUBLISH(e, FACT_ALLOC_RETURNED, t, r, l, &a);
	if (!is_error && !l)
		return;
	if (task_context(t))
		remember(e, t, &a);
	else
		PUBLISH(e, FACT_ALLOC_OUTCOME, .r = r, .alloc = &a);
}

/* ---- disks ---- */

static void forget_refused_disk(struct dxa_engine *e, uint64_t disk)
{
	size_t i, n = e->n_refused < REFUSED_DISKS_MAX ? e->n_refused : REFUSED_DISKS_MAX;

	for (i = 0; i < n; i++)
		if (e->refused[i].disk == disk)
			e->refused[i].disk = 0;
}

static void add_refused_disk(struct dxa_engine *e, struct task *t, const struct alloc *a,
			     const struct rec *r)
{
	struct refused_disk *d;

	if (!e->refused)
		e->refused = calloc(REFUSED_DISKS_MAX, sizeof(*e->refused));
	if (!e->refused) {
		e->nomem = true;
		return;
	}
	d = &e->refused[e->n_refused++ % REFUSED_DISKS_MAX];
	if (d->disk)
		gap(e, DXA_GAP_LIMIT);
	*d = (struct refused_disk){ r->ev.obj, a->driver, a->rec, *r, t->ctx, e->epoch };
}

void on_device_add_disk(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	size_t i;

	e->hosts_changed = r->n;
	if (!r->ev.obj || r->ev.ret)
		return;
	if (e->refused)
		forget_refused_disk(e, r->ev.obj);
	dxa_map_del(&e->advertised, dxa_hash_text(DXA_HASH_START, r->ev.name));
	if (!task_context(t))
		return;
	/* If the last alloc_dax of the bracket was refused, the disk has no dax_device. */
	for (i = t->allocs.len; i; i--) {
		const struct alloc *a = dxa_vec_at(&t->allocs, i - 1);

		if (a->caller_bracket != task_caller_bracket(e, t))
			continue;
		if (a->err)
			add_refused_disk(e, t, a, r);
		return;
	}
}

void on_disk_state(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	size_t i, n = e->n_refused < REFUSED_DISKS_MAX ? e->n_refused : REFUSED_DISKS_MAX;

	(void)t;
	if (!r->ev.obj)
		snapshot_disk(e, r);
	for (i = 0; i < n; i++) {
		const struct refused_disk *d = &e->refused[i];

		if (!r->ev.obj || d->disk != r->ev.obj)
			continue;
		if (r->ev.ret == 1)
			PUBLISH(e, FACT_DISK_SAYS_DAX, .r = r, .refused = d);
		forget_refused_disk(e, r->ev.obj);
		return;
	}
}

/* ---- dax_add_host ---- */

static void host_failed(struct dxa_engine *e, struct task *t, const struct rec *r,
			const struct life *l)
{
	struct host_failure h = {
		.rec = *r,
		.generation = l ? l->id.generation : 0,
		.err = dxa_ptr_err((uint64_t)r->ev.ret),
	};

	if (!task_context(t)) {
		PUBLISH(e, FACT_HOST_FAILED, .r = r, .host_failure = &h);
		return;
	}
	h.caller_bracket = task_caller_bracket(e, t);
	if (t->host_failures.len >= CONTEXT_LIST_MAX)
		gap(e, DXA_GAP_LIMIT);
	else if (!dxa_vec_push(&t->host_failures, &h))
		e->nomem = true;
}

void on_add_host(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	struct life *l;

	if (!r->ev.dax || dxa_is_err_ptr(r->ev.dax))
		return;
	l = life_get_or_create(e, r);
	if (l)
		life_add_record(e, l, r);
	e->hosts_changed = r->n;
	if (dxa_is_err_ptr((uint64_t)r->ev.ret))
		host_failed(e, t, r, l);
	else if (l && r->ev.obj)
		life_set_host(e, l, r->ev.obj, 0);
}
