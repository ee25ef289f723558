// SPDX-License-Identifier: GPL-2.0-only
/* The result of alloc_dax, and what its callers must do with it. */
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
	{ "check introduced by", NULL, "1df4ca0155acb37b9b1d03ab91323d70a309ff54",
	  "dax: check for data cache aliasing at runtime", "v6.9" },
	{ "check introduced by", NULL, "8690bbcf3b7010b31fdbf3851e1add6ae19b8624",
	  "Introduce cpu_dcache_is_aliasing() across all architectures", "v6.9" },
	{ "check changed by", NULL, "902ccb86ed02eea5b81c2afb514c0a7d72f63de2",
	  "dax: fix incorrect list of data cache aliasing architectures", "v6.9" },
};

RULE(FALLBACK, 12) = {
	HEAD(FALLBACK, "fallback", INFO, EVENTS, ANY_CACHE, CALLS(ALLOC_DAX)),
	.title = "alloc_dax refused with EOPNOTSUPP, and the probe went on without DAX",
	.meaning = "alloc_dax refused with EOPNOTSUPP, and the driver went on without DAX, as it "
		   "should.",
	.consequence = "None: the disk works without DAX.",
	.example = "really_probe(namespace0.0) {\n"
		   "  alloc_dax() = -EOPNOTSUPP\n"
		   "} = 0\n",
	MARKS({ DXA_KIND_ALLOC_DAX, DXA_MARK_FAILED, "refused" }),
};

RULE(FALLBACK_FATAL, 13) = {
	HEAD(FALLBACK_FATAL, "fallback-fatal", ERROR, EVENTS, ANY_CACHE, CALLS(ALLOC_DAX)),
	.title = "a probe failed because alloc_dax refused, but must go on without DAX",
	.meaning = "alloc_dax refused with EOPNOTSUPP, and the driver failed because of that. "
		   "pmem, dm and virtio_fs must go on without DAX; dcssblk may fail. dm returns "
		   "ENXIO for every error: if something else fails right after a refusal, it is "
		   "reported as this rule, too.",
	.consequence = "On a machine whose data cache aliases, the disk or file system does not "
		       "work at all, where only its DAX should be missing.",
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
	.consequence = "DAX is missing on a machine that supports it.",
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
		       "is silently corrupted.",
	.example = "alloc_dax(ops=pmem_dax_ops) = X          on an aliasing data cache\n",
	COMMITS(aliasing_check),
	MARKS({ DXA_KIND_ALLOC_DAX, DXA_MARK_GRANTED, "granted, but the data cache aliases" }),
};

RULE(DEVICE_DAX_REFUSED, 16) = {
	HEAD(DEVICE_DAX_REFUSED, "device-dax-refused", ERROR, EVENTS, ANY_CACHE, CALLS(ALLOC_DAX)),
	.title = "alloc_dax refused device-dax with EOPNOTSUPP, which is exempt from aliasing",
	.meaning = "alloc_dax returned EOPNOTSUPP to a caller without file-system operations. "
		   "Device-dax maps to user space only and is exempt from the check for aliasing.",
	.consequence = "Device-dax is missing on a machine that supports it.",
	.example = "alloc_dax(ops=NULL) = -EOPNOTSUPP\n",
	COMMITS(aliasing_check),
	MARKS({ DXA_KIND_ALLOC_DAX, DXA_MARK_FAILED, "device-dax is exempt" }),
};

RULE(ALLOC_NULL, 17) = {
	HEAD(ALLOC_NULL, "alloc-null", ERROR, EVENTS, ANY_CACHE, CALLS(ALLOC_DAX)),
	.title = "alloc_dax returned NULL",
	.meaning = "alloc_dax returned NULL, which is neither a device nor an error.",
	.consequence = "Callers check with IS_ERR and treat NULL as a device.",
	.example = "alloc_dax() = NULL\n",
	MARKS({ DXA_KIND_ALLOC_DAX, DXA_MARK_FAILED, "neither a device nor an error" }),
};

RULE(ALLOC_FAILED, 18) = {
	HEAD(ALLOC_FAILED, "alloc-failed", INFO, EVENTS, ANY_CACHE, CALLS(ALLOC_DAX)),
	.title = "alloc_dax failed with another error",
	.meaning = "alloc_dax failed with an error that has nothing to do with aliasing, such as "
		   "ENOMEM; or it failed with EOPNOTSUPP in a driver that may fail for that reason, "
		   "or whose probe then failed with another error.",
	.consequence = "Depends on the driver: the finding gives the result of the probe.",
	.example = "really_probe(namespace0.0) {\n"
		   "  alloc_dax() = -ENOMEM\n"
		   "  kill_dax(NULL)          harmless: there is no device\n"
		   "  put_dax(NULL)\n"
		   "} = ENOMEM\n",
	MARKS({ DXA_KIND_ALLOC_DAX, DXA_MARK_FAILED, "failed" }),
};

/* Was the call recorded with its arguments, and does it request a file-system DAX device? */
static bool wants_fs_dax(const struct rec *r)
{
	return (r->ev.phase & DXA_PHASE_ARGS) && r->ev.ops;
}

static void append_request(struct dxa_finding *f, enum dxa_driver driver)
{
	f->life.driver = driver;
	if (driver == DXA_DRIVER_UNKNOWN || driver == DXA_DRIVER_OTHER)
		finding_append(f, "alloc_dax was asked for a dax_device");
	else
		finding_append(f, "alloc_dax was asked for a dax_device of %s",
			       dxa_driver_name(driver));
}

/* ---- the result of alloc_dax ---- */

CHECK(FACT_ALLOC_RETURNED, check_refusal)
{
	const struct rec *r = f->r;
	bool exempt = (r->ev.phase & DXA_PHASE_ARGS) && !r->ev.ops;
	struct dxa_finding out;

	if (!f->alloc->err || f->alloc->err != e->cfg.eopnotsupp)
		return holds();
	/* The arguments are not known: the entry was missed, or was before the audit. */
	if (!(r->ev.phase & DXA_PHASE_ARGS))
		return unknown(DXA_GAP_UNCERTAIN);
	if (!exempt && !(wants_fs_dax(r) && e->cfg.aliasing == DXA_ALIASING_NO))
		return holds();
	finding_begin(e, &out, exempt ? &rule_DEVICE_DAX_REFUSED : &rule_UNEXPECTED_EOPNOTSUPP,
		      NULL, task_context(f->t));
	out.err = e->cfg.eopnotsupp;
	append_request(&out, f->alloc->driver);
	finding_append_caller(e, &out, &r->ev);
	finding_append(
		&out, " and refused with EOPNOTSUPP, %s",
		exempt ?
			"but a device without file-system operations needs no cache without aliases" :
			"but this CPU's data cache does not alias");
	finding_add(e, r);
	return finding_report(e, &out);
}

CHECK(FACT_ALLOC_RETURNED, check_granted)
{
	struct dxa_finding out;

	if (!f->life || !wants_fs_dax(f->r) || e->cfg.aliasing != DXA_ALIASING_YES)
		return holds();
	finding_begin(e, &out, &rule_MISSING_EOPNOTSUPP, f->life, task_context(f->t));
	finding_append_life(&out, &f->life->id);
	finding_append(&out, " was granted");
	finding_append_caller(e, &out, &f->r->ev);
	finding_append(&out, " although this CPU's data cache aliases");
	finding_add(e, f->r);
	return finding_report(e, &out);
}

CHECK(FACT_ALLOC_RETURNED, check_null)
{
	struct dxa_finding out;

	if (f->life || f->alloc->err)
		return holds();
	finding_begin(e, &out, &rule_ALLOC_NULL, NULL, task_context(f->t));
	append_request(&out, f->alloc->driver);
	finding_append_caller(e, &out, &f->r->ev);
	finding_append(&out, " and returned NULL, which is neither a device nor an error");
	finding_add(e, f->r);
	return finding_report(e, &out);
}

/* ---- what the caller does after a refusal ---- */

static struct result report_alloc_failed(struct dxa_engine *e, struct task *t,
					 const struct alloc *a, const struct bracket_outcome *o)
{
	struct dxa_finding out;

	finding_begin(e, &out, &rule_ALLOC_FAILED, NULL, task_context(t));
	out.err = a->err;
	append_request(&out, a->driver);
	finding_append_caller(e, &out, &a->rec.ev);
	finding_append(&out, " and failed with ");
	finding_append_errno(e, &out, a->err);
	finding_add(e, &a->rec);
	if (o) {
		finding_append(&out, "; ");
		finding_append_outcome(e, &out, o);
		finding_add_outcome(e, o);
	}
	return finding_report(e, &out);
}

static struct result report_fallback(struct dxa_engine *e, struct task *t, const struct alloc *a,
				     const struct bracket_outcome *o,
				     const struct dxa_rule_info *rule)
{
	struct dxa_finding out;

	finding_begin(e, &out, rule, NULL, task_context(t));
	out.err = a->err;
	append_request(&out, a->driver);
	finding_append(&out, " and refused with EOPNOTSUPP; ");
	finding_append_outcome(e, &out, o);
	finding_append(&out,
		       rule == &rule_FALLBACK ? " without DAX" : ", but it must go on without DAX");
	finding_add(e, &a->rec);
	finding_add_outcome(e, o);
	return finding_report(e, &out);
}

/*
 * Did the bracket fail because of the refusal? Drivers return the error of alloc_dax,
 * except those that replace every error by ENXIO.
 */
static bool refusal_is_to_blame(const struct dxa_engine *e, const struct alloc *a,
				const struct bracket_outcome *o)
{
	return o->err == e->cfg.eopnotsupp ||
	       (dxa_owner_of(a->driver)->fails_with_enxio && o->err == DXA_ENXIO);
}

CHECK(FACT_ALLOC_OUTCOME, check_refused)
{
	const struct alloc *a = f->alloc;
	const struct bracket_outcome *o = task_outcome(f->t, a->caller_bracket);

	if (!a->err)
		return holds();
	if (!is_outcome_known(o))
		o = task_outcome(f->t, a->outcome_bracket);
	if (a->err != e->cfg.eopnotsupp)
		return report_alloc_failed(e, f->t, a, o);
	/* device-dax has its own rule; and without an outcome nothing is known. */
	if (a->driver == DXA_DRIVER_DEVICE_DAX || !is_outcome_known(o))
		return holds();
	if (o->outcome == DXA_OUTCOME_OK)
		return report_fallback(e, f->t, a, o, &rule_FALLBACK);
	if (o->outcome == DXA_OUTCOME_DEFERRED)
		return holds();
	if (dxa_owner_of(a->driver)->goes_on && refusal_is_to_blame(e, a, o))
		return report_fallback(e, f->t, a, o, &rule_FALLBACK_FATAL);
	return report_alloc_failed(e, f->t, a, o);
}
