// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/policy.h"

/* The built-in policy, and after it the texts of the test. */
struct fixture {
	struct dxa_policy policy;
	struct dxa_policy_machine machine;
};

static void read_ok(struct dxa_policy *policy, const char *name, const char *text, size_t len)
{
	struct dxa_policy_problems problems = { 0 };

	if (!dxa_policy_read(policy, name, text, len, &problems))
		fail_msg("%s", problems.all.len ?
				       ((struct dxa_policy_problem *)problems.all.data)->text :
				       "no memory");
	assert_int_equal(problems.all.len, 0);
	dxa_policy_problems_free(&problems);
}

static void begin(struct fixture *f)
{
	const char *text;
	size_t len;

	dxa_policy_init(&f->policy);
	f->machine = (struct dxa_policy_machine){ "6.1.0-50-amd64", dxa_arch_by_machine("x86_64") };
	text = dxa_policy_built_in(&len);
	read_ok(&f->policy, DXA_POLICY_BUILT_IN, text, len);
}

static void add(struct fixture *f, const char *name, const char *text)
{
	read_ok(&f->policy, name, text, strlen(text));
}

static void end(struct fixture *f)
{
	dxa_policy_deinit(&f->policy);
}

static struct dxa_finding found(enum dxa_rule rule, enum dxa_driver driver)
{
	struct dxa_finding f = { .rule = rule,
				 .severity = dxa_rule_info(rule)->severity,
				 .life = { .driver = driver, .disk = "pmem0" },
				 .context = { .device = "namespace0.0" } };

	return f;
}

static struct dxa_finding apply(struct fixture *f, enum dxa_rule rule, enum dxa_driver driver,
				const char *today)
{
	struct dxa_finding finding = found(rule, driver);

	dxa_policy_apply(&f->policy, &f->machine, today, &finding);
	return finding;
}

/* ---- errors in a file ---- */

struct wrong {
	const char *text;
	const char *problems[6]; /* all errors, in order */
};

#define V "version: 1\n"
#define RULE "a rule ('daxaudit explain' lists them)"
#define ARCH "an architecture, as its folder below arch/ is called"

static const struct wrong wrongs[] = {
	{ "", { "f:1: empty: expected a mapping that begins with 'version: 1'" } },
	{ "# nothing\n", { "f:1: empty: expected a mapping that begins with 'version: 1'" } },
	{ "- 1\n", { "f:1: expected a mapping that begins with 'version: 1'" } },
	{ "fail-on: error\n", { "f:1: 'version' is missing in a policy file" } },
	{ "version: 2\n", { "f:1: version '2': expected 1" } },
	{ V "color: red\n",
	  { "f:2: unknown key 'color': expected in a policy file: version, fail-on, require, "
	    "severity, allow, expect" } },
	{ V "fail-on: info\nfail-on: error\n",
	  { "f:3: 'fail-on' is there twice: expected it once" } },
	{ V "fail-on: panic\n", { "f:2: fail-on 'panic': expected one of info, warning, error" } },
	{ V "fail-on: [info]\n", { "f:2: fail-on: expected one of info, warning, error" } },
	{ V "fail-on:\n", { "f:2: fail-on '': expected one of info, warning, error" } },
	{ V "require: pmem\n",
	  { "f:2: require 'pmem': expected a list of pmem, dm, virtiofs, dcssblk, device-dax, "
	    "fsdev" } },
	{ V "require:\n- pmem\n- pmen\n",
	  { "f:4: require 'pmen': expected a list of pmem, dm, virtiofs, dcssblk, device-dax, "
	    "fsdev: did you mean pmem?" } },
	{ V "require: [dm_mod]\n",
	  { "f:2: require 'dm_mod': expected a list of pmem, dm, virtiofs, dcssblk, device-dax, "
	    "fsdev: did you mean dm?" } },
	{ V "require: [unknown]\n",
	  { "f:2: require 'unknown': expected a list of pmem, dm, virtiofs, dcssblk, device-dax, "
	    "fsdev" } },
	{ V "severity: error\n",
	  { "f:2: severity 'error': expected a list of rows, each a mapping" } },
	{ V "severity: [error]\n",
	  { "f:2: severity 'error': expected a list of rows, each a mapping" } },
	{ V "severity:\n  - rule: host-fail\n    set: info\n",
	  { "f:3: rule 'host-fail': expected " RULE ": did you mean host-failed?" } },
	{ V "severity:\n  - rule: zzz\n    set: info\n", { "f:3: rule 'zzz': expected " RULE } },
	{ V "severity:\n  - driver: dm\n",
	  { "f:3: 'rule' is missing in a row of severity",
	    "f:3: 'set' is missing in a row of severity" } },
	{ V "allow:\n  - rule: stale-flags\n    driver: md\n",
	  { "f:3: 'reason' is missing in a row of allow",
	    "f:3: 'until' is missing in a row of allow",
	    "f:4: driver 'md': expected one of unknown, pmem, dm, virtiofs, dcssblk, device-dax, "
	    "fsdev, other" } },
	{ V "allow:\n  - {rule: stale-flags, reason: '', until: 2027-02-29}\n",
	  { "f:3: reason '': expected text",
	    "f:3: until '2027-02-29': expected a date such as 2027-03-31" } },
	{ V "allow:\n  - {rule: stale-flags, reason: \"\\e[31m\", until: soon}\n",
	  { "f:3: reason: expected text without control characters",
	    "f:3: until 'soon': expected a date such as 2027-03-31" } },
	{ V "allow:\n  - {rule: stale-flags, reason: \"a\\0b\", until: 2027-1-01}\n",
	  { "f:3: reason: expected text",
	    "f:3: until '2027-1-01': expected a date such as 2027-03-31" } },
	{ V "allow:\n  - {rule: stale-flags, reason: \" \\n\", until: 2027-00-01}\n",
	  { "f:3: reason ' ?': expected text",
	    "f:3: until '2027-00-01': expected a date such as 2027-03-31" } },
	{ V "allow:\n  - {rule: stale-flags, reason: {a: b}, until: 2027-13-01}\n",
	  { "f:3: reason: expected text",
	    "f:3: until '2027-13-01': expected a date such as 2027-03-31" } },
	{ V "expect:\n  - {arch: x86_64, aliasing: maybe}\n  - {arch: arm46, aliasing: y}\n"
	    "  - {arch: loongarsh}\n",
	  { "f:3: arch 'x86_64': expected " ARCH,
	    "f:3: aliasing 'maybe': expected one of unknown, no, yes",
	    "f:4: arch 'arm46': expected " ARCH ": did you mean arm64?",
	    "f:4: aliasing 'y': expected one of unknown, no, yes",
	    "f:5: arch 'loongarsh': expected " ARCH ": did you mean loongarch?" } },
	{ V "expect: [{? [a, b] : c}]\n",
	  { "f:2: unknown key: expected in a row of expect: arch, kernel, aliasing, require, "
	    "reason" } },
	{ V "require: [pmem\n",
	  { "f:3: no valid YAML: did not find expected ',' or ']' while parsing a flow sequence" } },
	{ V "fail-on: info: x\n",
	  { "f:2: no valid YAML: mapping values are not allowed in this context" } },
	{ V "# \xff\n",
	  { "f:2: no valid YAML: invalid leading UTF-8 octet: expected UTF-8 text" } },
	{ V "---\nversion: 1\n", { "f:2: a second document: expected one" } },
	{ V "fail-on: &a info\n", { "f:2: anchor &a: expected a value without one" } },
	{ V "fail-on: !!str info\n",
	  { "f:2: tag tag:yaml.org,2002:str: expected a value without one" } },
	{ V "require: [[[[[[[[[pmem]]]]]]]]]\n",
	  { "f:2: require: expected a list of pmem, dm, virtiofs, dcssblk, device-dax, fsdev",
	    "f:2: nested too deep: expected no more than 8 levels" } },
	{ V "fail-on: x\nrequire: [y]\nfoo: {a: [b]}\nallow: 3\n",
	  { "f:2: fail-on 'x': expected one of info, warning, error",
	    "f:3: require 'y': expected a list of pmem, dm, virtiofs, dcssblk, device-dax, fsdev",
	    "f:4: unknown key 'foo': expected in a policy file: version, fail-on, require, "
	    "severity, allow, expect",
	    "f:5: allow '3': expected a list of rows, each a mapping" } },
};

static void check_wrong(const struct wrong *w)
{
	struct dxa_policy_problems problems = { 0 };
	struct dxa_policy policy;
	size_t i;

	dxa_policy_init(&policy);
	assert_false(dxa_policy_read(&policy, "f", w->text, strlen(w->text), &problems));
	for (i = 0; i < problems.all.len; i++) {
		const struct dxa_policy_problem *p = dxa_vec_at(&problems.all, i);

		assert_true(i < 6);
		if (!w->problems[i] || strcmp(p->text, w->problems[i]) != 0)
			fail_msg("for:\n%sexpected: %s\nfound:    %s", w->text,
				 w->problems[i] ? w->problems[i] : "nothing", p->text);
	}
	if (i < 6 && w->problems[i])
		fail_msg("for:\n%sexpected: %s\nfound:    nothing", w->text, w->problems[i]);
	dxa_policy_problems_free(&problems);
	dxa_policy_deinit(&policy);
}

static void test_every_mistake_has_a_line_and_says_what_was_expected(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++)
		check_wrong(&wrongs[i]);
}

static void test_aliases_are_refused(void **state)
{
	static const char bomb[] = V "require: &a [pmem]\nallow: *a\n";
	struct dxa_policy_problems problems = { 0 };
	struct dxa_policy_problem *p;
	struct dxa_policy policy;

	(void)state;
	dxa_policy_init(&policy);
	assert_false(dxa_policy_read(&policy, "f", bomb, strlen(bomb), &problems));
	assert_int_equal(problems.all.len, 3);
	p = problems.all.data;
	assert_string_equal(p[0].text, "f:2: anchor &a: expected a value without one");
	assert_string_equal(p[1].text, "f:3: alias *a: expected the value itself");
	dxa_policy_problems_free(&problems);
	dxa_policy_deinit(&policy);
}

static void test_a_file_is_bounded(void **state)
{
	size_t len = DXA_POLICY_SIZE_MAX + 1, i;
	struct dxa_policy_problems problems = { 0 };
	char *text = malloc(len);
	struct dxa_policy policy;

	(void)state;
	memset(text, '\n', len);
	memcpy(text, V, strlen(V));
	dxa_policy_init(&policy);
	assert_true(dxa_policy_read(&policy, "f", text, len - 1, &problems));
	assert_false(dxa_policy_read(&policy, "f", text, len, &problems));
	assert_string_equal(((struct dxa_policy_problem *)problems.all.data)->text,
			    "f:1: too long: expected no more than 65536 bytes");
	dxa_policy_problems_free(&problems);
	/* So are the error messages about it. */
	problems = (struct dxa_policy_problems){ 0 };
	for (i = 0; i + 4 <= len - 1; i += 4)
		memcpy(text + i, "a: \n", 4);
	assert_false(dxa_policy_read(&policy, "f", text, len - 1, &problems));
	assert_int_equal(problems.all.len, 100);
	dxa_policy_problems_free(&problems);
	dxa_policy_deinit(&policy);
	free(text);
}

/* ---- severities ---- */

static void test_the_built_in_policy_changes_nothing(void **state)
{
	struct fixture f;
	int rule;

	(void)state;
	begin(&f);
	assert_int_equal(f.policy.top.severity, DXA_SEVERITY_WARNING);
	assert_string_equal(f.policy.top.origin, "built-in:7");
	for (rule = 0; rule < DXA_RULE_COUNT; rule++) {
		struct dxa_finding got =
			apply(&f, (enum dxa_rule)rule, DXA_DRIVER_PMEM, "2026-01-01");

		assert_int_equal(got.severity, dxa_rule_info((enum dxa_rule)rule)->severity);
		assert_null(got.policy.severity_from);
		assert_null(got.policy.allowed_by);
		assert_null(got.policy.expired);
	}
	end(&f);
}

static void test_severities_by_rule_and_driver_the_last_row_counts(void **state)
{
	struct dxa_finding got;
	struct fixture f;

	(void)state;
	begin(&f);
	add(&f, "a",
	    V "severity:\n"
	      "  - {rule: host-failed, set: error}\n"
	      "  - {rule: host-failed, driver: dm, set: warning}\n");
	got = apply(&f, DXA_RULE_HOST_FAILED, DXA_DRIVER_PMEM, "2026-01-01");
	assert_int_equal(got.severity, DXA_SEVERITY_ERROR);
	assert_string_equal(got.policy.severity_from, "a:3");
	got = apply(&f, DXA_RULE_HOST_FAILED, DXA_DRIVER_DM, "2026-01-01");
	assert_int_equal(got.severity, DXA_SEVERITY_WARNING);
	assert_string_equal(got.policy.severity_from, "a:4");
	got = apply(&f, DXA_RULE_ALLOC_FAILED, DXA_DRIVER_DM, "2026-01-01");
	assert_int_equal(got.severity, DXA_SEVERITY_INFO);
	add(&f, "b", V "severity: [{rule: host-failed, set: info}]\n");
	got = apply(&f, DXA_RULE_HOST_FAILED, DXA_DRIVER_DM, "2026-01-01");
	assert_int_equal(got.severity, DXA_SEVERITY_INFO);
	assert_string_equal(got.policy.severity_from, "b:2");
	end(&f);
}

/* Does a row with only this condition match the finding of found()? */
static bool matches(const char *condition)
{
	struct dxa_finding got;
	struct fixture f;
	char text[256];

	begin(&f);
	snprintf(text, sizeof(text), V "severity: [{rule: host-failed, set: error, %s}]\n",
		 condition);
	add(&f, "f", text);
	got = apply(&f, DXA_RULE_HOST_FAILED, DXA_DRIVER_PMEM, "2026-01-01");
	assert_int_equal(got.severity == DXA_SEVERITY_ERROR, got.policy.severity_from != NULL);
	end(&f);
	return got.severity == DXA_SEVERITY_ERROR;
}

static void test_conditions(void **state)
{
	(void)state;
	assert_true(matches("driver: pmem"));
	assert_false(matches("driver: other"));
	assert_true(matches("kernel: 6.1.*"));
	assert_true(matches("kernel: '*-amd64'"));
	assert_false(matches("kernel: '6.1'"));
	assert_false(matches("kernel: 6.12*"));
	assert_true(matches("kernel: '[56].?.*'"));
	assert_true(matches("arch: x86"));
	assert_false(matches("arch: arm64"));
	assert_true(matches("device: pmem0"));
	assert_true(matches("device: 'pmem*'"));
	assert_true(matches("device: namespace0.*"));
	assert_false(matches("device: pmem1"));
	assert_false(matches("device: pmem"));
	assert_true(matches("driver: pmem, arch: x86, kernel: '6*', device: '*'"));
	assert_false(matches("driver: pmem, arch: x86, kernel: '7*', device: '*'"));
}

static void test_a_device_without_a_name_matches_no_device(void **state)
{
	struct dxa_finding got = found(DXA_RULE_HOST_FAILED, DXA_DRIVER_PMEM);
	struct fixture f;

	(void)state;
	begin(&f);
	add(&f, "f", V "severity: [{rule: host-failed, set: error, device: '*'}]\n");
	got.life.disk[0] = got.context.device[0] = '\0';
	dxa_policy_apply(&f.policy, &f.machine, "2026-01-01", &got);
	assert_null(got.policy.severity_from);
	end(&f);
}

/* ---- allowances ---- */

#define ALLOW(until) "{rule: stale-flags, reason: bug 7, until: " until "}"

static void test_an_allowance_holds_through_its_last_day(void **state)
{
	struct dxa_finding got;
	struct fixture f;

	(void)state;
	begin(&f);
	add(&f, "f", V "allow:\n  - " ALLOW("2027-03-31") "\n");
	got = apply(&f, DXA_RULE_STALE_FLAGS, DXA_DRIVER_PMEM, "2027-03-31");
	assert_string_equal(got.policy.allowed_by, "f:3");
	assert_string_equal(got.policy.reason, "bug 7");
	assert_string_equal(got.policy.until, "2027-03-31");
	assert_null(got.policy.expired);
	assert_int_equal(got.severity, DXA_SEVERITY_ERROR);
	got = apply(&f, DXA_RULE_STALE_FLAGS, DXA_DRIVER_PMEM, "2027-04-01");
	assert_null(got.policy.allowed_by);
	assert_string_equal(got.policy.expired, "f:3");
	assert_string_equal(got.policy.reason, "bug 7");
	assert_string_equal(got.policy.until, "2027-03-31");
	got = apply(&f, DXA_RULE_STALE_FLAGS, DXA_DRIVER_PMEM, "9999-12-31");
	assert_non_null(got.policy.expired);
	got = apply(&f, DXA_RULE_CDEV_REINIT, DXA_DRIVER_PMEM, "2027-03-31");
	assert_null(got.policy.allowed_by);
	end(&f);
}

static void test_a_standing_allowance_comes_before_one_that_is_over(void **state)
{
	const struct dxa_policy_row *rows;
	struct dxa_finding got;
	struct fixture f;

	(void)state;
	begin(&f);
	add(&f, "f",
	    V "allow:\n  - " ALLOW("2020-01-01") "\n  - " ALLOW("2021-01-01") "\n  - " ALLOW(
		    "2027-01-01") "\n  - " ALLOW("2028-01-01") "\n");
	got = apply(&f, DXA_RULE_STALE_FLAGS, DXA_DRIVER_PMEM, "2026-06-01");
	assert_string_equal(got.policy.allowed_by, "f:5");
	assert_null(got.policy.expired);
	got = apply(&f, DXA_RULE_STALE_FLAGS, DXA_DRIVER_PMEM, "2030-01-01");
	assert_string_equal(got.policy.expired, "f:3");
	rows = f.policy.rows.data;
	assert_int_equal(rows[0].used, 1);
	assert_int_equal(rows[1].used, 0);
	assert_int_equal(rows[2].used, 1);
	assert_int_equal(rows[3].used, 0);
	end(&f);
}

static void test_leap_days(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	add(&f, "f", V "allow: [" ALLOW("2028-02-29") ", " ALLOW("2000-02-29") "]\n");
	end(&f);
	check_wrong(&(struct wrong){
		V "allow: [" ALLOW("2100-02-29") "]\n",
		{ "f:2: until '2100-02-29': expected a date such as 2027-03-31" } });
}

static void test_a_reason_is_one_line(void **state)
{
	struct dxa_finding got;
	struct fixture f;

	(void)state;
	begin(&f);
	add(&f, "f",
	    V "allow:\n- rule: stale-flags\n  until: 2027-01-01\n  reason: |\n    one\n    two\n");
	got = apply(&f, DXA_RULE_STALE_FLAGS, DXA_DRIVER_PMEM, "2026-01-01");
	assert_string_equal(got.policy.reason, "one two");
	end(&f);
}

/* ---- merging ---- */

static void test_later_files_and_options_come_before_earlier_ones(void **state)
{
	struct dxa_expectation e = { 0 };
	struct fixture f;

	(void)state;
	begin(&f);
	add(&f, "a", V "fail-on: error\nrequire: [pmem, dm]\n");
	assert_int_equal(f.policy.top.severity, DXA_SEVERITY_ERROR);
	assert_string_equal(f.policy.top.origin, "a:2");
	add(&f, "b", V "require:\n  - virtiofs\n  - dm\nallow:\nseverity:\n");
	assert_int_equal(f.policy.top.severity, DXA_SEVERITY_ERROR);
	assert_true(dxa_policy_fail_on(&f.policy, DXA_SEVERITY_INFO, "--fail-on"));
	assert_true(dxa_policy_require(&f.policy, 1u << DXA_DRIVER_FSDEV, "--require"));
	assert_int_equal(f.policy.top.severity, DXA_SEVERITY_INFO);
	assert_string_equal(f.policy.top.origin, "--fail-on");
	dxa_policy_expect(&f.policy, &f.machine, &e);
	assert_int_equal(e.required, 1u << DXA_DRIVER_PMEM | 1u << DXA_DRIVER_DM |
					     1u << DXA_DRIVER_VIRTIOFS | 1u << DXA_DRIVER_FSDEV);
	assert_string_equal(f.policy.top.require[DXA_DRIVER_PMEM], "a:3");
	assert_string_equal(f.policy.top.require[DXA_DRIVER_DM], "b:4");
	assert_string_equal(f.policy.top.require[DXA_DRIVER_VIRTIOFS], "b:3");
	assert_string_equal(f.policy.top.require[DXA_DRIVER_FSDEV], "--require");
	assert_null(f.policy.top.require[DXA_DRIVER_DCSSBLK]);
	assert_int_equal(f.policy.sources.len, 3);
	end(&f);
}

/* ---- expectations ---- */

static void test_the_architecture_decides_unless_something_knows_better(void **state)
{
	struct dxa_expectation e = { 0 };
	struct fixture f;

	(void)state;
	begin(&f);
	dxa_policy_expect(&f.policy, &f.machine, &e);
	assert_int_equal(e.aliasing, DXA_ALIASING_NO);
	assert_int_equal(e.eopnotsupp, 95);
	/* A conclusion from the machine itself. */
	e = (struct dxa_expectation){ DXA_ALIASING_YES, "looked", 7, 0 };
	dxa_policy_expect(&f.policy, &f.machine, &e);
	assert_int_equal(e.aliasing, DXA_ALIASING_YES);
	assert_string_equal(e.aliasing_from, "looked");
	assert_int_equal(e.eopnotsupp, 7);
	add(&f, "f",
	    V "expect:\n"
	      "  - {arch: x86, kernel: '6.1.*', aliasing: unknown, require: [pmem]}\n"
	      "  - {arch: arm, aliasing: yes, require: [dm]}\n");
	dxa_policy_expect(&f.policy, &f.machine, &e);
	assert_int_equal(e.aliasing, DXA_ALIASING_UNKNOWN);
	assert_string_equal(e.aliasing_from, "assumed: f:3");
	assert_int_equal(e.required, 1u << DXA_DRIVER_PMEM);
	assert_true(dxa_policy_assume(&f.policy, DXA_ALIASING_NO, "--assume"));
	dxa_policy_expect(&f.policy, &f.machine, &e);
	assert_int_equal(e.aliasing, DXA_ALIASING_NO);
	assert_string_equal(e.aliasing_from, "assumed: --assume");
	end(&f);
}

static void test_an_unknown_architecture(void **state)
{
	struct dxa_expectation e = { 0 };
	struct fixture f;

	(void)state;
	begin(&f);
	add(&f, "f", V "expect:\n  - {arch: x86, aliasing: yes}\n");
	f.machine.arch = dxa_arch_by_machine("vax");
	dxa_policy_expect(&f.policy, &f.machine, &e);
	assert_int_equal(e.aliasing, DXA_ALIASING_UNKNOWN);
	assert_int_equal(e.eopnotsupp, 95);
	end(&f);
}

/* ---- the documentation ---- */

static void check_documented(const char *doc, const struct dxa_policy_key *key)
{
	char expects[512], line[1024];

	snprintf(line, sizeof(line), "| `%s` | %s | %s | %s |\n", key->name,
		 key->required ? "yes" : "no", dxa_policy_expects(expects, sizeof(expects), key),
		 key->what);
	if (!strstr(doc, line))
		fail_msg("docs/policy.md lacks the line:\n%s", line);
}

static void test_every_key_is_documented(void **state)
{
	FILE *f = fopen("docs/policy.md", "re");
	static char doc[64 << 10];
	size_t i;
	int id;

	(void)state;
	assert_non_null(f);
	doc[fread(doc, 1, sizeof(doc) - 1, f)] = '\0';
	fclose(f);
	for (id = 0; id < DXA_POLICY_SECTIONS; id++) {
		const struct dxa_policy_section *s =
			dxa_policy_section((enum dxa_policy_section_id)id);

		for (i = 0; i < s->n_keys; i++)
			check_documented(doc, &s->keys[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_mistake_has_a_line_and_says_what_was_expected),
		cmocka_unit_test(test_aliases_are_refused),
		cmocka_unit_test(test_a_file_is_bounded),
		cmocka_unit_test(test_the_built_in_policy_changes_nothing),
		cmocka_unit_test(test_severities_by_rule_and_driver_the_last_row_counts),
		cmocka_unit_test(test_conditions),
		cmocka_unit_test(test_a_device_without_a_name_matches_no_device),
		cmocka_unit_test(test_an_allowance_holds_through_its_last_day),
		cmocka_unit_test(test_a_standing_allowance_comes_before_one_that_is_over),
		cmocka_unit_test(test_leap_days),
		cmocka_unit_test(test_a_reason_is_one_line),
		cmocka_unit_test(test_later_files_and_options_come_before_earlier_ones),
		cmocka_unit_test(test_the_architecture_decides_unless_something_knows_better),
		cmocka_unit_test(test_an_unknown_architecture),
		cmocka_unit_test(test_every_key_is_documented),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
