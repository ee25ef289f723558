// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output/pair.h"
#include "output/timeline.h"

#define X 0xffff888003c5b2c0
/* The maximum time for a picture; an endless one is killed. */
#define TICKS 12
#define SECONDS 10

static void feed(struct dxa_timeline *t, uint16_t kind, uint64_t ts)
{
	const struct dxa_story_env env = { .start = 0 };
	struct dxa_event ev = { .ts = ts,
				.kind = kind,
				.phase = DXA_PHASE_CALL,
				.has = DXA_HAS_DAX,
				.dax = kind == DXA_KIND_ALLOC_DAX ? 0 : X,
				.ret = kind == DXA_KIND_ALLOC_DAX ? (int64_t)X : 0,
				.refs = 1 };

	dxa_timeline_event(t, &ev, &env);
}

/*
 * The number of ticks of the axis for a life from `from` to `to` of an audit that began at `zero`.
 */
static size_t ticks(uint64_t zero, uint64_t from, uint64_t to)
{
	struct dxa_timeline *t = dxa_timeline_new();
	char *text = NULL;
	size_t len, n = 0;
	FILE *out = open_memstream(&text, &len);

	feed(t, DXA_KIND_ALLOC_DAX, from);
	feed(t, DXA_KIND_DAX_DESTROY_INODE, to);
	alarm(SECONDS);
	dxa_timeline_write(t, out, zero);
	alarm(0);
	fclose(out);
	dxa_timeline_free(t);
	for (const char *at = text; (at = strstr(at, "<path class=\"tick\"")); at++)
		n++;
	free(text);
	return n;
}

static void axis_has_a_few_ticks(void **state)
{
	(void)state;
	assert_in_range(ticks(1000000000, 1000000000, 4000000000), 3, TICKS);
	assert_in_range(ticks(0, 7, 8), 0, TICKS);
	/* Events before the audit have no offset. */
	assert_int_equal(ticks(5000000000, 1000000000, 2000000000), 0);
}

static void times_of_a_recording_do_not_wrap(void **state)
{
	static const uint64_t times[] = { 1,
					  1000000000,
					  INT64_MAX,
					  UINT64_MAX / 2 + 2,
					  UINT64_MAX / 100 * 99,
					  UINT64_MAX - 1000000,
					  UINT64_MAX - 1,
					  UINT64_MAX };
	const size_t n = sizeof(times) / sizeof(*times);

	(void)state;
	for (size_t zero = 0; zero < n; zero++)
		for (size_t from = 0; from < n; from++)
			for (size_t to = from; to < n; to++)
				assert_in_range(ticks(times[zero], times[from], times[to]), 0,
						TICKS);
}

/* How often the picture of these events contains a text, such as the id of a symbol. */
static size_t count(const struct dxa_event *events, size_t n, const char *what)
{
	const struct dxa_story_env env = { .start = 0 };
	struct dxa_timeline *t = dxa_timeline_new();
	char *text = NULL;
	size_t len, found = 0;
	FILE *out = open_memstream(&text, &len);

	for (size_t i = 0; i < n; i++)
		dxa_timeline_event(t, &events[i], &env);
	dxa_timeline_write(t, out, 0);
	fclose(out);
	dxa_timeline_free(t);
	for (const char *at = text; (at = strstr(at, what)); at++)
		found++;
	free(text);
	return found;
}

static void calls_by_disk_are_marked_on_the_lane_of_the_device(void **state)
{
	const uint64_t disk = 0xffff888004000000, other = 0xffff888004001000;
	const struct dxa_event events[] = {
		{ .ts = 1, .kind = DXA_KIND_ALLOC_DAX, .phase = DXA_PHASE_CALL, .ret = (int64_t)X },
		{ .ts = 2,
		  .kind = DXA_KIND_DAX_ADD_HOST,
		  .phase = DXA_PHASE_CALL,
		  .dax = X,
		  .obj = disk,
		  .name = "pmem0" },
		{ .ts = 3,
		  .kind = DXA_KIND_FS_DAX_GET_BY_BDEV,
		  .phase = DXA_PHASE_CALL,
		  .obj = other },
		{ .ts = 4,
		  .kind = DXA_KIND_FS_DAX_GET_BY_BDEV,
		  .phase = DXA_PHASE_CALL,
		  .obj = disk },
		{ .ts = 5, .kind = DXA_KIND_DAX_REMOVE_HOST, .phase = DXA_PHASE_ARGS, .obj = disk },
		{ .ts = 6,
		  .kind = DXA_KIND_FS_DAX_GET_BY_BDEV,
		  .phase = DXA_PHASE_CALL,
		  .obj = disk },
		{ .ts = 7, .kind = DXA_KIND_DAX_DESTROY_INODE, .phase = DXA_PHASE_ARGS, .dax = X },
	};
	const size_t n = sizeof(events) / sizeof(*events);

	(void)state;
	assert_true(count(events, n, "pmem0 (") > 0);
	/* The lookup of another disk, and the one after the removal, concern no device. */
	assert_int_equal(count(events, n, "#mx"), 1);
	assert_int_equal(count(events, n, "#mu"), 1);
	assert_int_equal(count(events, n, "#mg"), 0);
}

static void device_dax_has_the_name_of_its_bus_device(void **state)
{
	const struct dxa_event events[] = {
		{ .ts = 1, .kind = DXA_KIND_ALLOC_DAX, .phase = DXA_PHASE_CALL, .ret = (int64_t)X },
		{ .ts = 2,
		  .kind = DXA_KIND_REALLY_PROBE,
		  .phase = DXA_PHASE_ARGS,
		  .has = DXA_HAS_DEVICE | DXA_HAS_DAX,
		  .dax = X,
		  .refs = 1,
		  .name = "dax0.0" },
		{ .ts = 7, .kind = DXA_KIND_DAX_DESTROY_INODE, .phase = DXA_PHASE_ARGS, .dax = X },
	};

	(void)state;
	assert_true(count(events, sizeof(events) / sizeof(*events), "dax0.0 (") > 0);
}

static void two_records_of_a_call_are_joined(void **state)
{
	const struct dxa_event entry = { .ts = 1,
					 .kind = DXA_KIND_FS_DAX_GET_BY_BDEV,
					 .phase = DXA_PHASE_ARGS,
					 .tid = 7,
					 .obj = 0xffff888004000000,
					 .arg = 0xffff888005000000,
					 .name = "pmem0" };
	struct dxa_event of_other = entry,
			 ret = { .ts = 2,
				 .kind = DXA_KIND_FS_DAX_GET_BY_BDEV,
				 .phase = DXA_PHASE_RET,
				 .tid = 7 },
			 out;
	struct dxa_pairs p = { 0 };

	(void)state;
	of_other.tid = 8;
	of_other.obj++;
	assert_false(dxa_pair_event(&p, &entry, &out));
	assert_false(dxa_pair_event(&p, &of_other, &out));
	assert_true(dxa_pair_event(&p, &ret, &out));
	assert_int_equal(out.phase, DXA_PHASE_CALL);
	assert_int_equal(out.ts, 2);
	assert_int_equal(out.obj, entry.obj);
	assert_int_equal(out.arg, entry.arg);
	assert_string_equal(out.name, "pmem0");
	/* The entry of a call is used once. */
	assert_true(dxa_pair_event(&p, &ret, &out));
	assert_int_equal(out.obj, 0);
	dxa_pairs_free(&p);
}

/* The class that the picture uses and the legend explains. */
static void the_legend_has_the_time_after_kill_dax(void **state)
{
	struct dxa_timeline *t = dxa_timeline_new();
	char *text = NULL, *legend = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	feed(t, DXA_KIND_ALLOC_DAX, 1000000);
	feed(t, DXA_KIND_KILL_DAX, 2000000);
	dxa_timeline_write(t, out, 0);
	fclose(out);
	dxa_timeline_free(t);
	out = open_memstream(&legend, &len);
	dxa_timeline_write_marks(out);
	fclose(out);
	assert_non_null(strstr(text, "<path class=\"dead\""));
	assert_non_null(strstr(legend, "<path class=\"dead\""));
	assert_non_null(strstr(legend, "moved to the right"));
	free(text);
	free(legend);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(axis_has_a_few_ticks),
		cmocka_unit_test(times_of_a_recording_do_not_wrap),
		cmocka_unit_test(calls_by_disk_are_marked_on_the_lane_of_the_device),
		cmocka_unit_test(device_dax_has_the_name_of_its_bus_device),
		cmocka_unit_test(two_records_of_a_call_are_joined),
		cmocka_unit_test(the_legend_has_the_time_after_kill_dax),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
