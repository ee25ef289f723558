/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A rule consists of a definition, RULE(), and the functions that check it, CHECK().
 * tools/gen-rules writes list.h from the lines that begin with RULE( and CHECK(.
 * Private to src/engine/rules and to the engine's table of checks.
 */
#ifndef DAXAUDIT_ENGINE_RULES_RULE_H
#define DAXAUDIT_ENGINE_RULES_RULE_H

#include "engine/fact.h"
#include "engine/finding.h"
#include "engine/rules.h"

/* The definition of a rule; place: its position in every list. */
#define RULE(id, place) const struct dxa_rule_info rule_##id

/*
 * The mandatory members. cache: CACHE_KNOWN or ANY_CACHE; calls: the hooks that the rule
 * needs, CALLS(A) | CALLS(B), or NO_CALLS.
 */
#define HEAD(id, rule_name, level, shown, cache, calls)                               \
	.rule = DXA_RULE_##id, .name = (rule_name), .severity = DXA_SEVERITY_##level, \
	.shown_by = DXA_SHOWN_BY_##shown, .needs_cache_known = (cache), .hooks = (calls)

#define CACHE_KNOWN true
#define ANY_CACHE false
#define CALLS(id) (1ULL << DXA_KIND_##id)
#define NO_CALLS 0ULL

/*
 * Commits: ids and subjects of mainline. That the sources of 6.1.176, 6.12.107 and
 * 7.2.13 have the change, or the defect, was checked; that a commit introduced a
 * defect was read in its patch. A defect that 7.2.13 still has lists no fix.
 */
#define COMMITS(list) .commits = (list), .n_commits = sizeof(list) / sizeof(*(list))

#define MARKS(...)                                                         \
	.marks = (const struct dxa_rule_mark[]){ __VA_ARGS__ },            \
	.n_marks = sizeof((const struct dxa_rule_mark[]){ __VA_ARGS__ }) / \
		   sizeof(struct dxa_rule_mark)

/* The signature of a function that checks facts of this kind. */
#define CHECK(kind, check) struct result check(struct dxa_engine *e, const struct fact *f)

#define DECLARE(id) extern const struct dxa_rule_info rule_##id;
DXA_RULES(DECLARE)
#undef DECLARE

#define DECLARE(kind, which, check) CHECK(kind, check);
DXA_CHECKS(DECLARE)
#undef DECLARE

#endif
