// SPDX-License-Identifier: GPL-2.0-only
#include "output/html_parts.h"

#include <inttypes.h>
#include <string.h>

#include "output/mark.h"
#include "output/prose.h"
#include "output/story.h"
#include "output/xml.h"

/* The deepest indentation in the style sheet. */
#define DEPTH_MAX 4

/* ---- events ---- */

void dxa_html_time(FILE *out, uint64_t ts, uint64_t start)
{
	/* Records of two CPUs can be stamped a moment before the audit's start. */
	uint64_t us = ts > start ? (ts - start) / 1000 : 0;

	fprintf(out, "%" PRIu64 ".%06" PRIu64, us / 1000000, us % 1000000);
}

/* The notes on a call. */
static void put_note(FILE *out, const char *before, const char *words, const char *behind)
{
	fprintf(out, " <i>%s", before);
	dxa_xml_put(out, words);
	fprintf(out, "%s</i>", behind);
}

static void put_call(FILE *out, const struct dxa_event *ev, const struct dxa_story_env *env)
{
	char words[DXA_WORDS_LEN];

	if (dxa_story_fact(words, ev, env))
		dxa_xml_put(out, words);
	else
		dxa_xml_put(out, dxa_story_call(words, ev, env));
	if (dxa_story_state(words, ev))
		put_note(out, "(", words, ")");
	if (dxa_story_caller(words, ev, env))
		put_note(out, "from ", words, "");
}

void dxa_html_event(FILE *out, const struct dxa_event *ev, const struct dxa_run *run, int depth,
		    const char *why)
{
	fprintf(out, "<tr%s><td>", why ? " class=\"marked\"" : "");
	dxa_html_time(out, ev->ts, run->start);
	if (depth > 0)
		fprintf(out, "</td><td class=\"d%d\">", depth < DEPTH_MAX ? depth : DEPTH_MAX);
	else
		fputs("</td><td>", out);
	put_call(out, ev, &run->story);
	if (why)
		fprintf(out, " <em>%s</em>", why);
	fputs("</td></tr>\n", out);
}

/* ---- contexts ---- */

static const char *why_marked(const struct dxa_vec *marks, const struct dxa_event *ev)
{
	for (size_t i = 0; i < marks->len; i++) {
		const struct dxa_html_mark *g = dxa_vec_at(marks, i);

		if (!memcmp(&g->ev, ev, sizeof(*ev)))
			return g->why;
	}
	return NULL;
}

static void put_story(FILE *out, const struct dxa_context *ctx, const struct dxa_run *run,
		      const char *id, const struct dxa_vec *marks)
{
	int depth = 0;

	fprintf(out, "<table class=\"story\" id=\"%s\">\n", id);
	for (size_t i = 0; i < ctx->story_len; i++) {
		const struct dxa_event *ev = &ctx->story[i];
		int nesting = dxa_story_nesting(ev);

		if (nesting < 0 && depth > 0)
			depth--;
		dxa_html_event(out, ev, run, depth, why_marked(marks, ev));
		if (nesting > 0)
			depth++;
	}
	if (ctx->story_cut)
		fprintf(out, "<tr><td></td><td>... and %zu more events</td></tr>\n",
			ctx->story_cut);
	fputs("</table>\n", out);
}

void dxa_html_context(FILE *out, const struct dxa_context *ctx, const struct dxa_run *run,
		      const char *id, bool open, const struct dxa_vec *marks)
{
	char words[DXA_WORDS_LEN];

	fprintf(out, "<details class=\"probe\"%s><summary>", open ? " open=\"open\"" : "");
	dxa_xml_put(out, dxa_story_context(words, ctx));
	fputs(" in ", out);
	dxa_xml_put(out, ctx->comm);
	fprintf(out, "[%u]: <span class=\"%s\">", ctx->tid, dxa_outcome_name(ctx->outcome));
	dxa_xml_put(out, dxa_story_outcome(words, ctx, &run->story));
	fputs("</span> <span class=\"dim\">at ", out);
	dxa_html_time(out, ctx->start, run->start);
	fputs(" s</span></summary>\n", out);
	put_story(out, ctx, run, id, marks);
	fputs("</details>\n", out);
}

/* ---- findings ---- */

static void put_commit(FILE *out, const struct dxa_rule_commit *c)
{
	char words[512];

	fprintf(out, "<li title=\"%s\">", c->id);
	dxa_xml_put(out, dxa_prose_commit(words, sizeof(words), c));
	if (c->first_release[0])
		fprintf(out, ", %s %s", dxa_prose_since(c), c->first_release);
	fputs("</li>\n", out);
}

void dxa_html_rule(FILE *out, enum dxa_rule rule, const char *driver)
{
	const struct dxa_rule_info *info = dxa_rule_info(rule);
	bool any = false;

	fputs("<p>", out);
	dxa_xml_put(out, info->meaning);
	fputs("</p>\n<p>", out);
	dxa_xml_put(out, info->consequence);
	fputs("</p>\n", out);
	for (size_t i = 0; i < info->n_commits; i++) {
		if (!dxa_commit_concerns(&info->commits[i], driver))
			continue;
		fputs(any ? "" : "<ul>\n", out);
		any = true;
		put_commit(out, &info->commits[i]);
	}
	fputs(any ? "</ul>\n" : "", out);
}

static void put_allowance(FILE *out, const struct dxa_finding_policy *p)
{
	fputs(p->allowed_by ? "<p>allowed by " : "<p>the allowance of ", out);
	dxa_xml_put(out, p->allowed_by ? p->allowed_by : p->expired);
	fprintf(out, "%s%s: ", p->allowed_by ? " until " : " expired on ", p->until);
	dxa_xml_put(out, p->reason);
	fputs("</p>\n", out);
}

static void put_policy(FILE *out, const struct dxa_finding *f)
{
	if (f->policy.severity_from) {
		fputs("<p>severity set by ", out);
		dxa_xml_put(out, f->policy.severity_from);
		fprintf(out, "; the rule's own is %s</p>\n",
			dxa_severity_name(dxa_rule_info(f->rule)->severity));
	}
	if (f->policy.allowed_by || f->policy.expired)
		put_allowance(out, &f->policy);
}

static void put_device(FILE *out, const struct dxa_finding *f, const struct dxa_run *run,
		       const char *context)
{
	char words[DXA_WORDS_LEN];
	const char *device = dxa_prose_device(words, sizeof(words), f, &run->story);

	if (!device && !context)
		return;
	fputs("<p>", out);
	dxa_xml_put(out, device ? device : "");
	if (context)
		fprintf(out, "%s<a href=\"#%s\">the whole story</a>", device ? "; " : "", context);
	fputs("</p>\n", out);
}

void dxa_html_finding(FILE *out, const struct dxa_finding *f, const struct dxa_run *run,
		      const char *id, bool open, const char *context)
{
	fprintf(out, "<details class=\"finding\"%s><summary>", open ? " open=\"open\"" : "");
	dxa_xml_put(out, f->detail);
	fprintf(out, "</summary>\n<div id=\"%s\">\n", id);
	put_policy(out, f);
	put_device(out, f, run, context);
	if (f->evidence_len) {
		fputs("<table class=\"story\">\n", out);
		for (size_t i = 0; i < f->evidence_len; i++)
			dxa_html_event(out, &f->evidence[i], run, 0, dxa_mark_evidence(f, i));
		fputs("</table>\n", out);
	}
	fputs("</div></details>\n", out);
}
