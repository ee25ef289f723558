// SPDX-License-Identifier: GPL-2.0-only
/* Functions are found in raw BTF, and other data is recognised. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "probe/btfcut.h"
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

/* The names that are searched, and the result: the first type of that name. */
struct sought {
	const char *name;
	uint32_t id;
};

static void found(void *priv, size_t i, uint32_t id)
{
	struct sought *s = priv;

	if (!s[i].id)
		s[i].id = id;
}

static void find(const struct dxa_btf *btf, struct sought *sought, size_t n)
{
	const char *names[8];

	assert_true(n <= 8);
	for (size_t i = 0; i < n; i++)
		names[i] = sought[i].name;
	dxa_btf_find(btf, &(struct dxa_btf_query){ names, n, 1u << BTF_KIND_FUNC, found, sought });
}

/* Copied to a buffer of exact size, so that a read beyond its end is detected. */
static bool scan(const struct blob *b, size_t size, struct sought *functions, size_t n)
{
	void *copy = malloc(size ? size : 1);
	struct dxa_btf btf;
	bool known;

	assert_non_null(copy);
	memcpy(copy, b, size);
	known = dxa_btf_index(copy, size, &btf);
	if (known) {
		find(&btf, functions, n);
		dxa_btf_clear(&btf);
	}
	free(copy);
	return known;
}

static void functions_are_found_by_name(void **state)
{
	struct sought functions[] = {
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
	struct sought f = { "put_dax" };
	struct blob b = make();

	(void)state;
	for (size_t size = 0; size < sizeof(b.header) + sizeof(types) + sizeof(strings); size++)
		assert_false(scan(&b, size, &f, 1));
}

static void damaged_btf_is_refused(void **state)
{
	struct sought f = { "put_dax" };
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

/*
 * Names at 1 "task", 6 "next", 11 "state", 17 "u8", 20 "long unsigned int", 38 "alone",
 * 44 "BIT" and 48 "bits".
 */
static const char cut_strings[] = "\0task\0next\0state\0u8\0long unsigned int\0alone\0BIT\0bits";

/*
 * A task has a pointer to the next, an array of u8, which is a typedef of an int, and an
 * enumeration. The structure "alone", of which the prototype knows, is in none of them.
 */
static const __u32 cut_types[] = {
	1,
	INFO(BTF_KIND_STRUCT, 3),
	16, /* 1: task */
	6,
	2,
	0,
	11,
	3,
	64,
	48,
	9,
	96,
	0,
	INFO(BTF_KIND_PTR, 0),
	1, /* 2: task * */
	0,
	INFO(BTF_KIND_ARRAY, 0),
	0,
	4,
	6,
	4, /* 3: u8[4] */
	17,
	INFO(BTF_KIND_TYPEDEF, 0),
	5, /* 4: u8 */
	38,
	INFO(BTF_KIND_INT, 0),
	1,
	8, /* 5: an int called alone */
	20,
	INFO(BTF_KIND_INT, 0),
	8,
	64, /* 6: long unsigned int */
	38,
	INFO(BTF_KIND_STRUCT, 0),
	0, /* 7: alone */
	0,
	INFO(BTF_KIND_FUNC_PROTO, 0),
	7, /* 8 */
	48,
	INFO(BTF_KIND_ENUM, 1),
	4,
	44,
	7, /* 9: bits { BIT = 7 } */
};

struct cut_blob {
	struct btf_header header;
	__u32 types[sizeof(cut_types) / sizeof(cut_types[0])];
	char strings[sizeof(cut_strings)];
};

static struct cut_blob make_for_cut(void)
{
	struct cut_blob b = { .header = { .magic = BTF_MAGIC,
					  .version = 1,
					  .hdr_len = sizeof(b.header),
					  .type_len = sizeof(cut_types),
					  .str_off = sizeof(cut_types),
					  .str_len = sizeof(cut_strings) } };

	memcpy(b.types, cut_types, sizeof(cut_types));
	memcpy(b.strings, cut_strings, sizeof(cut_strings));
	return b;
}

static bool cut(const struct cut_blob *b, const char *name, void **data, struct dxa_btf *small)
{
	struct dxa_btf whole;
	size_t size;
	bool done;

	assert_true(dxa_btf_index(b, sizeof(*b), &whole));
	done = dxa_btfcut(&whole, &name, 1, data, &size);
	dxa_btf_clear(&whole);
	if (done)
		assert_true(dxa_btf_index(*data, size, small));
	return done;
}

/* The only type of that kind with that name; 0: none. */
static uint32_t one(const struct dxa_btf *btf, const char *name, unsigned int kind)
{
	struct sought s = { name };

	dxa_btf_find(btf, &(struct dxa_btf_query){ &name, 1, 1u << kind, found, &s });
	return s.id;
}

static void cut_has_what_a_type_contains(void **state)
{
	struct cut_blob b = make_for_cut();
	const struct btf_member *m;
	const struct btf_array *a;
	const struct btf_type *t;
	struct dxa_btf small;
	void *data;

	(void)state;
	assert_true(cut(&b, "task", &data, &small));
	/* void *, task, u8[4], bits, u8, the int below it, long unsigned int */
	assert_int_equal(small.n, 7);
	assert_int_equal(one(&small, "alone", BTF_KIND_STRUCT), 0);
	t = dxa_btf_type(&small, one(&small, "task", BTF_KIND_STRUCT));
	assert_int_equal(t->size, 16);
	assert_int_equal(BTF_INFO_VLEN(t->info), 3);
	m = (const void *)(t + 1);
	assert_string_equal(dxa_btf_name(&small, m[0].name_off), "next");
	t = dxa_btf_type(&small, m[0].type);
	assert_int_equal(BTF_INFO_KIND(t->info), BTF_KIND_PTR);
	assert_int_equal(t->type, 0);
	assert_int_equal(m[1].offset, 64);
	t = dxa_btf_type(&small, m[1].type);
	assert_int_equal(BTF_INFO_KIND(t->info), BTF_KIND_ARRAY);
	a = (const void *)(t + 1);
	assert_int_equal(a->nelems, 4);
	assert_int_equal(a->type, one(&small, "u8", BTF_KIND_TYPEDEF));
	assert_int_equal(a->index_type, one(&small, "long unsigned int", BTF_KIND_INT));
	assert_int_equal(dxa_btf_type(&small, a->type)->type, one(&small, "alone", BTF_KIND_INT));
	assert_int_equal(m[2].offset, 96);
	t = dxa_btf_type(&small, m[2].type);
	assert_string_equal(dxa_btf_name(&small, t->name_off), "bits");
	assert_string_equal(dxa_btf_name(&small, *(const __u32 *)(t + 1)), "BIT");
	assert_int_equal(((const __u32 *)(t + 1))[1], 7);
	dxa_btf_clear(&small);
	free(data);
}

/* A name without a type becomes a pointer to void; an integer can be named, too. */
static void cut_of_nothing_is_a_btf(void **state)
{
	struct cut_blob b = make_for_cut();
	struct dxa_btf small;
	void *data;

	(void)state;
	assert_true(cut(&b, "nothing", &data, &small));
	assert_int_equal(small.n, 1);
	dxa_btf_clear(&small);
	free(data);
	assert_true(cut(&b, "long unsigned int", &data, &small));
	assert_int_equal(small.n, 2);
	assert_int_equal(one(&small, "long unsigned int", BTF_KIND_INT), 2);
	dxa_btf_clear(&small);
	free(data);
}

static void reference_to_no_type_is_refused(void **state)
{
	struct cut_blob b = make_for_cut();
	struct dxa_btf small;
	void *data;

	(void)state;
	b.types[4] = 10; /* the type of the first member */
	assert_false(cut(&b, "task", &data, &small));
	assert_true(cut(&b, "alone", &data, &small));
	dxa_btf_clear(&small);
	free(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(functions_are_found_by_name),
		cmocka_unit_test(cut_off_btf_is_refused),
		cmocka_unit_test(damaged_btf_is_refused),
		cmocka_unit_test(cut_has_what_a_type_contains),
		cmocka_unit_test(cut_of_nothing_is_a_btf),
		cmocka_unit_test(reference_to_no_type_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
