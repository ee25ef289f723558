// SPDX-License-Identifier: GPL-2.0-only
/*
 * The reader of policy files, on top of the built-in policy, and then every query that an audit
 * makes.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "policy/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(struct dxa_policy *policy)
{
	const struct dxa_policy_machine machine = { "6.1.0-50-amd64", dxa_arch_by_machine("mips") };
	struct dxa_expectation e = { 0 };

	dxa_policy_expect(policy, &machine, &e);
	if (!e.aliasing_from || !strlen(e.aliasing_from))
		abort();
	for (int rule = 0; rule < DXA_RULE_COUNT; rule++) {
		struct dxa_finding f = { .rule = (enum dxa_rule)rule,
					 .life = { .driver = DXA_DRIVER_PMEM, .disk = "pmem0" } };

		dxa_policy_apply(policy, &machine, "2027-03-31", &f);
		if (f.severity >= DXA_SEVERITY_COUNT || (f.policy.allowed_by && f.policy.expired))
			abort();
		if ((f.policy.allowed_by || f.policy.expired) &&
		    (!strlen(f.policy.reason) || strlen(f.policy.until) != DXA_DATE_LEN - 1))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dxa_policy_problems problems = { 0 };
	struct dxa_policy policy;
	const char *text;
	bool good;
	size_t len;

	dxa_policy_init(&policy);
	text = dxa_policy_built_in(&len);
	good = dxa_policy_read(&policy, DXA_POLICY_BUILT_IN, text, len, &problems);
	if (!good)
		abort();
	good = dxa_policy_read(&policy, "f", (const char *)data, size, &problems);
	/* A refused file has a reason, and an accepted one has none. */
	if (good != (problems.all.len == 0))
		abort();
	if (good)
		ask(&policy);
	dxa_policy_problems_free(&problems);
	dxa_policy_deinit(&policy);
	return 0;
}
