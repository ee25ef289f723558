// SPDX-License-Identifier: GPL-2.0-only
/* Functions are found in raw BTF, and what is no BTF is told from it. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "probe/btfscan.h"

#define INFO(kind, vlen) ((__u32)(kind) << 24 | (vlen))

/* Names at 1, 5, 15 and 21. */
static const char strings[] = "\0int\0alloc_dax\0other\0put_dax";

/*
 * Type 1 is an int, 2 a structure of two members, 3 a prototype, 4 and 5 functions, 6 an
 * enum64, 7 a function behind all of them.
 */
static const __u32 types[] = {
	1,  INFO(BTF_KIND_INT, 0),
	4,  32, /* int */
	15, INFO(BTF_KIND_STRUCT, 2),
	8,  1,
	1,  0,
	1,  1,
	32, /* other */
	0,  INFO(BTF_KIND_FUNC_PROTO, 1),
	0,  1,
	1, /* its parameter */
	5,  INFO(BTF_KIND_FUNC, 1),
	3, /* alloc_dax */
	5,  INFO(BTF_KIND_FUNC, 1),
	3, /* a second one of that name */
	15, INFO(19, 1),
	8,  1,
	0,  0, /* an enum64 with one value */
	21, INFO(BTF_KIND_FUNC, 1),
	3, /* put_dax */
};

struct blob {
	struct btf_header header;
	__u32 types[sizeof(types) / sizeof(types[0])];
	char strings[sizeof(strings)];
};

static struct blob make(void)
{
	struct blob b = { .header = { .magic = BTF_MAGIC,
				      .version = 1,
				      .hdr_len = sizeof(b.header),
				      .type_len = sizeof(types),
				      .str_off = sizeof(types),
				      .str_len = sizeof(strings) } };

	memcpy(b.types, types, sizeof(types));
	memcpy(b.strings, strings, sizeof(strings));
	return b;
}

/* Copied to memory of its own, so that a read behind its end is seen. */
static bool scan(const struct blob *b, size_t size, struct dxa_btf_function *functions, size_t n)
{
	void *copy = malloc(size ? size : 1);
	bool known;

	assert_non_null(copy);
	memcpy(copy, b, size);
	known = dxa_btfscan(copy, size, functions, n);
	free(copy);
	return known;
}

static void functions_are_found_by_name(void **state)
{
	struct dxa_btf_function functions[] = {
		{ "put_dax" }, { "alloc_dax" }, { "other" }, { "alloc" }, { "" }
	};
	struct blob b = make();

	(void)state;
	assert_true(scan(&b, sizeof(b), functions, 5));
	assert_int_equal(functions[0].id, 7);
	/* The first of its name. */
	assert_int_equal(functions[1].id, 4);
	/* A structure, a part of a name, no name. */
	assert_int_equal(functions[2].id, 0);
	assert_int_equal(functions[3].id, 0);
	assert_int_equal(functions[4].id, 0);
}

static void cut_off_btf_is_refused(void **state)
{
	struct dxa_btf_function f = { "put_dax" };
	struct blob b = make();

	(void)state;
	for (size_t size = 0; size < sizeof(b.header) + sizeof(types) + sizeof(strings); size++)
		assert_false(scan(&b, size, &f, 1));
}

static void damaged_btf_is_refused(void **state)
{
	struct dxa_btf_function f = { "put_dax" };
	struct blob b = make();

	(void)state;
	b.header.magic = 0x9feb;
	assert_false(scan(&b, sizeof(b), &f, 1));
	b = make();
	b.types[1] = INFO(20, 0); /* no such kind */
	assert_false(scan(&b, sizeof(b), &f, 1));
	b = make();
	b.types[0] = sizeof(strings); /* a name behind the strings */
	assert_false(scan(&b, sizeof(b), &f, 1));
	b = make();
	b.types[5] = INFO(BTF_KIND_STRUCT, 0xffff); /* members behind the types */
	assert_false(scan(&b, sizeof(b), &f, 1));
	b = make();
	b.strings[sizeof(strings) - 1] = 'x'; /* a name without an end */
	assert_false(scan(&b, sizeof(b), &f, 1));
	b = make();
	b.header.str_off = 0xffffffff;
	assert_false(scan(&b, sizeof(b), &f, 1));
}

static void unreadable_file_is_no_btf(void **state)
{
	struct dxa_btf_function f = { "put_dax" };

	(void)state;
	assert_false(dxa_btfscan_file("/nonexistent", &f, 1));
	assert_false(dxa_btfscan_file("/dev/null", &f, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(functions_are_found_by_name),
		cmocka_unit_test(cut_off_btf_is_refused),
		cmocka_unit_test(damaged_btf_is_refused),
		cmocka_unit_test(unreadable_file_is_no_btf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
