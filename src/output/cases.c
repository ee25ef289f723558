// SPDX-License-Identifier: GPL-2.0-only
#include "output/cases.h"

#include <stdlib.h>
#include <string.h>

#include "base/event_kinds.h"
#include "output/coverage.h"
#include "output/prose.h"

#define AUDIT_COMPLETE DXA_RULE_COUNT

/* A case so far. The stream is opened with its first line. */
struct collected {
	FILE *out;
	char *body;
	size_t len;
	size_t failing;
	char message[sizeof(((struct dxa_finding *)0)->detail) + 32];
	char reason[64]; /* why it could not be checked */
};

struct dxa_cases {
	struct collected of[DXA_CASE_COUNT];
	struct dxa_case cases[DXA_CASE_COUNT];
};

struct dxa_cases *dxa_cases_new(void)
{
	return calloc(1, sizeof(struct dxa_cases));
}

void dxa_cases_reset(struct dxa_cases *c)
{
	for (int i = 0; i < DXA_CASE_COUNT; i++) {
		if (c->of[i].out)
			fclose(c->of[i].out);
		free(c->of[i].body);
	}
	*c = (struct dxa_cases){ 0 };
}

void dxa_cases_free(struct dxa_cases *c)
{
	if (!c)
		return;
	dxa_cases_reset(c);
	free(c);
}

/* The stream of a case's body; NULL without memory. */
static FILE *body_of(struct collected *of)
{
	if (!of->out)
		of->out = open_memstream(&of->body, &of->len);
	return of->out;
}

void dxa_cases_add(struct dxa_cases *c, const struct dxa_finding *f, const struct dxa_run *run)
{
	struct collected *of = &c->of[f->rule];
	bool fails = !f->policy.allowed_by && f->severity >= run->failing;

	if (fails && !of->failing++)
		snprintf(of->message, sizeof(of->message), "%s", f->detail);
	if (body_of(of))
		dxa_prose_finding(of->out, f, &run->story, false);
}

static bool nothing_seen(const struct dxa_engine_stats *st)
{
	for (int d = 0; d < DXA_DRIVER_COUNT; d++)
		if (st->allocs[d])
			return false;
	return !st->lives;
}

/* What the audit covers, as a set of enum dxa_shown_by. */
static unsigned int looked_at(const struct dxa_result *r)
{
	unsigned int ret = r->stats->snapshots ? DXA_SHOWN_BY_STATE : 0;

	for (size_t i = 0; i < r->n_hooks; i++)
		if (r->hooks[i].mode != DXA_ATTACH_NONE)
			ret |= DXA_SHOWN_BY_EVENTS;
	return ret;
}

/* The kind of a hook that the rule needs and that is not attached, or 0. */
static int unobserved_hook(const struct dxa_rule_info *info, const struct dxa_result *r)
{
	uint64_t unobserved = dxa_hooks_unobserved(r->hooks, r->n_hooks) & info->hooks;

	return unobserved ? __builtin_ctzll(unobserved) : 0;
}

/* Why a case without findings is skipped; NULL: it passes. */
static const char *why_skipped(int rule, const struct dxa_run *run, const struct dxa_result *r,
			       struct collected *of)
{
	const struct dxa_rule_info *info = dxa_rule_info((enum dxa_rule)rule);
	unsigned int by = info->shown_by;

	if (!r->verdict.complete)
		return "the audit is not complete";
	if (nothing_seen(r->stats))
		return "no dax_device was seen";
	if (!(by & looked_at(r)))
		return by & DXA_SHOWN_BY_EVENTS ? "no call was watched" : "no snapshot was taken";
	if ((by & looked_at(r)) == DXA_SHOWN_BY_EVENTS && unobserved_hook(info, r)) {
		const struct dxa_kind_info *hook =
			dxa_kind_info((unsigned int)unobserved_hook(info, r));

		snprintf(of->reason, sizeof(of->reason), "%s is not watched%s", hook->name,
			 hook->need == DXA_NEED_DEEP ? ": --deep does" : "");
		return of->reason;
	}
	if (info->needs_cache_known && run->aliasing == DXA_ALIASING_UNKNOWN)
		return dxa_prose_aliasing(run->aliasing);
	return NULL;
}

static void judge_rule(struct dxa_cases *c, int rule, const struct dxa_run *run,
		       const struct dxa_result *r)
{
	const struct dxa_rule_info *info = dxa_rule_info((enum dxa_rule)rule);
	struct dxa_case *ret = &c->cases[rule];
	struct collected *of = &c->of[rule];
	const char *why = why_skipped(rule, run, r, of);
	size_t len = strlen(of->message);

	*ret = (struct dxa_case){ .name = info->name, .title = info->title, .message = "" };
	if (of->failing > 1)
		snprintf(of->message + len, sizeof(of->message) - len, " (and %zu more)",
			 of->failing - 1);
	if (of->failing) {
		ret->status = DXA_CASE_FAIL;
		ret->message = of->message;
	} else if (why) {
		ret->status = DXA_CASE_SKIP;
		ret->message = why;
	}
}

static const struct dxa_case audit_complete = {
	.name = "audit-complete", .title = "nothing was missed", .message = "", .body = ""
};

static void judge_audit(struct dxa_cases *c, const struct dxa_result *r)
{
	const struct dxa_verdict *v = &r->verdict;
	struct dxa_case *ret = &c->cases[AUDIT_COMPLETE];
	FILE *out = body_of(&c->of[AUDIT_COMPLETE]);
	const char *reason;
	char coverage[DXA_COVERAGE_LEN];

	*ret = audit_complete;
	if (!v->complete) {
		ret->status = DXA_CASE_ERROR;
		ret->message = dxa_verdict_reason(v, v->first_incomplete);
	}
	if (!out)
		return;
	fprintf(out, "verdict: %s\n", dxa_verdict_name(v->kind));
	for (size_t i = 0; (reason = dxa_verdict_reason(v, i)); i++)
		fprintf(out, "    %s\n", reason);
	fprintf(out, "coverage: %s\n", dxa_coverage_words(coverage, r));
}

const struct dxa_case *dxa_cases_finish(struct dxa_cases *c, const struct dxa_run *run,
					const struct dxa_result *r)
{
	for (int rule = 0; rule < DXA_RULE_COUNT; rule++)
		judge_rule(c, rule, run, r);
	judge_audit(c, r);
	for (int i = 0; i < DXA_CASE_COUNT; i++) {
		if (c->of[i].out)
			fflush(c->of[i].out);
		c->cases[i].body = c->of[i].body ? c->of[i].body : "";
	}
	return c->cases;
}

const struct dxa_case *dxa_cases_refuse(struct dxa_cases *c, const struct dxa_refusal *refusal)
{
	for (int rule = 0; rule < DXA_RULE_COUNT; rule++) {
		const struct dxa_rule_info *info = dxa_rule_info((enum dxa_rule)rule);

		c->cases[rule] = (struct dxa_case){ .name = info->name,
						    .title = info->title,
						    .status = DXA_CASE_SKIP,
						    .message = refusal->skip ?
								       refusal->why :
								       "nothing could be audited",
						    .body = "" };
	}
	c->cases[AUDIT_COMPLETE] = audit_complete;
	c->cases[AUDIT_COMPLETE].status = refusal->skip ? DXA_CASE_SKIP : DXA_CASE_ERROR;
	c->cases[AUDIT_COMPLETE].message = refusal->why;
	return c->cases;
}

void dxa_cases_count(const struct dxa_case *cases, size_t n[DXA_CASE_STATUS_COUNT])
{
	memset(n, 0, DXA_CASE_STATUS_COUNT * sizeof(*n));
	for (int i = 0; i < DXA_CASE_COUNT; i++)
		n[cases[i].status]++;
}
