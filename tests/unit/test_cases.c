// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/event_kinds.h"
#include "output/cases.h"

#define COMPLETE (DXA_CASE_COUNT - 1)

/* A complete audit of one pmem device, in which nothing was found. */
struct audit {
	struct dxa_run run;
	struct dxa_engine_stats stats;
	struct dxa_hook_status hooks[3];
	struct dxa_result result;
	struct dxa_cases *cases;
};

static void begin(struct audit *a)
{
	*a = (struct audit){ .run = { .mode = "check",
				      .release = "6.1.0",
				      .machine = "x86_64",
				      .aliasing = DXA_ALIASING_NO,
				      .failing = DXA_SEVERITY_WARNING },
			     .stats = { .lives = 1, .snapshots = 1 },
			     .hooks = { { .info = dxa_kind_info(DXA_KIND_ALLOC_DAX),
					  .mode = DXA_ATTACH_FENTRY },
					{ .info = dxa_kind_info(DXA_KIND_SET_DAX_SYNCHRONOUS),
					  .mode = DXA_ATTACH_FENTRY },
					{ .info = dxa_kind_info(DXA_KIND_DAX_DIRECT_ACCESS),
					  .mode = DXA_ATTACH_FENTRY } } };
	a->stats.allocs[DXA_DRIVER_PMEM] = a->stats.exercised[DXA_DRIVER_PMEM] = 1;
	a->result = (struct dxa_result){
		.verdict = { .complete = true }, .stats = &a->stats, .hooks = a->hooks, .n_hooks = 3
	};
	a->cases = dxa_cases_new();
}

static void find(struct audit *a, enum dxa_rule rule, enum dxa_severity severity,
		 const char *allowed_by)
{
	struct dxa_finding f = {
		.rule = rule,
		.severity = severity,
		.policy = { .allowed_by = allowed_by, .until = "2030-01-01", .reason = "known" },
		.detail = "it happened"
	};

	dxa_cases_add(a->cases, &f, &a->run);
}

static const struct dxa_case *judge(struct audit *a)
{
	return dxa_cases_finish(a->cases, &a->run, &a->result);
}

static void assert_all_rules(const struct dxa_case *c, enum dxa_case_status status)
{
	for (int i = 0; i < DXA_RULE_COUNT; i++)
		assert_int_equal(c[i].status, status);
}

static void test_each_rule_is_a_case(void **state)
{
	const struct dxa_case *c;
	struct audit a;

	(void)state;
	begin(&a);
	c = judge(&a);
	for (int i = 0; i < DXA_RULE_COUNT; i++)
		assert_string_equal(c[i].name, dxa_rule_info((enum dxa_rule)i)->name);
	assert_string_equal(c[COMPLETE].name, "audit-complete");
	assert_all_rules(c, DXA_CASE_PASS);
	assert_int_equal(c[COMPLETE].status, DXA_CASE_PASS);
	assert_non_null(strstr(c[COMPLETE].body, "coverage: pmem 1 allocation\n"));
	dxa_cases_free(a.cases);
}

/* Without --deep the users of a device are not hooked: the rule's case does not pass. */
static void test_users_are_watched_on_demand(void **state)
{
	const struct dxa_case *c;
	struct audit a;

	(void)state;
	begin(&a);
	a.result.n_hooks = 2;
	c = judge(&a);
	assert_int_equal(c[DXA_RULE_USE_AFTER_FREE].status, DXA_CASE_SKIP);
	assert_string_equal(c[DXA_RULE_USE_AFTER_FREE].message,
			    "dax_direct_access is not watched: --deep does");
	assert_int_equal(c[DXA_RULE_PUT_AFTER_FREE].status, DXA_CASE_PASS);
	dxa_cases_free(a.cases);
}

static void test_failing_severities(void **state)
{
	const struct dxa_case *c;
	struct audit a;

	(void)state;
	begin(&a);
	find(&a, DXA_RULE_NULL_TEARDOWN_LEAK, DXA_SEVERITY_ERROR, NULL);
	find(&a, DXA_RULE_NULL_TEARDOWN_LEAK, DXA_SEVERITY_ERROR, NULL);
	find(&a, DXA_RULE_FALLBACK, DXA_SEVERITY_INFO, NULL);
	find(&a, DXA_RULE_STALE_FLAGS, DXA_SEVERITY_ERROR, "policy.yaml:3");
	c = judge(&a);
	assert_int_equal(c[DXA_RULE_NULL_TEARDOWN_LEAK].status, DXA_CASE_FAIL);
	assert_string_equal(c[DXA_RULE_NULL_TEARDOWN_LEAK].message, "it happened (and 1 more)");
	assert_int_equal(c[DXA_RULE_FALLBACK].status, DXA_CASE_PASS);
	assert_non_null(strstr(c[DXA_RULE_FALLBACK].body, "it happened"));
	assert_int_equal(c[DXA_RULE_STALE_FLAGS].status, DXA_CASE_PASS);
	assert_non_null(strstr(c[DXA_RULE_STALE_FLAGS].body, "allowed by policy.yaml:3"));
	dxa_cases_free(a.cases);

	begin(&a);
	a.run.failing = DXA_SEVERITY_INFO;
	find(&a, DXA_RULE_FALLBACK, DXA_SEVERITY_INFO, NULL);
	assert_int_equal(judge(&a)[DXA_RULE_FALLBACK].status, DXA_CASE_FAIL);
	dxa_cases_free(a.cases);
}

static void test_a_rule_that_was_not_looked_at_is_skipped(void **state)
{
	const struct dxa_case *c;
	struct audit a;

	(void)state;
	begin(&a);
	a.stats.lives = 0;
	a.stats.allocs[DXA_DRIVER_PMEM] = 0;
	c = judge(&a);
	assert_all_rules(c, DXA_CASE_SKIP);
	assert_int_equal(c[COMPLETE].status, DXA_CASE_PASS);
	dxa_cases_free(a.cases);

	begin(&a);
	a.run.aliasing = DXA_ALIASING_UNKNOWN;
	c = judge(&a);
	assert_int_equal(c[DXA_RULE_UNEXPECTED_EOPNOTSUPP].status, DXA_CASE_SKIP);
	assert_int_equal(c[DXA_RULE_MISSING_EOPNOTSUPP].status, DXA_CASE_SKIP);
	assert_int_equal(c[DXA_RULE_NULL_TEARDOWN_LEAK].status, DXA_CASE_PASS);
	dxa_cases_free(a.cases);
}

static void test_a_rule_needs_what_can_show_it(void **state)
{
	const struct dxa_case *c;
	struct audit a;

	(void)state;
	begin(&a);
	a.hooks[0].mode = a.hooks[1].mode = a.hooks[2].mode = DXA_ATTACH_NONE;
	c = judge(&a);
	assert_int_equal(c[DXA_RULE_NULL_TEARDOWN_LEAK].status, DXA_CASE_SKIP);
	assert_string_equal(c[DXA_RULE_NULL_TEARDOWN_LEAK].message, "no call was watched");
	assert_int_equal(c[DXA_RULE_HOST_LEFT_BEHIND].status, DXA_CASE_PASS);
	assert_int_equal(c[DXA_RULE_ORPHAN].status, DXA_CASE_PASS);
	dxa_cases_free(a.cases);

	begin(&a);
	a.stats.snapshots = 0;
	c = judge(&a);
	assert_int_equal(c[DXA_RULE_NULL_TEARDOWN_LEAK].status, DXA_CASE_PASS);
	assert_int_equal(c[DXA_RULE_HOST_LEFT_BEHIND].status, DXA_CASE_PASS);
	assert_int_equal(c[DXA_RULE_ORPHAN].status, DXA_CASE_SKIP);
	dxa_cases_free(a.cases);
}

static void test_a_rule_needs_its_hooks(void **state)
{
	const struct dxa_case *c;
	struct audit a;

	(void)state;
	begin(&a);
	a.hooks[1] = (struct dxa_hook_status){ .info = dxa_kind_info(DXA_KIND_FS_DAX_GET),
					       .symbol = "fs_dax_get" };
	a.stats.snapshots = 0;
	c = judge(&a);
	assert_int_equal(c[DXA_RULE_REFERENCE_LEAK].status, DXA_CASE_SKIP);
	assert_string_equal(c[DXA_RULE_REFERENCE_LEAK].message, "fs_dax_get is not watched");
	assert_int_equal(c[DXA_RULE_FALLBACK].status, DXA_CASE_PASS);
	dxa_cases_free(a.cases);
}

static void test_an_incomplete_audit_skips_all_but_what_was_found(void **state)
{
	const struct dxa_case *c;
	struct audit a;

	(void)state;
	begin(&a);
	a.result.verdict =
		(struct dxa_verdict){ .kind = DXA_VERDICT_FINDINGS, .first_incomplete = 1 };
	dxa_verdict_add(&a.result.verdict, "1 finding of severity error");
	dxa_verdict_add(&a.result.verdict, "3 of 9 records were lost");
	find(&a, DXA_RULE_DESTROYED_ALIVE, DXA_SEVERITY_ERROR, NULL);
	c = judge(&a);
	for (int i = 0; i < DXA_RULE_COUNT; i++)
		assert_int_equal(c[i].status,
				 i == DXA_RULE_DESTROYED_ALIVE ? DXA_CASE_FAIL : DXA_CASE_SKIP);
	assert_int_equal(c[COMPLETE].status, DXA_CASE_ERROR);
	assert_string_equal(c[COMPLETE].message, "3 of 9 records were lost");
	dxa_verdict_deinit(&a.result.verdict);
	dxa_cases_free(a.cases);
}

static void test_without_a_dax_core_all_cases_are_skipped(void **state)
{
	const struct dxa_refusal none = { .why = "no DAX core", .skip = true, .exit_code = 4 };
	struct dxa_cases *cases = dxa_cases_new();
	const struct dxa_case *c = dxa_cases_refuse(cases, &none);
	size_t n[DXA_CASE_STATUS_COUNT];

	(void)state;
	dxa_cases_count(c, n);
	assert_int_equal(n[DXA_CASE_SKIP], DXA_CASE_COUNT);
	assert_string_equal(c[0].message, "no DAX core");
	assert_string_equal(c[COMPLETE].name, "audit-complete");
	assert_string_equal(c[COMPLETE].message, "no DAX core");
	dxa_cases_free(cases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_rule_is_a_case),
		cmocka_unit_test(test_users_are_watched_on_demand),
		cmocka_unit_test(test_failing_severities),
		cmocka_unit_test(test_a_rule_that_was_not_looked_at_is_skipped),
		cmocka_unit_test(test_a_rule_needs_what_can_show_it),
		cmocka_unit_test(test_a_rule_needs_its_hooks),
		cmocka_unit_test(test_an_incomplete_audit_skips_all_but_what_was_found),
		cmocka_unit_test(test_without_a_dax_core_all_cases_are_skipped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
