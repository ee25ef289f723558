// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/event_kinds.h"
#include "probe/kallsyms.h"
#include "probe/modranges.h"
#include "probe/wanted.h"

/* Two adjacent modules, as Linux 7.2 places them in its executable memory. */
#define KERNEL "ffffffff81000000 T alloc_dax\nffffffff81000400 t rest\n"
#define ND_BTT                                    \
	"ffffffffc0001000 t btt_init\t[nd_btt]\n" \
	"ffffffffc0001f00 t cleanup_module\t[nd_btt]\n"
#define ND_PMEM                                             \
	"ffffffffc0002000 t nd_pmem_probe\t[nd_pmem]\n"     \
	"ffffffffc0002800 t pmem_release_disk\t[nd_pmem]\n" \
	"ffffffffc0010000 d pmem_dax_ops\t[nd_pmem]\n"
#define OTHER "ffffffffc0002040 t other_init\t[other]\nffffffffc0002900 t other_exit\t[other]\n"

struct symbols {
	char path[32];
	struct dxa_kallsyms *k;
};

/* The kernel now shows this text. */
static void show(const struct symbols *s, const char *text)
{
	_cleanup_fclose_ FILE *f = fopen(s->path, "we");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
}

static void begin(struct symbols *s, const char *text)
{
	int fd;

	strcpy(s->path, "/tmp/dxa-kallsyms.XXXXXX");
	fd = mkstemp(s->path);
	assert_true(fd >= 0);
	close(fd);
	show(s, text);
	assert_null(dxa_kallsyms_open(s->path, NULL, &s->k));
}

static void end(struct symbols *s)
{
	dxa_kallsyms_free(s->k);
	unlink(s->path);
}

/* *sym, if it was found, must be `want`: "function+0xOFFSET [module]" or "". */
static void check_symbol(bool found, const struct dxa_symbol *sym, const char *want)
{
	char have[128] = "";

	if (found)
		snprintf(have, sizeof(have), "%s+0x%lx%s%s%s", sym->name,
			 (unsigned long)sym->offset, sym->module ? " [" : "",
			 sym->module ? sym->module : "", sym->module ? "]" : "");
	assert_string_equal(have, want);
}

/* The name of addr. */
static void check_name(const struct symbols *s, uint64_t addr, const char *want)
{
	struct dxa_symbol sym;

	check_symbol(dxa_kallsyms_source(s->k, addr, &sym), &sym, want);
}

/* The same when the kernel's answer is `text`. */
static void check_told(const struct symbols *s, uint64_t addr, const char *text, const char *want)
{
	struct dxa_symbol sym;

	check_symbol(dxa_kallsyms_parse(s->k, addr, text, &sym), &sym, want);
}

static void test_names(void **state)
{
	struct symbols s;

	(void)state;
	begin(&s, KERNEL ND_BTT ND_PMEM);
	check_name(&s, 0xffffffff81000010, "alloc_dax+0x10");
	check_name(&s, 0xffffffffc0001f20, "cleanup_module+0x20 [nd_btt]");
	check_name(&s, 0xffffffffc0002810, "pmem_release_disk+0x10 [nd_pmem]");
	/* The last function may span two pages, but is not longer than that. */
	check_name(&s, 0xffffffffc0003010, "pmem_release_disk+0x810 [nd_pmem]");
	check_name(&s, 0xffffffffc0004000, "");
	end(&s);
}

/* Loaded before the audit and unloaded meanwhile: never the name of its neighbour. */
static void test_unloaded_module(void **state)
{
	struct symbols s;

	(void)state;
	begin(&s, KERNEL ND_BTT ND_PMEM);
	show(&s, KERNEL ND_BTT);
	dxa_kallsyms_invalidate(s.k);
	check_name(&s, 0xffffffffc0002810, "nd_pmem+0x810 [nd_pmem]");
	check_name(&s, 0xffffffffc0001f20, "cleanup_module+0x20 [nd_btt]");
	/* Nor after the names were freed. */
	dxa_kallsyms_trim(s.k);
	check_name(&s, 0xffffffffc0002010, "nd_pmem+0x10 [nd_pmem]");
	end(&s);
}

/* Another module at its address: known from its event, or, if that was lost, from its symbols. */
static void test_another_module_at_the_address(void **state)
{
	struct symbols s;

	(void)state;
	for (int told = 0; told < 2; told++) {
		begin(&s, KERNEL ND_BTT ND_PMEM);
		show(&s, KERNEL ND_BTT OTHER);
		dxa_kallsyms_invalidate(s.k);
		if (told)
			dxa_kallsyms_note_module(s.k, "other", 0xffffffffc0002000, 0x1000);
		check_name(&s, 0xffffffffc0002810, "other_init+0x7d0 [other]");
		show(&s, KERNEL ND_BTT);
		dxa_kallsyms_invalidate(s.k);
		check_name(&s, 0xffffffffc0002810,
			   told ? "other+0x810 [other]" : "other+0x7d0 [other]");
		end(&s);
	}
}

static void test_names_from_the_kernel(void **state)
{
	struct symbols s;

	(void)state;
	begin(&s, KERNEL ND_BTT ND_PMEM);
	/* Without the file: it has no such entry. */
	check_told(&s, 0xffffffff81000010, "alloc_dax.isra.0+0x10/0x3e0", "alloc_dax+0x10");
	check_told(&s, 0xffffffffc0002810, "named_by_kernel+0x10/0x120 [nd_pmem]",
		   "named_by_kernel+0x10 [nd_pmem]");
	/*
	 * The last function before a variable, and an address that no longer belongs to a module.
	 */
	check_told(&s, 0xffffffffc0020000, "cleanup_module+0x1d000/0x120 [nd_pmem]", "");
	check_told(&s, 0xffffffffc0020000, "0xffffffffc0020000", "");
	check_told(&s, 0xffffffffc0002810, "0xffffffffc0002810", "nd_pmem+0x810 [nd_pmem]");
	/* Another module was loaded, without an event. */
	show(&s, KERNEL ND_BTT OTHER);
	dxa_kallsyms_invalidate(s.k);
	check_told(&s, 0xffffffffc0002810, "other_init+0x7d0/0x800 [other]",
		   "other_init+0x7d0 [other]");
	end(&s);
}

static bool no_memory;

void *__real_realloc(void *mem, size_t size);
void *__wrap_realloc(void *mem, size_t size);
void *__wrap_realloc(void *mem, size_t size)
{
	return no_memory ? NULL : __real_realloc(mem, size);
}

static void failed_refresh_keeps_the_old_names(void **state)
{
	struct symbols s;

	(void)state;
	begin(&s, KERNEL ND_BTT ND_PMEM);
	show(&s, KERNEL ND_BTT OTHER);
	dxa_kallsyms_invalidate(s.k);
	no_memory = true;
	check_name(&s, 0xffffffff81000010, "alloc_dax+0x10");
	check_name(&s, 0xffffffffc0002810, "pmem_release_disk+0x10 [nd_pmem]");
	assert_true(dxa_kallsyms_has_module(s.k, "nd_pmem"));
	/* It is retried. */
	no_memory = false;
	check_name(&s, 0xffffffffc0002810, "other_init+0x7d0 [other]");
	end(&s);
}

/* Only what follows the kernel proper is read again. */
static void kernel_proper_is_read_once(void **state)
{
	struct dxa_kallsym sym;
	struct symbols s;

	(void)state;
	begin(&s, KERNEL ND_BTT);
	show(&s, "ffffffff81000000 T alloc_two\nffffffff81000400 t rest\n" OTHER);
	dxa_kallsyms_invalidate(s.k);
	check_name(&s, 0xffffffff81000010, "alloc_dax+0x10");
	check_name(&s, 0xffffffffc0002810, "other_init+0x7d0 [other]");
	assert_true(dxa_kallsyms_by_name(s.k, "alloc_dax", &sym));
	assert_null(sym.module);
	assert_true(dxa_kallsyms_by_name(s.k, "other_exit", &sym));
	assert_false(dxa_kallsyms_by_name(s.k, "btt_init", &sym));
	/* No module, then one again. */
	show(&s, KERNEL);
	dxa_kallsyms_invalidate(s.k);
	check_name(&s, 0xffffffff81000410, "rest+0x10");
	assert_false(dxa_kallsyms_has_module(s.k, "other"));
	show(&s, KERNEL ND_BTT);
	dxa_kallsyms_invalidate(s.k);
	check_name(&s, 0xffffffffc0001010, "btt_init+0x10 [nd_btt]");
	/* Names that were freed are read from the start. */
	show(&s, "ffffffff81000000 T alloc_two\nffffffff81000400 t rest\n" ND_BTT);
	dxa_kallsyms_trim(s.k);
	check_name(&s, 0xffffffff81000010, "alloc_two+0x10");
	end(&s);
}

/* A kernel proper that is not at the lowest addresses is sorted, and read completely each time. */
static void kernel_above_its_modules_is_read_whole(void **state)
{
	struct symbols s;

	(void)state;
	begin(&s, KERNEL "ffffffff80001000 t low_init\t[low]\n");
	show(&s, "ffffffff81000000 T alloc_two\nffffffff81000400 t rest\n" ND_BTT);
	dxa_kallsyms_invalidate(s.k);
	check_name(&s, 0xffffffff81000010, "alloc_two+0x10");
	end(&s);
}

/* A walk over the symbols: it shows the contents of a file, and can fail. */
struct walked {
	struct dxa_kallsyms_walk walk;
	char path[40];
	unsigned int begun;
	bool fails;
};

static FILE *begin_walk(void *priv)
{
	struct walked *w = priv;

	w->begun++;
	return w->fails ? NULL : fopen(w->path, "re");
}

/* As begin(), but the walk shows other symbols than the file. */
static void begin_walked(struct symbols *s, struct walked *w, const char *text, const char *walked)
{
	struct symbols other = { 0 };
	int fd;

	begin(s, text);
	dxa_kallsyms_free(s->k);
	*w = (struct walked){ .walk = { begin_walk, NULL, w }, .path = "/tmp/dxa-walk.XXXXXX" };
	fd = mkstemp(w->path);
	assert_true(fd >= 0);
	close(fd);
	memcpy(other.path, w->path, strlen(w->path) + 1);
	show(&other, walked);
	assert_null(dxa_kallsyms_open(s->path, &w->walk, &s->k));
}

static void end_walked(struct symbols *s, struct walked *w)
{
	end(s);
	unlink(w->path);
}

static bool has(const struct symbols *s, const char *name)
{
	struct dxa_kallsym sym;

	return dxa_kallsyms_by_name(s->k, name, &sym);
}

/*
 * Symbols that are looked up by name come from the walk; the file is read when an address is named.
 */
static void walk_replaces_the_file(void **state)
{
	struct walked w;
	struct symbols s;

	(void)state;
	begin_walked(&s, &w, KERNEL ND_BTT ND_PMEM,
		     "ffffffff81000000 T put_dax\nffffffff82000000 d dax_hosts\n" ND_BTT);
	assert_true(has(&s, "put_dax"));
	assert_false(has(&s, "alloc_dax"));
	assert_true(dxa_kallsyms_data(s.k, "dax_hosts") == 0xffffffff82000000);
	assert_true(dxa_kallsyms_has_module(s.k, "nd_btt"));
	assert_false(dxa_kallsyms_has_module(s.k, "nd_pmem"));
	/* Not put_dax+0x410, the result from the walk's symbols. */
	check_name(&s, 0xffffffff81000410, "rest+0x10");
	assert_int_equal(w.begun, 1);
	/* Nor from its symbols when the file cannot be read. */
	dxa_kallsyms_invalidate(s.k);
	dxa_kallsyms_refresh(s.k);
	assert_int_equal(w.begun, 2);
	no_memory = true;
	check_name(&s, 0xffffffff81000410, "");
	no_memory = false;
	check_name(&s, 0xffffffff81000410, "rest+0x10");
	end_walked(&s, &w);
}

/* A module that only the walk has shown is known after it was unloaded. */
static void walk_tells_where_modules_are(void **state)
{
	struct walked w;
	struct symbols s;

	(void)state;
	begin_walked(&s, &w, KERNEL ND_BTT, KERNEL ND_BTT ND_PMEM);
	check_told(&s, 0xffffffffc0002810, "0xffffffffc0002810", "nd_pmem+0x810 [nd_pmem]");
	check_name(&s, 0xffffffffc0002810, "nd_pmem+0x810 [nd_pmem]");
	end_walked(&s, &w);
}

/* Then the names come from the file, as on a kernel without a walk. */
static void failed_walk_is_replaced_by_the_file(void **state)
{
	struct walked w;
	struct symbols s;

	(void)state;
	/* The walk is empty. */
	begin_walked(&s, &w, KERNEL ND_BTT, "");
	assert_true(has(&s, "alloc_dax"));
	assert_int_equal(w.begun, 1);
	/* The walk does not begin. */
	w.fails = true;
	show(&s, KERNEL ND_PMEM);
	dxa_kallsyms_invalidate(s.k);
	dxa_kallsyms_refresh(s.k);
	assert_int_equal(w.begun, 2);
	assert_true(has(&s, "pmem_release_disk"));
	check_name(&s, 0xffffffff81000410, "rest+0x10");
	/* The walk fails midway: reading a directory fails. */
	w.fails = false;
	unlink(w.path);
	strcpy(w.path, "/tmp");
	dxa_kallsyms_invalidate(s.k);
	dxa_kallsyms_refresh(s.k);
	assert_int_equal(w.begun, 3);
	assert_true(has(&s, "pmem_release_disk"));
	end(&s);
}

/* The bit for the first characters of a name. */
static bool in_set(const uint64_t *set, const char *name)
{
	uint64_t prefix = 0;
	uint32_t bit;

	for (int i = 0; i < DXA_SYMWALK_PREFIX; i++)
		prefix |= (uint64_t)(unsigned char)name[i] << 8 * i;
	bit = dxa_symwalk_bit(prefix);
	return set[bit / 64] >> bit % 64 & 1;
}

static void set_has_what_is_asked_for(void **state)
{
	uint64_t set[DXA_SYMWALK_WORDS];
	const char *name;
	size_t n, bits = 0;
	const struct dxa_kind_info *kinds = dxa_kinds(&n);

	(void)state;
	dxa_wanted_set(set);
	for (size_t i = 0; (name = dxa_wanted_name(i)); i++)
		assert_true(in_set(set, name));
	for (size_t i = 0; i < n; i++)
		assert_true(kinds[i].synthetic || in_set(set, kinds[i].name));
	assert_true(in_set(set, "really_probe.isra.0"));
	assert_true(in_set(set, "put_dax.constprop.0"));
	/* Few other names have the same bits. */
	for (int i = 0; i < DXA_SYMWALK_WORDS; i++)
		bits += (size_t)__builtin_popcountll(set[i]);
	assert_true(bits > 20 && bits < 64);
	assert_false(in_set(set, "schedule"));
	assert_true(dxa_wanted_data("dax_superblock"));
	assert_true(dxa_wanted_data("new_dax_ops"));
	assert_false(dxa_wanted_data("put_dax"));
}

/* A read that fails halfway looks like the end of the file. */
static void unreadable_file_is_an_error(void **state)
{
	struct dxa_kallsyms *k = NULL;
	struct dxa_err *err = dxa_kallsyms_open("/tmp", NULL, &k);

	(void)state;
	assert_non_null(err);
	assert_int_equal(err->class, DXA_ERR_REFUSED);
	assert_int_equal(err->code, EISDIR);
	dxa_err_free(err);
}

static void test_ranges_do_not_overlap(void **state)
{
	struct dxa_modranges m = { 0 };

	(void)state;
	dxa_modranges_note(&m, "a", 0x1000, 0x800, 0x1800);
	dxa_modranges_note(&m, "b", 0x2000, 0x1000, 0x1000);
	assert_string_equal(dxa_modranges_find(&m, 0x1fff)->module, "a");
	assert_string_equal(dxa_modranges_find(&m, 0x2000)->module, "b");
	/* A range that is only probably its own does not replace another one. */
	dxa_modranges_note(&m, "c", 0x1c00, 0x100, 0x1000);
	assert_string_equal(dxa_modranges_find(&m, 0x1bff)->module, "a");
	assert_string_equal(dxa_modranges_find(&m, 0x1fff)->module, "c");
	assert_string_equal(dxa_modranges_find(&m, 0x2000)->module, "b");
	dxa_modranges_note(&m, "d", 0x1000, 0x1001, 0x1001);
	assert_string_equal(dxa_modranges_find(&m, 0x1c00)->module, "d");
	assert_null(dxa_modranges_find(&m, 0x2001));
	assert_null(dxa_modranges_find(&m, 0xfff));
	dxa_modranges_clear(&m);
}

/* Modules that are loaded and unloaded for months: the oldest are forgotten. */
static void test_ranges_are_bounded(void **state)
{
	struct dxa_modranges m = { 0 };

	(void)state;
	for (uint64_t i = 0; i < 10000; i++)
		dxa_modranges_note(&m, "m", 0x10000 * (10000 - i), 0x1000, 0x1000);
	assert_true(m.n <= 1024);
	assert_null(dxa_modranges_find(&m, 0x10000 * 10000ULL));
	assert_non_null(dxa_modranges_find(&m, 0x10000));
	dxa_modranges_clear(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_unloaded_module),
		cmocka_unit_test(test_another_module_at_the_address),
		cmocka_unit_test(test_names_from_the_kernel),
		cmocka_unit_test(failed_refresh_keeps_the_old_names),
		cmocka_unit_test(kernel_proper_is_read_once),
		cmocka_unit_test(kernel_above_its_modules_is_read_whole),
		cmocka_unit_test(walk_replaces_the_file),
		cmocka_unit_test(walk_tells_where_modules_are),
		cmocka_unit_test(failed_walk_is_replaced_by_the_file),
		cmocka_unit_test(set_has_what_is_asked_for),
		cmocka_unit_test(unreadable_file_is_an_error),
		cmocka_unit_test(test_ranges_do_not_overlap),
		cmocka_unit_test(test_ranges_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
