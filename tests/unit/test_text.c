// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/closing.h"
#include "output/mark.h"
#include "output/lines.h"
#include "output/wrap.h"

/* ---- wrapping ---- */

struct page {
	char *text;
	size_t len;
	struct dxa_wrap wrap;
};

static void page_open(struct page *p, unsigned int width)
{
	*p = (struct page){ .text = NULL };
	p->wrap = (struct dxa_wrap){ .out = open_memstream(&p->text, &p->len), .width = width };
	assert_non_null(p->wrap.out);
}

static void assert_page(struct page *p, const char *text)
{
	fclose(p->wrap.out);
	assert_string_equal(p->text, text);
	free(p->text);
}

static void test_words_break_between_words(void **state)
{
	struct page p;

	(void)state;
	page_open(&p, 12);
	dxa_wrap_begin(&p.wrap, 0, 2);
	dxa_wrap_words(&p.wrap, "one two three", DXA_RESET);
	dxa_wrap_words(&p.wrap, "a-word-longer-than-the-line four", DXA_RESET);
	dxa_wrap_end(&p.wrap);
	assert_page(&p, "one two\n  three\n  a-word-longer-than-the-line\n  four\n");
}

static void test_pieces_stay_together(void **state)
{
	struct page p;

	(void)state;
	page_open(&p, 20);
	dxa_wrap_begin(&p.wrap, 0, 4);
	dxa_wrap_piece(&p.wrap, "kill_dax(NULL)", 0, DXA_RESET);
	dxa_wrap_piece(&p.wrap, "from here on", 2, DXA_RESET);
	dxa_wrap_piece(&p.wrap, "a b", 1, DXA_RESET);
	dxa_wrap_end(&p.wrap);
	assert_page(&p, "kill_dax(NULL)\n    from here on a b\n");
}

static void test_a_short_word_within_the_indent_is_a_word(void **state)
{
	struct page p;

	(void)state;
	page_open(&p, 40);
	dxa_wrap_begin(&p.wrap, 0, 4);
	dxa_wrap_words(&p.wrap, "sda:", DXA_RESET);
	dxa_wrap_words(&p.wrap, "pmem", DXA_RESET);
	dxa_wrap_end(&p.wrap);
	assert_page(&p, "sda: pmem\n");
}

static void test_no_line_ends_behind_what_was_padded(void **state)
{
	struct page p;

	(void)state;
	page_open(&p, 20);
	dxa_wrap_begin(&p.wrap, 0, 6);
	dxa_wrap_piece(&p.wrap, "+1.0", 0, DXA_RESET);
	dxa_wrap_to(&p.wrap, 6);
	dxa_wrap_piece(&p.wrap, "get(pmem0, holder a) = b", 0, DXA_RESET);
	dxa_wrap_end(&p.wrap);
	assert_page(&p, "+1.0  get(pmem0,\n      holder a) = b\n");
}

static void test_lines_of_a_script_are_joined_by_a_blank(void **state)
{
	struct page p;

	(void)state;
	page_open(&p, 80);
	dxa_wrap_begin(&p.wrap, 0, 4);
	dxa_wrap_words(&p.wrap, "ran sh -c", DXA_RESET);
	dxa_wrap_words(&p.wrap, "\n\tmount  a \n\t\tumount a\n", DXA_RESET);
	dxa_wrap_end(&p.wrap);
	assert_page(&p, "ran sh -c mount  a umount a\n");
}

static void test_width_counts_characters_not_bytes(void **state)
{
	struct page p;

	(void)state;
	page_open(&p, 9);
	dxa_wrap_begin(&p.wrap, 0, 0);
	dxa_wrap_words(&p.wrap, "\303\244\303\244\303\244\303\244 \303\244\303\244\303\244\303\244",
		       DXA_RESET);
	dxa_wrap_end(&p.wrap);
	assert_page(&p, "\303\244\303\244\303\244\303\244 \303\244\303\244\303\244\303\244\n");
}

static void test_colour_takes_no_columns(void **state)
{
	struct page p;

	(void)state;
	page_open(&p, 7);
	p.wrap.colour = true;
	dxa_wrap_begin(&p.wrap, 0, 0);
	dxa_wrap_words(&p.wrap, "red", DXA_RED);
	dxa_wrap_words(&p.wrap, "red", DXA_RED);
	dxa_wrap_end(&p.wrap);
	assert_page(&p, "\033[1;31mred\033[0m\033[1;31m red\033[0m\n");
}

static void test_control_characters_are_replaced(void **state)
{
	struct page p;

	(void)state;
	page_open(&p, 40);
	dxa_wrap_begin(&p.wrap, 0, 0);
	dxa_wrap_words(&p.wrap, "a\nb\033[2J\rc", DXA_RESET);
	dxa_wrap_end(&p.wrap);
	assert_page(&p, "a b\357\277\275[2J\357\277\275c\n");
}

/* ---- marked calls ---- */

/* Every kind of call, with typical arguments. */
static bool is_ever_marked(enum dxa_rule rule)
{
	const int64_t results[] = { 0, -12, (int64_t)0xffff888003c5b2c0 };
	const uint64_t devices[] = { 0, (uint64_t)-12, 0xffff888003c5b2c0 };

	for (uint16_t kind = 1; kind < 128; kind++)
		for (int i = 0; i < 3; i++)
			for (int k = 0; k < 3; k++) {
				const struct dxa_event ev = { .kind = kind,
							      .phase = DXA_PHASE_CALL,
							      .refs = 2,
							      .dax = devices[i],
							      .ret = results[k] };

				if (dxa_mark_why(rule, &ev))
					return true;
			}
	return false;
}

static void test_each_rule_marks_a_call(void **state)
{
	(void)state;
	for (int rule = 0; rule < DXA_RULE_COUNT; rule++)
		if (!is_ever_marked((enum dxa_rule)rule))
			fail_msg("no event is ever marked for %s",
				 dxa_rule_info((enum dxa_rule)rule)->name);
}

static void test_only_what_broke_the_rule_is_marked(void **state)
{
	const struct dxa_event null = { .kind = DXA_KIND_KILL_DAX, .phase = DXA_PHASE_ARGS };
	const struct dxa_event device = { .kind = DXA_KIND_KILL_DAX,
					  .phase = DXA_PHASE_ARGS,
					  .dax = 0xffff888003c5b2c0 };
	const struct dxa_event granted = { .kind = DXA_KIND_ALLOC_DAX,
					   .phase = DXA_PHASE_CALL,
					   .ret = (int64_t)0xffff888003c5b2c0 };
	const struct dxa_event free_device = { .kind = DXA_KIND_SNAP_DEVICE, .refs = 1 };
	const struct dxa_event held_device = { .kind = DXA_KIND_SNAP_DEVICE, .refs = 2 };
	const struct dxa_event taken = { .kind = DXA_KIND_FS_DAX_GET_BY_BDEV,
					 .phase = DXA_PHASE_CALL };

	(void)state;
	assert_non_null(dxa_mark_why(DXA_RULE_NULL_TEARDOWN_LEAK, &null));
	assert_null(dxa_mark_why(DXA_RULE_NULL_TEARDOWN_LEAK, &device));
	assert_null(dxa_mark_why(DXA_RULE_NULL_TEARDOWN_LEAK, &granted));
	assert_non_null(dxa_mark_why(DXA_RULE_MISSING_EOPNOTSUPP, &granted));
	assert_null(dxa_mark_why(DXA_RULE_UNEXPECTED_EOPNOTSUPP, &granted));
	assert_null(dxa_mark_why(DXA_RULE_UNACCOUNTED_REFERENCE, &free_device));
	assert_non_null(dxa_mark_why(DXA_RULE_UNACCOUNTED_REFERENCE, &held_device));
	assert_non_null(dxa_mark_why(DXA_RULE_UNACCOUNTED_REFERENCE, &taken));
	assert_non_null(dxa_mark_why(DXA_RULE_REFERENCE_LEAK, &taken));
}

/* The first snapshot of a trace may show a device that its driver still had. */
static void test_only_the_last_snapshot_is_marked(void **state)
{
	const struct dxa_event evidence[] = {
		{ .kind = DXA_KIND_SNAP_DEVICE, .refs = 1 },
		{ .kind = DXA_KIND_KILL_DAX, .phase = DXA_PHASE_ARGS },
		{ .kind = DXA_KIND_SNAP_DEVICE, .refs = 1 },
	};
	struct dxa_finding f = { .rule = DXA_RULE_ORPHAN,
				 .severity = DXA_SEVERITY_ERROR,
				 .evidence = evidence,
				 .evidence_len = 3 };

	(void)state;
	assert_null(dxa_mark_evidence(&f, 0));
	assert_null(dxa_mark_evidence(&f, 1));
	assert_non_null(dxa_mark_evidence(&f, 2));
	f.severity = DXA_SEVERITY_INFO;
	assert_null(dxa_mark_evidence(&f, 2));
}

/* ---- lines ---- */

static void test_state_is_shown_where_it_changes(void **state)
{
	const struct dxa_story_env env = { .start = 1000000000 };
	struct dxa_event ev = { .seq = 1,
				.ts = 1000040210,
				.kind = DXA_KIND_SET_DAX_NOMC,
				.phase = DXA_PHASE_ARGS,
				.has = DXA_HAS_DAX,
				.dax = 0xffff888003c5b2c0,
				.refs = 1,
				.dax_flags = 1 };
	struct dxa_lines lines = { .next = 0 };
	struct page p;

	(void)state;
	page_open(&p, 0);
	dxa_lines_event(&lines, &p.wrap, &ev, &env, 0, NULL);
	ev.dax_flags = 3;
	dxa_lines_event(&lines, &p.wrap, &ev, &env, 0, NULL);
	ev.refs = 2;
	dxa_lines_event(&lines, &p.wrap, &ev, &env, 1, "because");
	assert_page(&p, "   +0.000040  set_dax_nomc(ffff888003c5b2c0)  (minor 0, refs 1, alive)\n"
			"   +0.000040  set_dax_nomc(ffff888003c5b2c0)\n"
			">> +0.000040    set_dax_nomc(ffff888003c5b2c0)  because  "
			"(minor 0, refs 2, alive)\n");
}

static void test_facts_are_no_calls(void **state)
{
	const struct dxa_story_env env = { .before = 10 };
	struct dxa_event ev = { .ts = 5, .kind = DXA_KIND_SNAP_DEVICE, .dax = 0xffff888003c5b2c0 };
	char buf[DXA_WORDS_LEN];

	(void)state;
	assert_string_equal(dxa_story_fact(buf, &ev, &env),
			    "ffff888003c5b2c0 was there before the audit");
	ev.ts = 11;
	assert_string_equal(dxa_story_fact(buf, &ev, &env), "ffff888003c5b2c0 is there");
	ev.kind = DXA_KIND_KILL_DAX;
	assert_null(dxa_story_fact(buf, &ev, &env));
}

static void test_flags_have_names(void **state)
{
	char buf[DXA_WORDS_LEN];

	(void)state;
	assert_string_equal(dxa_story_flags(buf, 0x1f), "alive+write-cache+sync+nocache+nomc");
	assert_string_equal(dxa_story_flags(buf, 0x104), "sync+0x100");
	assert_string_equal(dxa_story_flags(buf, 0), "");
}

/* ---- the last line ---- */

static void test_verdict_says_what_and_why(void **state)
{
	struct dxa_hook_status hook = { .mode = DXA_ATTACH_FENTRY,
					.count = { .seen = 17, .submitted = 17 } };
	struct dxa_engine_stats stats = { .lives = 1 };
	struct dxa_result r = { .stats = &stats,
				.hooks = &hook,
				.n_hooks = 1,
				.contexts = { [DXA_CONTEXT_PROBE] = 1, [DXA_CONTEXT_UNBIND] = 2 } };
	char *why;

	(void)state;
	stats.allocs[DXA_DRIVER_PMEM] = 1;
	dxa_verdict_add(&r.verdict, "1 error (orphan)");
	why = dxa_closing_why(&r);
	assert_string_equal(why, "1 error (orphan); 1 probe, 2 unbinds, 1 device (pmem); 17 "
				 "records, none lost");
	free(why);
	/* Hooks were switched off: no counter has what they did not see. */
	stats.gaps[DXA_GAP_LOST] = 1;
	why = dxa_closing_why(&r);
	assert_string_equal(why, "1 error (orphan); 1 probe, 2 unbinds, 1 device (pmem); 17 "
				 "records");
	free(why);
	stats.gaps[DXA_GAP_LOST] = 0;
	hook.count.dropped = 3;
	hook.missed = 2;
	why = dxa_closing_why(&r);
	assert_non_null(strstr(why, "; 17 records, 3 lost, 2 missed"));
	free(why);
	r.n_hooks = 0;
	stats.lives_now = 2;
	why = dxa_closing_why(&r);
	assert_non_null(strstr(why, "2 devices (pmem) there now"));
	free(why);
	dxa_verdict_deinit(&r.verdict);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words_break_between_words),
		cmocka_unit_test(test_pieces_stay_together),
		cmocka_unit_test(test_a_short_word_within_the_indent_is_a_word),
		cmocka_unit_test(test_no_line_ends_behind_what_was_padded),
		cmocka_unit_test(test_lines_of_a_script_are_joined_by_a_blank),
		cmocka_unit_test(test_width_counts_characters_not_bytes),
		cmocka_unit_test(test_colour_takes_no_columns),
		cmocka_unit_test(test_control_characters_are_replaced),
		cmocka_unit_test(test_each_rule_marks_a_call),
		cmocka_unit_test(test_only_what_broke_the_rule_is_marked),
		cmocka_unit_test(test_only_the_last_snapshot_is_marked),
		cmocka_unit_test(test_state_is_shown_where_it_changes),
		cmocka_unit_test(test_facts_are_no_calls),
		cmocka_unit_test(test_flags_have_names),
		cmocka_unit_test(test_verdict_says_what_and_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
