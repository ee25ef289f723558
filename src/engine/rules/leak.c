// SPDX-License-Identifier: GPL-2.0-only
/* Devices that are still there when those who could release them are gone. */
#include <string.h>

#include "engine/owner.h"
#include "engine/rules/odd.h"
#include "engine/rules/rule.h"

static const struct dxa_rule_commit pmem_leak[] = {
	{ "introduced by", "pmem", "fb08a1908cb119a4585611d91461ab6d27756b14",
	  "dax: simplify the dax_device <-> gendisk association", "v5.17" },
	{ "fixed by", "pmem", "f6932a275461e339de69df01195c50951f039153",
	  "nvdimm/pmem: fix leak on dax_add_host() failure", "v6.9" },
};

RULE(NULL_TEARDOWN_LEAK, 1) = {
	HEAD(NULL_TEARDOWN_LEAK, "null-teardown-leak", ERROR, EVENTS, ANY_CACHE,
	     CALLS(ALLOC_DAX) | CALLS(KILL_DAX) | CALLS(PUT_DAX) | CALLS(REALLY_PROBE)),
	.title = "kill_dax/put_dax got NULL because the device was not stored yet: it is lost",
	.meaning = "In one failing probe alloc_dax returned a device, and afterwards the driver "
		   "called kill_dax or put_dax with NULL. The device itself was neither killed nor "
		   "put: the driver's clean-up read a field in which the device was not stored yet.",
	.consequence = "The dax_device, its inode and its minor number are lost until the next "
		       "boot, once for each failed probe. Known bug: pmem from v5.17 to v6.8 leaks "
		       "when dax_add_host fails.",
	.example = "really_probe(namespace0.0) {\n"
		   "  alloc_dax() = X\n"
		   "  dax_add_host(X, pmem0) = -ENOMEM\n"
		   "  kill_dax(NULL)\n"
		   "  put_dax(NULL)\n"
		   "} = ENOMEM          X is never put\n",
	COMMITS(pmem_leak),
	MARKS({ DXA_KIND_KILL_DAX, DXA_MARK_IS_NULL, "not stored yet: the device is not killed" },
	      { DXA_KIND_PUT_DAX, DXA_MARK_IS_NULL,
		"not stored yet: the device is not put, and lost" }),
};

RULE(LEAK_ON_FAILED_PROBE, 2) = {
	HEAD(LEAK_ON_FAILED_PROBE, "leak-on-failed-probe", ERROR, EVENTS, ANY_CACHE,
	     CALLS(ALLOC_DAX) | CALLS(PUT_DAX) | CALLS(REALLY_PROBE)),
	.title = "a probe failed and a dax_device it allocated is still there",
	.meaning = "A probe, or another creation of a device, failed. When it had returned, "
		   "driver-managed clean-up included, a dax_device that was allocated in it had not "
		   "been put by its driver.",
	.consequence = "Nobody refers to the device any more: its memory and its minor number are "
		       "lost until the next boot, and while it is alive a lookup may still find it.",
	.example = "really_probe(namespace0.0) {\n"
		   "  alloc_dax() = X\n"
		   "  device_add_disk(pmem0) = -ENOMEM\n"
		   "} = ENOMEM          no kill_dax(X), no put_dax(X)\n",
	MARKS({ DXA_KIND_ALLOC_DAX, DXA_MARK_GRANTED, "this device is never put" }),
};

RULE(LEAK_ON_UNLOAD, 3) = {
	HEAD(LEAK_ON_UNLOAD, "leak-on-unload", ERROR, EVENTS_AND_STATE, ANY_CACHE,
	     CALLS(ALLOC_DAX) | CALLS(PUT_DAX) | CALLS(MODULE_FREE)),
	.title = "the module that owns a live dax_device is gone",
	.meaning = "A module was unloaded while a dax_device whose operations lie in it was alive, "
		   "or killed and not yet put by its driver.",
	.consequence = "The device's operations point into memory that is gone; whoever still "
		       "reaches the device calls into it. If nobody does, the device is leaked.",
	.example = "alloc_dax(ops=pmem_dax_ops [nd_pmem]) = X\n"
		   "module nd_pmem goes away          no kill_dax(X), no put_dax(X)\n",
	MARKS({ DXA_KIND_MODULE_FREE, DXA_MARK_ANY, "the device's code goes away" }),
};

RULE(LEAK_ON_UNBIND, 4) = {
	HEAD(LEAK_ON_UNBIND, "leak-on-unbind", ERROR, EVENTS, ANY_CACHE,
	     CALLS(ALLOC_DAX) | CALLS(PUT_DAX) | CALLS(REALLY_PROBE) | CALLS(RELEASE_DRIVER)),
	.title = "a driver was unbound and a dax_device that its probe allocated is still there",
	.meaning = "A driver was unbound from a device. A dax_device that its probe of that device "
		   "had allocated was still not put when the unbinding had returned, driver-managed "
		   "clean-up included.",
	.consequence = "The memory behind the dax_device is unmapped, but the dax_device is not "
		       "released; it stays until the next boot.",
	.example = "really_probe(namespace0.0) { alloc_dax() = X } = 0\n"
		   "device_release_driver_internal(namespace0.0) {\n"
		   "  dax_remove_host(pmem0)\n"
		   "}          no kill_dax(X), no put_dax(X)\n",
	MARKS({ DXA_KIND_RELEASE_DRIVER, DXA_MARK_ANY, "the driver lets go of it unput" }),
};

static bool failed(const struct decider *d)
{
	return d && (d->outcome == DXA_OUTCOME_FAILED || d->outcome == DXA_OUTCOME_NO_DEVICE ||
		     d->outcome == DXA_OUTCOME_DEFERRED);
}

/* Has the driver let go of its own reference, or was its loss told? */
static bool is_let_go(const struct life *l)
{
	return l->ended || l->owner_put || l->told || (l->refs_known && l->refs <= 0);
}

/*
 * device-dax is released with its struct device, whose last reference an open
 * /dev/dax may hold: after the kill of its unregistration (the first kill is
 * part of its creation) nothing can be demanded any more.
 */
static bool may_be_released_later(const struct life *l)
{
	return dxa_owner_of(l->id.driver)->on_dax_bus && l->kills >= 2;
}

/* ---- a probe failed ---- */

/* Was it called with NULL in the bracket of the allocation, after that? */
static bool is_null_of(const struct null_call *c, const struct alloc *a)
{
	return c->judge == a->judge && c->rec.n >= a->rec.n;
}

/* How they were called; NULL: not so. */
struct nulls {
	const char *kill, *put;
};

static struct nulls nulls_of(const struct task *t, const struct alloc *a)
{
	struct nulls ret = { 0 };

	for (size_t i = 0; i < t->nulls.len; i++) {
		const struct null_call *c = dxa_vec_at(&t->nulls, i);

		if (!is_null_of(c, a))
			continue;
		if (c->rec.ev.kind == DXA_KIND_KILL_DAX)
			ret.kill = "kill_dax(NULL)";
		else
			ret.put = "put_dax(NULL)";
	}
	return ret;
}

static void prove_nulls(struct dxa_engine *e, const struct task *t, const struct alloc *a)
{
	for (size_t i = 0; i < t->nulls.len; i++) {
		const struct null_call *c = dxa_vec_at(&t->nulls, i);

		if (is_null_of(c, a))
			prove(e, &c->rec);
	}
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

static struct answer report_leak(struct dxa_engine *e, struct task *t, const struct alloc *a,
				 struct life *l)
{
	const struct decider *d = task_decider(t, a->judge);
	struct nulls nulls = nulls_of(t, a);
	bool is_null_leak = (nulls.kill || nulls.put) && !l->kills && !l->host;
	struct dxa_finding out;

	report_begin(e, &out, is_null_leak ? &rule_NULL_TEARDOWN_LEAK : &rule_LEAK_ON_FAILED_PROBE,
		     l, &t->ctx);
	out.err = d->err;
	say_life(&out, &l->id);
	say(&out, " was allocated in ");
	say_place(&out, &d->entry.ev);
	say_caller(e, &out, &a->rec.ev);
	if (is_null_leak)
		say(&out, ", %s%s%s %s called,", nulls.kill ? nulls.kill : "",
		    nulls.kill && nulls.put ? " and " : "", nulls.put ? nulls.put : "",
		    nulls.kill && nulls.put ? "were" : "was");
	say(&out, " and ");
	say_outcome(e, &out, d);
	say(&out, l->kills ? ": killed but never put, the device is lost" : ": the device is lost");
	prove_nulls(e, t, a);
	prove_life(e, l);
	prove_decider(e, d);
	fold_host_failure(t, l);
	l->told = true;
	return report(e, &out);
}

static bool is_creation(const struct decider *d)
{
	return d->entry.ev.kind == DXA_KIND_CREATE_DEV_DAX ||
	       d->entry.ev.kind == DXA_KIND_CREATE_DEV_DAX_OLD;
}

JUDGE(FACT_ALLOC_LEFT, judge_failed_probe)
{
	const struct alloc *a = f->alloc;
	struct life *l = f->life;

	if (!l || !failed(task_decider(f->t, a->judge)) || is_let_go(l) || may_be_released_later(l))
		return holds();
	if (life_unsure(e, l))
		return unknown(WHY_COUNTED);
	/*
	 * A creation alone may be part of a probe that was entered before
	 * the audit, and what was registered goes with its region.
	 */
	if (!is_creation(task_decider(f->t, a->judge)))
		return report_leak(e, f->t, a, l);
	if (!a->bound)
		life_suspect(e, l, SUSPECT_LEAK, &f->t->ctx, f->t->ctx.end);
	return holds();
}

/* A creation that failed outside of every probe left its device behind for good. */
JUDGE(FACT_DUE, judge_late_leak)
{
	struct life *l = f->life;
	struct dxa_finding out;

	if (l->suspect->what != SUSPECT_LEAK || is_let_go(l) || may_be_released_later(l))
		return holds();
	if (life_unsure(e, l))
		return unknown(WHY_COUNTED);
	report_begin(e, &out, &rule_LEAK_ON_FAILED_PROBE, l, life_suspect_context(l));
	out.err = out.context.err;
	say_life(&out, &l->id);
	say(&out, " was allocated in the creation of a device-dax, which failed with ");
	say_errno(e, &out, out.err);
	say(&out, ": the device is lost");
	prove_life(e, l);
	l->told = true;
	return report(e, &out);
}

/* ---- the driver was unbound ---- */

static struct answer report_unbound(struct dxa_engine *e, struct task *t, struct life *l)
{
	struct dxa_finding out;

	report_begin(e, &out, &rule_LEAK_ON_UNBIND, l, &t->ctx);
	say_life(&out, &l->id);
	say(&out, " was allocated by a probe whose driver is unbound now, but the device was ");
	say(&out, l->kills ? "killed and never put" : "neither killed nor put");
	prove_life(e, l);
	l->told = true;
	return report(e, &out);
}

JUDGE(FACT_UNBOUND, judge_unbound)
{
	const struct unbound *u = f->unbound;
	struct life *l = f->life;

	/* A release that finds another driver bound, once it has the lock, does nothing. */
	if (!l || is_let_go(l) || l->born_by != name_number(e, u->driver))
		return holds();
	if (task_unsure(e, f->t) || life_unsure(e, l))
		return unknown(WHY_COUNTED);
	if (others_unbind(e, f->t, u->device))
		return holds();
	return l->first < u->entered ? report_unbound(e, f->t, l) : unknown(DXA_GAP_UNCERTAIN);
}

/* ---- the module was unloaded ---- */

JUDGE(FACT_MODULE_GONE, judge_unloaded)
{
	struct life *l = f->life;
	struct dxa_finding out;

	/* Known to be alive, or killed under our eyes: then its owner's put would have been seen. */
	if (is_let_go(l) || !l->alive_known || !(l->alive || l->kills))
		return holds();
	if (life_unsure(e, l))
		return unknown(WHY_COUNTED);
	report_begin(e, &out, &rule_LEAK_ON_UNLOAD, l, task_context(f->t));
	say_life(&out, &l->id);
	say(&out, " is still there, but the module %.*s that its operations belong to is gone",
	    DXA_NAME_LEN, f->r->ev.name);
	prove_life(e, l);
	prove(e, f->r);
	l->told = true;
	return report(e, &out);
}

JUDGE(FACT_SHOWN_DEVICE, judge_shown_unloaded)
{
	struct device *d = f->device;

	if (!ops_are_gone(d))
		return holds();
	d->view.why = "has operations in a module that is gone";
	return odd(e, &rule_LEAK_ON_UNLOAD, &d->view.id, &d->rec, NULL, d->view.why);
}
