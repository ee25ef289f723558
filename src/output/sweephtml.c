// SPDX-License-Identifier: GPL-2.0-only
/*
 * A sweep as a page: the verdict, who noticed what, the rounds in which something was noticed
 * or could not be checked, and a table of all rounds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/rules.h"
#include "output/closing.h"
#include "output/html_page.h"
#include "output/sweepdoc.h"
#include "output/xml.h"

/* A sweep has some hundred rounds. */
#define DETAILS_MAX 400

static const struct dxa_sweep_round *round_at(const struct dxa_sweep *s, size_t i)
{
	return dxa_vec_at(&s->rounds, i);
}

/* ---- facts ---- */

/* The sentence after the verdict; allocated, NULL without memory. */
static char *closing(const struct dxa_sweep *s, const struct dxa_sweep_totals *sum)
{
	size_t noticed = s->rounds.len - sum->agreed[DXA_SWEEP_NEITHER];
	char *text;
	int n = asprintf(&text,
			 "%zu of %zu rounds, %zu calls failed; %zu rounds with findings%s%s%s",
			 s->rounds.len, s->planned, sum->faults, noticed,
			 s->interrupted ? "; interrupted" : "",
			 s->stuck ? "; stuck: boot again" : "",
			 s->unfaithful ? "; the command does not succeed any more" : "");

	return n < 0 ? NULL : text;
}

static void put_number(FILE *out, const char *name, size_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%zu", value);
	dxa_html_row(out, name, text);
}

static void put_facts(FILE *out, const struct dxa_sweep *s, const struct dxa_sweep_totals *sum)
{
	char line[192];

	fputs("<table>\n", out);
	snprintf(line, sizeof(line), "Linux %s %s", s->release, s->machine);
	dxa_html_row(out, "kernel", line);
	dxa_html_row(out, "drivers", s->drivers ? s->drivers : "all");
	dxa_html_command(out, s->argv);
	put_number(out, "fallible calls", s->calls);
	put_number(out, "call stacks", s->stacks);
	if (sum->unreached)
		put_number(out, "rounds that did not meet their call", sum->unreached);
	if (s->stuck && s->rounds.len)
		put_number(out, "go on with --from", round_at(s, s->rounds.len - 1)->number + 1);
	fputs("</table>\n<h2>daxaudit and the kernel's own watchdogs</h2>\n<table>\n", out);
	for (int i = 0; i < DXA_SWEEP_AGREEMENTS; i++)
		if (sum->agreed[i])
			fprintf(out, "<tr><td>%zu</td><td>%s</td></tr>\n", sum->agreed[i],
				dxa_sweep_agreement_words(i));
	fputs("</table>\n", out);
}

static void put_leaks(FILE *out, const struct dxa_sweep *s)
{
	if (!s->leaks_known)
		return;
	fputs("<h2>kmemleak</h2>\n", out);
	if (!s->leaks.len)
		fputs("<p>nothing</p>\n", out);
	for (size_t i = 0; i < s->leaks.len; i++) {
		const struct dxa_sweep_complaint *c = dxa_vec_at(&s->leaks, i);

		fputs("<p><code>", out);
		dxa_xml_put(out, c->line);
		fputs("</code></p>\n", out);
	}
}

/* ---- rounds ---- */

/* A class of the style sheet for the word of a round. */
static const char *class_of(const struct dxa_sweep_round *r)
{
	const char *word = dxa_sweep_round_word(r);

	return !strcmp(word, "FINDING") ? "failed" : !strcmp(word, "clean") ? "ok" : "dim";
}

static bool has_details(const struct dxa_sweep_round *r)
{
	return r->findings.len || r->complaints.len || r->state || r->why;
}

static void put_line(FILE *out, const char *who, const char *what, const char *line)
{
	fprintf(out, "<tr><td>%s%s%s</td><td>", who, what ? " " : "", what ? what : "");
	dxa_xml_put(out, line ? line : "");
	fputs("</td></tr>\n", out);
}

static void put_details(FILE *out, const struct dxa_sweep_round *r)
{
	fprintf(out,
		"<details class=\"round\"%s><summary>round %u, %s %s: <span class=\"%s\">%s</span>: ",
		dxa_sweep_agreement(r) != DXA_SWEEP_NEITHER ? " open=\"open\"" : "", r->number,
		r->from ? "from" : "once", r->site, class_of(r), dxa_sweep_round_word(r));
	dxa_xml_put(out, r->outcome);
	fprintf(out, "</summary>\n<div id=\"r%u\">\n<p><code>", r->number);
	dxa_xml_put(out, r->chain ? r->chain : "");
	fputs("</code></p>\n<table class=\"story\">\n", out);
	for (size_t i = 0; i < r->findings.len; i++) {
		const struct dxa_sweep_finding *f = dxa_vec_at(&r->findings, i);

		put_line(out, dxa_severity_name(f->severity), dxa_rule_info(f->rule)->name,
			 f->detail);
	}
	for (size_t i = 0; i < r->complaints.len; i++) {
		const struct dxa_sweep_complaint *c = dxa_vec_at(&r->complaints, i);

		put_line(out, "kernel:", c->who, c->line);
	}
	if (r->state)
		put_line(out, "state", NULL, r->state);
	if (r->why)
		put_line(out, "inconclusive", NULL, r->why);
	fputs("</table>\n</div></details>\n", out);
}

static void put_noticed(FILE *out, const struct dxa_sweep *s)
{
	size_t n = 0, shown;

	for (size_t i = 0; i < s->rounds.len; i++)
		n += has_details(round_at(s, i));
	if (!n)
		return;
	shown = n < DETAILS_MAX ? n : DETAILS_MAX;
	fprintf(out, "<h2>Rounds with findings or doubts</h2>\n<div class=\"%s\">\n",
		shown > 3 ? "list" : "few");
	for (size_t i = 0, k = 0; i < s->rounds.len && k < DETAILS_MAX; i++)
		if (has_details(round_at(s, i))) {
			put_details(out, round_at(s, i));
			k++;
		}
	fputs("</div>\n", out);
	if (shown < n)
		fprintf(out, "<p class=\"dim\">%zu of %zu shown.</p>\n", shown, n);
}

static void put_round(FILE *out, const struct dxa_sweep_round *r, bool linked)
{
	fputs("<tr><td>", out);
	if (linked)
		fprintf(out, "<a href=\"#r%u\">%u</a>", r->number, r->number);
	else
		fprintf(out, "%u", r->number);
	fprintf(out, "</td><td>%s</td><td><code>%s</code></td><td>%s</td><td>",
		r->from ? "from" : "once", r->site, dxa_sweep_round_word(r));
	dxa_xml_put(out, r->outcome);
	fputs("</td><td><code>", out);
	dxa_xml_put(out, r->chain ? r->chain : "");
	fputs("</code>", out);
	if (r->before)
		fprintf(out, " (the same %u times before)", r->before);
	fputs("</td></tr>\n", out);
}

static void put_rounds(FILE *out, const struct dxa_sweep *s)
{
	size_t details = 0;

	fputs("<h2>Rounds</h2>\n<div class=\"scroll\" tabindex=\"0\"><table><tr><th>round</th>"
	      "<th>mode</th><th>failing call</th><th>verdict</th><th>outcome</th>"
	      "<th>called by</th></tr>\n",
	      out);
	for (size_t i = 0; i < s->rounds.len; i++) {
		const struct dxa_sweep_round *r = round_at(s, i);

		details += has_details(r);
		put_round(out, r, has_details(r) && details <= DETAILS_MAX);
	}
	fputs("</table></div>\n", out);
}

void dxa_sweep_html(FILE *out, const void *priv)
{
	const struct dxa_sweep *s = priv;
	struct dxa_sweep_totals sum;

	dxa_sweep_count(s, &sum);
	dxa_html_begin(out, s->refused ? dxa_closing_refusal(s->refused) :
					 dxa_closing_word(dxa_sweep_verdict(s)));
	if (s->refused) {
		dxa_html_closing(out, DXA_VERDICT_INCONCLUSIVE, dxa_closing_refusal(s->refused),
				 s->refused->why);
	} else {
		dxa_html_verdict(out, dxa_sweep_verdict(s), closing(s, &sum));
		put_facts(out, s, &sum);
		put_leaks(out, s);
		put_noticed(out, s);
		put_rounds(out, s);
	}
	dxa_html_end(out);
}
