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

#include "output/timeline.h"

#define X 0xffff888003c5b2c0
/* What a picture takes at most; one that does not end is killed. */
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

/* How many ticks the axis has for a life from `from` to `to` of an audit that began at `zero`. */
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
	/* What happened before the audit has no offset. */
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(axis_has_a_few_ticks),
		cmocka_unit_test(times_of_a_recording_do_not_wrap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
