// SPDX-License-Identifier: GPL-2.0-only
/* Devices that are still there when those who could release them are gone. */
#include <string.h>

#include "engine/model.h"
#include "engine/owner.h"

static bool failed(const struct decider *d)
{
	return d && (d->outcome == DXA_OUTCOME_FAILED || d->outcome == DXA_OUTCOME_NO_DEVICE ||
		     d->outcome == DXA_OUTCOME_DEFERRED);
}

/* Has the driver still its own reference, as far as all was seen? */
static bool held_by_owner(const struct dxa_engine *e, const struct life *l)
{
	if (l->ended || l->owner_put || l->told || life_unsure(e, l))
		return false;
	return !l->refs_known || l->refs > 0;
}

/*
 * device-dax is released with its struct device, whose last reference an open
 * /dev/dax may hold: after the kill of its unregistration (the first kill is
 * part of its creation) nothing can be demanded any more.
 */
static bool may_be_released_later(const struct life *l)
{
	if (l->id.driver != DXA_DRIVER_DEVICE_DAX && l->id.driver != DXA_DRIVER_FSDEV)
		return false;
	return l->kills >= 2;
}

/* The leaked life of an allocation, or NULL when all is well or cannot be judged. */
static struct life *leaked(const struct dxa_engine *e, const struct task *t, const struct alloc *a)
{
	struct life *l;

	if (a->err || !failed(task_decider(t, a->judge)))
		return NULL;
	l = life_alive(e, a->rec.ev.dax, a->generation);
	return l && held_by_owner(e, l) && !may_be_released_later(l) ? l : NULL;
}

/* Adds what was called with NULL in the bracket after the allocation. Returns how many. */
static size_t prove_nulls(struct dxa_engine *e, const struct task *t, const struct alloc *a,
			  bool *kill, bool *put)
{
	size_t i, n = 0;

	for (i = 0; i < t->nulls.len; i++) {
		const struct null_call *c = dxa_vec_at(&t->nulls, i);

		if (c->judge != a->judge || c->rec.n < a->rec.n)
			continue;
		if (c->rec.ev.kind == DXA_KIND_KILL_DAX)
			*kill = true;
		else
			*put = true;
		prove(e, &c->rec);
		n++;
	}
	return n;
}

/* A failed dax_add_host of this device is the trigger: it is part of this story. */
static void fold_host_failure(struct task *t, const struct life *l)
{
	size_t i;

	for (i = 0; i < t->host_failures.len; i++) {
		struct host_failure *h = dxa_vec_at(&t->host_failures, i);

		if (h->rec.ev.dax == l->id.dax && h->generation == l->id.generation)
			h->folded = true;
	}
}

static void report_leak(struct dxa_engine *e, struct task *t, const struct alloc *a, struct life *l)
{
	const struct decider *d = task_decider(t, a->judge);
	bool kill = false, put = false;
	struct dxa_finding f;

	report_begin(e, &f, DXA_RULE_LEAK_ON_FAILED_PROBE, l, &t->ctx);
	if (prove_nulls(e, t, a, &kill, &put) && !l->kills && !l->host) {
		f.rule = DXA_RULE_NULL_TEARDOWN_LEAK;
		f.severity = dxa_rule_info(f.rule)->severity;
	}
	f.err = d->err;
	say_life(&f, &l->id);
	say(&f, " was allocated in ");
	say_place(&f, &d->entry.ev);
	say_caller(e, &f, &a->rec.ev);
	if (f.rule == DXA_RULE_NULL_TEARDOWN_LEAK)
		say(&f, ", %s%s%s called,", kill ? "kill_dax(NULL)" : "",
		    kill && put ? " and " : "",
		    put ? kill ? "put_dax(NULL) were" : "put_dax(NULL) was" : " was");
	say(&f, " and ");
	say_outcome(e, &f, d);
	say(&f, l->kills ? ": killed but never put, the device is lost" : ": the device is lost");
	prove_life(e, l);
	prove_decider(e, d);
	fold_host_failure(t, l);
	l->told = true;
	report(e, &f);
}

static bool is_creation(const struct decider *d)
{
	return d->entry.ev.kind == DXA_KIND_CREATE_DEV_DAX ||
	       d->entry.ev.kind == DXA_KIND_CREATE_DEV_DAX_OLD;
}

void judge_leaks(struct dxa_engine *e, struct task *t)
{
	size_t i;

	for (i = 0; i < t->allocs.len; i++) {
		const struct alloc *a = dxa_vec_at(&t->allocs, i);
		struct life *l = leaked(e, t, a);

		if (!l)
			continue;
		/*
		 * A creation alone may be part of a probe that was entered before
		 * the audit, and what was registered goes with its region.
		 */
		if (!is_creation(task_decider(t, a->judge)))
			report_leak(e, t, a, l);
		else if (!a->bound)
			life_suspect(e, l, SUSPECT_LEAK, &t->ctx, t->ctx.end);
	}
}

void judge_late_leak(struct dxa_engine *e, struct life *l)
{
	struct dxa_finding f;

	if (!held_by_owner(e, l) || may_be_released_later(l))
		return;
	report_begin(e, &f, DXA_RULE_LEAK_ON_FAILED_PROBE, l, life_suspect_context(l));
	f.err = f.context.err;
	say_life(&f, &l->id);
	say(&f, " was allocated in the creation of a device-dax, which failed with ");
	say_errno(e, &f, f.err);
	say(&f, ": the device is lost");
	prove_life(e, l);
	l->told = true;
	report(e, &f);
}

/* ---- unbinding ---- */

static void report_unbound(struct dxa_engine *e, struct task *t, struct life *l)
{
	struct dxa_finding f;

	report_begin(e, &f, DXA_RULE_LEAK_ON_UNBIND, l, &t->ctx);
	say_life(&f, &l->id);
	say(&f, " was allocated by a probe whose driver is unbound now, but the device was ");
	say(&f, l->kills ? "killed and never put" : "neither killed nor put");
	prove_life(e, l);
	l->told = true;
	report(e, &f);
}

void judge_unbound(struct dxa_engine *e, struct task *t)
{
	size_t i;

	if (task_unsure(e, t))
		return;
	for (i = 0; i < t->unbound.len; i++) {
		const struct unbound *u = dxa_vec_at(&t->unbound, i);
		struct life *l = dxa_map_get(&e->born, u->device);

		/* A release that finds another driver bound, once it has the lock, does nothing. */
		if (!l || !held_by_owner(e, l) || l->born_by != name_number(e, u->driver))
			continue;
		if (others_unbind(e, t, u->device))
			continue;
		if (l->first < u->entered)
			report_unbound(e, t, l);
		else
			gap(e, DXA_GAP_UNCERTAIN);
	}
}

/* ---- unloading ---- */

/* Known to be alive, or killed under our eyes: then its owner's put would have been seen too. */
static bool unload_leaks(const struct dxa_engine *e, const struct life *l, const char *module)
{
	if (!l->module || strcmp(life_module(e, l), module) != 0 || !held_by_owner(e, l))
		return false;
	return l->alive_known && (l->alive || l->kills);
}

void on_module_free(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	struct dxa_finding f;
	struct life *l;

	DXA_LIST_EACH(l, &e->live, struct life, link) {
		if (!unload_leaks(e, l, r->ev.name))
			continue;
		report_begin(e, &f, DXA_RULE_LEAK_ON_UNLOAD, l, task_context(t));
		say_life(&f, &l->id);
		say(&f,
		    " is still there, but the module %.*s that its operations belong to is gone",
		    DXA_NAME_LEN, r->ev.name);
		prove_life(e, l);
		prove(e, r);
		l->told = true;
		report(e, &f);
	}
}
