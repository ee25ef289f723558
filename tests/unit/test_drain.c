// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/ktime.h"
#include "probe/drain.h"

#define MS 1000000ull

/* A hook that counted `left` calls and submits one record at each look from the n-th on. */
struct hook {
	uint64_t left;
	unsigned int silent_for; /* looks */
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

static long paused; /* ns; 0: not at all */

int __real_nanosleep(const struct timespec *for_, struct timespec *left);
int __wrap_nanosleep(const struct timespec *for_, struct timespec *left);
int __wrap_nanosleep(const struct timespec *for_, struct timespec *left)
{
	paused = for_->tv_sec ? -1 : for_->tv_nsec;
	return __real_nanosleep(for_, left);
}

static long gather(uint32_t holds, uint64_t came)
{
	paused = 0;
	dxa_gather(holds, came);
	return paused;
}

static void first_of_a_burst_is_kept_waiting(void **state)
{
	(void)state;
	assert_int_equal(gather(8456, 0), 5 * MS);
	assert_int_equal(gather(8456, 30), 5 * MS);
	/* In a small ring buffer there is less room meanwhile. */
	assert_in_range(gather(1000, 0), MS / 2, MS);
	assert_in_range(gather(1u << 20, 0), 5 * MS, 5 * MS);
	/* A storm is read as fast as can be. */
	assert_int_equal(gather(8456, 1000), 0);
	assert_int_equal(gather(8456, UINT64_MAX), 0);
	assert_int_equal(gather(16, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(late_records_are_awaited),
		cmocka_unit_test(missing_records_are_counted_after_the_timeout),
		cmocka_unit_test(complete_audit_consumes_once),
		cmocka_unit_test(first_of_a_burst_is_kept_waiting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
