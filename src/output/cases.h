/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An audit as a list of test cases, for the formats that CI systems read. The
 * list is the same in every run: one case a rule, in the rules' order, and
 * "audit-complete" at the end. A case passes only when the whole audit was
 * seen and what can break the rule was looked at; else it is skipped, and says
 * why.
 */
#ifndef DAXAUDIT_OUTPUT_CASES_H
#define DAXAUDIT_OUTPUT_CASES_H

#include "output/sink.h"

#define DXA_CASE_COUNT (DXA_RULE_COUNT + 1)

enum dxa_case_status {
	DXA_CASE_PASS,
	DXA_CASE_FAIL, /* a finding at or above the failing severity that policy does not allow */
	DXA_CASE_SKIP, /* could not be judged */
	DXA_CASE_ERROR, /* "audit-complete" only: not everything was seen */
	DXA_CASE_STATUS_COUNT,
};

struct dxa_case {
	const char *name; /* the rule's, or "audit-complete"; static */
	const char *title; /* one line; static */
	enum dxa_case_status status;
	const char *message; /* one line: why it is no pass; "" for a pass */
	const char *body; /* the findings in words, failing or not; several lines, or "" */
};

struct dxa_cases;

/* NULL without memory. */
struct dxa_cases *dxa_cases_new(void);

/* Note a finding. What it points to is not kept. */
void dxa_cases_add(struct dxa_cases *c, const struct dxa_finding *f, const struct dxa_run *run);

/*
 * The audit has ended: judge every case. Returns DXA_CASE_COUNT cases that live
 * as long as c.
 */
const struct dxa_case *dxa_cases_judge(struct dxa_cases *c, const struct dxa_run *run,
				       const struct dxa_result *result);

/* How many cases have each status, after dxa_cases_judge(). */
void dxa_cases_count(const struct dxa_case *cases, size_t n[DXA_CASE_STATUS_COUNT]);

/* Forget all findings: another audit begins. */
void dxa_cases_reset(struct dxa_cases *c);

/* Free it. NULL is allowed. */
void dxa_cases_free(struct dxa_cases *c);

#endif
