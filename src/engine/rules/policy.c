// SPDX-License-Identifier: GPL-2.0-only
/* What alloc_dax must answer, and what its callers must make of it. */
#include "engine/errname.h"
#include "engine/owner.h"
#include "engine/rules/rule.h"

static const struct dxa_rule_commit non_fatal[] = {
	{ "fixed by", "pmem", "f4d373ddd699561d81e79f17bb68064b1a9b686b",
	  "nvdimm/pmem: Treat alloc_dax() -EOPNOTSUPP failure as non-fatal", "v6.9" },
	{ "fixed by", "dm", "c29290728decdf58b48b10a58861beca3f2f87f0",
	  "dm: treat alloc_dax() -EOPNOTSUPP failure as non-fatal", "v6.9" },
	{ "fixed by", "virtiofs", "562ce8285b5da3f0d2087341f262c0c728d43f31",
	  "virtio: treat alloc_dax() -EOPNOTSUPP failure as non-fatal", "v6.9" },
	{ "reworked by", "dcssblk", "cf7fe690abbbe520034843b97423d35e0acf9bd8",
	  "dcssblk: handle alloc_dax() -EOPNOTSUPP failure", "v6.9" },
};

static const struct dxa_rule_commit aliasing_check[] = {
	{ "decided by", NULL, "1df4ca0155acb37b9b1d03ab91323d70a309ff54",
	  "dax: check for data cache aliasing at runtime", "v6.9" },
	{ "decided by", NULL, "8690bbcf3b7010b31fdbf3851e1add6ae19b8624",
	  "Introduce cpu_dcache_is_aliasing() across all architectures", "v6.9" },
	{ "decided by", NULL, "902ccb86ed02eea5b81c2afb514c0a7d72f63de2",
	  "dax: fix incorrect list of data cache aliasing architectures", "v6.9" },
};

RULE(FALLBACK, 12) = {
	HEAD(FALLBACK, "fallback", INFO, EVENTS, ANY_CACHE, CALLS(ALLOC_DAX)),
	.title = "alloc_dax refused with EOPNOTSUPP and the probe went on without DAX",
	.meaning = "alloc_dax refused with EOPNOTSUPP, and the driver went on without DAX, as it "
		   "should.",
	.consequence = "Nothing is wrong; the disk works without DAX.",
	.example = "really_probe(namespace0.0) {\n"
		   "  alloc_dax() = -EOPNOTSUPP\n"
		   "} = 0\n",
	MARKS({ DXA_KIND_ALLOC_DAX, DXA_MARK_FAILED, "refused" }),
};

RULE(FALLBACK_FATAL, 13) = {
	HEAD(FALLBACK_FATAL, "fallback-fatal", ERROR, EVENTS, ANY_CACHE, CALLS(ALLOC_DAX)),
	.title = "EOPNOTSUPP from alloc_dax made a probe fail that must go on without DAX",
	.meaning = "alloc_dax refused with EOPNOTSUPP, and for that the driver gave the whole "
		   "device up. pmem, dm and virtio_fs must go on without DAX; dcssblk may fail. dm "
		   "says ENXIO whatever failed: when something else does right behind a refusal, it "
		   "is told as this, too.",
	.consequence = "On a machine whose data cache aliases the disk or file system is not there "
		       "at all, where it only cannot do DAX.",
	.example = "really_probe(namespace0.0) {\n"
		   "  alloc_dax() = -EOPNOTSUPP\n"
		   "} = EOPNOTSUPP\n",
	COMMITS(non_fatal),
	MARKS({ DXA_KIND_ALLOC_DAX, DXA_MARK_FAILED, "no reason to fail" }),
};

RULE(UNEXPECTED_EOPNOTSUPP, 14) = {
	HEAD(UNEXPECTED_EOPNOTSUPP, "unexpected-eopnotsupp", ERROR, EVENTS, CACHE_KNOWN,
	     CALLS(ALLOC_DAX)),
	.title = "alloc_dax refused with EOPNOTSUPP although the data cache does not alias",
	.meaning = "alloc_dax refused a file-system DAX device with EOPNOTSUPP although this CPU's "
		   "data cache does not alias.",
	.consequence = "DAX is lost on a machine that can do it.",
	.example = "alloc_dax(ops=pmem_dax_ops) = -EOPNOTSUPP          on x86\n",
	COMMITS(aliasing_check),
	MARKS({ DXA_KIND_ALLOC_DAX, DXA_MARK_FAILED,
		"refused, but the data cache does not alias" }),
};

RULE(MISSING_EOPNOTSUPP, 15) = {
	HEAD(MISSING_EOPNOTSUPP, "missing-eopnotsupp", ERROR, EVENTS, CACHE_KNOWN,
	     CALLS(ALLOC_DAX)),
	.title = "alloc_dax granted a file-system DAX device although the data cache aliases",
	.meaning = "alloc_dax granted a file-system DAX device although this CPU's data cache "
		   "aliases.",
	.consequence = "User mappings and the kernel's mapping of the same page can disagree: data "
		       "is corrupted without a word.",
	.example = "alloc_dax(ops=pmem_dax_ops) = X          on an aliasing data cache\n",
	COMMITS(aliasing_check),
	MARKS({ DXA_KIND_ALLOC_DAX, DXA_MARK_GRANTED, "granted, but the data cache aliases" }),
};

RULE(DEVICE_DAX_REFUSED, 16) = {
	HEAD(DEVICE_DAX_REFUSED, "device-dax-refused", ERROR, EVENTS, ANY_CACHE, CALLS(ALLOC_DAX)),
	.title = "alloc_dax refused device-dax with EOPNOTSUPP, which is exempt from aliasing",
	.meaning = "alloc_dax answered EOPNOTSUPP to a caller without file-system operations. "
		   "Device-dax maps to user space only and is exempt from the check for aliasing.",
	.consequence = "Device-dax cannot be used on this machine although it could.",
	.example = "alloc_dax(ops=NULL) = -EOPNOTSUPP\n",
	COMMITS(aliasing_check),
	MARKS({ DXA_KIND_ALLOC_DAX, DXA_MARK_FAILED, "device-dax is exempt" }),
};

RULE(ALLOC_NULL, 17) = {
	HEAD(ALLOC_NULL, "alloc-null", ERROR, EVENTS, ANY_CACHE, CALLS(ALLOC_DAX)),
	.title = "alloc_dax returned NULL",
	.meaning = "alloc_dax returned NULL, which is neither a device nor an error.",
	.consequence = "Callers check with IS_ERR and take NULL for a device.",
	.example = "alloc_dax() = NULL\n",
	MARKS({ DXA_KIND_ALLOC_DAX, DXA_MARK_FAILED, "neither a device nor an error" }),
};

RULE(ALLOC_FAILED, 18) = {
	HEAD(ALLOC_FAILED, "alloc-failed", INFO, EVENTS, ANY_CACHE, CALLS(ALLOC_DAX)),
	.title = "alloc_dax failed with another error",
	.meaning =
		"alloc_dax failed with an error that says nothing about aliasing, such as "
		"ENOMEM; or with EOPNOTSUPP in a driver that may fail for it, or whose probe then "
		"failed with another error.",
	.consequence = "Depends on the driver: the finding says what became of the probe.",
	.example = "really_probe(namespace0.0) {\n"
		   "  alloc_dax() = -ENOMEM\n"
		   "  kill_dax(NULL)          harmless: there is no device\n"
		   "  put_dax(NULL)\n"
		   "} = ENOMEM\n",
	MARKS({ DXA_KIND_ALLOC_DAX, DXA_MARK_FAILED, "failed" }),
};

/* Was the caller's argument seen, and is it a file-system DAX device that is asked for? */
static bool wants_fs_dax(const struct rec *r)
{
	return (r->ev.phase & DXA_PHASE_ARGS) && r->ev.ops;
}

static void say_request(struct dxa_finding *f, enum dxa_driver driver)
{
	f->life.driver = driver;
	if (driver == DXA_DRIVER_UNKNOWN || driver == DXA_DRIVER_OTHER)
		say(f, "alloc_dax was asked for a dax_device");
	else
		say(f, "alloc_dax was asked for a dax_device of %s", dxa_driver_name(driver));
}

/* ---- its answer ---- */

JUDGE(FACT_ALLOC_ANSWERED, judge_refusal)
{
	const struct rec *r = f->r;
	bool exempt = (r->ev.phase & DXA_PHASE_ARGS) && !r->ev.ops;
	struct dxa_finding out;

	if (!f->alloc->err || f->alloc->err != e->cfg.eopnotsupp)
		return holds();
	/* What was asked for is not known: its record was missed, or is from before the audit. */
	if (!(r->ev.phase & DXA_PHASE_ARGS))
		return unknown(DXA_GAP_UNCERTAIN);
	if (!exempt && !(wants_fs_dax(r) && e->cfg.aliasing == DXA_ALIASING_NO))
		return holds();
	report_begin(e, &out, exempt ? &rule_DEVICE_DAX_REFUSED : &rule_UNEXPECTED_EOPNOTSUPP, NULL,
		     task_context(f->t));
	out.err = e->cfg.eopnotsupp;
	say_request(&out, f->alloc->driver);
	say_caller(e, &out, &r->ev);
	say(&out, " and refused with EOPNOTSUPP, %s",
	    exempt ? "but a device without file-system operations needs no cache without aliases" :
		     "but this CPU's data cache does not alias");
	prove(e, r);
	return report(e, &out);
}

JUDGE(FACT_ALLOC_ANSWERED, judge_granted)
{
	struct dxa_finding out;

	if (!f->life || !wants_fs_dax(f->r) || e->cfg.aliasing != DXA_ALIASING_YES)
		return holds();
	report_begin(e, &out, &rule_MISSING_EOPNOTSUPP, f->life, task_context(f->t));
	say_life(&out, &f->life->id);
	say(&out, " was granted");
	say_caller(e, &out, &f->r->ev);
	say(&out, " although this CPU's data cache aliases");
	prove(e, f->r);
	return report(e, &out);
}

JUDGE(FACT_ALLOC_ANSWERED, judge_null)
{
	struct dxa_finding out;

	if (f->life || f->alloc->err)
		return holds();
	report_begin(e, &out, &rule_ALLOC_NULL, NULL, task_context(f->t));
	say_request(&out, f->alloc->driver);
	say_caller(e, &out, &f->r->ev);
	say(&out, " and returned NULL, which is neither a device nor an error");
	prove(e, f->r);
	return report(e, &out);
}

/* ---- what its caller made of a refusal ---- */

static struct answer report_alloc_failed(struct dxa_engine *e, struct task *t,
					 const struct alloc *a, const struct decider *d)
{
	struct dxa_finding out;

	report_begin(e, &out, &rule_ALLOC_FAILED, NULL, task_context(t));
	out.err = a->err;
	say_request(&out, a->driver);
	say_caller(e, &out, &a->rec.ev);
	say(&out, " and failed with ");
	say_errno(e, &out, a->err);
	prove(e, &a->rec);
	if (d) {
		say(&out, "; ");
		say_outcome(e, &out, d);
		prove_decider(e, d);
	}
	return report(e, &out);
}

static struct answer report_fallback(struct dxa_engine *e, struct task *t, const struct alloc *a,
				     const struct decider *d, const struct dxa_rule_info *rule)
{
	struct dxa_finding out;

	report_begin(e, &out, rule, NULL, task_context(t));
	out.err = a->err;
	say_request(&out, a->driver);
	say(&out, " and refused with EOPNOTSUPP; ");
	say_outcome(e, &out, d);
	say(&out, rule == &rule_FALLBACK ? " without DAX" : ", but it must go on without DAX");
	prove(e, &a->rec);
	prove_decider(e, d);
	return report(e, &out);
}

/*
 * Did the bracket fail because of the refusal? Drivers hand the error on, but for those
 * that say ENXIO whatever their allocations said.
 */
static bool refusal_is_to_blame(const struct dxa_engine *e, const struct alloc *a,
				const struct decider *d)
{
	return d->err == e->cfg.eopnotsupp ||
	       (dxa_owner_of(a->driver)->fails_with_enxio && d->err == DXA_ENXIO);
}

JUDGE(FACT_ALLOC_DECIDED, judge_refused)
{
	const struct alloc *a = f->alloc;
	const struct decider *d = task_decider(f->t, a->answer);

	if (!a->err)
		return holds();
	if (!is_decided(d))
		d = task_decider(f->t, a->judge);
	if (a->err != e->cfg.eopnotsupp)
		return report_alloc_failed(e, f->t, a, d);
	/* device-dax is told by its own rule; and without an outcome nothing is proven. */
	if (a->driver == DXA_DRIVER_DEVICE_DAX || !is_decided(d))
		return holds();
	if (d->outcome == DXA_OUTCOME_OK)
		return report_fallback(e, f->t, a, d, &rule_FALLBACK);
	if (d->outcome == DXA_OUTCOME_DEFERRED)
		return holds();
	if (dxa_owner_of(a->driver)->goes_on && refusal_is_to_blame(e, a, d))
		return report_fallback(e, f->t, a, d, &rule_FALLBACK_FATAL);
	return report_alloc_failed(e, f->t, a, d);
}
