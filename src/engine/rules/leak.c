// SPDX-License-Identifier: GPL-2.0-only
/* Leaked devices: the probe failed, or the driver or its module is gone. */
#include <string.h>

#include "engine/owner.h"
#include "engine/rules/anomaly.h"
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
	.title = "a failed probe passed NULL to kill_dax or put_dax, and its dax_device is lost",
	.meaning = "In a probe that failed, alloc_dax returned a device, and afterwards the driver "
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
	.title = "a failed probe did not put a dax_device that it allocated",
	.meaning = "A probe, or another function that creates a device, failed. When it returned, "
		   "after the devres clean-up, its driver had not put a dax_device that was "
		   "allocated in it.",
	.consequence = "Nothing refers to the device any more: its memory and its minor number are "
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
	.title = "a module was unloaded before its dax_device was released",
	.meaning = "A module was unloaded while a dax_device whose operations it contains was "
		   "alive, or killed and not yet put by its driver.",
	.consequence = "The device's operations point into freed memory: any use of the device "
		       "jumps there. Without any use the device is leaked.",
	.example = "alloc_dax(ops=pmem_dax_ops [nd_pmem]) = X\n"
		   "module nd_pmem is unloaded        no kill_dax(X), no put_dax(X)\n",
	MARKS({ DXA_KIND_MODULE_FREE, DXA_MARK_ANY, "the device's code is unloaded" }),
};

RULE(LEAK_ON_UNBIND, 4) = {
	HEAD(LEAK_ON_UNBIND, "leak-on-unbind", ERROR, EVENTS, ANY_CACHE,
	     CALLS(ALLOC_DAX) | CALLS(PUT_DAX) | CALLS(REALLY_PROBE) | CALLS(RELEASE_DRIVER)),
	.title = "a driver was unbound without putting a dax_device that its probe allocated",
	.meaning = "A driver was unbound from a device. When the unbinding returned, after the "
		   "devres clean-up, a dax_device that the probe of that device had allocated was "
		   "still not put.",
	.consequence = "The memory behind the dax_device is unmapped, but the dax_device is not "
		       "released; it stays until the next boot.",
	.example = "really_probe(namespace0.0) { alloc_dax() = X } = 0\n"
		   "device_release_driver_internal(namespace0.0) {\n"
		   "  dax_remove_host(pmem0)\n"
		   "}          no kill_dax(X), no put_dax(X)\n",
	MARKS({ DXA_KIND_RELEASE_DRIVER, DXA_MARK_ANY, "unbound, and the device is not put" }),
};

static bool failed(const struct bracket_outcome *o)
{
	return o && (o->outcome == DXA_OUTCOME_FAILED || o->outcome == DXA_OUTCOME_NO_DEVICE ||
		     o->outcome == DXA_OUTCOME_DEFERRED);
}

/* Has the driver dropped its own reference, or is the loss reported already? */
static bool is_released(const struct life *l)
{
	return l->ended || l->owner_put || l->reported || (l->refs_known && l->refs <= 0);
}

/*
 * device-dax is released with its struct device, and an open /dev/dax may hold the
 * last reference to that. So after the kill at unregistration (the first kill is part
 * of its creation) its put may come at any time.
 */
static bool may_be_released_later(const struct life *l)
{
	return dxa_owner_of(l->id.driver)->on_dax_bus && l->kills >= 2;
}

/* ---- a probe failed ---- */

/* Is it a call with NULL in the bracket of the allocation, and after it? */
static bool is_null_of(const struct null_call *c, const struct alloc *a)
{
	return c->outcome_bracket == a->outcome_bracket && c->rec.n >= a->rec.n;
}

/* The calls with NULL, for the text; NULL: there was none. */
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

static void add_nulls(struct dxa_engine *e, const struct task *t, const struct alloc *a)
{
	for (size_t i = 0; i < t->nulls.len; i++) {
		const struct null_call *c = dxa_vec_at(&t->nulls, i);

		if (is_null_of(c, a))
			finding_add(e, &c->rec);
	}
}

/* A failed dax_add_host of this device triggered the leak: it gets no finding of its own. */
static void fold_host_failure(struct task *t, const struct life *l)
{
	size_t i;

	for (i = 0; i < t->host_failures.len; i++) {
		struct host_failure *h = dxa_vec_at(&t->host_failures, i);

		if (h->rec.ev.dax == l->id.dax && h->generation == l->id.generation)
			h->folded = true;
	}
}

static struct result report_leak(struct dxa_engine *e, struct task *t, const struct alloc *a,
				 struct life *l)
{
	const struct bracket_outcome *o = task_outcome(t, a->outcome_bracket);
	struct nulls nulls = nulls_of(t, a);
	bool is_null_leak = (nulls.kill || nulls.put) && !l->kills && !l->host;
	struct dxa_finding out;

	finding_begin(e, &out, is_null_leak ? &rule_NULL_TEARDOWN_LEAK : &rule_LEAK_ON_FAILED_PROBE,
		      l, &t->ctx);
	out.err = o->err;
	finding_append_life(&out, &l->id);
	finding_append(&out, " was allocated in ");
	finding_append_bracket(&out, &o->entry.ev);
	finding_append_caller(e, &out, &a->rec.ev);
	if (is_null_leak)
		finding_append(&out, ", %s%s%s %s called,", nulls.kill ? nulls.kill : "",
			       nulls.kill && nulls.put ? " and " : "", nulls.put ? nulls.put : "",
			       nulls.kill && nulls.put ? "were" : "was");
	finding_append(&out, " and ");
	finding_append_outcome(e, &out, o);
	finding_append(&out, l->kills ? ": killed but never put, the device is lost" :
					": the device is lost");
	add_nulls(e, t, a);
	finding_add_life(e, l);
	finding_add_outcome(e, o);
	fold_host_failure(t, l);
	l->reported = true;
	return finding_report(e, &out);
}

static bool is_creation(const struct bracket_outcome *o)
{
	return o->entry.ev.kind == DXA_KIND_CREATE_DEV_DAX ||
	       o->entry.ev.kind == DXA_KIND_CREATE_DEV_DAX_OLD;
}

CHECK(FACT_ALLOC_CONTEXT_CLOSED, check_failed_probe)
{
	const struct alloc *a = f->alloc;
	struct life *l = f->life;

	if (!l || !failed(task_outcome(f->t, a->outcome_bracket)) || is_released(l) ||
	    may_be_released_later(l))
		return holds();
	if (life_incomplete(e, l))
		return unknown(WHY_COUNTED);
	/*
	 * A creation without a probe around it may be in a probe that began before
	 * the audit. A registered device is released with its region.
	 */
	if (!is_creation(task_outcome(f->t, a->outcome_bracket)))
		return report_leak(e, f->t, a, l);
	if (!a->bound)
		life_suspect(e, l, SUSPECT_LEAK, &f->t->ctx, f->t->ctx.end);
	return holds();
}

/* A creation that failed outside of any probe: nothing releases its device later. */
CHECK(FACT_DUE, check_late_leak)
{
	struct life *l = f->life;
	struct dxa_finding out;

	if (l->suspect->what != SUSPECT_LEAK || is_released(l) || may_be_released_later(l))
		return holds();
	if (life_incomplete(e, l))
		return unknown(WHY_COUNTED);
	finding_begin(e, &out, &rule_LEAK_ON_FAILED_PROBE, l, life_suspect_context(l));
	out.err = out.context.err;
	finding_append_life(&out, &l->id);
	finding_append(&out, " was allocated in the creation of a device-dax, which failed with ");
	finding_append_errno(e, &out, out.err);
	finding_append(&out, ": the device is lost");
	finding_add_life(e, l);
	l->reported = true;
	return finding_report(e, &out);
}

/* ---- the driver was unbound ---- */

static struct result report_unbound(struct dxa_engine *e, struct task *t, struct life *l)
{
	struct dxa_finding out;

	finding_begin(e, &out, &rule_LEAK_ON_UNBIND, l, &t->ctx);
	finding_append_life(&out, &l->id);
	finding_append(&out, " was allocated by a probe whose driver is unbound now, but it was ");
	finding_append(&out, l->kills ? "killed and never put" : "neither killed nor put");
	finding_add_life(e, l);
	l->reported = true;
	return finding_report(e, &out);
}

CHECK(FACT_UNBOUND, check_unbound)
{
	const struct unbound *u = f->unbound;
	struct life *l = f->life;

	/* An unbinding that finds another driver once it has the lock does nothing. */
	if (!l || is_released(l) || l->born_by != name_id(e, u->driver))
		return holds();
	if (task_incomplete(e, f->t) || life_incomplete(e, l))
		return unknown(WHY_COUNTED);
	/* A probe and a release hold the same lock: the return of the probe was not recorded. */
	if (context_is_open(e, l->born_in))
		return unknown(DXA_GAP_UNCERTAIN);
	/* A release that was entered before the probe may have found no driver. */
	l->unbound |= l->first < u->entered;
	/* Of concurrent releases the last one to return is checked. */
	if (others_unbind(e, f->t, u->device))
		return holds();
	return l->unbound ? report_unbound(e, f->t, l) : unknown(DXA_GAP_UNCERTAIN);
}

/* A device that its driver killed, in a release that was not recorded as a whole, but did not put. */
CHECK(FACT_AUDIT_ENDS, check_unput_at_end)
{
	const struct life *l;

	(void)f;
	DXA_LIST_EACH(l, &e->live, const struct life, link)
		if ((l->kills || l->died_unseen) && !is_released(l) &&
		    dxa_owner_of(l->id.driver)->releases_at_unbind)
			return unknown(DXA_GAP_PENDING);
	return holds();
}

/* ---- the module was unloaded ---- */

CHECK(FACT_MODULE_GONE, check_unloaded)
{
	struct life *l = f->life;
	struct dxa_finding out;

	/* Alive, or killed during the audit: then the put of its owner would be recorded. */
	if (is_released(l) || !l->alive_known || !(l->alive || l->kills))
		return holds();
	if (life_incomplete(e, l))
		return unknown(WHY_COUNTED);
	finding_begin(e, &out, &rule_LEAK_ON_UNLOAD, l, task_context(f->t));
	finding_append_life(&out, &l->id);
	finding_append(&out,
		       " is still there, but the module %.*s that its operations belong to is gone",
		       DXA_NAME_LEN, f->r->ev.name);
	finding_add_life(e, l);
	finding_add(e, f->r);
	l->reported = true;
	return finding_report(e, &out);
}

CHECK(FACT_SHOWN_DEVICE, check_shown_unloaded)
{
	struct device *d = f->device;

	if (!ops_are_gone(d))
		return holds();
	d->view.why = "has operations in a module that is gone";
	return anomaly_add(e, &rule_LEAK_ON_UNLOAD, PROOF_SEEN_TWICE, &d->view.id, &d->rec, NULL,
			   d->view.why);
}
