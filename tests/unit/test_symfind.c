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
#include "probe/symfind.h"

/* A kernel: what its search finds, and its /proc/modules. */
struct kernel {
	struct {
		const char *name; /* "function" or "module:function" */
		uint64_t address;
	} symbols[16];
	const char *modules;
	const char *in_btf; /* a function */
	int64_t refuses; /* -errno for each search */
};

/* nd_pmem has the first page at 0xffffffffc0002000, and another module the same function. */
static const struct kernel usual = {
	.symbols = { { "really_probe", 0xffffffff81000000 },
		     { "__devm_create_dev_dax", 0xffffffff81000100 },
		     { "alloc_dax", 0xffffffff81000200 },
		     { "dax_hosts", 0xffffffff82000000 },
		     { "nd_pmem:__this_module", 0xffffffffc0010000 },
		     { "pmem_attach_disk", 0xffffffffc0007000 },
		     { "nd_pmem:pmem_attach_disk", 0xffffffffc0002100 },
		     { "pmem_dax_ops", 0xffffffffc0011000 } },
	.modules = "nd_pmem 28672 1 - Live 0xffffffffc0002000\n",
};

struct search {
	struct kernel kernel;
	struct dxa_kallsyms_walk walk;
	char modules[32], file[32];
	bool walked;
	struct dxa_kallsyms *k;
};

static uint64_t address_of(const struct kernel *kernel, const char *name)
{
	for (size_t i = 0; i < 16 && kernel->symbols[i].name; i++)
		if (!strcmp(kernel->symbols[i].name, name))
			return kernel->symbols[i].address;
	return 0;
}

static bool look_up(void *priv, struct dxa_symfind *q)
{
	const struct search *s = priv;

	assert_int_equal(q->length, strlen(q->name) + 1);
	q->address = address_of(&s->kernel, q->name);
	q->result = s->kernel.refuses ? s->kernel.refuses : q->address ? 0 : -ENOENT;
	if (q->address && q->is_module) {
		q->start = 0xffffffffc0002000;
		q->size = 0x1000;
	}
	return true;
}

static bool in_btf(void *priv, const char *name)
{
	const struct search *s = priv;

	return s->kernel.in_btf && !strcmp(s->kernel.in_btf, name);
}

static bool find(void *priv, struct dxa_kallsyms *k)
{
	struct search *s = priv;
	const struct dxa_symfind_source source = { look_up, in_btf, s, s->modules };

	return dxa_symfind_all(&source, k);
}

/* Another way to the symbols, which the test only notes. */
static FILE *begin_walk(void *priv)
{
	struct search *s = priv;

	s->walked = true;
	return NULL;
}

static void write_file(char path[32], const char *text)
{
	_cleanup_fclose_ FILE *f = NULL;
	int fd;

	strcpy(path, "/tmp/dxa-symfind.XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	f = fdopen(fd, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
}

static void begin(struct search *s, const struct kernel *kernel)
{
	*s = (struct search){ .kernel = *kernel };
	s->walk = (struct dxa_kallsyms_walk){ begin_walk, find, s };
	write_file(s->modules, kernel->modules);
	write_file(s->file, "ffffffff81000300 T put_dax\n");
	assert_null(dxa_kallsyms_open(s->file, &s->walk, &s->k));
}

static void end(struct search *s)
{
	dxa_kallsyms_free(s->k);
	unlink(s->modules);
	unlink(s->file);
}

/* The search is given up: the symbols come from the walk, here from the file. */
static void check_given_up(const struct kernel *kernel)
{
	struct dxa_kallsym sym;
	struct search s;

	begin(&s, kernel);
	assert_true(s.walked);
	assert_true(dxa_kallsyms_by_name(s.k, "put_dax", &sym));
	assert_false(dxa_kallsyms_by_name(s.k, "alloc_dax", &sym));
	end(&s);
}

static void test_all_found(void **state)
{
	struct dxa_symbol named;
	struct dxa_kallsym sym;
	struct search s;

	(void)state;
	begin(&s, &usual);
	assert_false(s.walked);
	assert_true(dxa_kallsyms_by_name(s.k, "alloc_dax", &sym));
	assert_true(sym.addr == 0xffffffff81000200);
	assert_null(sym.module);
	assert_false(dxa_kallsyms_by_name(s.k, "kill_dax", &sym));
	assert_false(dxa_kallsyms_by_name(s.k, "dax_hosts", &sym));
	assert_true(dxa_kallsyms_data(s.k, "dax_hosts") == 0xffffffff82000000);
	assert_true(dxa_kallsyms_data(s.k, "pmem_dax_ops") == 0xffffffffc0011000);
	assert_true(dxa_kallsyms_has_module(s.k, "nd_pmem"));
	assert_false(dxa_kallsyms_has_module(s.k, "nd_btt"));
	/* The function of its own module. */
	assert_true(dxa_kallsyms_by_name(s.k, "pmem_attach_disk", &sym));
	assert_true(sym.addr == 0xffffffffc0002100);
	assert_string_equal(sym.module, "nd_pmem");
	/* The module's code and no more, when it is gone. */
	assert_true(dxa_kallsyms_parse(s.k, 0xffffffffc0002fff, "0xffffffffc0002fff", &named));
	assert_string_equal(named.name, "nd_pmem");
	assert_false(dxa_kallsyms_parse(s.k, 0xffffffffc0003000, "0xffffffffc0003000", &named));
	end(&s);
}

/* It is searched again after a module was loaded or unloaded. */
static void test_module_gone(void **state)
{
	struct dxa_kallsym sym;
	struct search s;

	(void)state;
	begin(&s, &usual);
	unlink(s.modules);
	for (size_t i = 4; i < 8; i++)
		s.kernel.symbols[i].name = NULL;
	dxa_kallsyms_invalidate(s.k);
	assert_true(dxa_kallsyms_refresh(s.k));
	assert_false(s.walked);
	assert_false(dxa_kallsyms_has_module(s.k, "nd_pmem"));
	assert_false(dxa_kallsyms_by_name(s.k, "pmem_attach_disk", &sym));
	assert_true(dxa_kallsyms_by_name(s.k, "alloc_dax", &sym));
	end(&s);
}

static const char *name_of(struct search *s, uint64_t address, const char *told)
{
	static char name[160];
	struct dxa_symbol sym;

	assert_true(dxa_kallsyms_parse(s->k, address, told, &sym));
	snprintf(name, sizeof(name), "%s [%s]", sym.name, sym.module);
	return name;
}

/*
 * The kernel remembers functions from the initialisation of a module, at an address where nd_pmem
 * has been since. If another module is there now, its coming was lost.
 */
static void test_told_of_another(void **state)
{
	struct search s;

	(void)state;
	begin(&s, &usual);
	for (size_t i = 4; i < 8; i++)
		s.kernel.symbols[i].name = "none";
	unlink(s.modules);
	write_file(s.file, "ffffffffc0002010 t nd_btt_init\t[nd_btt]\n");
	assert_string_equal(name_of(&s, 0xffffffffc00020f6, "nd_btt_init+0xe6/0x100 [nd_btt]"),
			    "nd_pmem [nd_pmem]");
	assert_false(s.walked);
	end(&s);
	begin(&s, &usual);
	s.kernel.symbols[4].name = "other:__this_module";
	unlink(s.modules);
	write_file(s.modules, "other 28672 1 - Live 0xffffffffc0002000\n");
	assert_string_equal(name_of(&s, 0xffffffffc00020f6, "other_probe+0xe6/0x100 [other]"),
			    "other_probe [other]");
	end(&s);
}

/* The daemon after it gave up its privileges; a kernel without the program. */
static void test_refused(void **state)
{
	struct kernel kernel = usual;

	(void)state;
	kernel.refuses = -EPERM;
	check_given_up(&kernel);
}

static void test_unusual_modules(void **state)
{
	struct kernel kernel = usual;

	(void)state;
	kernel.modules = "nd_pmem 28672 1 - Loading 0xffffffffc0002000\n";
	check_given_up(&kernel);
	/* CONFIG_KALLSYMS_ALL is not set: the struct module has no symbol. */
	kernel.modules = "nd_btt 28672 1 - Live 0xffffffffc0002000\n";
	check_given_up(&kernel);
	/* Unloaded and loaded again meanwhile. */
	kernel.modules = "nd_pmem 28672 1 - Live 0xffffffffc0020000\n";
	check_given_up(&kernel);
	kernel.modules = "nd_pmem\n";
	check_given_up(&kernel);
}

/* A function may exist under the name of a variant, as really_probe.isra.0. */
static void test_renamed(void **state)
{
	struct kernel kernel = usual;

	(void)state;
	kernel.symbols[0].name = "other";
	check_given_up(&kernel);
	kernel = usual;
	kernel.symbols[1].name = "other";
	check_given_up(&kernel);
	kernel = usual;
	kernel.symbols[5].name = kernel.symbols[6].name = "other";
	check_given_up(&kernel);
	kernel = usual;
	kernel.in_btf = "dev_create";
	check_given_up(&kernel);
}

/* Not so: an older kernel has devm_create_dev_dax, and this one no pmem. */
static void test_absent(void **state)
{
	struct kernel kernel = usual;
	struct search s;

	(void)state;
	kernel.symbols[1].name = "devm_create_dev_dax";
	kernel.symbols[5].name = kernel.symbols[6].name = kernel.symbols[7].name = "other";
	begin(&s, &kernel);
	assert_false(s.walked);
	end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_found),	cmocka_unit_test(test_module_gone),
		cmocka_unit_test(test_told_of_another), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_unusual_modules), cmocka_unit_test(test_renamed),
		cmocka_unit_test(test_absent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
