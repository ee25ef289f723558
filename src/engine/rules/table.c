// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "engine/rules/rule.h"

static const struct dxa_rule_info *const rules[DXA_RULE_COUNT] = {
#define ROW(id) [DXA_RULE_##id] = &rule_##id,
	DXA_RULES(ROW)
#undef ROW
};

const struct dxa_rule_info *dxa_rule_info(enum dxa_rule rule)
{
	return rules[rule];
}

int dxa_rule_by_name(const char *name)
{
	for (int i = 0; i < DXA_RULE_COUNT; i++)
		if (!strcmp(rules[i]->name, name))
			return i;
	return -1;
}

const char *dxa_severity_name(enum dxa_severity severity)
{
	static const char *const names[DXA_SEVERITY_COUNT] = {
		[DXA_SEVERITY_INFO] = "info",
		[DXA_SEVERITY_WARNING] = "warning",
		[DXA_SEVERITY_ERROR] = "error",
	};

	return names[severity];
}

bool dxa_commit_concerns(const struct dxa_rule_commit *commit, const char *driver)
{
	return !commit->driver || !driver || !strcmp(commit->driver, driver);
}
