// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/cleanup.h"
#include "engine/verdict.h"

/* An audit in which nothing happened and all functions were hooked. */
struct audit {
	struct dxa_engine_stats stats;
	struct dxa_hook_status hooks[DXA_HOOK_MAX];
	struct dxa_verdict_input in;
};

static void quiet(struct audit *a)
{
	size_t n, i, used = 0;
	const struct dxa_kind_info *rows = dxa_kinds(&n);

	memset(a, 0, sizeof(*a));
	a->stats.lives = 1;
	for (i = 0; i < n; i++)
		if (!rows[i].synthetic)
			a->hooks[used++] = (struct dxa_hook_status){ .info = &rows[i],
								     .mode = DXA_ATTACH_FENTRY };
	a->in = (struct dxa_verdict_input){ .stats = &a->stats,
					    .failing = DXA_SEVERITY_WARNING,
					    .hooks = a->hooks,
					    .n_hooks = used };
}

static enum dxa_verdict_kind judge(const struct audit *a, struct dxa_verdict *v)
{
	dxa_verdict_deinit(v);
	dxa_verdict_judge(&a->in, v);
	return v->kind;
}

static void test_quiet_is_a_pass(void **state)
{
	dxa_cleanup(dxa_verdict_deinit) struct dxa_verdict v = { 0 };
	struct audit a;

	(void)state;
	quiet(&a);
	assert_int_equal(judge(&a, &v), DXA_VERDICT_PASS);
	assert_true(v.complete);
	assert_int_equal(v.reasons.len, 0);
	a.in.by_severity[DXA_SEVERITY_INFO] = 3;
	assert_int_equal(judge(&a, &v), DXA_VERDICT_PASS);
}

/* A recording may contain any numbers. */
static void counters_whose_sum_wraps_hide_no_loss(void **state)
{
	dxa_cleanup(dxa_verdict_deinit) struct dxa_verdict v = { 0 };
	struct audit a;

	(void)state;
	quiet(&a);
	for (int i = 0; i < 2; i++) {
		a.hooks[i].count.seen = a.hooks[i].count.dropped = 1ull << 63;
		a.hooks[i].missed = 1ull << 63;
	}
	assert_int_equal(judge(&a, &v), DXA_VERDICT_INCONCLUSIVE);
	assert_true(v.reasons.len >= 2);
}

static void test_allowed_finding_passes_and_is_shown(void **state)
{
	dxa_cleanup(dxa_verdict_deinit) struct dxa_verdict v = { 0 };
	struct audit a;

	(void)state;
	quiet(&a);
	a.in.allowed = 2;
	assert_int_equal(judge(&a, &v), DXA_VERDICT_PASS);
	assert_int_equal(v.reasons.len, 1);
	assert_string_equal(dxa_verdict_reason(&v, 0), "2 findings allowed by policy");
	a.in.by_severity[DXA_SEVERITY_ERROR] = 1;
	assert_int_equal(judge(&a, &v), DXA_VERDICT_FINDINGS);
}

static void test_a_pass_says_that_nothing_was_exercised(void **state)
{
	dxa_cleanup(dxa_verdict_deinit) struct dxa_verdict v = { 0 };
	struct audit a;

	(void)state;
	quiet(&a);
	a.stats.lives = 0;
	assert_int_equal(judge(&a, &v), DXA_VERDICT_PASS);
	assert_int_equal(v.reasons.len, 1);
}

/* Returns the only reason. */
static const char *only_reason(const struct audit *a, struct dxa_verdict *v,
			       enum dxa_verdict_kind kind)
{
	assert_int_equal(judge(a, v), kind);
	assert_int_equal(v->reasons.len, 1);
	return dxa_verdict_reason(v, 0);
}

static void test_a_checked_command_must_exercise_something(void **state)
{
	static const char typo[] = "nothing was exercised: no dax_device was allocated, bound or "
				   "run while 'modprobe nd_pmemm' ran, which failed with exit "
				   "status 1";
	const char *const argv[] = { "modprobe", "nd_pmemm", NULL };
	dxa_cleanup(dxa_verdict_deinit) struct dxa_verdict v = { 0 };
	struct audit a;

	(void)state;
	quiet(&a);
	a.in.argv = argv;
	a.in.has_cmd_status = true;
	a.in.cmd_status = 1 << 8;
	assert_string_equal(only_reason(&a, &v, DXA_VERDICT_PASS), typo);
	assert_true(v.complete);
	a.in.must_exercise = true;
	assert_string_equal(only_reason(&a, &v, DXA_VERDICT_INCONCLUSIVE), typo);
	assert_false(v.complete);
	a.in.cmd_status = 9;
	assert_non_null(strstr(only_reason(&a, &v, DXA_VERDICT_INCONCLUSIVE),
			       "' ran, which was killed by signal 9"));
	a.in.cmd_status = 0;
	assert_non_null(
		strstr(only_reason(&a, &v, DXA_VERDICT_INCONCLUSIVE), "'modprobe nd_pmemm' ran"));
	a.in.dax_calls = 1;
	assert_int_equal(judge(&a, &v), DXA_VERDICT_PASS);
	a.in.dax_calls = 0;
	a.stats.exercised[DXA_DRIVER_PMEM] = 1;
	assert_int_equal(judge(&a, &v), DXA_VERDICT_PASS);
	assert_int_equal(v.reasons.len, 0);
}

static void test_a_long_command_is_cut_to_one_line(void **state)
{
	const char *const argv[] = { "sh", "-c", "one\n\ttwo \x1b[31m thr\xc3\xa9\xc3\xa9 f\xffour",
				     "and many, many more words than anybody would care to read "
				     "in a line that tells how an audit has ended",
				     NULL };
	dxa_cleanup(dxa_verdict_deinit) struct dxa_verdict v = { 0 };
	struct audit a;
	const char *why;

	(void)state;
	quiet(&a);
	a.in.argv = argv;
	why = only_reason(&a, &v, DXA_VERDICT_PASS);
	assert_non_null(strstr(why, "while 'sh -c one  two ?[31m thr\xc3\xa9\xc3\xa9 f?our and"));
	assert_non_null(strstr(why, "...' ran"));
	assert_true(strlen(why) < 200);
}

static void test_severity_decides(void **state)
{
	dxa_cleanup(dxa_verdict_deinit) struct dxa_verdict v = { 0 };
	struct audit a;

	(void)state;
	quiet(&a);
	a.in.by_severity[DXA_SEVERITY_WARNING] = 1;
	assert_int_equal(judge(&a, &v), DXA_VERDICT_FINDINGS);
	a.in.failing = DXA_SEVERITY_ERROR;
	assert_int_equal(judge(&a, &v), DXA_VERDICT_PASS);
	a.in.failing = DXA_SEVERITY_INFO;
	assert_int_equal(judge(&a, &v), DXA_VERDICT_FINDINGS);
}

static void test_a_gap_is_inconclusive_and_a_finding_outranks_it(void **state)
{
	dxa_cleanup(dxa_verdict_deinit) struct dxa_verdict v = { 0 };
	struct audit a;
	int gap;

	(void)state;
	for (gap = 0; gap < DXA_GAP_COUNT; gap++) {
		quiet(&a);
		a.stats.gaps[gap] = 1;
		assert_int_equal(judge(&a, &v), DXA_VERDICT_INCONCLUSIVE);
		assert_int_equal(v.reasons.len, 1);
		assert_false(v.complete);
		assert_int_equal(v.first_incomplete, 0);
		a.in.by_severity[DXA_SEVERITY_ERROR] = 1;
		assert_int_equal(judge(&a, &v), DXA_VERDICT_FINDINGS);
		assert_int_equal(v.reasons.len, 2);
		assert_false(v.complete);
		assert_int_equal(v.first_incomplete, 1);
	}
}

static void test_counters_must_agree(void **state)
{
	dxa_cleanup(dxa_verdict_deinit) struct dxa_verdict v = { 0 };
	struct audit a;

	(void)state;
	quiet(&a);
	a.hooks[0].count = (struct dxa_count){ 10, 10, 0 };
	assert_int_equal(judge(&a, &v), DXA_VERDICT_PASS);
	a.hooks[0].count = (struct dxa_count){ 10, 9, 1 };
	assert_int_equal(judge(&a, &v), DXA_VERDICT_INCONCLUSIVE);
	a.hooks[0].count = (struct dxa_count){ 10, 9, 0 };
	assert_int_equal(judge(&a, &v), DXA_VERDICT_INCONCLUSIVE);
	quiet(&a);
	a.hooks[3].missed = 1;
	assert_int_equal(judge(&a, &v), DXA_VERDICT_INCONCLUSIVE);
}

static void test_unreadable_counters_are_no_pass(void **state)
{
	dxa_cleanup(dxa_verdict_deinit) struct dxa_verdict v = { 0 };
	struct audit a;

	(void)state;
	quiet(&a);
	a.hooks[3].unreadable = true;
	assert_int_equal(judge(&a, &v), DXA_VERDICT_INCONCLUSIVE);
	assert_int_equal(v.reasons.len, 1);
	assert_string_equal(dxa_verdict_reason(&v, 0), "the counters of run_dax could not be read");
	for (size_t i = 0; i < a.in.n_hooks; i++)
		a.hooks[i].unreadable = true;
	assert_int_equal(judge(&a, &v), DXA_VERDICT_INCONCLUSIVE);
	assert_int_equal(v.reasons.len, 1);
}

static void test_errors_of_two_hooks_do_not_cancel(void **state)
{
	dxa_cleanup(dxa_verdict_deinit) struct dxa_verdict v = { 0 };
	struct audit a;

	(void)state;
	quiet(&a);
	a.hooks[0].count = (struct dxa_count){ .seen = 5, .submitted = 4 };
	a.hooks[1].count = (struct dxa_count){ .seen = 4, .submitted = 5 };
	assert_int_equal(judge(&a, &v), DXA_VERDICT_INCONCLUSIVE);
	assert_int_equal(v.reasons.len, 2);
}

static void test_repeated_calls_have_no_records(void **state)
{
	dxa_cleanup(dxa_verdict_deinit) struct dxa_verdict v = { 0 };
	struct audit a;

	(void)state;
	quiet(&a);
	a.hooks[0].count = (struct dxa_count){ .seen = 40000, .submitted = 2, .repeated = 39998 };
	assert_int_equal(judge(&a, &v), DXA_VERDICT_PASS);
	dxa_verdict_deinit(&v);
	a.hooks[0].count.repeated--;
	assert_int_equal(judge(&a, &v), DXA_VERDICT_INCONCLUSIVE);
	assert_int_equal(v.reasons.len, 1);
}

static void test_all_reasons_are_listed(void **state)
{
	dxa_cleanup(dxa_verdict_deinit) struct dxa_verdict v = { 0 };
	_cleanup_free_ char *joined = NULL;
	char cut[1000];
	struct audit a;

	(void)state;
	quiet(&a);
	memset(cut, 'c', sizeof(cut) - 1);
	cut[sizeof(cut) - 1] = '\0';
	a.in.cut = cut;
	for (size_t i = 0; i < a.in.n_hooks; i++)
		a.hooks[i].count.seen = i + 1;
	for (int gap = 0; gap < DXA_GAP_COUNT; gap++)
		a.stats.gaps[gap] = 1;
	assert_int_equal(judge(&a, &v), DXA_VERDICT_INCONCLUSIVE);
	assert_int_equal(v.reasons.len, 1 + a.in.n_hooks + DXA_GAP_COUNT);
	assert_string_equal(dxa_verdict_reason(&v, 0), cut);
	joined = dxa_verdict_join(&v, 1);
	for (size_t i = 0; i < a.in.n_hooks; i++)
		assert_non_null(strstr(joined, a.hooks[i].info->name));
	assert_null(strstr(joined, cut));
	assert_null(dxa_verdict_reason(&v, v.reasons.len));
}

static void test_a_reason_without_memory_is_still_reported(void **state)
{
	const struct dxa_verdict v = { .kind = DXA_VERDICT_INCONCLUSIVE };

	(void)state;
	assert_string_equal(dxa_verdict_reason(&v, 0), "out of memory for the reason");
	assert_null(dxa_verdict_reason(&v, 1));
}

static void test_dropped_records_are_counted_once(void **state)
{
	uint32_t known = 0;

	(void)state;
	assert_int_equal(dxa_dropped_since(&known, 0), 0);
	assert_int_equal(dxa_dropped_since(&known, 3), 3);
	/* A program that was delayed has older data than the records before its own. */
	assert_int_equal(dxa_dropped_since(&known, 2), 0);
	assert_int_equal(dxa_dropped_since(&known, 3), 0);
	assert_int_equal(dxa_dropped_since(&known, 5), 2);
	known = UINT32_MAX - 1;
	assert_int_equal(dxa_dropped_since(&known, 1), 3);
	assert_int_equal(dxa_dropped_since(&known, UINT32_MAX), 0);
	assert_int_equal(known, 1);
}

static void test_interrupted(void **state)
{
	dxa_cleanup(dxa_verdict_deinit) struct dxa_verdict v = { 0 };
	struct audit a;

	(void)state;
	quiet(&a);
	a.in.interrupted = true;
	assert_int_equal(judge(&a, &v), DXA_VERDICT_INCONCLUSIVE);
}

static void test_one_cause_is_one_reason(void **state)
{
	dxa_cleanup(dxa_verdict_deinit) struct dxa_verdict v = { 0 };
	struct audit a;

	(void)state;
	quiet(&a);
	a.in.interrupted = true;
	a.in.cut = "the command did not end within --timeout and was killed";
	assert_int_equal(judge(&a, &v), DXA_VERDICT_INCONCLUSIVE);
	assert_int_equal(v.reasons.len, 1);
	assert_string_equal(dxa_verdict_reason(&v, 0), a.in.cut);
}

static void test_verdicts_have_names(void **state)
{
	(void)state;
	assert_string_equal(dxa_verdict_name(DXA_VERDICT_PASS), "pass");
	assert_string_equal(dxa_verdict_name(DXA_VERDICT_FINDINGS), "findings");
	assert_string_equal(dxa_verdict_name(DXA_VERDICT_INCONCLUSIVE), "inconclusive");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_quiet_is_a_pass),
		cmocka_unit_test(counters_whose_sum_wraps_hide_no_loss),
		cmocka_unit_test(test_allowed_finding_passes_and_is_shown),
		cmocka_unit_test(test_a_pass_says_that_nothing_was_exercised),
		cmocka_unit_test(test_a_checked_command_must_exercise_something),
		cmocka_unit_test(test_a_long_command_is_cut_to_one_line),
		cmocka_unit_test(test_severity_decides),
		cmocka_unit_test(test_a_gap_is_inconclusive_and_a_finding_outranks_it),
		cmocka_unit_test(test_counters_must_agree),
		cmocka_unit_test(test_unreadable_counters_are_no_pass),
		cmocka_unit_test(test_errors_of_two_hooks_do_not_cancel),
		cmocka_unit_test(test_repeated_calls_have_no_records),
		cmocka_unit_test(test_all_reasons_are_listed),
		cmocka_unit_test(test_a_reason_without_memory_is_still_reported),
		cmocka_unit_test(test_dropped_records_are_counted_once),
		cmocka_unit_test(test_interrupted),
		cmocka_unit_test(test_one_cause_is_one_reason),
		cmocka_unit_test(test_verdicts_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
