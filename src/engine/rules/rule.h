/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a rule is written: a definition, which says all that anybody needs to know of it,
 * and the functions that judge it. tools/gen-rules collects both, from lines that begin
 * with RULE( and JUDGE(, into list.h. Private
 * to src/engine/rules and to the engine's table of judges.
 */
#ifndef DAXAUDIT_ENGINE_RULES_RULE_H
#define DAXAUDIT_ENGINE_RULES_RULE_H

#include "engine/fact.h"
#include "engine/finding.h"
#include "engine/rules.h"

/* The definition of a rule; place: where it stands in every list. */
#define RULE(id, place) const struct dxa_rule_info rule_##id

/*
 * What none may leave out: cache is CACHE_KNOWN or ANY_CACHE; hooks are those without which
 * calls show nothing, CALLS(A) | CALLS(B), or NO_CALLS.
 */
#define HEAD(id, rule_name, level, shown, cache, calls)                               \
	.rule = DXA_RULE_##id, .name = (rule_name), .severity = DXA_SEVERITY_##level, \
	.shown_by = DXA_SHOWN_BY_##shown, .needs_cache_known = (cache), .hooks = (calls)

#define CACHE_KNOWN true
#define ANY_CACHE false
#define CALLS(id) (1U << DXA_KIND_##id)
#define NO_CALLS 0U

/*
 * Commits: ids and subjects as they are in mainline; that the sources of 6.1.176,
 * 6.12.107 and 7.2.13 have the change, or the defect, was checked. What brought a
 * defect was read in the patch itself. A defect that 7.2.13 still has, has nothing
 * that fixed it.
 */
#define COMMITS(list) .commits = (list), .n_commits = sizeof(list) / sizeof(*(list))

#define MARKS(...)                                                         \
	.marks = (const struct dxa_rule_mark[]){ __VA_ARGS__ },            \
	.n_marks = sizeof((const struct dxa_rule_mark[]){ __VA_ARGS__ }) / \
		   sizeof(struct dxa_rule_mark)

/* The head of a function that judges facts of this kind. */
#define JUDGE(kind, judge) struct answer judge(struct dxa_engine *e, const struct fact *f)

#define DECLARE(id) extern const struct dxa_rule_info rule_##id;
DXA_RULES(DECLARE)
#undef DECLARE

#define DECLARE(kind, which, judge) JUDGE(kind, judge);
DXA_JUDGES(DECLARE)
#undef DECLARE

#endif
