// SPDX-License-Identifier: GPL-2.0-only
#include "policy/schema.h"

#include <string.h>

#include "policy/arch.h"
#include "policy/policy.h"

/* ---- names ---- */

static const char *severity_names(int i)
{
	return i < DXA_SEVERITY_COUNT ? dxa_severity_name((enum dxa_severity)i) : NULL;
}

static const char *rule_names(int i)
{
	return i < DXA_RULE_COUNT ? dxa_rule_info((enum dxa_rule)i)->name : NULL;
}

static const char *driver_names(int i)
{
	return i < DXA_DRIVER_COUNT ? dxa_driver_name((enum dxa_driver)i) : NULL;
}

/* "unknown" cannot be exercised on purpose. */
static const char *drivers_to_require(int i)
{
	const char *name = driver_names(i);

	return !name || dxa_driver_by_name(name) >= 0 ? name : "";
}

static const char *arch_names(int i)
{
	const struct dxa_arch *arch = dxa_arch_at((size_t)i);

	return arch ? arch->name : NULL;
}

static const char *aliasing_names(int i)
{
	return i < DXA_ALIASING_COUNT ? dxa_aliasing_name((enum dxa_aliasing)i) : NULL;
}

/* ---- keys ---- */

#define AT(field) offsetof(struct dxa_policy_row, field)
#define RULE_EXPECTS "a rule ('daxaudit explain' lists them)"
#define ARCH_EXPECTS "an architecture, as its folder below arch/ is called"
#define GLOB_EXPECTS "a pattern (*, ?, [...])"

#define KEY_RULE                                                                      \
	{                                                                             \
		"rule", DXA_POLICY_NAME, true, rule_names, 0, AT(rule), RULE_EXPECTS, \
			"the rule that it is about"                                   \
	}
#define KEY_DRIVER                                                                   \
	{                                                                            \
		"driver", DXA_POLICY_NAME, false, driver_names, 0, AT(driver), NULL, \
			"only devices of this driver"                                \
	}
#define KEY_KERNEL                                                                   \
	{                                                                            \
		"kernel", DXA_POLICY_TEXT, false, NULL, 0, AT(kernel), GLOB_EXPECTS, \
			"only kernels whose release (uname -r) matches"              \
	}
#define KEY_ARCH                                                                       \
	{                                                                              \
		"arch", DXA_POLICY_NAME, false, arch_names, 0, AT(arch), ARCH_EXPECTS, \
			"only kernels of this architecture"                            \
	}
#define KEY_DEVICE                                                                                \
	{                                                                                         \
		"device", DXA_POLICY_TEXT, false, NULL, 0, AT(device), GLOB_EXPECTS,              \
			"only where the disk (pmem0) or the probed device (namespace0.0) matches" \
	}
#define KEY_REASON(required)                                                      \
	{                                                                         \
		"reason", DXA_POLICY_TEXT, required, NULL, 0, AT(reason), "text", \
			"why, for the readers of a report"                        \
	}

static const struct dxa_policy_key file_keys[] = {
	{ "version", DXA_POLICY_VERSION, true, NULL, 0, 0, "1", "the version of this format" },
	{ "fail-on", DXA_POLICY_NAME, false, severity_names, 0, AT(severity), NULL,
	  "the severity from which on a finding fails the audit; the last file's word counts" },
	{ "require", DXA_POLICY_NAMES, false, drivers_to_require, 0, AT(require), NULL,
	  "drivers without which a pass is inconclusive; those of all files" },
	{ "severity", DXA_POLICY_ROWS, false, NULL, DXA_POLICY_SEVERITY, 0, NULL,
	  "other severities for some findings; the last row that matches counts" },
	{ "allow", DXA_POLICY_ROWS, false, NULL, DXA_POLICY_ALLOW, 0, NULL,
	  "findings that are known: reported, but they do not fail the audit" },
	{ "expect", DXA_POLICY_ROWS, false, NULL, DXA_POLICY_EXPECT, 0, NULL,
	  "what some machines must do, where the built-in tables do not say it" },
};

static const struct dxa_policy_key severity_keys[] = {
	KEY_RULE,
	KEY_DRIVER,
	KEY_KERNEL,
	KEY_ARCH,
	KEY_DEVICE,
	{ "set", DXA_POLICY_NAME, true, severity_names, 0, AT(severity), NULL, "the severity" },
	KEY_REASON(false),
};

static const struct dxa_policy_key allow_keys[] = {
	KEY_RULE,
	KEY_DRIVER,
	KEY_KERNEL,
	KEY_ARCH,
	KEY_DEVICE,
	KEY_REASON(true),
	{ "until", DXA_POLICY_DATE, true, NULL, 0, AT(until), "a date such as 2027-03-31",
	  "the last day (UTC) on which it is allowed" },
};

static const struct dxa_policy_key expect_keys[] = {
	KEY_ARCH,
	KEY_KERNEL,
	{ "aliasing", DXA_POLICY_NAME, false, aliasing_names, 0, AT(aliasing), NULL,
	  "whether the data cache aliases; unknown: check consistency only; the last row counts" },
	{ "require", DXA_POLICY_NAMES, false, drivers_to_require, 0, AT(require), NULL,
	  "drivers without which a pass there is inconclusive" },
	KEY_REASON(false),
};

#define SECTION(text, keys)                                  \
	{                                                    \
		text, keys, sizeof(keys) / sizeof((keys)[0]) \
	}

static const struct dxa_policy_section sections[DXA_POLICY_SECTIONS] = {
	[DXA_POLICY_FILE] = SECTION("a policy file", file_keys),
	[DXA_POLICY_SEVERITY] = SECTION("a row of severity", severity_keys),
	[DXA_POLICY_ALLOW] = SECTION("a row of allow", allow_keys),
	[DXA_POLICY_EXPECT] = SECTION("a row of expect", expect_keys),
};

const struct dxa_policy_section *dxa_policy_section(enum dxa_policy_section_id id)
{
	return &sections[id];
}

const char *dxa_policy_expects(char *buf, size_t size, const struct dxa_policy_key *key)
{
	const char *name;

	buf[0] = '\0';
	if (key->kind == DXA_POLICY_ROWS)
		strncat(buf, "a list of rows, each a mapping", size - 1);
	else if (key->expects)
		strncat(buf, key->expects, size - 1);
	else
		strncat(buf, key->kind == DXA_POLICY_NAMES ? "a list of " : "one of ", size - 1);
	if (!key->names || key->expects)
		return buf;
	for (int i = 0, n = 0; (name = key->names(i)); i++) {
		if (!name[0])
			continue;
		strncat(buf, n++ ? ", " : "", size - strlen(buf) - 1);
		strncat(buf, name, size - strlen(buf) - 1);
	}
	return buf;
}

int dxa_policy_name_index(const struct dxa_policy_key *key, const char *name)
{
	const char *known;

	for (int i = 0; (known = key->names(i)); i++)
		if (known[0] && !strcmp(known, name))
			return i;
	return -1;
}
