// SPDX-License-Identifier: GPL-2.0-only
/*
 * JUnit's XML, with the elements that both Jenkins and GitLab read: one suite,
 * one test case a rule. Few enough that escaping is all a library would do.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "output/cases.h"
#include "output/coverage.h"
#include "output/prose.h"
#include "output/xml.h"

static struct dxa_err *junit_open(struct dxa_sink *s)
{
	s->state = dxa_cases_new();
	return s->state ? NULL : dxa_err_nomem();
}

static void junit_finding(struct dxa_sink *s, const struct dxa_finding *f)
{
	dxa_cases_add(s->state, f, s->run);
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

static void put_properties(FILE *out, const struct dxa_run *run, const struct dxa_result *r)
{
	char coverage[DXA_COVERAGE_LEN], status[32];

	fputs("    <properties>\n", out);
	put_property(out, "mode", run->mode);
	put_property(out, "recording", run->recording);
	put_property(out, "kernel.release", run->release);
	put_property(out, "kernel.version", run->version);
	put_property(out, "kernel.machine", run->machine);
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

/* The element that tells a case that did not pass; its text is the findings. */
static void put_outcome(FILE *out, const struct dxa_case *c)
{
	static const char *const element[] = {
		[DXA_CASE_FAIL] = "failure", [DXA_CASE_SKIP] = "skipped", [DXA_CASE_ERROR] = "error"
	};
	bool told = c->status == DXA_CASE_FAIL || c->status == DXA_CASE_ERROR;

	if (c->status != DXA_CASE_PASS) {
		fprintf(out, "      <%s", element[c->status]);
		put_attribute(out, "message", c->message);
		if (told)
			put_attribute(out, "type", c->name);
		fputc('>', out);
		if (told)
			dxa_xml_put(out, c->body);
		fprintf(out, "</%s>\n", element[c->status]);
	}
	if (!told && c->body[0]) {
		fputs("      <system-out>", out);
		dxa_xml_put(out, c->body);
		fputs("</system-out>\n", out);
	}
}

static void put_case(FILE *out, const struct dxa_case *c)
{
	fputs("    <testcase", out);
	put_attribute(out, "classname", "daxaudit");
	put_attribute(out, "name", c->name);
	if (c->status == DXA_CASE_PASS && !c->body[0]) {
		fputs("/>\n", out);
		return;
	}
	fputs(">\n", out);
	put_outcome(out, c);
	fputs("    </testcase>\n", out);
}

static void put_counts(FILE *out, const struct dxa_case *cases)
{
	size_t n[DXA_CASE_STATUS_COUNT];

	dxa_cases_count(cases, n);
	fprintf(out, " tests=\"%d\" failures=\"%zu\" errors=\"%zu\"", DXA_CASE_COUNT,
		n[DXA_CASE_FAIL], n[DXA_CASE_ERROR]);
}

static void junit_end(struct dxa_sink *s, const struct dxa_result *r)
{
	const struct dxa_case *cases = dxa_cases_judge(s->state, s->run, r);
	uint64_t ns = r->end > s->run->start ? r->end - s->run->start : 0;
	size_t n[DXA_CASE_STATUS_COUNT];

	dxa_cases_count(cases, n);
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"daxaudit\"", s->out);
	put_counts(s->out, cases);
	fputs(">\n  <testsuite name=\"daxaudit\"", s->out);
	put_counts(s->out, cases);
	fprintf(s->out, " skipped=\"%zu\" time=\"%" PRIu64 ".%03" PRIu64 "\">\n", n[DXA_CASE_SKIP],
		ns / 1000000000, ns / 1000000 % 1000);
	put_properties(s->out, s->run, r);
	for (int i = 0; i < DXA_CASE_COUNT; i++)
		put_case(s->out, &cases[i]);
	fputs("  </testsuite>\n</testsuites>\n", s->out);
}

static void junit_free(struct dxa_sink *s)
{
	dxa_cases_free(s->state);
}

const struct dxa_sink_ops dxa_sink_junit = {
	.name = "junit",
	.what = "JUnit XML, for Jenkins and GitLab: one test a rule, and one for completeness",
	.open = junit_open,
	.finding = junit_finding,
	.end = junit_end,
	.free = junit_free,
};
