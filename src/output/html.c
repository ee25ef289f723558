// SPDX-License-Identifier: GPL-2.0-only
/*
 * A self-contained page for a bug report: verdict, findings, a timeline, the story of
 * every probe. It is valid HTML and XML, so that all parsers agree on it. Without its
 * script everything is still there.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "output/closing.h"
#include "output/coverage.h"
#include "output/mark.h"
#include "output/pair.h"
#include "output/html_devices.h"
#include "output/html_page.h"
#include "output/html_parts.h"
#include "output/prose.h"
#include "output/timeline.h"
#include "output/xml.h"

/*
 * A page of 10^5 events must be smaller than 2 MB and load in a second: beyond these
 * numbers and bytes, probes are only counted. Failed probes have their own bounds.
 */
#define PROBES_MAX 300
#define PROBES_BYTES 400000
#define FAILED_MAX 200
#define FAILED_BYTES 300000
#define GROUP_MAX 20
#define FINDINGS_BYTES 300000
#define ID_LEN 24

/* A text that grows. */
struct text {
	FILE *out;
	char *buf;
	size_t len;
};

/* Findings of one rule, severity and driver, which policy allows or does not. */
struct group {
	enum dxa_rule rule;
	enum dxa_severity severity;
	bool allowed;
	const char *driver; /* NULL: not known */
	size_t n, shown;
	struct text text; /* of those that are shown */
};

/* How many probes there were of a kind, and how many are on the page. */
struct share {
	size_t n, shown, bytes;
	size_t max, max_bytes;
};

/* Findings and contexts are collected: the page begins with the verdict. */
struct page {
	struct text contexts;
	struct dxa_vec groups; /* struct group *, owned */
	size_t n_findings, n_contexts; /* of all parts: they make links */
	size_t findings_bytes;
	size_t n_quiet;
	struct share failed, others;
	struct dxa_timeline *timeline;
	struct dxa_html_devices *devices;
	struct dxa_pairs pairs;
	bool has_legend; /* one for all parts */
	/* The newest context waits here for the findings about it. */
	bool waiting;
	bool is_shown;
	struct dxa_context context;
	char context_id[ID_LEN];
	struct dxa_vec story; /* struct dxa_event */
	struct dxa_vec marks; /* struct dxa_html_mark */
	/* Of several parts: the list of them, and what follows it. */
	struct text list, body;
};

static bool open_text(struct text *t)
{
	t->out = open_memstream(&t->buf, &t->len);
	return t->out != NULL;
}

static void free_text(struct text *t)
{
	if (t->out)
		fclose(t->out);
	free(t->buf);
}

static void put_text(FILE *out, struct text *t)
{
	if (!fflush(t->out))
		fwrite(t->buf, 1, t->len, out);
}

static struct group *group_at(const struct page *p, size_t i)
{
	return *(struct group **)dxa_vec_at(&p->groups, i);
}

static void free_groups(struct page *p)
{
	for (size_t i = 0; i < p->groups.len; i++) {
		struct group *g = group_at(p, i);

		free_text(&g->text);
		free(g);
	}
	p->groups.len = 0;
}

static void html_free(struct dxa_sink *s)
{
	struct page *p = s->state;

	if (!p)
		return;
	free_groups(p);
	dxa_vec_free(&p->groups);
	dxa_vec_free(&p->story);
	dxa_vec_free(&p->marks);
	free_text(&p->contexts);
	free_text(&p->list);
	free_text(&p->body);
	dxa_timeline_free(p->timeline);
	dxa_html_devices_free(p->devices);
	dxa_pairs_free(&p->pairs);
	free(p);
}

static struct dxa_err *html_open(struct dxa_sink *s)
{
	struct page *p = calloc(1, sizeof(*p));

	s->state = p;
	if (!p)
		return dxa_err_nomem();
	p->groups = DXA_VEC_OF(struct group *);
	p->story = DXA_VEC_OF(struct dxa_event);
	p->marks = DXA_VEC_OF(struct dxa_html_mark);
	p->timeline = dxa_timeline_new();
	p->devices = dxa_html_devices_new();
	return p->timeline && p->devices && open_text(&p->contexts) && open_text(&p->list) &&
			       open_text(&p->body) ?
		       NULL :
		       dxa_err_nomem();
}

static void html_begin(struct dxa_sink *s, const struct dxa_run *run)
{
	struct page *p = s->state;

	(void)run;
	rewind(p->contexts.out);
	free_groups(p);
	dxa_timeline_reset(p->timeline);
	dxa_html_devices_reset(p->devices);
	dxa_pairs_free(&p->pairs);
	p->findings_bytes = p->n_quiet = 0;
	p->failed = (struct share){ .max = FAILED_MAX, .max_bytes = FAILED_BYTES };
	p->others = (struct share){ .max = PROBES_MAX, .max_bytes = PROBES_BYTES };
}

/* ---- contexts ---- */

static bool has_failed(const struct dxa_context *ctx)
{
	return ctx->outcome == DXA_OUTCOME_FAILED || ctx->outcome == DXA_OUTCOME_OPEN ||
	       ctx->outcome == DXA_OUTCOME_MISSED;
}

/* Write the waiting context: all findings about it are known now. */
static void write_waiting(struct dxa_sink *s)
{
	struct page *p = s->state;
	struct share *share = has_failed(&p->context) ? &p->failed : &p->others;
	long before;

	if (!p->waiting)
		return;
	p->waiting = false;
	if (!p->is_shown)
		return;
	p->context.story = p->story.data;
	before = ftell(p->contexts.out);
	dxa_html_context(p->contexts.out, &p->context, s->run, p->context_id,
			 has_failed(&p->context) || p->marks.len, &p->marks);
	share->bytes += (size_t)(ftell(p->contexts.out) - before);
}

static bool copy_story(struct page *p, const struct dxa_context *ctx)
{
	p->story.len = p->marks.len = 0;
	for (size_t i = 0; i < ctx->story_len; i++)
		if (!dxa_vec_push(&p->story, &ctx->story[i]))
			return false;
	return true;
}

static void html_context(struct dxa_sink *s, const struct dxa_context *ctx)
{
	struct page *p = s->state;
	struct share *share = has_failed(ctx) ? &p->failed : &p->others;

	write_waiting(s);
	if (!ctx->dax_events && !has_failed(ctx) && !s->verbose) {
		p->n_quiet++;
		return;
	}
	share->n++;
	p->context = *ctx;
	p->waiting = true;
	p->is_shown = !s->quiet && share->shown < share->max && share->bytes < share->max_bytes &&
		      copy_story(p, ctx);
	share->shown += p->is_shown;
	snprintf(p->context_id, sizeof(p->context_id), "c%zu", ++p->n_contexts);
	dxa_timeline_context(p->timeline, ctx, p->is_shown ? p->context_id : NULL);
}

static void html_event(struct dxa_sink *s, const struct dxa_event *ev)
{
	struct page *p = s->state;
	struct dxa_event call;
	size_t life;

	if (!dxa_pair_event(&p->pairs, ev, &call))
		return;
	life = dxa_timeline_event(p->timeline, &call, &s->run->story);
	if (life && !s->quiet)
		dxa_html_devices_event(p->devices, life, &call, s->run, p->timeline);
}

/* ---- findings ---- */

static bool same_driver(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static struct group *new_group(struct page *p, const struct group *like)
{
	struct group *g = malloc(sizeof(*g));

	if (!g)
		return NULL;
	*g = *like;
	/* The stream has a pointer to its buffer: a group must not move. */
	if (open_text(&g->text) && dxa_vec_push(&p->groups, &g))
		return g;
	free_text(&g->text);
	free(g);
	return NULL;
}

static struct group *group_of(struct page *p, const struct dxa_finding *f)
{
	const struct group like = { .rule = f->rule,
				    .severity = f->severity,
				    .allowed = f->policy.allowed_by != NULL,
				    .driver = dxa_finding_driver(f) };

	for (size_t i = 0; i < p->groups.len; i++) {
		struct group *g = group_at(p, i);

		if (g->rule == like.rule && g->severity == like.severity &&
		    g->allowed == like.allowed && same_driver(g->driver, like.driver))
			return g;
	}
	return new_group(p, &like);
}

/* Add the marked calls of a finding, if its context still waits. */
static bool mark_calls(struct page *p, const struct dxa_finding *f)
{
	if (!p->waiting || !p->is_shown || f->context.id != p->context.id)
		return false;
	for (size_t i = 0; i < f->evidence_len; i++) {
		const struct dxa_html_mark g = { f->evidence[i], dxa_mark_evidence(f, i) };

		if (g.why)
			dxa_vec_push(&p->marks, &g);
	}
	return true;
}

static void html_finding(struct dxa_sink *s, const struct dxa_finding *f)
{
	struct page *p = s->state;
	struct group *g = group_of(p, f);
	bool has_context = mark_calls(p, f), is_shown;
	char id[ID_LEN];
	size_t life;

	if (!g) {
		s->err = ENOMEM;
		return;
	}
	snprintf(id, sizeof(id), "f%zu", ++p->n_findings);
	is_shown = g->shown < GROUP_MAX && p->findings_bytes < FINDINGS_BYTES;
	life = dxa_timeline_finding(p->timeline, f, is_shown ? id : NULL, &s->run->story);
	if (life)
		dxa_html_devices_found(p->devices, life);
	g->n++;
	if (!is_shown)
		return;
	dxa_html_finding(g->text.out, f, s->run, id, !g->shown++,
			 has_context ? p->context_id : NULL);
	p->findings_bytes += (size_t)ftell(g->text.out) / g->shown;
}

static void put_group(FILE *out, struct group *g)
{
	const struct dxa_rule_info *rule = dxa_rule_info(g->rule);

	fprintf(out, "<section class=\"%s\"><h3><b>%s%s</b>: %s",
		g->allowed ? "allowed" : dxa_severity_name(g->severity),
		g->allowed ? "allowed " : "", dxa_severity_name(g->severity), rule->name);
	if (g->driver)
		fprintf(out, " <small>(%s)</small>", g->driver);
	if (g->n > 1)
		fprintf(out, " <small>%zu times</small>", g->n);
	fputs("</h3>\n", out);
	dxa_html_rule(out, g->rule, g->driver);
	fprintf(out, "<div class=\"%s\">\n", g->shown > 3 ? "list" : "few");
	put_text(out, &g->text);
	fputs("</div>\n", out);
	if (g->shown < g->n)
		fprintf(out, "<p class=\"dim\">%zu of %zu shown.</p>\n", g->shown, g->n);
	fputs("</section>\n", out);
}

/* Most severe first. */
static void put_findings(FILE *out, struct page *p)
{
	if (p->groups.len)
		fputs("<h2>Findings</h2>\n", out);
	for (int severity = DXA_SEVERITY_COUNT; severity--;)
		for (size_t i = 0; i < p->groups.len; i++)
			if ((int)group_at(p, i)->severity == severity)
				put_group(out, group_at(p, i));
}

/* ---- the page ---- */

/* What is known before an audit. */
static void put_subject(FILE *out, const struct dxa_run *run)
{
	char line[DXA_COVERAGE_LEN], wall[DXA_WALL_LEN];

	snprintf(line, sizeof(line), "Linux %s %s", run->release, run->machine);
	dxa_html_row(out, "kernel", line);
	dxa_html_row(out, "build", run->version);
	snprintf(line, sizeof(line), "%s (%s)", dxa_prose_aliasing(run->aliasing),
		 run->aliasing_from ? run->aliasing_from : "no source");
	dxa_html_row(out, "data cache", line);
	dxa_html_row(out, "recording", run->recording);
	dxa_html_row(out, "began", dxa_story_wall(wall, run->start_wall));
	dxa_html_row(out, "watched by", run->tool);
	dxa_html_command(out, run->argv);
}

static void put_facts(FILE *out, const struct dxa_run *run, const struct dxa_result *r)
{
	char line[DXA_COVERAGE_LEN];
	uint64_t missed;
	struct dxa_count total = dxa_hooks_total(r->hooks, r->n_hooks, &missed);

	fputs("<table>\n", out);
	put_subject(out, run);
	dxa_html_row(out, "coverage", dxa_coverage_words(line, r));
	snprintf(line, sizeof(line), "%" PRIu64 " seen, %" PRIu64 " there at the end",
		 r->stats->lives, r->stats->lives_now);
	dxa_html_row(out, "dax_devices", line);
	snprintf(line, sizeof(line), "%" PRIu64 ", %" PRIu64 " dropped, %" PRIu64 " missed",
		 total.seen - total.repeated, total.dropped, missed);
	dxa_html_row(out, "records", r->n_hooks ? line : NULL);
	fputs("</table>\n", out);
}

static void put_hooks(FILE *out, const struct dxa_result *r)
{
	if (!r->n_hooks)
		return;
	fputs("<h2>Watched functions</h2>\n<details><summary>how each was watched, and how many "
	      "records of it were seen: a call has one, or one at its entry and one at its "
	      "exit</summary>\n<div class=\"scroll\" tabindex=\"0\"><table><tr>"
	      "<th>function</th>"
	      "<th>mode</th><th>records seen</th><th>dropped</th><th>missed</th><th></th></tr>\n",
	      out);
	for (size_t i = 0; i < r->n_hooks; i++) {
		const struct dxa_hook_status *h = &r->hooks[i];

		fprintf(out,
			"<tr><td><code>%s</code></td><td>%s</td><td>%" PRIu64 "</td><td>%" PRIu64
			"</td><td>%" PRIu64 "</td><td>",
			h->info->name, dxa_attach_mode_name(h->mode), h->count.seen,
			h->count.dropped, h->missed);
		dxa_xml_put(out, h->reason);
		fputs("</td></tr>\n", out);
	}
	fputs("</table></div></details>\n", out);
}

static void put_contexts(FILE *out, struct page *p)
{
	size_t shown = p->failed.shown + p->others.shown, n = p->failed.n + p->others.n;

	if (shown) {
		fprintf(out, "<h2>Probes and unbinds</h2>\n<div class=\"%s\">\n",
			shown > 3 ? "list" : "few");
		put_text(out, &p->contexts);
		fputs("</div>\n", out);
		if (shown < n)
			fprintf(out, "<p class=\"dim\">%zu of %zu shown.</p>\n", shown, n);
	}
	if (p->n_quiet)
		fprintf(out, "<p class=\"dim\">%zu that touched no dax_device %s not shown.</p>\n",
			p->n_quiet, p->n_quiet == 1 ? "is" : "are");
}

/* All of one audit. */
static void put_audit(FILE *out, struct dxa_sink *s, const struct dxa_result *r)
{
	struct page *p = s->state;

	write_waiting(s);
	dxa_html_verdict(out, r->verdict.kind, dxa_closing_why(r));
	put_facts(out, s->run, r);
	put_findings(out, p);
	fputs("<h2>Timeline</h2>\n", out);
	if (!p->has_legend)
		dxa_timeline_write_marks(out);
	p->has_legend = true;
	dxa_timeline_write(p->timeline, out, s->run->start);
	dxa_html_devices_write(p->devices, out, s->run, p->timeline);
	put_contexts(out, p);
	put_hooks(out, r);
}

/* A line of the list of recordings; verdict NULL: it was not replayed. */
static void list_part(struct dxa_sink *s, const char *recording, const char *verdict,
		      const char *why)
{
	struct page *p = s->state;

	fputs("<li>", p->list.out);
	if (verdict)
		fprintf(p->list.out, "<a href=\"#r%zu\">", s->part);
	dxa_xml_put(p->list.out, recording);
	fputs(verdict ? "</a>: " : ": not replayed: ", p->list.out);
	dxa_xml_put(p->list.out, verdict ? verdict : why);
	fputs("</li>\n", p->list.out);
}

static void html_end(struct dxa_sink *s, const struct dxa_result *r)
{
	struct page *p = s->state;

	if (dxa_sink_has_parts(s)) {
		list_part(s, s->run->recording, dxa_closing_word(r->verdict.kind), NULL);
		fprintf(p->body.out, "<h1 id=\"r%zu\">", s->part);
		dxa_xml_put(p->body.out, s->run->recording);
		fputs("</h1>\n", p->body.out);
		put_audit(p->body.out, s, r);
		return;
	}
	dxa_html_begin(s->out, dxa_closing_word(r->verdict.kind));
	put_audit(s->out, s, r);
	dxa_html_end(s->out);
}

static void html_unread(struct dxa_sink *s, const char *recording, const char *why)
{
	list_part(s, recording, NULL, why);
}

static void html_summary(struct dxa_sink *s, const struct dxa_summary *summary)
{
	struct page *p = s->state;

	dxa_html_begin(s->out, dxa_closing_word(summary->verdict));
	dxa_html_verdict(s->out, summary->verdict, dxa_closing_summary(summary));
	fputs("<ul>\n", s->out);
	put_text(s->out, &p->list);
	fputs("</ul>\n", s->out);
	put_text(s->out, &p->body);
	dxa_html_end(s->out);
	if (ferror(p->list.out) || ferror(p->body.out))
		s->err = ENOMEM;
}

static void html_refused(struct dxa_sink *s, const struct dxa_refusal *refusal)
{
	const char *word = dxa_closing_refusal(refusal);

	dxa_html_begin(s->out, word);
	dxa_html_closing(s->out, DXA_VERDICT_INCONCLUSIVE, word, refusal->why);
	fputs("<table>\n", s->out);
	put_subject(s->out, s->run);
	fputs("</table>\n", s->out);
	dxa_html_end(s->out);
}

const struct dxa_sink_ops dxa_sink_html = {
	.name = "html",
	.what = "one page for a bug report: findings, a timeline, the story of every probe",
	.open = html_open,
	.begin = html_begin,
	.event = html_event,
	.context = html_context,
	.finding = html_finding,
	.fed = write_waiting,
	.end = html_end,
	.unread = html_unread,
	.summary = html_summary,
	.refused = html_refused,
	.free = html_free,
};
