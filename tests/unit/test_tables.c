// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "engine/errname.h"
#include "engine/owner.h"
#include "engine/rules.h"

/* ---- error names ---- */

static void test_errors_have_names(void **state)
{
	char buf[DXA_ERRNAME_LEN];

	(void)state;
	assert_string_equal(dxa_errname(buf, 12, 95), "ENOMEM");
	assert_string_equal(dxa_errname(buf, 95, 95), "EOPNOTSUPP");
	assert_string_equal(dxa_errname(buf, 122, 122), "EOPNOTSUPP");
	assert_string_equal(dxa_errname(buf, 45, 45), "EOPNOTSUPP");
	assert_string_equal(dxa_errname(buf, 517, 223), "EPROBE_DEFER");
	assert_string_equal(dxa_errname(buf, 75, 95), "EOVERFLOW");
	/* On another architecture 75 is another error. */
	assert_string_equal(dxa_errname(buf, 75, 122), "errno 75");
	assert_string_equal(dxa_errname(buf, 4000, 95), "errno 4000");
	assert_string_equal(dxa_errname(buf, 0, 95), "errno 0");
	assert_string_equal(dxa_errname(buf, INT32_MIN, 95), "errno -2147483648");
}

static void test_every_small_number_has_a_name(void **state)
{
	char buf[DXA_ERRNAME_LEN];
	int err;

	(void)state;
	for (err = 1; err <= 34; err++)
		assert_int_equal(dxa_errname(buf, err, 95)[0], 'E');
}

static void test_error_pointers(void **state)
{
	(void)state;
	assert_true(dxa_is_err_ptr((uint64_t)-1));
	assert_true(dxa_is_err_ptr((uint64_t)-4095));
	assert_false(dxa_is_err_ptr((uint64_t)-4096));
	assert_true(dxa_is_err_ptr(0xfffff001));
	assert_false(dxa_is_err_ptr(0xfffff000));
	assert_false(dxa_is_err_ptr(0));
	assert_false(dxa_is_err_ptr(0xffffffffc0000000));
	assert_false(dxa_is_err_ptr(0x1fffffff4));
	assert_int_equal(dxa_ptr_err((uint64_t)-12), 12);
	assert_int_equal(dxa_ptr_err(0xfffffff4), 12);
}

/* ---- owners ---- */

static enum dxa_driver owner(const char *name, uint64_t ops, char *module)
{
	struct dxa_event ev = { .kind = DXA_KIND_ALLOC_DAX, .ops = ops };

	snprintf(ev.name, sizeof(ev.name), "%s", name);
	return dxa_owner_of_event(NULL, &ev, module);
}

static void test_owner_by_the_records_own_name(void **state)
{
	char module[DXA_NAME_LEN];

	(void)state;
	assert_int_equal(owner("pmem_dax_ops [nd_pmem]", 1, module), DXA_DRIVER_PMEM);
	assert_string_equal(module, "nd_pmem");
	assert_int_equal(owner("virtio_fs_dax_ops", 1, module), DXA_DRIVER_VIRTIOFS);
	assert_string_equal(module, "");
	assert_int_equal(owner("dm_dax_ops [dm_mod]", 1, module), DXA_DRIVER_DM);
	assert_int_equal(owner("dcssblk_dax_ops [dcssblk]", 1, module), DXA_DRIVER_DCSSBLK);
	assert_int_equal(owner("dev_dax_ops [fsdev_dax]", 1, module), DXA_DRIVER_FSDEV);
	assert_int_equal(owner("famfs_dax_ops [famfs]", 1, module), DXA_DRIVER_OTHER);
	assert_string_equal(module, "famfs");
	assert_int_equal(owner("something_else", 1, module), DXA_DRIVER_UNKNOWN);
	/* Where only functions have symbols: the last one before the table. */
	assert_int_equal(owner("nd_pmem_driver_exit [nd_pmem]", 1, module), DXA_DRIVER_PMEM);
	assert_string_equal(module, "nd_pmem");
	assert_int_equal(owner("dm_exit [dm_mod]", 1, module), DXA_DRIVER_DM);
	assert_int_equal(owner("famfs_exit [famfs]", 1, module), DXA_DRIVER_UNKNOWN);
	assert_int_equal(owner("0xffffffffc0100000", 1, module), DXA_DRIVER_UNKNOWN);
	assert_int_equal(owner("", 1, module), DXA_DRIVER_UNKNOWN);
	assert_int_equal(owner("", 0, module), DXA_DRIVER_DEVICE_DAX);
	/* Cut to the size of the record's field. */
	assert_int_equal(owner("virtio_fs_dax_ops [virtiofs_long", 1, module), DXA_DRIVER_VIRTIOFS);
}

static void test_owner_by_symbols(void **state)
{
	struct dxa_symbols *s = dxa_symbols_new(NULL, NULL);
	struct dxa_event ev = { .kind = DXA_KIND_SNAP_DEVICE, .ops = 0x1000, .name = "dm-3" };
	char module[DXA_NAME_LEN];

	(void)state;
	dxa_symbols_add(s, 0x1000, &(struct dxa_symbol){ "dm_dax_ops", "dm_mod", 0 });
	dxa_symbols_add(s, 0x1008, &(struct dxa_symbol){ "dm_dax_ops", "dm_mod", 8 });
	assert_int_equal(dxa_owner_of_event(s, &ev, module), DXA_DRIVER_DM);
	assert_string_equal(module, "dm_mod");
	ev.ops = 0x1008;
	assert_int_equal(dxa_owner_of_event(s, &ev, module), DXA_DRIVER_UNKNOWN);
	dxa_symbols_free(s);
}

static void test_every_driver_has_a_name(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < DXA_DRIVER_COUNT; i++)
		assert_true(strlen(dxa_driver_name((enum dxa_driver)i)) > 1);
}

/* ---- rules ---- */

static void test_every_rule_is_explained(void **state)
{
	int i, k;

	(void)state;
	for (i = 0; i < DXA_RULE_COUNT; i++) {
		const struct dxa_rule_info *r = dxa_rule_info((enum dxa_rule)i);

		assert_int_equal(r->rule, i);
		assert_int_equal(dxa_rule_by_name(r->name), i);
		assert_int_equal(strspn(r->name, "abcdefghijklmnopqrstuvwxyz-"), strlen(r->name));
		assert_true(strlen(r->title) > 10);
		assert_true(strlen(r->meaning) > 40);
		assert_true(strlen(r->consequence) > 20);
		assert_int_equal(r->example[strlen(r->example) - 1], '\n');
		for (k = 0; k < (int)r->n_commits; k++) {
			assert_int_equal(strlen(r->commits[k].id), 40);
			assert_int_equal(r->commits[k].first_release[0], 'v');
		}
	}
	assert_int_equal(dxa_rule_by_name("no-such-rule"), -1);
	assert_string_equal(dxa_severity_name(DXA_SEVERITY_INFO), "info");
	assert_string_equal(dxa_severity_name(DXA_SEVERITY_WARNING), "warning");
	assert_string_equal(dxa_severity_name(DXA_SEVERITY_ERROR), "error");
}

static void test_every_gap_is_explained(void **state)
{
	char one[DXA_GAP_LEN], many[DXA_GAP_LEN];

	(void)state;
	for (int i = 0; i < DXA_GAP_COUNT; i++) {
		const char *name = dxa_gap_name((enum dxa_gap)i);

		/* It is the value of a label in metrics. */
		assert_non_null(name);
		assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz"), strlen(name));
		assert_in_range(strlen(name), 1, 10);
		for (int k = 0; k < i; k++)
			assert_string_not_equal(name, dxa_gap_name((enum dxa_gap)k));
		dxa_gap_text(one, (enum dxa_gap)i, 1);
		dxa_gap_text(many, (enum dxa_gap)i, UINT64_MAX);
		assert_null(strpbrk(one, "0123456789"));
		assert_in_range(strlen(one), 20, DXA_GAP_LEN - 2);
		assert_int_equal(strncmp(many, "18446744073709551615 ", 21), 0);
		assert_in_range(strlen(many), 40, DXA_GAP_LEN - 2);
	}
	assert_string_equal(dxa_gap_text(many, DXA_GAP_LOST, 17),
			    "17 records are missing from the stream");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_errors_have_names),
		cmocka_unit_test(test_every_small_number_has_a_name),
		cmocka_unit_test(test_error_pointers),
		cmocka_unit_test(test_owner_by_the_records_own_name),
		cmocka_unit_test(test_owner_by_symbols),
		cmocka_unit_test(test_every_driver_has_a_name),
		cmocka_unit_test(test_every_rule_is_explained),
		cmocka_unit_test(test_every_gap_is_explained),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
