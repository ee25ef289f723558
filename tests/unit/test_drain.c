// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/ktime.h"
#include "probe/drain.h"

#define MS 1000000ull

/* A hook that counted `left` calls, and submits one record at each read from the n-th on. */
struct hook {
	uint64_t left;
	unsigned int silent_for; /* reads */
	unsigned int consumed;
};

static uint64_t outstanding(void *priv)
{
	const struct hook *h = priv;

	return h->left;
}

static void consume(void *priv)
{
	struct hook *h = priv;

	h->consumed++;
	if (h->silent_for)
		h->silent_for--;
	else if (h->left)
		h->left--;
}

static void late_records_are_awaited(void **state)
{
	struct hook h = { .left = 3, .silent_for = 4 };
	const struct dxa_drain d = { outstanding, consume, &h, 10000 * MS };

	(void)state;
	assert_int_equal(dxa_drain(&d), 0);
	assert_int_equal(h.consumed, 7);
}

static void missing_records_are_counted_after_the_timeout(void **state)
{
	struct hook h = { .left = 2, .silent_for = UINT32_MAX };
	const struct dxa_drain d = { outstanding, consume, &h, 20 * MS };
	uint64_t start = dxa_ktime_now();

	(void)state;
	assert_int_equal(dxa_drain(&d), 2);
	assert_true(dxa_ktime_now() - start >= 20 * MS);
	assert_true(h.consumed > 1);
}

static void complete_audit_consumes_once(void **state)
{
	struct hook h = { 0 };
	const struct dxa_drain d = { outstanding, consume, &h, 10000 * MS };

	(void)state;
	assert_int_equal(dxa_drain(&d), 0);
	assert_int_equal(h.consumed, 1);
}

/* What programs and the reader share. */
static uint64_t wake_seq, next_seq;
static uint32_t dropped;

static uint64_t arm(uint64_t delivered, uint64_t came, uint32_t holds)
{
	struct dxa_wakeup w = { &wake_seq, &next_seq, &dropped, 0 };

	return dxa_wakeup_arm(&w, delivered, came, holds);
}

static void idle_reader_is_woken_by_the_next_record(void **state)
{
	(void)state;
	next_seq = 100;
	dropped = 3;
	assert_int_equal(arm(97, 0, 8192), 0);
	assert_int_equal(wake_seq, 0);
}

static void a_burst_is_read_at_once(void **state)
{
	(void)state;
	next_seq = 100;
	dropped = 3;
	assert_int_equal(arm(97, 1, 8192), 20 * MS);
	assert_int_equal(wake_seq, 100 + 2048);
	/* The first record of a burst is in the ring buffer already. */
	assert_int_equal(arm(96, 1, 8192), 20 * MS);
	assert_int_equal(wake_seq, 99 + 2048);
	assert_int_equal(arm(97, 64, 8192), 20 * MS);
}

static void a_storm_is_read_without_a_pause(void **state)
{
	(void)state;
	next_seq = 100;
	dropped = 3;
	assert_int_equal(arm(97, 65, 8192), 1);
	assert_int_equal(arm(97, 1, 16), 1);
}

static void bursts_in_a_row_are_gathered_longer(void **state)
{
	struct dxa_wakeup w = { &wake_seq, &next_seq, &dropped, 0 };

	(void)state;
	next_seq = 100;
	dropped = 3;
	assert_int_equal(dxa_wakeup_arm(&w, 97, 1, 8192), 20 * MS);
	assert_int_equal(dxa_wakeup_arm(&w, 97, 1, 8192), 40 * MS);
	assert_int_equal(dxa_wakeup_arm(&w, 97, 1, 8192), 80 * MS);
	assert_int_equal(dxa_wakeup_arm(&w, 97, 1, 8192), 100 * MS);
	assert_int_equal(dxa_wakeup_arm(&w, 97, 0, 8192), 0);
	assert_int_equal(dxa_wakeup_arm(&w, 97, 1, 8192), 20 * MS);
}

/* As many records in a longer time are no storm, and the reader goes on gathering. */
static void a_storm_is_measured_by_the_time_slept(void **state)
{
	struct dxa_wakeup w = { &wake_seq, &next_seq, &dropped, 0 };

	(void)state;
	next_seq = 100;
	dropped = 3;
	assert_int_equal(dxa_wakeup_arm(&w, 97, 1, 8192), 20 * MS);
	assert_int_equal(dxa_wakeup_arm(&w, 97, 1, 8192), 40 * MS);
	assert_int_equal(dxa_wakeup_arm(&w, 97, 2 * 64, 8192), 80 * MS);
	assert_int_equal(dxa_wakeup_arm(&w, 97, 4 * 64 + 1, 8192), 1);
	assert_int_equal(dxa_wakeup_arm(&w, 97, 4 * 64, 8192), 100 * MS);
}

static void record_on_its_way_may_wake_nobody(void **state)
{
	(void)state;
	next_seq = 101;
	dropped = 3;
	assert_int_equal(arm(97, 0, 8192), 20 * MS);
	assert_int_equal(wake_seq, 0);
}

static void number_of_dropped_records_wraps(void **state)
{
	(void)state;
	next_seq = (1ull << 32) + 7;
	dropped = 5;
	assert_int_equal(arm(2, 0, 8192), 0);
	next_seq++;
	assert_int_equal(arm(2, 0, 8192), 20 * MS);
	assert_int_equal(arm(2, 1, 8192), 20 * MS);
	assert_int_equal(wake_seq, (1ull << 32) + 7 + 2048);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(late_records_are_awaited),
		cmocka_unit_test(missing_records_are_counted_after_the_timeout),
		cmocka_unit_test(complete_audit_consumes_once),
		cmocka_unit_test(idle_reader_is_woken_by_the_next_record),
		cmocka_unit_test(a_burst_is_read_at_once),
		cmocka_unit_test(a_storm_is_read_without_a_pause),
		cmocka_unit_test(bursts_in_a_row_are_gathered_longer),
		cmocka_unit_test(a_storm_is_measured_by_the_time_slept),
		cmocka_unit_test(record_on_its_way_may_wake_nobody),
		cmocka_unit_test(number_of_dropped_records_wraps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
