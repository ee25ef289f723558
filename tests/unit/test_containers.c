// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdbool.h>
#include <string.h>

#include "base/hash.h"
#include "base/list.h"
#include "base/map.h"
#include "base/symbols.h"
#include "base/vec.h"
#include "daxaudit/hooks.h"

/* ---- the map ---- */

static void map_against_an_array(bool paged)
{
	static uint64_t values[512];
	const size_t n = sizeof(values) / sizeof(*values);
	bool present[512] = { false };
	struct dxa_map m = { .paged = paged };
	uint64_t random = 88172645463325252ULL;
	size_t len = 0, i;
	int round;

	for (round = 0; round < 200000; round++) {
		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		i = random % n;
		/*
		 * Keys as the slab allocator produces them: they differ only in a few middle bits.
		 */
		if (random >> 63) {
			assert_ptr_equal(dxa_map_del(&m, 0xffff888000000000 + i * 832),
					 present[i] ? &values[i] : NULL);
			len -= present[i];
			present[i] = false;
		} else {
			assert_int_equal(dxa_map_put(&m, 0xffff888000000000 + i * 832, &values[i]),
					 0);
			len += !present[i];
			present[i] = true;
		}
		assert_int_equal(m.len, len);
	}
	for (i = 0; i < n; i++)
		assert_ptr_equal(dxa_map_get(&m, 0xffff888000000000 + i * 832),
				 present[i] ? &values[i] : NULL);
	assert_true(m.cap <= 1024);
	dxa_map_free(&m);
}

static void test_map_against_an_array(void **state)
{
	(void)state;
	map_against_an_array(false);
	map_against_an_array(true);
}

static void test_map_empty(void **state)
{
	struct dxa_map m = { 0 };

	(void)state;
	assert_null(dxa_map_get(&m, 0));
	assert_null(dxa_map_del(&m, 0));
	assert_int_equal(dxa_map_put(&m, 0, &m), 0);
	assert_ptr_equal(dxa_map_get(&m, 0), &m);
	assert_int_equal(dxa_map_put(&m, 0, &state), 0);
	assert_ptr_equal(dxa_map_get(&m, 0), &state);
	assert_int_equal(m.len, 1);
	dxa_map_free(&m);
	assert_null(dxa_map_get(&m, 0));
}

/* ---- the vector ---- */

/* ---- hash ---- */

static void test_hash(void **state)
{
	(void)state;
	/* The test vectors of FNV-1a's authors. */
	assert_true(dxa_hash_text(DXA_HASH_START, "") == 0xcbf29ce484222325ULL);
	assert_true(dxa_hash_text(DXA_HASH_START, "a") == 0xaf63dc4c8601ec8cULL);
	assert_true(dxa_hash_text(DXA_HASH_START, "foobar") == 0x85944171f73967e8ULL);
	assert_true(dxa_hash(DXA_HASH_START, "foobar", 7) == 0x34531ca7168b8f38ULL);
	assert_true(dxa_hash_text(dxa_hash_text(DXA_HASH_START, "foo"), "bar") ==
		    0x85944171f73967e8ULL);
}

/* ---- list ---- */

struct item {
	int n;
	struct dxa_link link;
};

/* The items must be these, in both directions. */
static void assert_items(const struct dxa_list *list, const char *expected)
{
	char there[16] = "", back[16] = "";
	const struct item *at;
	size_t n = 0;

	DXA_LIST_EACH(at, list, const struct item, link)
		there[n++] = (char)('0' + at->n);
	assert_string_equal(there, expected);
	for (const struct dxa_link *l = list->last; l; l = l->prev)
		back[--n] = (char)('0' + DXA_LIST_OF(l, const struct item, link)->n);
	assert_string_equal(back, expected);
}

static void test_list(void **state)
{
	struct item items[5] = { { 0 }, { 1 }, { 2 }, { 3 }, { 4 } };
	struct dxa_list list = { 0 };

	(void)state;
	assert_items(&list, "");
	assert_null(DXA_LIST_OF(list.first, struct item, link));
	for (int i = 0; i < 5; i++)
		dxa_list_add(&list, &items[i].link);
	assert_items(&list, "01234");
	dxa_list_del(&list, &items[0].link);
	dxa_list_del(&list, &items[2].link);
	dxa_list_del(&list, &items[4].link);
	assert_items(&list, "13");
	dxa_list_add(&list, &items[0].link);
	assert_items(&list, "130");
	dxa_list_del(&list, &items[3].link);
	dxa_list_del(&list, &items[1].link);
	dxa_list_del(&list, &items[0].link);
	assert_items(&list, "");
}

static void test_vec(void **state)
{
	struct dxa_vec v = DXA_VEC_OF(int);
	int i;

	(void)state;
	assert_null(dxa_vec_last(&v));
	for (i = 0; i < 1000; i++)
		assert_non_null(dxa_vec_push(&v, &i));
	assert_int_equal(v.len, 1000);
	assert_int_equal(*(int *)dxa_vec_at(&v, 500), 500);
	assert_int_equal(*(int *)dxa_vec_last(&v), 999);
	assert_int_equal(*(int *)dxa_vec_push(&v, NULL), 0);
	dxa_vec_free(&v);
	assert_int_equal(v.len, 0);
	assert_non_null(dxa_vec_push(&v, &i));
	dxa_vec_free(&v);
}

/* ---- symbols ---- */

static bool source(void *priv, uint64_t addr, struct dxa_symbol *ret)
{
	++*(int *)priv;
	if (addr < 0x1000)
		return false;
	*ret = (struct dxa_symbol){ "virtio_fs_probe.cold", addr >= 0x2000 ? "virtiofs" : NULL,
				    addr & 0xff };
	return true;
}

static void test_symbols_remember(void **state)
{
	struct dxa_symbol sym;
	int asked = 0;
	struct dxa_symbols *s = dxa_symbols_new(source, &asked);

	(void)state;
	assert_true(dxa_symbols_find(s, 0x1007, &sym));
	assert_string_equal(sym.name, "virtio_fs_probe");
	assert_null(sym.module);
	assert_int_equal(sym.offset, 7);
	assert_true(dxa_symbols_find(s, 0x1007, &sym));
	assert_int_equal(asked, 1);
	assert_false(dxa_symbols_find(s, 0x10, &sym));
	assert_int_equal(asked, 2);
	assert_false(dxa_symbols_find(s, 0, &sym));
	assert_int_equal(asked, 2);
	dxa_symbols_free(s);
}

static void test_symbols_without_a_source(void **state)
{
	const struct dxa_symbol one = { "alloc_dax", "dax", 1 }, two = { "kill_dax", NULL, 2 };
	struct dxa_symbols *s = dxa_symbols_new(NULL, NULL);
	struct dxa_symbol sym;

	(void)state;
	assert_false(dxa_symbols_find(s, 1, &sym));
	assert_int_equal(dxa_symbols_add(s, 1, &one), 0);
	assert_int_equal(dxa_symbols_add(s, 1, &two), 0);
	assert_true(dxa_symbols_find(s, 1, &sym));
	assert_string_equal(sym.name, "kill_dax");
	assert_null(sym.module);
	dxa_symbols_free(s);
	dxa_symbols_free(NULL);
}

static void test_symbols_suffixes(void **state)
{
	static const char *const names[][2] = {
		{ "f.isra.0", "f" },
		{ "f.part.0.isra.3", "f" },
		{ "f.constprop.0.cold", "f" },
		{ "f.coldness", "f" },
		{ "f", "f" },
		{ ".cold", ".cold" },
		{ "f.llvm.1", "f.llvm.1" },
	};
	struct dxa_symbols *s = dxa_symbols_new(NULL, NULL);
	struct dxa_symbol sym;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const struct dxa_symbol in = { names[i][0], NULL, 0 };

		assert_int_equal(dxa_symbols_add(s, i + 1, &in), 0);
		assert_true(dxa_symbols_find(s, i + 1, &sym));
		assert_string_equal(sym.name, names[i][1]);
	}
	dxa_symbols_free(s);
}

static void write_down(void *priv, uint64_t addr, const struct dxa_symbol *sym)
{
	char *text = priv;

	snprintf(text + strlen(text), 200 - strlen(text), "%d=%s ", (int)addr, sym->name);
}

static void test_symbols_forget_a_module(void **state)
{
	struct dxa_symbols *s = dxa_symbols_new(NULL, NULL);
	const char *kept = NULL;
	struct dxa_symbol sym;
	char text[200] = "";
	uint64_t i;

	(void)state;
	for (i = 1; i <= 6; i++) {
		char name[2] = { (char)('a' + i), '\0' };
		const struct dxa_symbol in = { name, i % 2 ? "nd_pmem" : "dm_mod", 0 };

		assert_int_equal(dxa_symbols_add(s, i, &in), 0);
	}
	assert_true(dxa_symbols_find(s, 3, &sym));
	kept = sym.name;
	dxa_symbols_forget_module(s, "nd_pmem");
	dxa_symbols_each(s, write_down, text);
	assert_string_equal(text, "2=c 4=e 6=g ");
	assert_false(dxa_symbols_find(s, 3, &sym));
	assert_true(dxa_symbols_find(s, 6, &sym));
	assert_string_equal(sym.name, "g");
	assert_string_equal(kept, "d");
	assert_int_equal(dxa_symbols_add(s, 3, &(struct dxa_symbol){ "new", NULL, 0 }), 0);
	assert_true(dxa_symbols_find(s, 3, &sym));
	assert_string_equal(sym.name, "new");
	dxa_symbols_free(s);
}

static void test_symbols_split(void **state)
{
	char name[DXA_NAME_LEN], module[DXA_NAME_LEN];

	(void)state;
	assert_true(dxa_symbol_split("pmem_dax_ops [nd_pmem]", name, module));
	assert_string_equal(name, "pmem_dax_ops");
	assert_string_equal(module, "nd_pmem");
	assert_true(dxa_symbol_split("virtio_fs_dax_ops", name, module));
	assert_string_equal(name, "virtio_fs_dax_ops");
	assert_string_equal(module, "");
	/* The record's field cuts longer names. */
	assert_true(dxa_symbol_split("a_name_of_25_characters_x [nd_pm", name, module));
	assert_string_equal(module, "nd_pm");
	assert_true(dxa_symbol_split("dm_dax_ops [", name, module));
	assert_string_equal(module, "");
	assert_false(dxa_symbol_split("0xffffffffc0123456", name, module));
	assert_false(dxa_symbol_split("", name, module));
	assert_false(dxa_symbol_split(" [nd_pmem]", name, module));
	assert_false(dxa_symbol_split("a_name_that_is_one_too_long_for_", name, module));
	assert_false(
		dxa_symbol_split("dm_dax_ops [a_name_that_is_one_too_long_for_]", name, module));
}

static void test_symbols_caller(void **state)
{
	static const struct {
		uint64_t addr;
		struct dxa_symbol sym;
	} known[] = { { 0x10, { "alloc_dax", NULL, 4 } },
		      { 0x20, { "bpf_prog_1234", "bpf", 8 } },
		      { 0x30, { "arch_rethook_trampoline", NULL, 8 } },
		      { 0x40, { "pmem_attach_disk", "nd_pmem", 0x303 } },
		      { 0x50, { "pmem_probe", "nd_pmem", 1 } } };
	struct dxa_event ev = { .kind = DXA_KIND_ALLOC_DAX,
				.has = DXA_HAS_STACK,
				.stack = { 0x20, 0x30, 0x10, 0x40, 0x50 } };
	struct dxa_symbols *s = dxa_symbols_new(NULL, NULL);
	struct dxa_symbol sym;

	(void)state;
	assert_non_null(s);
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		assert_int_equal(dxa_symbols_add(s, known[i].addr, &known[i].sym), 0);
	assert_int_equal(dxa_symbols_caller(s, &ev, &sym), 0x40);
	assert_string_equal(sym.name, "pmem_attach_disk");
	assert_int_equal(sym.offset, 0x303);
	/* A module that is gone: the address, and no name of another module. */
	ev.stack[3] = 0x60;
	assert_int_equal(dxa_symbols_caller(s, &ev, &sym), 0x60);
	assert_null(sym.name);
	/* Only the hook itself. */
	ev.stack[3] = 0;
	assert_int_equal(dxa_symbols_caller(s, &ev, &sym), 0);
	assert_null(sym.name);
	ev.stack[3] = 0x40;
	ev.has = 0;
	assert_int_equal(dxa_symbols_caller(s, &ev, &sym), 0);
	dxa_symbols_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_map_against_an_array),
		cmocka_unit_test(test_map_empty),
		cmocka_unit_test(test_hash),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_vec),
		cmocka_unit_test(test_symbols_remember),
		cmocka_unit_test(test_symbols_without_a_source),
		cmocka_unit_test(test_symbols_suffixes),
		cmocka_unit_test(test_symbols_forget_a_module),
		cmocka_unit_test(test_symbols_split),
		cmocka_unit_test(test_symbols_caller),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
