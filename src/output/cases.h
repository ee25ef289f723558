/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An audit as a list of test cases, for the formats of CI systems. The list is
 * the same in every run: one case for each rule, in the order of the rules, and
 * "audit-complete" at the end. A case passes only if the audit is complete and
 * the rule was checked; else it is skipped, with a reason.
 */
#ifndef DAXAUDIT_OUTPUT_CASES_H
#define DAXAUDIT_OUTPUT_CASES_H

#include "output/sink.h"

#define DXA_CASE_COUNT (DXA_RULE_COUNT + 1)

enum dxa_case_status {
	DXA_CASE_PASS,
	DXA_CASE_FAIL, /* a finding at or above the failing severity that policy does not allow */
	DXA_CASE_SKIP, /* could not be checked */
	DXA_CASE_ERROR, /* "audit-complete" only: the audit is not complete */
	DXA_CASE_STATUS_COUNT,
};

struct dxa_case {
	const char *name; /* the rule's, or "audit-complete"; static */
	const char *title; /* one line; static */
	enum dxa_case_status status;
	const char *message; /* one line: why it does not pass; "" for a pass */
	const char *body; /* the findings as text, failing or not; several lines, or "" */
};

struct dxa_cases;

/* NULL without memory. */
struct dxa_cases *dxa_cases_new(void);

/* Add a finding. Its pointers are not kept. */
void dxa_cases_add(struct dxa_cases *c, const struct dxa_finding *f, const struct dxa_run *run);

/*
 * The audit has ended: set the status of every case. Returns DXA_CASE_COUNT cases, which
 * are valid as long as c.
 */
const struct dxa_case *dxa_cases_finish(struct dxa_cases *c, const struct dxa_run *run,
					const struct dxa_result *result);

/*
 * The audit could not begin: every rule is skipped, "audit-complete" is an error, or skipped
 * if there is nothing to audit. Returns DXA_CASE_COUNT cases, which are valid as long as c and
 * the refusal.
 */
const struct dxa_case *dxa_cases_refuse(struct dxa_cases *c, const struct dxa_refusal *refusal);

/* How many cases have each status, after dxa_cases_finish() or dxa_cases_refuse(). */
void dxa_cases_count(const struct dxa_case *cases, size_t n[DXA_CASE_STATUS_COUNT]);

/* Remove all findings, for the next audit. */
void dxa_cases_reset(struct dxa_cases *c);

/* Free it. NULL is allowed. */
void dxa_cases_free(struct dxa_cases *c);

#endif
