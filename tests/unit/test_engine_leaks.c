// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "lib/places.h"
#include "lib/story.h"

/* Devices that can no longer be released. */

/* ---- null-teardown-leak ---- */

/* pmem before v6.9 stores the pointer only after dax_add_host. */
static void pmem_f1(struct story *s)
{
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	enter(s, DXA_KIND_PMEM_ATTACH_DISK, NS);
	alloc(s, ASK_PMEM, X);
	add_host_fails(s, X, DISK, "pmem0", K_ENOMEM);
	kill_dax(s, NO_DAX);
	put_dax(s, NO_DAX);
	leave(s, DXA_KIND_PMEM_ATTACH_DISK, NS, -K_ENOMEM);
	probed(s, NS, K_ENOMEM);
}

STORY(pmem_loses_its_device)
{
	pmem_f1(s);
	expect(s, "null-teardown-leak");
	expect_evidence(s, "null-teardown-leak",
			"really_probe alloc_dax dax_add_host kill_dax put_dax really_probe");
	assert_string_equal(finding_of(s, "null-teardown-leak")->detail,
			    "pmem0's dax_device (minor 0) was allocated in the probe of "
			    "namespace0.0, kill_dax(NULL) and put_dax(NULL) were called, and the "
			    "probe of namespace0.0 failed with ENOMEM: the device is lost");
	assert_int_equal(finding_of(s, "null-teardown-leak")->err, K_ENOMEM);
	assert_string_equal(finding_of(s, "null-teardown-leak")->context.device, "namespace0.0");
	assert_int_equal(finding_of(s, "null-teardown-leak")->context.outcome, DXA_OUTCOME_FAILED);
}

STORY(pmem_loses_one_each_time)
{
	pmem_f1(s);
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	alloc(s, ASK_PMEM, Y);
	add_host_fails(s, Y, DISK, "pmem0", K_ENOMEM);
	kill_dax(s, NO_DAX);
	put_dax(s, NO_DAX);
	probed(s, NS, K_ENOMEM);
	expect(s, "null-teardown-leak null-teardown-leak");
}

STORY(a_null_put_alone_is_enough)
{
	probe(s, DEV, "virtio3", "virtio", "virtiofs");
	alloc(s, ASK_VIRTIOFS, X);
	put_dax(s, NO_DAX);
	probed(s, DEV, K_EINVAL);
	expect(s, "null-teardown-leak");
	assert_non_null(strstr(finding_of(s, "null-teardown-leak")->detail,
			       ", put_dax(NULL) was called, and"));
}

STORY(null_before_the_allocation_is_not_its_teardown)
{
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	kill_dax(s, NO_DAX);
	put_dax(s, NO_DAX);
	alloc(s, ASK_PMEM, X);
	probed(s, NS, K_ENOMEM);
	expect(s, "leak-on-failed-probe");
}

STORY(null_in_another_task_is_not_its_teardown)
{
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	alloc(s, ASK_PMEM, X);
	as(s, 200, "umount");
	put_dax(s, NO_DAX);
	fs_put_dax(s, NO_DAX, NOBODY);
	as(s, 100, "kworker/u8:1");
	probed(s, NS, K_ENOMEM);
	expect(s, "leak-on-failed-probe");
}

STORY(null_calls_in_a_probe_that_succeeds)
{
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	alloc(s, ASK_PMEM, X);
	kill_dax(s, NO_DAX);
	put_dax(s, NO_DAX);
	add_host(s, X, DISK, "pmem0");
	probed(s, NS, 0);
	expect(s, "");
}

STORY(a_host_is_not_torn_down_by_null)
{
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	alloc(s, ASK_PMEM, X);
	add_host(s, X, DISK, "pmem0");
	kill_dax(s, NO_DAX);
	put_dax(s, NO_DAX);
	probed(s, NS, K_ENOMEM);
	expect(s, "leak-on-failed-probe");
}

/* ---- leak-on-failed-probe ---- */

STORY(a_failed_probe_forgets_its_device)
{
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	alloc(s, ASK_PMEM, X);
	probed(s, NS, K_EIO);
	expect(s, "leak-on-failed-probe");
	expect_evidence(s, "leak-on-failed-probe", "really_probe alloc_dax really_probe");
}

STORY(a_failed_host_and_no_cleanup_is_one_leak)
{
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	alloc(s, ASK_PMEM, X);
	add_host_fails(s, X, DISK, "pmem0", K_ENOMEM);
	probed(s, NS, K_ENOMEM);
	expect(s, "leak-on-failed-probe");
}

STORY(killed_and_never_put)
{
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	alloc(s, ASK_PMEM, X);
	kill_dax(s, X);
	probed(s, NS, K_EIO);
	expect(s, "leak-on-failed-probe");
	assert_non_null(strstr(finding_of(s, "leak-on-failed-probe")->detail, "never put"));
}

STORY(a_declined_device_leaves_a_dax_behind)
{
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	alloc(s, ASK_PMEM, X);
	probed(s, NS, K_ENXIO);
	expect(s, "leak-on-failed-probe");
}

STORY(a_deferred_probe_leaves_a_dax_behind)
{
	probe(s, DEV, "virtio3", "virtio", "virtiofs");
	alloc(s, ASK_VIRTIOFS, X);
	probed(s, DEV, K_EPROBE_DEFER);
	expect(s, "leak-on-failed-probe");
}

STORY(devm_cleans_up_after_the_drivers_function)
{
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	enter(s, DXA_KIND_PMEM_ATTACH_DISK, NS);
	alloc(s, ASK_PMEM, X);
	add_host(s, X, DISK, "pmem0");
	add_disk(s, DISK, "pmem0", 0);
	leave(s, DXA_KIND_PMEM_ATTACH_DISK, NS, -K_ENOMEM);
	remove_host(s, DISK, "pmem0");
	kill_dax(s, X);
	put_dax(s, X);
	probed(s, NS, K_ENOMEM);
	expect(s, "");
}

STORY(only_the_probe_decides_not_the_drivers_function)
{
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	enter(s, DXA_KIND_PMEM_ATTACH_DISK, NS);
	alloc(s, ASK_PMEM, X);
	leave(s, DXA_KIND_PMEM_ATTACH_DISK, NS, -K_ENOMEM);
	probed(s, NS, 0);
	expect(s, "");
}

STORY(an_inner_probe_fails_in_one_that_succeeds)
{
	probe(s, DEV, "0000:00:05.0", "pci", "virtio-pci");
	probe(s, NS, "virtio3", "virtio", "virtiofs");
	alloc(s, ASK_VIRTIOFS, X);
	probed(s, NS, K_EINVAL);
	probed(s, DEV, 0);
	expect(s, "leak-on-failed-probe");
	assert_non_null(strstr(finding_of(s, "leak-on-failed-probe")->detail, "probe of virtio3"));
	assert_string_equal(finding_of(s, "leak-on-failed-probe")->context.device, "0000:00:05.0");
}

STORY(an_inner_probe_succeeds_in_one_that_fails)
{
	probe(s, DEV, "0000:00:05.0", "pci", "virtio-pci");
	probe(s, NS, "virtio3", "virtio", "virtiofs");
	alloc(s, ASK_VIRTIOFS, X);
	probed(s, NS, 0);
	probed(s, DEV, K_EINVAL);
	expect(s, "");
}

STORY(dm_leaves_its_device_behind)
{
	enter(s, DXA_KIND_DM_DEV_CREATE, 0);
	enter(s, DXA_KIND_DM_CREATE, 0);
	alloc(s, ASK_DM, X);
	add_host(s, X, DISK, "dm-0");
	leave(s, DXA_KIND_DM_CREATE, 0, 0);
	leave(s, DXA_KIND_DM_DEV_CREATE, 0, -K_EBUSY);
	expect(s, "leak-on-failed-probe");
}

STORY(dcssblk_leaves_its_device_behind)
{
	enter(s, DXA_KIND_DCSSBLK_ADD, 0);
	alloc(s, ASK_DCSSBLK, X);
	leave(s, DXA_KIND_DCSSBLK_ADD, 0, -K_ENOMEM);
	expect(s, "leak-on-failed-probe");
}

STORY(device_dax_leaves_its_device_behind)
{
	probe(s, NS, "dax0.0", "nd", "dax_pmem");
	enter(s, DXA_KIND_CREATE_DEV_DAX, 0);
	alloc(s, ASK_DEVICE_DAX, X);
	kill_dax(s, X);
	leave(s, DXA_KIND_CREATE_DEV_DAX, 0, -K_ENOMEM);
	probed(s, NS, K_ENOMEM);
	expect(s, "leak-on-failed-probe");
}

STORY(an_open_file_delays_the_release_of_device_dax)
{
	probe(s, NS, "dax0.0", "nd", "dax_pmem");
	enter(s, DXA_KIND_CREATE_DEV_DAX, 0);
	alloc(s, ASK_DEVICE_DAX, X);
	kill_dax(s, X);
	leave(s, DXA_KIND_CREATE_DEV_DAX, 0, (int64_t)DEV);
	kill_dax(s, X);
	probed(s, NS, K_ENOMEM);
	as(s, 300, "daxio");
	put_dax(s, X);
	expect(s, "");
}

STORY(an_inner_bind_that_fails_is_no_unregistration)
{
	probe(s, NS, "dax0.0", "nd", "dax_pmem");
	enter(s, DXA_KIND_CREATE_DEV_DAX, 0);
	alloc(s, ASK_DEVICE_DAX, X);
	kill_dax(s, X);
	probe_dax(s, DEV, "dax0.0", "device_dax", X);
	run_dax(s, X);
	kill_dax(s, X);
	probed(s, DEV, K_ENOMEM);
	leave(s, DXA_KIND_CREATE_DEV_DAX, 0, -K_ENOMEM);
	probed(s, NS, K_ENOMEM);
	expect(s, "leak-on-failed-probe");
}

STORY(a_creation_by_sysfs_fails_and_leaks)
{
	enter(s, DXA_KIND_CREATE_DEV_DAX, 0);
	alloc(s, ASK_DEVICE_DAX, X);
	kill_dax(s, X);
	leave(s, DXA_KIND_CREATE_DEV_DAX, 0, -K_ENOMEM);
	expect(s, "leak-on-failed-probe");
	assert_int_equal(finding_of(s, "leak-on-failed-probe")->err, K_ENOMEM);
}

/* The enclosing probe was entered before the audit: its devm clean-up is still to come. */
STORY(a_creation_fails_in_an_unrecorded_probe)
{
	enter(s, DXA_KIND_CREATE_DEV_DAX, 0);
	alloc(s, ASK_DEVICE_DAX, X);
	kill_dax(s, X);
	leave(s, DXA_KIND_CREATE_DEV_DAX, 0, -K_ENOMEM);
	kill_dax(s, X);
	put_dax(s, X);
	probed(s, NS, K_ENOMEM);
	expect(s, "");
}

STORY(a_creation_fails_after_the_device_was_registered)
{
	enter(s, DXA_KIND_CREATE_DEV_DAX, 0);
	alloc(s, ASK_DEVICE_DAX, X);
	kill_dax(s, X);
	probe_dax(s, DEV, "dax0.1", "device_dax", X);
	probed(s, DEV, K_ENXIO);
	leave(s, DXA_KIND_CREATE_DEV_DAX, 0, -K_ENOMEM);
	expect(s, "");
}

STORY(a_holder_outlives_a_failed_probe)
{
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	alloc(s, ASK_PMEM, X);
	add_host(s, X, DISK, "pmem0");
	as(s, 200, "mount");
	get_by_bdev(s, X, DISK, "pmem0", NOBODY);
	as(s, 100, "kworker/u8:1");
	remove_host(s, DISK, "pmem0");
	kill_dax(s, X);
	put_dax(s, X);
	probed(s, NS, K_ENOMEM);
	expect(s, "");
}

STORY(leak_reported_once)
{
	pmem_f1(s);
	module_gone(s, "nd_pmem");
	expect(s, "null-teardown-leak");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pmem_loses_its_device),
		cmocka_unit_test(pmem_loses_one_each_time),
		cmocka_unit_test(a_null_put_alone_is_enough),
		cmocka_unit_test(null_before_the_allocation_is_not_its_teardown),
		cmocka_unit_test(null_in_another_task_is_not_its_teardown),
		cmocka_unit_test(null_calls_in_a_probe_that_succeeds),
		cmocka_unit_test(a_host_is_not_torn_down_by_null),
		cmocka_unit_test(a_failed_probe_forgets_its_device),
		cmocka_unit_test(a_failed_host_and_no_cleanup_is_one_leak),
		cmocka_unit_test(killed_and_never_put),
		cmocka_unit_test(a_declined_device_leaves_a_dax_behind),
		cmocka_unit_test(a_deferred_probe_leaves_a_dax_behind),
		cmocka_unit_test(devm_cleans_up_after_the_drivers_function),
		cmocka_unit_test(only_the_probe_decides_not_the_drivers_function),
		cmocka_unit_test(an_inner_probe_fails_in_one_that_succeeds),
		cmocka_unit_test(an_inner_probe_succeeds_in_one_that_fails),
		cmocka_unit_test(dm_leaves_its_device_behind),
		cmocka_unit_test(dcssblk_leaves_its_device_behind),
		cmocka_unit_test(device_dax_leaves_its_device_behind),
		cmocka_unit_test(an_open_file_delays_the_release_of_device_dax),
		cmocka_unit_test(an_inner_bind_that_fails_is_no_unregistration),
		cmocka_unit_test(a_creation_by_sysfs_fails_and_leaks),
		cmocka_unit_test(a_creation_fails_in_an_unrecorded_probe),
		cmocka_unit_test(a_creation_fails_after_the_device_was_registered),
		cmocka_unit_test(a_holder_outlives_a_failed_probe),
		cmocka_unit_test(leak_reported_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
