// SPDX-License-Identifier: GPL-2.0-only
/* What alloc_dax and dax_add_host answered, and what became of it. */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "engine/errname.h"
#include "engine/model.h"
#include "engine/owner.h"

/* ---- alloc_dax refused ---- */

/* Was the caller's argument seen, and is it a file-system DAX device that is asked for? */
static bool wants_fs_dax(const struct rec *r)
{
	return (r->ev.phase & DXA_PHASE_ARGS) && r->ev.ops;
}

static void name_request(struct dxa_finding *f, enum dxa_driver driver)
{
	f->life.driver = driver;
	if (driver == DXA_DRIVER_UNKNOWN || driver == DXA_DRIVER_OTHER)
		say(f, "alloc_dax was asked for a dax_device");
	else
		say(f, "alloc_dax was asked for a dax_device of %s", dxa_driver_name(driver));
}

static void judge_eopnotsupp(struct dxa_engine *e, struct task *t, const struct rec *r,
			     enum dxa_driver driver)
{
	struct dxa_finding f;
	bool exempt = (r->ev.phase & DXA_PHASE_ARGS) && !r->ev.ops;

	/* What was asked for is not known: its record was missed, or is from before the audit. */
	if (!(r->ev.phase & DXA_PHASE_ARGS))
		gap(e, DXA_GAP_UNCERTAIN);
	if (!exempt && !(wants_fs_dax(r) && e->cfg.aliasing == DXA_ALIASING_NO))
		return;
	report_begin(e, &f, exempt ? DXA_RULE_DEVICE_DAX_REFUSED : DXA_RULE_UNEXPECTED_EOPNOTSUPP,
		     NULL, task_context(t));
	f.err = e->cfg.eopnotsupp;
	name_request(&f, driver);
	say_caller(e, &f, &r->ev);
	say(&f, " and refused with EOPNOTSUPP, %s",
	    exempt ? "but a device without file-system operations needs no cache without aliases" :
		     "but this CPU's data cache does not alias");
	prove(e, r);
	report(e, &f);
}

static void report_alloc_failed(struct dxa_engine *e, struct task *t, const struct alloc *a,
				const struct decider *d)
{
	struct dxa_finding f;

	report_begin(e, &f, DXA_RULE_ALLOC_FAILED, NULL, task_context(t));
	f.err = a->err;
	name_request(&f, a->driver);
	say_caller(e, &f, &a->rec.ev);
	say(&f, " and failed with ");
	say_errno(e, &f, a->err);
	prove(e, &a->rec);
	if (d) {
		say(&f, "; ");
		say_outcome(e, &f, d);
		prove_decider(e, d);
	}
	report(e, &f);
}

static void report_fallback(struct dxa_engine *e, struct task *t, const struct alloc *a,
			    const struct decider *d, enum dxa_rule rule)
{
	struct dxa_finding f;

	report_begin(e, &f, rule, NULL, task_context(t));
	f.err = a->err;
	name_request(&f, a->driver);
	say(&f, " and refused with EOPNOTSUPP; ");
	say_outcome(e, &f, d);
	say(&f, rule == DXA_RULE_FALLBACK ? " without DAX" : ", but it must go on without DAX");
	prove(e, &a->rec);
	prove_decider(e, d);
	report(e, &f);
}

/*
 * Did the bracket fail because of the refusal? Drivers hand the error on, but
 * for dm, which says ENXIO whatever its allocations said.
 */
static bool refusal_is_to_blame(const struct dxa_engine *e, const struct alloc *a,
				const struct decider *d)
{
	return d->err == e->cfg.eopnotsupp || (a->driver == DXA_DRIVER_DM && d->err == DXA_ENXIO);
}

static bool decided(const struct decider *d)
{
	return d && d->outcome != DXA_OUTCOME_OPEN && d->outcome != DXA_OUTCOME_MISSED;
}

static void judge_refused(struct dxa_engine *e, struct task *t, const struct alloc *a)
{
	const struct decider *d = task_decider(t, a->answer);

	if (!decided(d))
		d = task_decider(t, a->judge);
	if (a->err != e->cfg.eopnotsupp) {
		report_alloc_failed(e, t, a, d);
		return;
	}
	/* device-dax is told by its own rule; and without an outcome nothing is proven. */
	if (a->driver == DXA_DRIVER_DEVICE_DAX || !decided(d))
		return;
	if (d->outcome == DXA_OUTCOME_OK)
		report_fallback(e, t, a, d, DXA_RULE_FALLBACK);
	else if (d->outcome == DXA_OUTCOME_DEFERRED)
		return;
	else if (dxa_owner_of(a->driver)->goes_on && refusal_is_to_blame(e, a, d))
		report_fallback(e, t, a, d, DXA_RULE_FALLBACK_FATAL);
	else
		report_alloc_failed(e, t, a, d);
}

/* ---- alloc_dax granted ---- */

static void judge_granted(struct dxa_engine *e, struct task *t, const struct rec *r,
			  const struct life *l)
{
	struct dxa_finding f;

	if (!wants_fs_dax(r) || e->cfg.aliasing != DXA_ALIASING_YES)
		return;
	report_begin(e, &f, DXA_RULE_MISSING_EOPNOTSUPP, l, task_context(t));
	say_life(&f, &l->id);
	say(&f, " was granted");
	say_caller(e, &f, &r->ev);
	say(&f, " although this CPU's data cache aliases");
	prove(e, r);
	report(e, &f);
}

static void report_null(struct dxa_engine *e, struct task *t, const struct rec *r,
			enum dxa_driver driver)
{
	struct dxa_finding f;

	report_begin(e, &f, DXA_RULE_ALLOC_NULL, NULL, task_context(t));
	name_request(&f, driver);
	say_caller(e, &f, &r->ev);
	say(&f, " and returned NULL, which is neither a device nor an error");
	prove(e, r);
	report(e, &f);
}

/* The last that is known of a life: its end, or its first event when that was missed. */
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

	if (former && !life_awaits(e, former, r) && former->hist.kept &&
	    r->ev.dax_flags != 1U << DXA_DAXDEV_ALIVE) {
		former_id = former->id;
		end_of(e, former, &former_end);
	}
	l = life_begin(e, r);
	if (!l)
		return NULL;
	dxa_map_del(&e->host_told, r->ev.dax);
	if (t) {
		l->born_in = t->ctx.id;
		life_born_in(e, l, task_probe(t));
	}
	judge_granted(e, t, r, l);
	stale_begin(e, l, r, &former_id, &former_end);
	return l;
}

/* Remember it until the context closes: only then is known what became of it. */
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
	slot->judge = task_judge(e, t);
	slot->answer = task_answer(e, t);
}

void on_alloc_dax(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	bool known = (r->ev.phase & DXA_PHASE_ARGS) || (r->ev.has & DXA_HAS_DAX);
	struct alloc a = { .rec = *r };
	char module[DXA_NAME_LEN];
	struct life *l;

	a.driver = known ? dxa_owner_of_event(e->cfg.symbols, &r->ev, module) : DXA_DRIVER_UNKNOWN;
	e->stats.allocs[a.driver]++;
	exercised(e, a.driver);
	if (dxa_is_err_ptr((uint64_t)r->ev.ret)) {
		a.err = dxa_ptr_err((uint64_t)r->ev.ret);
		if (a.err == e->cfg.eopnotsupp)
			judge_eopnotsupp(e, t, r, a.driver);
	} else if (!r->ev.dax) {
		report_null(e, t, r, a.driver);
		return;
	} else {
		l = begin(e, t, r);
		if (!l)
			return;
		a.generation = l->id.generation;
	}
	if (task_context(t))
		remember(e, t, &a);
	else if (a.err && a.err != e->cfg.eopnotsupp)
		report_alloc_failed(e, t, &a, NULL);
}

/* ---- the disk came up all the same ---- */

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
	/* The bracket's last word on DAX was a refusal: the disk has no dax_device. */
	for (i = t->allocs.len; i; i--) {
		const struct alloc *a = dxa_vec_at(&t->allocs, i - 1);

		if (a->answer != task_answer(e, t))
			continue;
		if (a->err)
			add_refused_disk(e, t, a, r);
		return;
	}
}

static void report_advertised(struct dxa_engine *e, const struct refused_disk *d,
			      const struct rec *r)
{
	struct dxa_finding f;

	report_begin(e, &f, DXA_RULE_DAX_ADVERTISED_WITHOUT_DEVICE, NULL, &d->ctx);
	f.err = dxa_ptr_err((uint64_t)d->alloc.ev.ret);
	f.life.driver = d->driver;
	memcpy(f.life.disk, r->ev.name[0] ? r->ev.name : d->up.ev.name, sizeof(f.life.disk));
	say(&f, "/sys/block/%.*s/queue/dax is 1, but alloc_dax had answered ", DXA_NAME_LEN,
	    f.life.disk);
	say_errno(e, &f, f.err);
	say(&f, ": there is no dax_device behind this disk");
	prove(e, &d->alloc);
	prove(e, &d->up);
	prove(e, r);
	report(e, &f);
	/* The next snapshots show the same. */
	if (dxa_map_put(&e->advertised, dxa_hash_text(DXA_HASH_START, f.life.disk), e))
		e->nomem = true;
}

void on_disk_state(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	size_t i, n = e->n_refused < REFUSED_DISKS_MAX ? e->n_refused : REFUSED_DISKS_MAX;

	(void)t;
	if (!r->ev.obj)
		state_disk(e, r);
	for (i = 0; i < n; i++) {
		const struct refused_disk *d = &e->refused[i];

		if (!r->ev.obj || d->disk != r->ev.obj)
			continue;
		if (r->ev.ret == 1 && d->epoch == e->epoch && !dxa_map_get(&e->hosts, d->disk))
			report_advertised(e, d, r);
		forget_refused_disk(e, r->ev.obj);
		return;
	}
}

/* ---- dax_add_host ---- */

static void report_host_failed(struct dxa_engine *e, struct task *t, const struct host_failure *h,
			       const struct decider *d)
{
	const struct life *l = life_at(e, h->rec.ev.dax);
	struct dxa_finding f;

	if (l && l->id.generation != h->generation)
		l = NULL;
	report_begin(e, &f, DXA_RULE_HOST_FAILED, l, task_context(t));
	f.err = h->err;
	f.life.dax = h->rec.ev.dax;
	if (!f.life.disk[0])
		memcpy(f.life.disk, h->rec.ev.name, sizeof(f.life.disk));
	say(&f, "dax_add_host failed with ");
	say_errno(e, &f, h->err);
	say(&f, " for ");
	say_life(&f, &f.life);
	if (l)
		say(&f, "; the device %s", l->ended || l->owner_put ? "was released" : "lives on");
	prove(e, &h->rec);
	if (decided(d)) {
		say(&f, "; ");
		say_outcome(e, &f, d);
		prove_decider(e, d);
	}
	report(e, &f);
}

static void host_failed(struct dxa_engine *e, struct task *t, const struct rec *r,
			const struct life *l)
{
	struct host_failure h = {
		.rec = *r,
		.generation = l ? l->id.generation : 0,
		.err = dxa_ptr_err((uint64_t)r->ev.ret),
	};

	if (!task_context(t)) {
		report_host_failed(e, t, &h, NULL);
		return;
	}
	h.answer = task_answer(e, t);
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
	l = life_touch(e, r);
	if (l)
		life_note(e, l, r);
	e->hosts_changed = r->n;
	if (dxa_is_err_ptr((uint64_t)r->ev.ret))
		host_failed(e, t, r, l);
	else if (l && r->ev.obj)
		life_set_host(e, l, r->ev.obj, 0);
}

void judge_allocs(struct dxa_engine *e, struct task *t)
{
	size_t i;

	for (i = 0; i < t->allocs.len; i++) {
		const struct alloc *a = dxa_vec_at(&t->allocs, i);

		if (a->err)
			judge_refused(e, t, a);
	}
	for (i = 0; i < t->host_failures.len; i++) {
		const struct host_failure *h = dxa_vec_at(&t->host_failures, i);

		if (!h->folded)
			report_host_failed(e, t, h, task_decider(t, h->answer));
	}
}
