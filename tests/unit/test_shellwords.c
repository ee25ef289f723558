// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/shellwords.h"

static void expect(const char *const *argv, const char *wanted)
{
	char *line = dxa_shellwords(argv);

	assert_non_null(line);
	assert_string_equal(line, wanted);
	free(line);
}

static void plain_words_stay(void **state)
{
	(void)state;
	expect((const char *const[]){ "modprobe", "nd_pmem", "a=1,b:2", NULL },
	       "modprobe nd_pmem a=1,b:2");
	expect((const char *const[]){ NULL }, "");
}

static void blanks_and_operators_are_quoted(void **state)
{
	(void)state;
	expect((const char *const[]){ "sh", "-c", "a; b $c", "", "don't", NULL },
	       "sh -c 'a; b $c' '' 'don'\\''t'");
}

static void line_breaks_are_shown(void **state)
{
	(void)state;
	expect((const char *const[]){ "sh", "-c", "a\n\tb 'c' \\d\x1b", NULL },
	       "sh -c $'a\\n\\tb \\'c\\' \\\\d\\x1b'");
}

/* A shell parses the same words. */
static void a_shell_reads_the_same_words(void **state)
{
	static const char *const argv[] = { "printf",	  "%s|", "a  b",       "c\nd",
					    "'\\\"$(x)`", "",	 "\xc3\xa9*?", NULL };
	char *line = dxa_shellwords(argv), command[512], said[64] = "";
	FILE *shell;

	(void)state;
	assert_non_null(line);
	snprintf(command, sizeof(command), "exec bash <<'END'\n%s\nEND\n", line);
	shell = popen(command, "r");
	assert_non_null(shell);
	assert_true(fread(said, 1, sizeof(said) - 1, shell) > 0);
	assert_int_equal(pclose(shell), 0);
	assert_string_equal(said, "a  b|c\nd|'\\\"$(x)`||\xc3\xa9*?|");
	free(line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_words_stay),
		cmocka_unit_test(blanks_and_operators_are_quoted),
		cmocka_unit_test(line_breaks_are_shown),
		cmocka_unit_test(a_shell_reads_the_same_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
