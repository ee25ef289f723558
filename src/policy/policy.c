// SPDX-License-Identifier: GPL-2.0-only
#include "policy/policy.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "default-policy.h"
#include "engine/errname.h"
#include "policy/build.h"

const char *dxa_policy_built_in(size_t *len)
{
	*len = sizeof(default_policy) - 1;
	return default_policy;
}

/* ---- life ---- */

void policy_row_init(struct dxa_policy_row *row, enum dxa_policy_section_id section)
{
	*row = (struct dxa_policy_row){ .section = section,
					.rule = -1,
					.driver = -1,
					.arch = -1,
					.severity = -1,
					.aliasing = -1 };
}

void dxa_policy_init(struct dxa_policy *policy)
{
	*policy = (struct dxa_policy){ .rows = DXA_VEC_OF(struct dxa_policy_row),
				       .strings = DXA_VEC_OF(char *),
				       .sources = DXA_VEC_OF(const char *) };
	policy_row_init(&policy->top, DXA_POLICY_FILE);
}

void dxa_policy_deinit(struct dxa_policy *policy)
{
	for (size_t i = 0; i < policy->strings.len; i++)
		free(*(char **)dxa_vec_at(&policy->strings, i));
	dxa_vec_free(&policy->strings);
	dxa_vec_free(&policy->rows);
	dxa_vec_free(&policy->sources);
}

void dxa_policy_problems_free(struct dxa_policy_problems *problems)
{
	for (size_t i = 0; i < problems->all.len; i++)
		free(((struct dxa_policy_problem *)dxa_vec_at(&problems->all, i))->text);
	dxa_vec_free(&problems->all);
}

const char *policy_keep(struct dxa_policy *policy, char *string)
{
	if (string && !dxa_vec_push(&policy->strings, &string)) {
		free(string);
		return NULL;
	}
	return string;
}

bool policy_add_row(struct dxa_policy *policy, struct dxa_policy_row *row)
{
	char *assumed = NULL;

	if (row->aliasing >= 0) {
		if (asprintf(&assumed, "assumed: %s", row->origin) < 0)
			return false;
		row->assumed = policy_keep(policy, assumed);
		if (!row->assumed)
			return false;
	}
	return dxa_vec_push(&policy->rows, row) != NULL;
}

/* ---- options ---- */

bool dxa_policy_fail_on(struct dxa_policy *policy, enum dxa_severity severity, const char *origin)
{
	policy->top.severity = (int)severity;
	policy->top.origin = policy_keep(policy, strdup(origin));
	return policy->top.origin != NULL;
}

bool dxa_policy_require(struct dxa_policy *policy, uint32_t drivers, const char *origin)
{
	const char *kept = policy_keep(policy, strdup(origin));

	for (int d = 0; d < DXA_DRIVER_COUNT; d++)
		if (drivers >> d & 1)
			policy->top.require[d] = kept;
	return kept != NULL;
}

bool dxa_policy_assume(struct dxa_policy *policy, enum dxa_aliasing aliasing, const char *origin)
{
	struct dxa_policy_row row;

	policy_row_init(&row, DXA_POLICY_EXPECT);
	row.aliasing = (int)aliasing;
	row.origin = policy_keep(policy, strdup(origin));
	return row.origin && policy_add_row(policy, &row);
}

/* ---- what holds for a machine ---- */

bool dxa_policy_concerns(const struct dxa_policy_row *row, const struct dxa_policy_machine *machine)
{
	if (row->arch >= 0 && dxa_arch_at((size_t)row->arch) != machine->arch)
		return false;
	return !row->kernel || !fnmatch(row->kernel, machine->release, 0);
}

static uint32_t required_by(const struct dxa_policy_row *row)
{
	uint32_t drivers = 0;

	for (int d = 0; d < DXA_DRIVER_COUNT; d++)
		if (row->require[d])
			drivers |= 1u << d;
	return drivers;
}

void dxa_policy_expect(const struct dxa_policy *policy, const struct dxa_policy_machine *machine,
		       struct dxa_expectation *ret)
{
	const struct dxa_arch *arch = machine->arch;

	if (!ret->aliasing_from) {
		ret->aliasing = arch ? arch->aliasing : DXA_ALIASING_UNKNOWN;
		ret->aliasing_from = arch ? arch->how :
					    "an architecture this version does not know";
	}
	if (!ret->eopnotsupp)
		ret->eopnotsupp = arch ? arch->eopnotsupp : DXA_EOPNOTSUPP_MOST;
	ret->required = required_by(&policy->top);
	for (size_t i = 0; i < policy->rows.len; i++) {
		const struct dxa_policy_row *row = dxa_vec_at(&policy->rows, i);

		if (row->section != DXA_POLICY_EXPECT || !dxa_policy_concerns(row, machine))
			continue;
		ret->required |= required_by(row);
		if (row->aliasing < 0)
			continue;
		ret->aliasing = (enum dxa_aliasing)row->aliasing;
		ret->aliasing_from = row->assumed;
	}
}

/* ---- what holds for a finding ---- */

static bool matches_name(const char *pattern, const char *name)
{
	return name[0] && !fnmatch(pattern, name, 0);
}

static bool matches(const struct dxa_policy_row *row, const struct dxa_policy_machine *machine,
		    const struct dxa_finding *f)
{
	return row->rule == (int)f->rule &&
	       (row->driver < 0 || row->driver == (int)f->life.driver) &&
	       (!row->device || matches_name(row->device, f->life.disk) ||
		matches_name(row->device, f->context.device)) &&
	       dxa_policy_concerns(row, machine);
}

bool dxa_policy_expired(const struct dxa_policy_row *row, const char *today)
{
	/* ISO dates sort like text. */
	return row->until[0] && strcmp(today, row->until) > 0;
}

/* The first allowance that is not over, else the first that is. */
static bool better(const struct dxa_policy_row *row, const struct dxa_policy_row *so_far,
		   const char *today)
{
	return !so_far || (dxa_policy_expired(so_far, today) && !dxa_policy_expired(row, today));
}

void dxa_policy_apply(struct dxa_policy *policy, const struct dxa_policy_machine *machine,
		      const char *today, struct dxa_finding *f)
{
	struct dxa_policy_row *set = NULL, *allow = NULL;

	for (size_t i = 0; i < policy->rows.len; i++) {
		struct dxa_policy_row *row = dxa_vec_at(&policy->rows, i);

		if (row->section == DXA_POLICY_SEVERITY && matches(row, machine, f))
			set = row;
		else if (row->section == DXA_POLICY_ALLOW && better(row, allow, today) &&
			 matches(row, machine, f))
			allow = row;
	}
	f->policy = (struct dxa_finding_policy){ 0 };
	if (set) {
		set->used++;
		f->severity = (enum dxa_severity)set->severity;
		f->policy.severity_from = set->origin;
	}
	if (!allow)
		return;
	allow->used++;
	f->policy.reason = allow->reason;
	f->policy.until = allow->until;
	if (dxa_policy_expired(allow, today))
		f->policy.expired = allow->origin;
	else
		f->policy.allowed_by = allow->origin;
}
