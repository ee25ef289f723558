// SPDX-License-Identifier: GPL-2.0-only
/* The parts of a sweep that need no kernel. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <json.h>
#include <stdlib.h>
#include <string.h>

#include "base/errinject.h"
#include "base/kcomplaint.h"
#include "cli/sweep_plan.h"
#include "cli/sweep_watch.h"
#include "output/sweepdoc.h"

/* ---- the kernel's list ---- */

static void list_gives_return_type(void **state)
{
	struct dxa_errinject e;

	(void)state;
	assert_true(dxa_errinject_parse("should_failslab\tERRNO\n", &e));
	assert_string_equal(e.function, "should_failslab");
	assert_int_equal(e.value, -ENOMEM);
	assert_true(dxa_errinject_parse("should_fail_alloc_page\tTRUE\n", &e));
	assert_int_equal(e.value, 1);
	assert_true(dxa_errinject_parse("open_ctree [btrfs]\tNULL\n", &e));
	assert_string_equal(e.function, "open_ctree");
	assert_int_equal(e.value, 0);
}

static void a_line_that_is_not_known_is_refused(void **state)
{
	static const char *const lines[] = {
		"f\tSOMETHING_NEW\n", "f ERRNO\n", "\tERRNO\n", "",
		"a_name_that_is_much_longer_than_the_kernel_needs\tERRNO\n"
	};
	struct dxa_errinject e;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_false(dxa_errinject_parse(lines[i], &e));
}

static void short_names_stand_for_functions(void **state)
{
	(void)state;
	assert_string_equal(dxa_errinject_function("slab"), "should_failslab");
	assert_string_equal(dxa_errinject_function("page"), "should_fail_alloc_page");
	assert_string_equal(dxa_errinject_function("should_fail_bio"), "should_fail_bio");
}

/* ---- the kernel's log ---- */

static void complaints_identified_by_watchdog(void **state)
{
	static const struct {
		const char *line, *who;
	} rows[] = {
		{ "BUG: KASAN: slab-use-after-free in kill_dax+0x1c/0x60", "kasan" },
		{ "UBSAN: array-index-out-of-bounds in drivers/dax/bus.c:1", "ubsan" },
		{ "WARNING: possible recursive locking detected", "lockdep" },
		{ "WARNING: possible circular locking dependency detected", "lockdep" },
		{ "refcount_t: underflow; use-after-free.", "refcount" },
		{ "list_del corruption. prev->next should be ffff8880, but was 0", "list" },
		{ "WARNING: CPU: 0 PID: 1 at drivers/dax/super.c:394 kill_dax", "warning" },
		{ "WARNING: drivers/dax/super.c:394 at kill_dax+0x1/0x2, CPU#0: sh/1", "warning" },
		{ "WARNING: at remove_proc_entry+0x258/0x440, CPU#0: unbind/247", "warning" },
		{ "INFO: task sh:1 blocked for more than 30 seconds.", "hung-task" },
		{ "kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)",
		  "kmemleak" },
		{ "kernel BUG at mm/slub.c:1!", "bug" },
		{ "BUG kmalloc-64 (Not tainted): Poison overwritten", "bug" },
		{ "BUG: unable to handle page fault for address: 0000000000001000", "bug" },
		{ "Oops: general protection fault, probably for non-canonical address", "oops" },
		{ "Oops: 0000 [#1] PREEMPT SMP", "oops" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(dxa_kcomplaint(rows[i].line), rows[i].who);
}

static void ordinary_kernel_messages_are_no_complaint(void **state)
{
	static const char *const lines[] = {
		"nd_pmem namespace0.0: probe with driver nd_pmem failed with error -12",
		"sh: page allocation failure: order:0, mode:0xcc0(GFP_KERNEL)",
		"pmem0: error: DAX is not supported",
		"INFO: lockdep is turned off.",
		"kmemleak: Kernel memory leak detector initialized",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_null(dxa_kcomplaint(lines[i]));
}

/* ---- the plan ---- */

/* Calls of three stacks: a, b, a, a, c. */
static const struct dxa_fault_call five[] = {
	{ .key = 1 }, { .key = 2 }, { .key = 1 }, { .key = 1 }, { .key = 3 }
};

static struct dxa_vec plan_of(uint32_t per_stack, bool once, bool from)
{
	const struct dxa_sweep_bounds bounds = { per_stack, once, from };
	struct dxa_vec plan = DXA_VEC_OF(struct dxa_sweep_target);
	size_t stacks;

	assert_true(dxa_sweep_plan(five, 5, &bounds, &plan, &stacks));
	assert_int_equal(stacks, 3);
	return plan;
}

static const struct dxa_sweep_target *target(const struct dxa_vec *plan, size_t i)
{
	assert_true(i < plan->len);
	return dxa_vec_at(plan, i);
}

static void one_call_of_each_stack_fails(void **state)
{
	struct dxa_vec plan = plan_of(1, true, false);

	(void)state;
	assert_int_equal(plan.len, 3);
	assert_int_equal(target(&plan, 0)->call, 0);
	assert_int_equal(target(&plan, 1)->call, 1);
	assert_int_equal(target(&plan, 2)->call, 4);
	assert_false(target(&plan, 2)->from);
	dxa_vec_free(&plan);
}

static void two_calls_of_each_stack_fail(void **state)
{
	struct dxa_vec plan = plan_of(2, true, false);

	(void)state;
	assert_int_equal(plan.len, 4);
	assert_int_equal(target(&plan, 2)->call, 2);
	assert_int_equal(target(&plan, 2)->key, 1);
	assert_int_equal(target(&plan, 2)->before, 1);
	dxa_vec_free(&plan);
}

static void all_calls_fail_in_both_modes_one_after_the_other(void **state)
{
	struct dxa_vec plan = plan_of(0, true, true);

	(void)state;
	assert_int_equal(plan.len, 10);
	assert_int_equal(target(&plan, 3)->before, 2);
	assert_false(target(&plan, 4)->from);
	assert_true(target(&plan, 5)->from);
	assert_int_equal(target(&plan, 5)->call, 0);
	dxa_vec_free(&plan);
}

static bool is_the_end(const char *function)
{
	return !strcmp(function, "really_probe");
}

static void name(struct dxa_symbols *symbols, uint64_t addr, const char *function)
{
	assert_int_equal(dxa_symbols_add(symbols, addr, &(struct dxa_symbol){ .name = function }),
			 0);
}

static void the_chain_is_the_drivers_own(void **state)
{
	const struct dxa_fault_call call = { .frames = 9, .stack = { 1, 2, 3, 4, 5, 6, 9, 7, 8 } };
	struct dxa_symbols *symbols = dxa_symbols_new(NULL, NULL);
	char *chain;

	(void)state;
	name(symbols, 1, "should_failslab");
	name(symbols, 2, "kmem_cache_alloc_noprof");
	name(symbols, 3, "bpf_trampoline_6442500000");
	name(symbols, 4, "alloc_dax");
	/* A function that BPF hooks is in the stack twice. */
	name(symbols, 6, "pmem_attach_disk");
	name(symbols, 9, "pmem_attach_disk");
	name(symbols, 7, "really_probe");
	name(symbols, 8, "bind_store");
	chain = dxa_sweep_chain(&call, symbols, is_the_end);
	assert_string_equal(chain, "alloc_dax < pmem_attach_disk < really_probe");
	free(chain);
	dxa_symbols_free(symbols);
}

/* ---- state ---- */

static struct dxa_vec lines_of(size_t n, const char *const *text)
{
	struct dxa_vec v = DXA_VEC_OF(char *);

	for (size_t i = 0; i < n; i++)
		assert_non_null(dxa_vec_push(&v, &text[i]));
	return v;
}

static void the_state_is_compared_line_by_line(void **state)
{
	struct dxa_vec before = lines_of(3, (const char *[]){ "a", "b", "b" });
	struct dxa_vec after = lines_of(3, (const char *[]){ "a", "b", "c" });
	char *diff = dxa_sweep_state_diff(&before, &after);

	(void)state;
	assert_string_equal(diff, "less: b; more: c");
	free(diff);
	assert_null(dxa_sweep_state_diff(&before, &before));
	dxa_vec_free(&before);
	dxa_vec_free(&after);
}

/* ---- the result ---- */

static struct dxa_sweep sweep_of(struct dxa_sweep_round *rounds, size_t n)
{
	return (struct dxa_sweep){
		.release = "6.12.0",
		.machine = "x86_64",
		.planned = n,
		.rounds = { .data = rounds, .len = n, .cap = n, .elem = sizeof(*rounds) },
	};
}

static void a_round_that_was_not_reached_is_no_pass(void **state)
{
	struct dxa_sweep_round rounds[] = { { .number = 1, .failed = 1 }, { .number = 2 } };
	struct dxa_sweep s = sweep_of(rounds, 2);

	(void)state;
	assert_int_equal(dxa_sweep_verdict(&s), DXA_VERDICT_INCONCLUSIVE);
	rounds[1].failed = 3;
	assert_int_equal(dxa_sweep_verdict(&s), DXA_VERDICT_PASS);
	s.unfaithful = true;
	assert_int_equal(dxa_sweep_verdict(&s), DXA_VERDICT_INCONCLUSIVE);
	s.unfaithful = false;
	s.stuck = true;
	assert_int_equal(dxa_sweep_verdict(&s), DXA_VERDICT_INCONCLUSIVE);
	s.stuck = false;
	s.rounds.len = 0;
	assert_int_equal(dxa_sweep_verdict(&s), DXA_VERDICT_INCONCLUSIVE);
}

static void the_kernel_and_daxaudit_are_compared(void **state)
{
	char line[] = "BUG: KASAN: x";
	struct dxa_sweep_complaint complaint = { .who = "kasan", .line = line };
	struct dxa_vec one = { .data = &complaint, .len = 1, .cap = 1, .elem = sizeof(complaint) };
	struct dxa_sweep_round rounds[] = {
		{ .failed = 1 },
		{ .failed = 1, .verdict = DXA_VERDICT_FINDINGS },
		{ .failed = 1, .complaints = one },
		{ .failed = 1, .verdict = DXA_VERDICT_FINDINGS, .complaints = one },
	};
	struct dxa_sweep s = sweep_of(rounds, 4);

	(void)state;
	assert_int_equal(dxa_sweep_agreement(&rounds[0]), DXA_SWEEP_NEITHER);
	assert_int_equal(dxa_sweep_agreement(&rounds[1]), DXA_SWEEP_DAXAUDIT_ONLY);
	assert_int_equal(dxa_sweep_agreement(&rounds[2]), DXA_SWEEP_KERNEL_ONLY);
	assert_int_equal(dxa_sweep_agreement(&rounds[3]), DXA_SWEEP_BOTH);
	assert_int_equal(dxa_sweep_verdict(&s), DXA_VERDICT_FINDINGS);
	s.rounds.len = 1;
	assert_int_equal(dxa_sweep_verdict(&s), DXA_VERDICT_PASS);
}

static char *written(void (*write)(FILE *, const void *), const struct dxa_sweep *s)
{
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	write(out, s);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void a_stuck_sweep_names_the_next_round(void **state)
{
	struct dxa_sweep_round rounds[] = { { .number = 53, .failed = 1 } };
	struct dxa_sweep s = sweep_of(rounds, 1);
	struct json_object *o, *value;
	char *text;

	(void)state;
	s.stuck = true;
	text = written(dxa_sweep_text, &s);
	assert_non_null(strstr(text, "boot again, and go on with --from 54\n"));
	free(text);
	o = dxa_sweep_json(&s);
	assert_true(json_object_object_get_ex(o, "stuck", &value));
	assert_true(json_object_get_boolean(value));
	json_object_put(o);
}

static void every_format_has_every_round(void **state)
{
	char chain[] = "alloc_dax < pmem_attach_disk", detail[] = "leaked & <kept>";
	struct dxa_sweep_finding finding = { .severity = DXA_SEVERITY_ERROR, .detail = detail };
	struct dxa_sweep_round rounds[] = {
		{ .number = 1, .site = "should_failslab", .failed = 1, .chain = chain },
		{ .number = 2,
		  .from = true,
		  .failed = 2,
		  .chain = chain,
		  .verdict = DXA_VERDICT_FINDINGS,
		  .findings = { &finding, 1, 1, sizeof(finding) } },
		{ .number = 3, .chain = chain },
	};
	struct dxa_sweep s = sweep_of(rounds, 3);
	struct json_object *o = dxa_sweep_json(&s), *list;
	char *text;

	(void)state;
	assert_true(json_object_object_get_ex(o, "rounds", &list));
	assert_int_equal(json_object_array_length(list), 3);
	json_object_put(o);
	text = written(dxa_sweep_junit, &s);
	assert_non_null(strstr(text, "tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"1\""));
	assert_non_null(strstr(text, "leaked &amp; &lt;kept&gt;"));
	free(text);
	text = written(dxa_sweep_ktap, &s);
	assert_non_null(strstr(text, "\nok 1 "));
	assert_non_null(strstr(text, "\nnot ok 2 "));
	assert_non_null(strstr(text, "# SKIP"));
	assert_non_null(strstr(text, "# Totals: pass:1 fail:1 xfail:0 xpass:0 skip:1 error:0"));
	free(text);
	text = written(dxa_sweep_text, &s);
	assert_non_null(strstr(text, "3 of 3 rounds, 3 calls failed, 1 rounds did not"));
	assert_non_null(strstr(text, "verdict: findings"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(list_gives_return_type),
		cmocka_unit_test(a_line_that_is_not_known_is_refused),
		cmocka_unit_test(short_names_stand_for_functions),
		cmocka_unit_test(complaints_identified_by_watchdog),
		cmocka_unit_test(ordinary_kernel_messages_are_no_complaint),
		cmocka_unit_test(one_call_of_each_stack_fails),
		cmocka_unit_test(two_calls_of_each_stack_fail),
		cmocka_unit_test(all_calls_fail_in_both_modes_one_after_the_other),
		cmocka_unit_test(the_chain_is_the_drivers_own),
		cmocka_unit_test(the_state_is_compared_line_by_line),
		cmocka_unit_test(a_round_that_was_not_reached_is_no_pass),
		cmocka_unit_test(the_kernel_and_daxaudit_are_compared),
		cmocka_unit_test(a_stuck_sweep_names_the_next_round),
		cmocka_unit_test(every_format_has_every_round),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
