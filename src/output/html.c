// SPDX-License-Identifier: GPL-2.0-only
/*
 * One page that needs nothing beside it, to be attached to a bug report: verdict,
 * findings, a timeline, the story of every probe. It is HTML and XML at once, so
 * that every reader's parser agrees on it, and holds no script.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "output/coverage.h"
#include "output/prose.h"
#include "output/timeline.h"
#include "output/xml.h"

/* Findings and contexts are collected: the page begins with the verdict. */
struct page {
	FILE *findings, *contexts;
	char *findings_text, *contexts_text;
	size_t findings_len, contexts_len;
	size_t n_findings, n_contexts; /* of all parts: they make links */
	size_t n_quiet;
	struct dxa_timeline *timeline;
	/* Of several parts: the list of them, and what follows it. */
	FILE *list, *body;
	char *list_text, *body_text;
	size_t list_len, body_len;
};

static const char style[] =
	":root{color-scheme:light dark;--bad:#c62828;--warn:#b26a00;--good:#2e7d32;--dim:#777;"
	"--life:#1e88e5;--box:#8883}"
	"body{font:15px/1.5 system-ui,sans-serif;max-width:72em;margin:2em auto;padding:0 1em}"
	"pre{font:13px/1.45 ui-monospace,monospace;overflow-x:auto;background:var(--box);"
	"padding:.7em;border-radius:4px;white-space:pre-wrap}"
	"table{border-collapse:collapse}td,th{text-align:left;padding:.1em .8em .1em 0;"
	"vertical-align:top}"
	"section{border-left:4px solid var(--dim);padding-left:1em;margin:1.5em 0}"
	".error{border-color:var(--bad)}.warning{border-color:var(--warn)}"
	".verdict{font-size:1.3em;font-weight:bold}.v-pass{color:var(--good)}"
	".v-findings{color:var(--bad)}.v-inconclusive{color:var(--warn)}"
	"svg{width:100%;height:auto}svg text{font:11px ui-monospace,monospace;fill:currentColor}"
	"svg .tick{stroke:var(--box);fill:var(--dim)}svg text.tick{stroke:none}"
	"rect{fill:var(--dim)}.life{fill:var(--life)}.broken,.failed{fill:var(--bad)}"
	".ok{fill:var(--good)}.deferred,.missed{fill:var(--warn)}"
	"summary{cursor:pointer}:target{outline:2px solid var(--life)}";

static void html_free(struct dxa_sink *s)
{
	struct page *p = s->state;

	if (!p)
		return;
	if (p->findings)
		fclose(p->findings);
	if (p->contexts)
		fclose(p->contexts);
	if (p->list)
		fclose(p->list);
	if (p->body)
		fclose(p->body);
	free(p->findings_text);
	free(p->contexts_text);
	free(p->list_text);
	free(p->body_text);
	dxa_timeline_free(p->timeline);
	free(p);
}

static struct dxa_err *html_open(struct dxa_sink *s)
{
	struct page *p = calloc(1, sizeof(*p));

	s->state = p;
	if (!p)
		return dxa_err_nomem();
	p->findings = open_memstream(&p->findings_text, &p->findings_len);
	p->contexts = open_memstream(&p->contexts_text, &p->contexts_len);
	p->list = open_memstream(&p->list_text, &p->list_len);
	p->body = open_memstream(&p->body_text, &p->body_len);
	p->timeline = dxa_timeline_new();
	return p->findings && p->contexts && p->list && p->body && p->timeline ? NULL :
										 dxa_err_nomem();
}

static void html_begin(struct dxa_sink *s, const struct dxa_run *run)
{
	struct page *p = s->state;

	(void)run;
	rewind(p->findings);
	rewind(p->contexts);
	dxa_timeline_reset(p->timeline);
	p->n_quiet = 0;
}

static void html_event(struct dxa_sink *s, const struct dxa_event *ev)
{
	struct page *p = s->state;

	dxa_timeline_event(p->timeline, ev, &s->run->story);
}

/* What the text format prints, as it prints it. */
struct prose {
	FILE *out;
	char *text;
	size_t len;
};

static bool begin_prose(struct prose *prose)
{
	prose->out = open_memstream(&prose->text, &prose->len);
	return prose->out != NULL;
}

static void put_prose(FILE *out, struct prose *prose)
{
	if (!fclose(prose->out)) {
		fputs("<pre>", out);
		dxa_xml_put(out, prose->text);
		fputs("</pre>\n", out);
	}
	free(prose->text);
}

static void html_context(struct dxa_sink *s, const struct dxa_context *ctx)
{
	struct prose prose = { 0 };
	char words[DXA_WORDS_LEN];
	struct page *p = s->state;

	if (!ctx->dax_events && !s->verbose) {
		p->n_quiet++;
		return;
	}
	dxa_timeline_context(p->timeline, ctx, s->quiet ? 0 : ++p->n_contexts);
	if (s->quiet)
		return;
	fprintf(p->contexts, "<details id=\"c%zu\"><summary>", p->n_contexts);
	dxa_xml_put(p->contexts, dxa_story_context(words, ctx));
	fputs(" in ", p->contexts);
	dxa_xml_put(p->contexts, ctx->comm);
	fprintf(p->contexts, "[%u]: ", ctx->tid);
	dxa_xml_put(p->contexts, dxa_story_outcome(words, ctx, &s->run->story));
	fputs("</summary>\n", p->contexts);
	if (begin_prose(&prose)) {
		dxa_prose_story(prose.out, ctx, &s->run->story, false);
		put_prose(p->contexts, &prose);
	}
	fputs("</details>\n", p->contexts);
}

static void html_finding(struct dxa_sink *s, const struct dxa_finding *f)
{
	const struct dxa_rule_info *rule = dxa_rule_info(f->rule);
	struct prose prose = { 0 };
	struct page *p = s->state;

	dxa_timeline_finding(p->timeline, f, ++p->n_findings);
	fprintf(p->findings, "<section id=\"f%zu\" class=\"%s\"><h3>%s</h3>\n<p>", p->n_findings,
		f->policy.allowed_by ? "allowed" : dxa_severity_name(f->severity), rule->name);
	dxa_xml_put(p->findings, rule->meaning);
	fputs("</p>\n<p>", p->findings);
	dxa_xml_put(p->findings, rule->consequence);
	fputs("</p>\n", p->findings);
	if (begin_prose(&prose)) {
		dxa_prose_finding(prose.out, f, &s->run->story, false);
		put_prose(p->findings, &prose);
	}
	fputs("</section>\n", p->findings);
}

/* ---- the page ---- */

static void put_row(FILE *out, const char *name, const char *value)
{
	if (!value || !value[0])
		return;
	fprintf(out, "<tr><th>%s</th><td>", name);
	dxa_xml_put(out, value);
	fputs("</td></tr>\n", out);
}

static void put_command(FILE *out, const struct dxa_run *run)
{
	if (!run->argv)
		return;
	fputs("<tr><th>command</th><td><code>", out);
	for (const char *const *arg = run->argv; *arg; arg++) {
		fputs(arg == run->argv ? "" : " ", out);
		dxa_xml_put(out, *arg);
	}
	fputs("</code></td></tr>\n", out);
}

static void put_head(FILE *out, struct dxa_sink *s, const struct dxa_result *r)
{
	const struct dxa_run *run = s->run;
	char line[DXA_COVERAGE_LEN];
	uint64_t missed;
	struct dxa_count total = dxa_hooks_total(r->hooks, r->n_hooks, &missed);
	const char *verdict = dxa_verdict_name(r->verdict.kind), *reason;

	fprintf(out, "<p class=\"verdict v-%s\">verdict: %s</p>\n<ul>", verdict, verdict);
	for (size_t i = 0; (reason = dxa_verdict_reason(&r->verdict, i)); i++) {
		fputs("<li>", out);
		dxa_xml_put(out, reason);
		fputs("</li>\n", out);
	}
	fputs("</ul>\n<table>\n", out);
	snprintf(line, sizeof(line), "Linux %s %s", run->release, run->machine);
	put_row(out, "kernel", line);
	put_row(out, "build", run->version);
	snprintf(line, sizeof(line), "%s (%s)", dxa_prose_aliasing(run->aliasing),
		 run->aliasing_from ? run->aliasing_from : "nothing tells");
	put_row(out, "data cache", line);
	put_row(out, "recording", run->recording);
	put_command(out, run);
	put_row(out, "coverage", dxa_coverage_words(line, r));
	snprintf(line, sizeof(line), "%" PRIu64 " seen, %" PRIu64 " there at the end",
		 r->stats->lives, r->stats->lives_now);
	put_row(out, "dax_devices", line);
	snprintf(line, sizeof(line), "%" PRIu64 ", %" PRIu64 " dropped, %" PRIu64 " missed",
		 total.seen, total.dropped, missed);
	put_row(out, "records", r->n_hooks ? line : NULL);
	fputs("</table>\n", out);
}

static void put_hooks(FILE *out, const struct dxa_result *r)
{
	if (!r->n_hooks)
		return;
	fputs("<details><summary>hooks</summary>\n<table><tr><th>function</th><th>mode</th>"
	      "<th>seen</th><th>dropped</th><th>missed</th><th></th></tr>\n",
	      out);
	for (size_t i = 0; i < r->n_hooks; i++) {
		const struct dxa_hook_status *h = &r->hooks[i];

		fprintf(out,
			"<tr><td>%s</td><td>%s</td><td>%" PRIu64 "</td><td>%" PRIu64
			"</td><td>%" PRIu64 "</td><td>",
			h->info->name, dxa_attach_mode_name(h->mode), h->count.seen,
			h->count.dropped, h->missed);
		dxa_xml_put(out, h->reason);
		fputs("</td></tr>\n", out);
	}
	fputs("</table></details>\n", out);
}

static void put_contexts(FILE *out, struct page *p)
{
	fflush(p->contexts);
	if (p->contexts_len)
		fputs("<h2>Probes and unbinds</h2>\n", out);
	fwrite(p->contexts_text, 1, p->contexts_len, out);
	if (p->n_quiet)
		fprintf(out, "<p>%zu without DAX are not shown.</p>\n", p->n_quiet);
}

static void begin_page(FILE *out, enum dxa_verdict_kind verdict)
{
	fprintf(out,
		"<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\">\n<head>"
		"<meta charset=\"utf-8\"/>\n<title>daxaudit: %s</title>\n<style>%s</style></head>\n"
		"<body>\n<h1>daxaudit</h1>\n",
		dxa_verdict_name(verdict), style);
}

static void end_page(FILE *out)
{
	fputs("</body>\n</html>\n", out);
}

/* All of one audit. */
static void put_audit(FILE *out, struct dxa_sink *s, const struct dxa_result *r)
{
	struct page *p = s->state;

	put_head(out, s, r);
	fflush(p->findings);
	if (p->findings_len)
		fputs("<h2>Findings</h2>\n", out);
	fwrite(p->findings_text, 1, p->findings_len, out);
	fputs("<h2>Timeline</h2>\n", out);
	dxa_timeline_write(p->timeline, out, s->run->start, r->end);
	put_contexts(out, p);
	put_hooks(out, r);
}

/* A line of the list of recordings; verdict NULL: it was not replayed. */
static void list_part(struct dxa_sink *s, const char *recording, const char *verdict,
		      const char *why)
{
	struct page *p = s->state;

	fputs("<li>", p->list);
	if (verdict)
		fprintf(p->list, "<a href=\"#r%zu\">", s->part);
	dxa_xml_put(p->list, recording);
	fputs(verdict ? "</a>: " : ": not replayed: ", p->list);
	dxa_xml_put(p->list, verdict ? verdict : why);
	fputs("</li>\n", p->list);
}

static void html_end(struct dxa_sink *s, const struct dxa_result *r)
{
	struct page *p = s->state;

	if (dxa_sink_has_parts(s)) {
		list_part(s, s->run->recording, dxa_verdict_name(r->verdict.kind), NULL);
		fprintf(p->body, "<h1 id=\"r%zu\">", s->part);
		dxa_xml_put(p->body, s->run->recording);
		fputs("</h1>\n", p->body);
		put_audit(p->body, s, r);
		return;
	}
	begin_page(s->out, r->verdict.kind);
	put_audit(s->out, s, r);
	end_page(s->out);
}

static void html_unread(struct dxa_sink *s, const char *recording, const char *why)
{
	list_part(s, recording, NULL, why);
}

static void html_summary(struct dxa_sink *s, const struct dxa_summary *summary)
{
	const char *verdict = dxa_verdict_name(summary->verdict);
	struct page *p = s->state;

	if (fflush(p->list) || fflush(p->body))
		s->err = ENOMEM;
	begin_page(s->out, summary->verdict);
	fprintf(s->out, "<p class=\"verdict v-%s\">verdict of %zu recordings: %s</p>\n<ul>",
		verdict, summary->recordings, verdict);
	fwrite(p->list_text, 1, p->list_len, s->out);
	fputs("</ul>\n", s->out);
	fwrite(p->body_text, 1, p->body_len, s->out);
	end_page(s->out);
}

const struct dxa_sink_ops dxa_sink_html = {
	.name = "html",
	.what = "one page for a bug report: findings, a timeline, the story of every probe",
	.open = html_open,
	.begin = html_begin,
	.event = html_event,
	.context = html_context,
	.finding = html_finding,
	.end = html_end,
	.unread = html_unread,
	.summary = html_summary,
	.free = html_free,
};
