// SPDX-License-Identifier: GPL-2.0-only
/*
 * A submission to KernelCI's database, in version 5.0 of its schema
 * (kcidb_io/schema/v05_00.py of kcidb-io): one test for each rule, on the kernel's build.
 * Only the CI system that built the kernel knows the id of that build; without it, a build
 * and a checkout are made up.
 */
#include <ctype.h>
#include <inttypes.h>
#include <json.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "output/cases.h"
#include "output/jsonobj.h"

#define ORIGIN "daxaudit"
#define LOG_EXCERPT_MAX 16384 /* characters, by the schema; bytes here, to be on the safe side */

struct kcidb {
	struct dxa_cases *cases;
	struct json_object *root, *checkouts, *builds, *tests;
};

static void kcidb_free(struct dxa_sink *s)
{
	struct kcidb *k = s->state;

	if (!k)
		return;
	dxa_cases_free(k->cases);
	json_object_put(k->root);
	free(k);
}

static struct dxa_err *kcidb_open(struct dxa_sink *s)
{
	struct kcidb *k = calloc(1, sizeof(*k));
	struct json_object *version;

	s->state = k;
	if (!k)
		return dxa_err_nomem();
	k->cases = dxa_cases_new();
	k->root = json_object_new_object();
	version = dxa_json_object(k->root, "version");
	json_object_object_add(version, "major", json_object_new_int(5));
	json_object_object_add(version, "minor", json_object_new_int(0));
	return k->cases ? NULL : dxa_err_nomem();
}

static void kcidb_begin(struct dxa_sink *s, const struct dxa_run *run)
{
	struct kcidb *k = s->state;

	(void)run;
	dxa_cases_reset(k->cases);
}

static void kcidb_finding(struct dxa_sink *s, const struct dxa_finding *f)
{
	struct kcidb *k = s->state;

	dxa_cases_add(k->cases, f, s->run);
}

/* With its NUL: "ab", "c" is another list than "a", "bc". */
static uint64_t hash(uint64_t h, const char *s)
{
	return dxa_hash(h, s, strlen(s) + 1);
}

/* The same kernel gives the same number, on whatever machine it runs. */
static uint64_t kernel_number(const struct dxa_run *run)
{
	return hash(hash(hash(DXA_HASH_START, run->release), run->version), run->machine);
}

/* One audit's number: a recording's replay is the same audit, and replaces its submission. */
static uint64_t audit_number(const struct dxa_run *run)
{
	uint64_t h = kernel_number(run);
	char start[24];

	snprintf(start, sizeof(start), "%" PRIu64, run->start);
	h = hash(h, start);
	for (const char *const *arg = run->argv; arg && *arg; arg++)
		h = hash(h, *arg);
	return h;
}

static struct json_object *identified(const char *origin, const char *id)
{
	struct json_object *o = json_object_new_object();

	dxa_json_add_string(o, "id", id);
	dxa_json_add_string(o, "origin", origin);
	return o;
}

static bool has_build(const struct kcidb *k, const char *id)
{
	for (size_t i = 0; k->builds && i < json_object_array_length(k->builds); i++)
		if (!strcmp(dxa_json_member(json_object_array_get_idx(k->builds, i), "id"), id))
			return true;
	return false;
}

/* A checkout and a build for a kernel that KCIDB does not know from elsewhere. */
static void add_build(struct kcidb *k, const struct dxa_run *run, const char *id)
{
	struct json_object *checkout, *build;
	char comment[512], machine[65];
	size_t n = 0;

	if (has_build(k, id))
		return;
	if (!k->builds) {
		k->checkouts = dxa_json_array(k->root, "checkouts");
		k->builds = dxa_json_array(k->root, "builds");
	}
	checkout = identified(ORIGIN, id);
	build = identified(ORIGIN, id);
	snprintf(comment, sizeof(comment), "Linux %s %s", run->release, run->version);
	dxa_json_add_string(checkout, "comment", comment);
	dxa_json_add_string(build, "checkout_id", id);
	dxa_json_add_string(build, "comment", comment);
	/* The schema takes [a-z0-9_]*. */
	for (const char *c = run->machine; *c && n < sizeof(machine) - 1; c++)
		machine[n++] = isalnum((unsigned char)*c) && (unsigned char)*c < 0x80 ?
				       (char)tolower((unsigned char)*c) :
				       '_';
	machine[n] = '\0';
	dxa_json_add_string(build, "architecture", machine);
	json_object_array_add(k->checkouts, checkout);
	json_object_array_add(k->builds, build);
}

/* The beginning of a text, cut at the end of a line if it is too long. */
static void add_excerpt(struct json_object *to, const char *text)
{
	size_t len = strlen(text);
	char *cut;

	if (len > LOG_EXCERPT_MAX)
		for (len = LOG_EXCERPT_MAX; len && text[len - 1] != '\n';)
			len--;
	cut = strndup(text, len);
	dxa_json_add_string(to, "log_excerpt", cut);
	free(cut);
}

static struct json_object *test_object(const struct dxa_case *c, const char *origin, uint64_t audit,
				       double seconds)
{
	static const char *const status[] = { [DXA_CASE_PASS] = "PASS",
					      [DXA_CASE_FAIL] = "FAIL",
					      [DXA_CASE_SKIP] = "SKIP",
					      [DXA_CASE_ERROR] = "ERROR" };
	char id[160], path[80];
	struct json_object *o;

	snprintf(id, sizeof(id), "%s:daxaudit.%016" PRIx64 ".%s", origin, audit, c->name);
	snprintf(path, sizeof(path), "daxaudit.%s", c->name);
	o = identified(origin, id);
	dxa_json_add_string(o, "path", path);
	dxa_json_add_string(o, "comment", c->message[0] ? c->message : c->title);
	dxa_json_add_string(o, "status", status[c->status]);
	json_object_object_add(o, "duration", json_object_new_double(seconds));
	add_excerpt(o, c->body);
	return o;
}

/* Two copies of one recording must be two tests. */
static uint64_t free_number(const struct kcidb *k, const struct dxa_run *run, size_t part)
{
	uint64_t number = audit_number(run);
	char mark[24], text[32];

	snprintf(mark, sizeof(mark), ".%016" PRIx64 ".", number);
	for (size_t i = 0; i < json_object_array_length(k->tests); i++) {
		if (!strstr(dxa_json_member(json_object_array_get_idx(k->tests, i), "id"), mark))
			continue;
		snprintf(text, sizeof(text), "part %zu", part);
		return hash(number, text);
	}
	return number;
}

/* Write a test for each case. r: NULL if the audit could not begin. */
static void add_tests(struct dxa_sink *s, const struct dxa_case *cases, const struct dxa_result *r)
{
	struct kcidb *k = s->state;
	const char *build = s->run->kcidb_build;
	double seconds = r && r->end > s->run->start ? (double)(r->end - s->run->start) / 1e9 : 0;
	char own[64], origin[64];
	struct json_object *o;
	uint64_t audit;

	snprintf(own, sizeof(own), ORIGIN ":kernel.%016" PRIx64, kernel_number(s->run));
	snprintf(origin, sizeof(origin), "%.*s", build ? (int)strcspn(build, ":") : 99,
		 build ? build : ORIGIN);
	if (!build)
		add_build(k, s->run, own);
	if (!k->tests)
		k->tests = dxa_json_array(k->root, "tests");
	audit = free_number(k, s->run, s->part);
	for (int i = 0; i < DXA_CASE_COUNT; i++) {
		o = test_object(&cases[i], origin, audit, seconds);
		dxa_json_add_string(o, "build_id", build ? build : own);
		if (r)
			dxa_json_add_coverage(dxa_json_object(o, "misc"), r);
		json_object_array_add(k->tests, o);
	}
	if (!dxa_sink_has_parts(s))
		dxa_json_write(s->out, k->root, true);
}

static void kcidb_end(struct dxa_sink *s, const struct dxa_result *r)
{
	struct kcidb *k = s->state;

	add_tests(s, dxa_cases_finish(k->cases, s->run, r), r);
}

static void kcidb_refused(struct dxa_sink *s, const struct dxa_refusal *refusal)
{
	struct kcidb *k = s->state;

	add_tests(s, dxa_cases_refuse(k->cases, refusal), NULL);
}

static void kcidb_summary(struct dxa_sink *s, const struct dxa_summary *summary)
{
	struct kcidb *k = s->state;

	/* The kernel of a recording that was not replayed is not known: no build can fail. */
	(void)summary;
	dxa_json_write(s->out, k->root, true);
}

const struct dxa_sink_ops dxa_sink_kcidb = {
	.name = "kcidb",
	.judges = true,
	.what = "a submission to KernelCI's database (its schema 5.0): one test a rule",
	.open = kcidb_open,
	.begin = kcidb_begin,
	.finding = kcidb_finding,
	.end = kcidb_end,
	.summary = kcidb_summary,
	.refused = kcidb_refused,
	.free = kcidb_free,
};
