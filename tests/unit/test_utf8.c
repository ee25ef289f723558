// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

#define BAD "\xef\xbf\xbd"

static void assert_clean(const char *in, const char *out)
{
	/* A copy that ends with the string: ASan detects a read beyond it. */
	char *copy = strdup(in), *clean = dxa_utf8_clean(copy);

	assert_string_equal(clean, out);
	free(clean);
	free(copy);
}

static void test_characters_stay(void **state)
{
	(void)state;
	assert_clean("", "");
	assert_clean("pmem0 \x01\x7f", "pmem0 \x01\x7f");
	assert_clean("\xc2\x80 \xdf\xbf", "\xc2\x80 \xdf\xbf");
	assert_clean("\xe0\xa0\x80 \xed\x9f\xbf \xee\x80\x80",
		     "\xe0\xa0\x80 \xed\x9f\xbf \xee\x80\x80");
	assert_clean("\xf0\x90\x80\x80 \xf4\x8f\xbf\xbf", "\xf0\x90\x80\x80 \xf4\x8f\xbf\xbf");
}

static void test_bad_bytes_are_replaced(void **state)
{
	(void)state;
	assert_clean("a\xff"
		     "b",
		     "a" BAD "b");
	assert_clean("\x80", BAD);
	/* Overlong, a surrogate, above U+10FFFF. */
	assert_clean("\xc0\xaf", BAD BAD);
	assert_clean("\xe0\x80\xaf", BAD BAD BAD);
	assert_clean("\xed\xa0\x80", BAD BAD BAD);
	assert_clean("\xf4\x90\x80\x80", BAD BAD BAD BAD);
	assert_clean("\xf8\x88\x80\x80\x80", BAD BAD BAD BAD BAD);
	/* Cut off: what follows is a separate character. */
	assert_clean("\xe2\x82", BAD BAD);
	assert_clean("\xe2\x82z", BAD BAD "z");
	assert_clean("\xf0", BAD);
}

static void test_what_is_encoded_is_read_back(void **state)
{
	(void)state;
	for (uint32_t cp = 1; cp <= 0x10ffff; cp++) {
		char buf[5] = "";
		uint32_t back;
		size_t n;

		if (cp >= 0xd800 && cp < 0xe000)
			continue;
		n = dxa_utf8_encode(buf, cp);
		assert_int_equal(dxa_utf8_next(buf, &back), n);
		assert_int_equal(back, cp);
	}
}

static void assert_line(const char *from, const char *to)
{
	char *line = strdup(from);

	dxa_utf8_make_line(line);
	assert_string_equal(line, to);
	free(line);
}

static void test_a_line_is_one_line(void **state)
{
	(void)state;
	assert_line("", "");
	assert_line("plain \xc3\xa4", "plain \xc3\xa4");
	assert_line("a\nb\r\tc\x1b[2J\x7f", "a?b? c?[2J?");
	/* U+009B begins an escape sequence, as ESC [ does; a cut character is none. */
	assert_line("x\xc2\x9bz\xe2\x82", "x??z??");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_characters_stay),
		cmocka_unit_test(test_bad_bytes_are_replaced),
		cmocka_unit_test(test_what_is_encoded_is_read_back),
		cmocka_unit_test(test_a_line_is_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
