/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rules. Each rule is defined in one file of src/engine/rules/; help, `explain`,
 * documentation, man page and schema are generated from the definitions.
 */
#ifndef DAXAUDIT_ENGINE_RULES_H
#define DAXAUDIT_ENGINE_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/rules/list.h"

/* In ascending order, so that severities can be compared. */
enum dxa_severity {
	DXA_SEVERITY_INFO, /* worth knowing, not a violation */
	DXA_SEVERITY_WARNING, /* wrong, without a lost device or a broken guarantee */
	DXA_SEVERITY_ERROR, /* a lifetime rule or the policy is broken */
	DXA_SEVERITY_COUNT,
};

enum dxa_rule {
#define DXA_ENUM(id, ...) DXA_RULE_##id,
	DXA_RULES(DXA_ENUM)
#undef DXA_ENUM
		DXA_RULE_COUNT,
};

/* A kernel commit that introduced, fixed or explains what a rule finds. */
struct dxa_rule_commit {
	const char *relation; /* "introduced by", "fixed by", "check changed by" */
	const char *driver; /* the driver that it concerns, by dxa_driver_name(); NULL: all */
	const char *id; /* full or abbreviated hash; "" when the change has no commit yet */
	const char *subject;
	const char *first_release; /* "v6.9": the first release with it; "": none yet */
};

/* A condition on a call. */
enum dxa_mark_which {
	DXA_MARK_ANY,
	DXA_MARK_IS_NULL, /* dax is NULL */
	DXA_MARK_IS_ERROR, /* dax is an ERR_PTR */
	DXA_MARK_FAILED, /* the result is an error, or NULL where a pointer was asked for */
	DXA_MARK_GRANTED, /* the result is not an error */
	DXA_MARK_HELD, /* the device has a holder, or a reference besides its driver's */
	DXA_MARK_ENDED, /* a hook of --deep found the device destroyed or freed */
};

/* A call in the evidence that a report marks with `>>`, and why, in a few words. */
struct dxa_rule_mark {
	unsigned int kind; /* enum dxa_kind */
	enum dxa_mark_which which;
	const char *why; /* "not stored yet: the device is not killed" */
};

/* What a rule is checked by. */
enum dxa_shown_by {
	DXA_SHOWN_BY_EVENTS = 1 << 0, /* calls */
	DXA_SHOWN_BY_STATE = 1 << 1, /* snapshots */
	DXA_SHOWN_BY_EVENTS_AND_STATE = DXA_SHOWN_BY_EVENTS | DXA_SHOWN_BY_STATE,
};

struct dxa_rule_info {
	enum dxa_rule rule;
	const char *name; /* stable, kebab-case */
	enum dxa_severity severity;
	enum dxa_shown_by shown_by; /* without any of these the rule is not checked */
	bool needs_cache_known; /* checked only if it is known whether the data cache aliases */
	uint64_t hooks; /* bits 1 << kind: without one of them calls cannot break the rule */
	const char *title;
	const char *meaning; /* what was seen, in one paragraph */
	const char *consequence; /* why it matters */
	const char *example; /* a short story, several lines */
	const struct dxa_rule_commit *commits; /* or NULL */
	size_t n_commits;
	const struct dxa_rule_mark *marks; /* of its evidence; the first that matches counts */
	size_t n_marks;
};

/* The definition of a rule. Static. */
const struct dxa_rule_info *dxa_rule_info(enum dxa_rule rule);

/* Does a commit concern this driver? With NULL, an unknown driver: always. */
bool dxa_commit_concerns(const struct dxa_rule_commit *commit, const char *driver);

/* The rule of that name, or -1. */
int dxa_rule_by_name(const char *name);

/* "info", "warning", "error". Static. */
const char *dxa_severity_name(enum dxa_severity severity);

#endif
