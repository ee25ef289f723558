// SPDX-License-Identifier: GPL-2.0-only
/*
 * JUnit XML, with the elements that Jenkins and GitLab read: one suite for each recording,
 * one test case for each rule. So few elements need no library.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "output/cases.h"
#include "output/coverage.h"
#include "output/prose.h"
#include "output/xml.h"

struct junit {
	struct dxa_cases *cases;
	/* The document begins with its counts: suites are kept until they are known. */
	FILE *suites;
	char *text;
	size_t len;
	size_t tests, failures, errors;
};

static void junit_free(struct dxa_sink *s)
{
	struct junit *j = s->state;

	if (!j)
		return;
	if (j->suites)
		fclose(j->suites);
	free(j->text);
	dxa_cases_free(j->cases);
	free(j);
}

static struct dxa_err *junit_open(struct dxa_sink *s)
{
	struct junit *j = calloc(1, sizeof(*j));

	s->state = j;
	if (!j)
		return dxa_err_nomem();
	j->cases = dxa_cases_new();
	j->suites = open_memstream(&j->text, &j->len);
	return j->cases && j->suites ? NULL : dxa_err_nomem();
}

static void junit_begin(struct dxa_sink *s, const struct dxa_run *run)
{
	struct junit *j = s->state;

	(void)run;
	dxa_cases_reset(j->cases);
}

static void junit_finding(struct dxa_sink *s, const struct dxa_finding *f)
{
	struct junit *j = s->state;

	dxa_cases_add(j->cases, f, s->run);
}

static void put_attribute(FILE *out, const char *name, const char *value)
{
	fprintf(out, " %s=\"", name);
	dxa_xml_put(out, value);
	fputc('"', out);
}

static void put_property(FILE *out, const char *name, const char *value)
{
	if (!value || !value[0])
		return;
	fputs("      <property", out);
	put_attribute(out, "name", name);
	put_attribute(out, "value", value);
	fputs("/>\n", out);
}

static void begin_properties(FILE *out, const struct dxa_run *run)
{
	fputs("    <properties>\n", out);
	put_property(out, "mode", run->mode);
	put_property(out, "recording", run->recording);
	put_property(out, "kernel.release", run->release);
	put_property(out, "kernel.version", run->version);
	put_property(out, "kernel.machine", run->machine);
}

static void put_properties(FILE *out, const struct dxa_run *run, const struct dxa_result *r)
{
	char coverage[DXA_COVERAGE_LEN], status[32];

	begin_properties(out, run);
	put_property(out, "aliasing", dxa_prose_aliasing(run->aliasing));
	put_property(out, "fail-on", dxa_severity_name(run->failing));
	put_property(out, "verdict", dxa_verdict_name(r->verdict.kind));
	put_property(out, "coverage", dxa_coverage_words(coverage, r));
	if (r->has_cmd_status) {
		snprintf(status, sizeof(status), "%s %d",
			 WIFSIGNALED(r->cmd_status) ? "signal" : "exit",
			 WIFSIGNALED(r->cmd_status) ? WTERMSIG(r->cmd_status) :
						      WEXITSTATUS(r->cmd_status));
		put_property(out, "command.status", status);
	}
	fputs("    </properties>\n", out);
}

/* The element of a case that did not pass; its text is the findings. */
static void put_outcome(FILE *out, const struct dxa_case *c)
{
	static const char *const element[] = {
		[DXA_CASE_FAIL] = "failure", [DXA_CASE_SKIP] = "skipped", [DXA_CASE_ERROR] = "error"
	};
	bool has_detail = c->status == DXA_CASE_FAIL || c->status == DXA_CASE_ERROR;

	if (c->status != DXA_CASE_PASS) {
		fprintf(out, "      <%s", element[c->status]);
		put_attribute(out, "message", c->message);
		if (has_detail)
			put_attribute(out, "type", c->name);
		fputc('>', out);
		if (has_detail)
			dxa_xml_put(out, c->body);
		fprintf(out, "</%s>\n", element[c->status]);
	}
	if (!has_detail && c->body[0]) {
		fputs("      <system-out>", out);
		dxa_xml_put(out, c->body);
		fputs("</system-out>\n", out);
	}
}

/* recording: NULL when there is only one part. */
static void begin_case(FILE *out, const char *recording, const char *name)
{
	fputs("    <testcase", out);
	put_attribute(out, "classname", recording ? recording : "daxaudit");
	put_attribute(out, "name", name);
}

static void put_case(FILE *out, const char *recording, const struct dxa_case *c)
{
	begin_case(out, recording, c->name);
	if (c->status == DXA_CASE_PASS && !c->body[0]) {
		fputs("/>\n", out);
		return;
	}
	fputs(">\n", out);
	put_outcome(out, c);
	fputs("    </testcase>\n", out);
}

static void put_counts(FILE *out, size_t tests, size_t failures, size_t errors)
{
	fprintf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\"", tests, failures, errors);
}

/* The suite of one part, and its share of the counts. */
static void begin_suite(struct junit *j, const char *recording, size_t tests, size_t failures,
			size_t errors)
{
	fputs("  <testsuite", j->suites);
	put_attribute(j->suites, "name", recording ? recording : "daxaudit");
	put_counts(j->suites, tests, failures, errors);
	j->tests += tests;
	j->failures += failures;
	j->errors += errors;
}

static void write_document(struct dxa_sink *s)
{
	struct junit *j = s->state;

	if (fflush(j->suites))
		s->err = ENOMEM;
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"daxaudit\"", s->out);
	put_counts(s->out, j->tests, j->failures, j->errors);
	fputs(">\n", s->out);
	fwrite(j->text, 1, j->len, s->out);
	fputs("</testsuites>\n", s->out);
}

static void junit_end(struct dxa_sink *s, const struct dxa_result *r)
{
	struct junit *j = s->state;
	const struct dxa_case *cases = dxa_cases_finish(j->cases, s->run, r);
	const char *recording = dxa_sink_has_parts(s) ? s->run->recording : NULL;
	uint64_t ns = r->end > s->run->start ? r->end - s->run->start : 0;
	size_t n[DXA_CASE_STATUS_COUNT];

	dxa_cases_count(cases, n);
	begin_suite(j, recording, DXA_CASE_COUNT, n[DXA_CASE_FAIL], n[DXA_CASE_ERROR]);
	fprintf(j->suites, " skipped=\"%zu\" time=\"%" PRIu64 ".%03" PRIu64 "\">\n",
		n[DXA_CASE_SKIP], ns / 1000000000, ns / 1000000 % 1000);
	put_properties(j->suites, s->run, r);
	for (int i = 0; i < DXA_CASE_COUNT; i++)
		put_case(j->suites, recording, &cases[i]);
	fputs("  </testsuite>\n", j->suites);
	if (!dxa_sink_has_parts(s))
		write_document(s);
}

static void junit_unread(struct dxa_sink *s, const char *recording, const char *why)
{
	struct junit *j = s->state;

	begin_suite(j, recording, 1, 0, 1);
	fputs(" skipped=\"0\" time=\"0.000\">\n    <properties>\n", j->suites);
	put_property(j->suites, "recording", recording);
	fputs("    </properties>\n", j->suites);
	begin_case(j->suites, recording, "audit-complete");
	fputs(">\n      <error", j->suites);
	put_attribute(j->suites, "message", why);
	put_attribute(j->suites, "type", "audit-complete");
	fputs("/>\n    </testcase>\n  </testsuite>\n", j->suites);
}

static void junit_summary(struct dxa_sink *s, const struct dxa_summary *summary)
{
	(void)summary;
	write_document(s);
}

static void junit_refused(struct dxa_sink *s, const struct dxa_refusal *refusal)
{
	struct junit *j = s->state;
	const struct dxa_case *cases = dxa_cases_refuse(j->cases, refusal);
	size_t n[DXA_CASE_STATUS_COUNT];

	dxa_cases_count(cases, n);
	begin_suite(j, NULL, DXA_CASE_COUNT, n[DXA_CASE_FAIL], n[DXA_CASE_ERROR]);
	fprintf(j->suites, " skipped=\"%zu\" time=\"0.000\">\n", n[DXA_CASE_SKIP]);
	begin_properties(j->suites, s->run);
	put_property(j->suites, "verdict", dxa_refusal_name(refusal));
	fputs("    </properties>\n", j->suites);
	for (int i = 0; i < DXA_CASE_COUNT; i++)
		put_case(j->suites, NULL, &cases[i]);
	fputs("  </testsuite>\n", j->suites);
	write_document(s);
}

const struct dxa_sink_ops dxa_sink_junit = {
	.name = "junit",
	.judges = true,
	.what = "JUnit XML, for Jenkins and GitLab: one test a rule, and one for completeness",
	.open = junit_open,
	.begin = junit_begin,
	.finding = junit_finding,
	.end = junit_end,
	.unread = junit_unread,
	.summary = junit_summary,
	.refused = junit_refused,
	.free = junit_free,
};
