// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/shape.h"
#include "output/topview.h"

#define X 0xffff888003c5b2c0
#define DISK 0xffff888003c5c000

static struct dxa_event event(uint16_t kind, uint64_t dax)
{
	static uint64_t seq;
	struct dxa_event ev = { .seq = ++seq,
				.ts = seq * 1000000,
				.kind = kind,
				.phase = DXA_PHASE_CALL,
				.has = DXA_HAS_DAX,
				.dax = dax,
				.refs = 1,
				.rdev = DXA_DEV(252, 3),
				.dax_flags = 1,
				.tid = 7,
				.comm = "modprobe" };

	return ev;
}

static struct dxa_event alloc(void)
{
	struct dxa_event ev = event(DXA_KIND_ALLOC_DAX, 0);

	ev.ret = (int64_t)X;
	return ev;
}

static struct dxa_event host(void)
{
	struct dxa_event ev = event(DXA_KIND_DAX_ADD_HOST, X);

	ev.obj = DISK;
	snprintf(ev.name, sizeof(ev.name), "pmem0");
	return ev;
}

static struct dxa_event get(const char *who)
{
	struct dxa_event ev = event(DXA_KIND_FS_DAX_GET_BY_BDEV, 0);

	ev.ret = (int64_t)X;
	ev.obj = DISK;
	ev.tid = 8;
	snprintf(ev.comm, sizeof(ev.comm), "%s", who);
	return ev;
}

static void feed(struct dxa_topview *t, struct dxa_event ev)
{
	const struct dxa_story_env env = { .start = 0 };

	dxa_topview_event(t, &ev, &env);
}

/* The screen without its control sequences. The caller frees it. */
static char *draw(const struct dxa_topview *t, unsigned int rows, unsigned int columns)
{
	const struct dxa_topframe frame = { .release = "6.12",
					    .seconds = 61,
					    .watched = 25,
					    .hooks = 27,
					    .rows = rows,
					    .columns = columns };
	const struct dxa_story_env env = { .start = 0 };
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	dxa_topview_draw(t, out, &frame, &env);
	fclose(out);
	return text;
}

static void test_live_devices_and_their_users(void **state)
{
	struct dxa_topview t = { .next = 0 };
	char *text;

	(void)state;
	feed(&t, alloc());
	feed(&t, host());
	feed(&t, get("mount"));
	text = draw(&t, 24, 100);
	assert_non_null(strstr(text, "Linux 6.12, 1:01, q to quit"));
	assert_non_null(strstr(text, "1 device, 0 findings, 25 of 27 functions watched"));
	assert_non_null(strstr(text, "pmem0          device-dax  252:3         1 alive       1 "
				     "mount"));
	assert_non_null(strstr(text, "fs_dax_get_by_bdev("));
	free(text);
	feed(&t, event(DXA_KIND_DAX_DESTROY_INODE, X));
	text = draw(&t, 24, 100);
	assert_non_null(strstr(text, "0 devices"));
	assert_null(strstr(text, "252:3"));
	free(text);
	dxa_topview_free(&t);
}

static void test_output_stays_within_the_screen(void **state)
{
	struct dxa_topview t = { .next = 0 };
	struct dxa_event bad = host();
	unsigned int rows = 1, columns = 0;
	char *text;

	(void)state;
	snprintf(bad.name, sizeof(bad.name), "a\033[2Jb");
	for (int i = 0; i < 100; i++)
		feed(&t, bad);
	text = draw(&t, 10, 30);
	for (char *c = strchr(text, 'd'); *c; c++) {
		if (!strncmp(c, "\033[K", 3)) {
			c += 2;
			continue;
		}
		assert_int_not_equal(*c, '\033');
		rows += *c == '\n';
		columns = *c == '\r' || *c == '\n' ? 0 : columns + 1;
		assert_true(columns <= 32);
	}
	assert_int_equal(rows, 10);
	free(text);
	dxa_topview_free(&t);
}

static void test_wide_characters_take_two_columns(void **state)
{
	struct dxa_topview t = { .next = 0 };
	struct dxa_event wide = get("\u6f22\u5b57\u6f22\u5b57");
	char *text, *end;

	(void)state;
	feed(&t, wide);
	/* The offset, then half of the four characters. */
	text = draw(&t, 10, 19);
	end = strstr(text, "\u6f22\u5b57");
	assert_non_null(end);
	assert_memory_equal(end + strlen("\u6f22\u5b57"), "\033[K", 3);
	free(text);
	dxa_topview_free(&t);
}

static void test_findings_are_shown(void **state)
{
	const struct dxa_finding f = { .rule = DXA_RULE_ORPHAN,
				       .severity = DXA_SEVERITY_ERROR,
				       .detail = "it is nobody's" };
	struct dxa_topview t = { .next = 0 };
	char *text;

	(void)state;
	dxa_topview_finding(&t, &f);
	text = draw(&t, 24, 80);
	assert_non_null(strstr(text, "error: orphan: it is nobody's"));
	free(text);
	dxa_topview_free(&t);
}

/* ---- lives and their shapes ---- */

static void assert_shape(struct dxa_lives *l, const char *want)
{
	char shape[DXA_SHAPE_LEN];

	assert_string_equal(dxa_shape(shape, dxa_lives_at(l, 0)), want);
	dxa_lives_free(l);
}

static void lives_feed(struct dxa_lives *l, struct dxa_event ev)
{
	dxa_lives_event(l, &ev, NULL);
}

static void test_shape_of_a_life(void **state)
{
	struct dxa_lives l = { .cut = 0 };

	(void)state;
	lives_feed(&l, alloc());
	lives_feed(&l, host());
	lives_feed(&l, get("mount"));
	lives_feed(&l, get("mount"));
	lives_feed(&l, event(DXA_KIND_KILL_DAX, X));
	assert_shape(&l, "alloc, host, get x2, kill, still there");
}

static void test_two_records_of_a_call_are_one_step(void **state)
{
	struct dxa_event entry = host(), ret = host();
	struct dxa_lives l = { .cut = 0 };

	(void)state;
	entry.phase = DXA_PHASE_ARGS;
	ret.phase = DXA_PHASE_RET;
	ret.dax = ret.obj = 0;
	ret.name[0] = '\0';
	ret.has = 0;
	lives_feed(&l, alloc());
	lives_feed(&l, entry);
	lives_feed(&l, ret);
	lives_feed(&l, event(DXA_KIND_DAX_DESTROY_INODE, X));
	assert_shape(&l, "alloc, host, destroyed");
}

static void test_null_teardown_belongs_to_the_bracket(void **state)
{
	struct dxa_event probe = event(DXA_KIND_REALLY_PROBE, 0);
	struct dxa_lives l = { .cut = 0 };

	(void)state;
	probe.phase = DXA_PHASE_ARGS;
	probe.has = DXA_HAS_DEVICE;
	lives_feed(&l, probe);
	lives_feed(&l, alloc());
	lives_feed(&l, event(DXA_KIND_KILL_DAX, 0));
	probe.phase = DXA_PHASE_RET;
	lives_feed(&l, probe);
	/* Outside of it a call with NULL belongs to no device. */
	lives_feed(&l, event(DXA_KIND_PUT_DAX, 0));
	assert_int_equal(dxa_lives_at(&l, 0)->events.len, 4);
	assert_shape(&l, "alloc, kill NULL, still there");
}

static void test_a_long_life_keeps_both_ends(void **state)
{
	struct dxa_lives l = { .cut = 0 };
	const struct dxa_lived *life;
	struct dxa_event *last;

	(void)state;
	lives_feed(&l, alloc());
	for (int i = 0; i < 1000; i++)
		lives_feed(&l, get("mount"));
	lives_feed(&l, event(DXA_KIND_DAX_DESTROY_INODE, X));
	life = dxa_lives_at(&l, 0);
	last = dxa_vec_last(&life->events);
	assert_int_equal(life->events.len, DXA_LIFE_EVENTS_MAX);
	assert_int_equal(life->cut, 1002 - DXA_LIFE_EVENTS_MAX);
	assert_int_equal(((struct dxa_event *)dxa_vec_at(&life->events, 0))->kind,
			 DXA_KIND_ALLOC_DAX);
	assert_int_equal(last->kind, DXA_KIND_DAX_DESTROY_INODE);
	dxa_lives_free(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_live_devices_and_their_users),
		cmocka_unit_test(test_output_stays_within_the_screen),
		cmocka_unit_test(test_wide_characters_take_two_columns),
		cmocka_unit_test(test_findings_are_shown),
		cmocka_unit_test(test_shape_of_a_life),
		cmocka_unit_test(test_two_records_of_a_call_are_one_step),
		cmocka_unit_test(test_null_teardown_belongs_to_the_bracket),
		cmocka_unit_test(test_a_long_life_keeps_both_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
