// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "cli/opts.h"
#include "cli/tables.h"

/* A value that an option accepts or refuses: in both cases the option is implemented. */
static void assert_is_handled(const struct dxa_option_row *row)
{
	char name[64], value[] = "1";
	char command[] = "command";
	char *argv[] = { command, name, row->arg ? value : NULL, NULL };
	struct dxa_opts opts;
	struct dxa_err *err;

	snprintf(name, sizeof(name), "--%s", row->name);
	err = dxa_opts_parse(row->arg ? 3 : 2, argv, row->mask, &opts);
	if (err)
		assert_null(strstr(err->msg, "not implemented"));
	dxa_err_free(err);
}

static void test_every_option_of_the_table_is_handled(void **state)
{
	size_t n;
	const struct dxa_option_row *rows = dxa_options(&n);

	(void)state;
	assert_true(n > 10);
	for (size_t i = 0; i < n; i++)
		assert_is_handled(&rows[i]);
}

static bool ring_size(const char *value, size_t *ret)
{
	char text[64];
	char command[] = "trace", option[] = "--ring-size";
	char *argv[] = { command, option, text, NULL };
	struct dxa_opts opts;
	struct dxa_err *err;

	snprintf(text, sizeof(text), "%s", value);
	err = dxa_opts_parse(3, argv, DXA_CMD_TRACE, &opts);
	*ret = err ? 0 : opts.ring_size;
	dxa_err_free(err);
	return *ret != 0;
}

static void test_ring_size_is_bounded(void **state)
{
	static const char *const wrong[] = {
		"17592186044417M",
		"18014398509481985K",
		"18446744073709551615M",
		"2048M",
		"2147483648",
		"0M",
		"3M",
		" 4M",
		"+4M",
		"-4M",
		"4",
		"",
		"M",
		"4G",
		"4MM",
	};
	size_t size;

	(void)state;
	assert_true(ring_size("1024M", &size));
	assert_int_equal(size, 1u << 30);
	assert_true(ring_size("1048576K", &size));
	assert_int_equal(size, 1u << 30);
	assert_true(ring_size("65536", &size));
	assert_int_equal(size, 65536);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (ring_size(wrong[i], &size))
			fail_msg("'%s' was read as %zu", wrong[i], size);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_option_of_the_table_is_handled),
		cmocka_unit_test(test_ring_size_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
