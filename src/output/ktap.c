// SPDX-License-Identifier: GPL-2.0-only
/*
 * KTAP version 1 (Documentation/dev-tools/ktap.rst): one result line a case,
 * what was found in diagnostic lines before it. No indentation: whoever nests
 * the output (kselftest's runner) puts its own prefix before each line.
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
 * Text that stays on its line and holds no '#', which would begin a directive
 * (TAP 13 has a backslash before it).
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
static void put_diagnostics(FILE *out, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		fputs("# ", out);
		put_text(out, text, len);
		fputc('\n', out);
		text += len + (text[len] == '\n');
	}
}

static void ktap_begin(struct dxa_sink *s, const struct dxa_run *run)
{
	fprintf(s->out, "KTAP version 1\n1..%d\n# daxaudit %s: Linux ", DXA_CASE_COUNT, run->mode);
	put_text(s->out, run->release, strlen(run->release));
	fputc(' ', s->out);
	put_text(s->out, run->machine, strlen(run->machine));
	fputc('\n', s->out);
	dxa_sink_flush(s);
}

static void ktap_finding(struct dxa_sink *s, const struct dxa_finding *f)
{
	dxa_cases_add(s->state, f, s->run);
}

static void put_case(FILE *out, int number, const struct dxa_case *c)
{
	static const char *const directive[] = {
		[DXA_CASE_SKIP] = "SKIP", [DXA_CASE_ERROR] = "ERROR"
	};
	bool ok = c->status == DXA_CASE_PASS || c->status == DXA_CASE_SKIP;

	put_diagnostics(out, c->body);
	fprintf(out, "%s %d %s", ok ? "ok" : "not ok", number, c->name);
	if (c->status == DXA_CASE_SKIP || c->status == DXA_CASE_ERROR) {
		fprintf(out, " # %s ", directive[c->status]);
		put_text(out, c->message, strlen(c->message));
	}
	fputc('\n', out);
}

static void ktap_end(struct dxa_sink *s, const struct dxa_result *r)
{
	const struct dxa_case *cases = dxa_cases_judge(s->state, s->run, r);
	size_t n[DXA_CASE_STATUS_COUNT];

	for (int i = 0; i < DXA_CASE_COUNT; i++)
		put_case(s->out, i + 1, &cases[i]);
	dxa_cases_count(cases, n);
	/* As kselftest's own programs end. */
	fprintf(s->out, "# Totals: pass:%zu fail:%zu xfail:0 xpass:0 skip:%zu error:%zu\n",
		n[DXA_CASE_PASS], n[DXA_CASE_FAIL], n[DXA_CASE_SKIP], n[DXA_CASE_ERROR]);
}

static void ktap_free(struct dxa_sink *s)
{
	dxa_cases_free(s->state);
}

const struct dxa_sink_ops dxa_sink_ktap = {
	.name = "ktap",
	.what = "KTAP version 1, for kselftest: one test a rule, and one for completeness",
	.open = ktap_open,
	.begin = ktap_begin,
	.finding = ktap_finding,
	.end = ktap_end,
	.free = ktap_free,
};
