// SPDX-License-Identifier: GPL-2.0-only
#include "output/textfinding.h"

#include <stdio.h>
#include <string.h>

#include "output/mark.h"
#include "output/lines.h"

static void put_line(struct dxa_wrap *w, const char *text, enum dxa_colour colour)
{
	dxa_wrap_begin(w, 2, 4);
	dxa_wrap_words(w, text, colour);
	dxa_wrap_end(w);
}

static void put_head(struct dxa_wrap *w, const struct dxa_finding *f, bool known)
{
	const struct dxa_rule_info *rule = dxa_rule_info(f->rule);
	char head[128];

	snprintf(head, sizeof(head), "%s%s: %s", f->policy.allowed_by ? "allowed " : "",
		 dxa_severity_name(f->severity), rule->name);
	dxa_wrap_begin(w, 0, 4);
	dxa_wrap_words(w, head, f->policy.allowed_by ? DXA_DIM : dxa_severity_colour(f->severity));
	dxa_wrap_piece(w, ":", 0, DXA_RESET);
	/* The title and the commits of a rule are shown once. */
	dxa_wrap_words(w, known ? "again" : rule->title, DXA_RESET);
	dxa_wrap_end(w);
}

static void put_policy(struct dxa_wrap *w, const struct dxa_finding *f)
{
	const struct dxa_finding_policy *p = &f->policy;
	const char *own = dxa_severity_name(dxa_rule_info(f->rule)->severity);

	if (p->severity_from) {
		dxa_wrap_begin(w, 2, 4);
		dxa_wrap_words(w, "severity set by", DXA_RESET);
		dxa_wrap_words(w, p->severity_from, DXA_RESET);
		dxa_wrap_words(w, "(the rule's own is", DXA_RESET);
		dxa_wrap_words(w, own, DXA_RESET);
		dxa_wrap_piece(w, ")", 0, DXA_RESET);
		dxa_wrap_end(w);
	}
	if (!p->allowed_by && !p->expired)
		return;
	dxa_wrap_begin(w, 2, 4);
	dxa_wrap_words(w, p->allowed_by ? "allowed by" : "the allowance of", DXA_RESET);
	dxa_wrap_words(w, p->allowed_by ? p->allowed_by : p->expired, DXA_RESET);
	dxa_wrap_words(w, p->allowed_by ? "until" : "expired on", DXA_RESET);
	dxa_wrap_words(w, p->until, DXA_RESET);
	dxa_wrap_piece(w, ":", 0, DXA_RESET);
	dxa_wrap_words(w, p->reason, DXA_RESET);
	dxa_wrap_end(w);
}

static void put_device(struct dxa_wrap *w, const struct dxa_finding *f,
		       const struct dxa_story_env *env)
{
	char line[DXA_WORDS_LEN];

	if (dxa_prose_device(line, sizeof(line), f, env))
		put_line(w, line, DXA_RESET);
}

static void put_commits(struct dxa_wrap *w, const struct dxa_finding *f)
{
	const struct dxa_rule_info *rule = dxa_rule_info(f->rule);
	char line[256];

	for (size_t i = 0; i < rule->n_commits; i++) {
		const struct dxa_rule_commit *c = &rule->commits[i];

		if (!dxa_commit_concerns(c, dxa_finding_driver(f)))
			continue;
		dxa_wrap_begin(w, 2, 4);
		dxa_wrap_piece(w, dxa_prose_commit(line, sizeof(line), c), 0, DXA_RESET);
		if (c->first_release[0]) {
			snprintf(line, sizeof(line), "%s %s", dxa_prose_since(c), c->first_release);
			dxa_wrap_piece(w, line, 2, DXA_DIM);
		}
		dxa_wrap_end(w);
	}
}

static void put_evidence(struct dxa_wrap *w, const struct dxa_finding *f,
			 const struct dxa_story_env *env, struct dxa_map *shown)
{
	struct dxa_lines lines = { .next = 0 };

	for (size_t i = 0; i < f->evidence_len; i++) {
		const struct dxa_event *ev = &f->evidence[i];
		const char *why = dxa_mark_evidence(f, i);
		uint64_t key = dxa_lines_identity(ev);
		const void *seen = dxa_map_get(shown, key);

		/* The story of a probe that succeeded has shown a marked call without its mark. */
		if (seen && !(why && seen == shown))
			continue;
		dxa_lines_event(&lines, w, ev, env, 0, why);
		dxa_map_put(shown, key, why ? (void *)why : shown);
	}
}

void dxa_textfinding_write(struct dxa_wrap *w, const struct dxa_finding *f,
			   const struct dxa_story_env *env, struct dxa_map *shown, bool known)
{
	char explain[64];

	put_head(w, f, known);
	put_policy(w, f);
	put_line(w, f->detail, DXA_RESET);
	put_device(w, f, env);
	put_evidence(w, f, env, shown);
	if (known)
		return;
	put_commits(w, f);
	snprintf(explain, sizeof(explain), "daxaudit explain %s", dxa_rule_info(f->rule)->name);
	put_line(w, explain, DXA_DIM);
}
