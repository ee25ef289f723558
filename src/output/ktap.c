// SPDX-License-Identifier: GPL-2.0-only
/*
 * KTAP version 1 (Documentation/dev-tools/ktap.rst): one result line for each case, with
 * findings in diagnostic lines before it. No indentation: a test runner that nests the
 * output (kselftest's runner) adds its own prefix to each line.
 */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "output/cases.h"

static struct dxa_err *ktap_open(struct dxa_sink *s)
{
	s->state = dxa_cases_new();
	return s->state ? NULL : dxa_err_nomem();
}

/*
 * Text on one line, with '#' escaped by a backslash (TAP 13), because it begins a
 * directive.
 */
static void put_text(FILE *out, const char *text, size_t len)
{
	const char *end = text + len;
	uint32_t cp;

	while (text < end) {
		text += dxa_utf8_next(text, &cp);
		if (cp == '#')
			fputc('\\', out);
		dxa_utf8_put(out, dxa_utf8_printable(cp));
	}
}

/* Each line of text as a diagnostic line. */
static void put_diagnostics(FILE *out, const char *indent, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		fprintf(out, "%s# ", indent);
		put_text(out, text, len);
		fputc('\n', out);
		text += len + (text[len] == '\n');
	}
}

/* The tests of each recording are nested: they are subtests of one test. */
static const char *indent_of(const struct dxa_sink *s)
{
	return dxa_sink_has_parts(s) ? "  " : "";
}

static void begin_parts(struct dxa_sink *s)
{
	if (s->part == 1)
		fprintf(s->out, "KTAP version 1\n1..%zu\n", s->parts);
}

/* The result of a part. */
static void end_part(struct dxa_sink *s, bool ok, const char *recording)
{
	fprintf(s->out, "%s %zu ", ok ? "ok" : "not ok", s->part);
	put_text(s->out, recording, strlen(recording));
}

static void put_plan(FILE *out, const char *indent, const struct dxa_run *run)
{
	fprintf(out, "%s1..%d\n%s# daxaudit %s: Linux ", indent, DXA_CASE_COUNT, indent, run->mode);
	put_text(out, run->release, strlen(run->release));
	fputc(' ', out);
	put_text(out, run->machine, strlen(run->machine));
	fputc('\n', out);
}

static void ktap_begin(struct dxa_sink *s, const struct dxa_run *run)
{
	const char *indent = indent_of(s);

	dxa_cases_reset(s->state);
	if (dxa_sink_has_parts(s))
		begin_parts(s);
	fprintf(s->out, "%sKTAP version 1\n", indent);
	if (dxa_sink_has_parts(s)) {
		fprintf(s->out, "%s# Subtest: ", indent);
		put_text(s->out, run->recording, strlen(run->recording));
		fputc('\n', s->out);
	}
	put_plan(s->out, indent, run);
	dxa_sink_flush(s);
}

static void ktap_finding(struct dxa_sink *s, const struct dxa_finding *f)
{
	dxa_cases_add(s->state, f, s->run);
}

static void put_case(FILE *out, const char *indent, int number, const struct dxa_case *c)
{
	static const char *const directive[] = {
		[DXA_CASE_SKIP] = "SKIP", [DXA_CASE_ERROR] = "ERROR"
	};
	bool ok = c->status == DXA_CASE_PASS || c->status == DXA_CASE_SKIP;

	put_diagnostics(out, indent, c->body);
	fprintf(out, "%s%s %d %s", indent, ok ? "ok" : "not ok", number, c->name);
	if (c->status == DXA_CASE_SKIP || c->status == DXA_CASE_ERROR) {
		fprintf(out, " # %s ", directive[c->status]);
		put_text(out, c->message, strlen(c->message));
	}
	fputc('\n', out);
}

static void put_cases(struct dxa_sink *s, const struct dxa_case *cases)
{
	size_t n[DXA_CASE_STATUS_COUNT];

	for (int i = 0; i < DXA_CASE_COUNT; i++)
		put_case(s->out, indent_of(s), i + 1, &cases[i]);
	dxa_cases_count(cases, n);
	/* As kselftest's own programs end. */
	fprintf(s->out, "%s# Totals: pass:%zu fail:%zu xfail:0 xpass:0 skip:%zu error:%zu\n",
		indent_of(s), n[DXA_CASE_PASS], n[DXA_CASE_FAIL], n[DXA_CASE_SKIP],
		n[DXA_CASE_ERROR]);
}

static void ktap_end(struct dxa_sink *s, const struct dxa_result *r)
{
	put_cases(s, dxa_cases_finish(s->state, s->run, r));
	if (!dxa_sink_has_parts(s))
		return;
	end_part(s, r->verdict.kind == DXA_VERDICT_PASS, s->run->recording);
	fputc('\n', s->out);
	dxa_sink_flush(s);
}

static void ktap_unread(struct dxa_sink *s, const char *recording, const char *why)
{
	begin_parts(s);
	end_part(s, false, recording);
	fprintf(s->out, " # ERROR ");
	put_text(s->out, why, strlen(why));
	fputc('\n', s->out);
}

static void ktap_summary(struct dxa_sink *s, const struct dxa_summary *sum)
{
	fprintf(s->out, "# verdict: %s\n", dxa_verdict_name(sum->verdict));
	fprintf(s->out, "# Totals: pass:%zu fail:%zu xfail:0 xpass:0 skip:0 error:%zu\n",
		sum->by_verdict[DXA_VERDICT_PASS], sum->by_verdict[DXA_VERDICT_FINDINGS],
		sum->by_verdict[DXA_VERDICT_INCONCLUSIVE] + sum->unread);
}

static void ktap_refused(struct dxa_sink *s, const struct dxa_refusal *refusal)
{
	fputs("KTAP version 1\n", s->out);
	put_plan(s->out, "", s->run);
	put_cases(s, dxa_cases_refuse(s->state, refusal));
}

static void ktap_free(struct dxa_sink *s)
{
	dxa_cases_free(s->state);
}

const struct dxa_sink_ops dxa_sink_ktap = {
	.name = "ktap",
	.judges = true,
	.what = "KTAP version 1, for kselftest: one test a rule, and one for completeness",
	.open = ktap_open,
	.begin = ktap_begin,
	.finding = ktap_finding,
	.end = ktap_end,
	.unread = ktap_unread,
	.summary = ktap_summary,
	.refused = ktap_refused,
	.free = ktap_free,
};
