// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "lib/places.h"
#include "lib/story.h"

/* Devices that outlive their driver: unbound, or its module unloaded. */

static void pmem_binds(struct story *s)
{
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	alloc(s, ASK_PMEM, X);
	add_host(s, X, DISK, "pmem0");
	add_disk(s, DISK, "pmem0", 0);
	probed(s, NS, 0);
}

STORY(unbinding_forgets_the_device)
{
	pmem_binds(s);
	unbind(s, NS, "namespace0.0", "nd", "nd_pmem");
	remove_host(s, DISK, "pmem0");
	unbound(s, NS);
	module_gone(s, "nd_pmem");
	expect(s, "leak-on-unbind");
}

STORY(unbinding_kills_and_never_puts)
{
	pmem_binds(s);
	unbind(s, NS, "namespace0.0", "nd", "nd_pmem");
	remove_host(s, DISK, "pmem0");
	kill_dax(s, X);
	unbound(s, NS);
	expect(s, "leak-on-unbind");
}

/* Two tasks unbind it at the same time: the one that began before the probe ended returns last. */
STORY(unbound_by_two_and_never_put)
{
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	as(s, 300, "unbind");
	unbind(s, NS, "namespace0.0", "nd", "nd_pmem");
	as(s, 100, "kworker/u8:1");
	alloc(s, ASK_PMEM, X);
	probed(s, NS, 0);
	as(s, 301, "unbind");
	unbind(s, NS, "namespace0.0", "nd", "nd_pmem");
	kill_dax(s, X);
	unbound(s, NS);
	as(s, 300, "unbind");
	unbound(s, NS);
	expect(s, "leak-on-unbind");
}

/* A release and a probe take the lock of the device: a probe that seems open has ended. */
STORY(unbound_while_the_return_of_its_probe_is_missing)
{
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	alloc(s, ASK_PMEM, X);
	as(s, 300, "unbind");
	unbind(s, NS, "namespace0.0", "nd", "nd_pmem");
	unbound(s, NS);
	as(s, 100, "kworker/u8:1");
	probed(s, NS, K_ENOMEM);
	expect_gap(s, "uncertain", 1);
	expect(s, "leak-on-failed-probe");
}

/*
 * A snapshot while its driver releases it, and the end of the unbind: it may have been forgotten.
 */
STORY(an_unbinding_whose_end_was_seen_and_no_put)
{
	lives_already(s, ASK_PMEM, X, 1, 0);
	snap_device(s, X);
	unbound(s, NS);
	expect_gap(s, "uncertain", 1);
	expect(s, "");
}

STORY(killed_during_the_audit_and_not_put_at_the_end)
{
	lives_already(s, ASK_PMEM, X, 1, 1);
	snap_device(s, X);
	snap_host(s, X, DISK, "pmem0");
	kill_dax(s, X);
	expect_gap(s, "pending", 1);
	expect(s, "");
}

STORY(an_unbind_without_a_bound_driver)
{
	pmem_binds(s);
	unbind(s, NS, "namespace0.0", "nd", "");
	unbound(s, NS);
	expect(s, "");
}

STORY(another_device_is_unbound)
{
	pmem_binds(s);
	unbind(s, DEV, "virtio3", "virtio", "virtiofs");
	unbound(s, DEV);
	expect(s, "");
}

STORY(unloading_forgets_the_device)
{
	pmem_binds(s);
	module_gone(s, "nd_pmem");
	expect(s, "leak-on-unload");
	expect_evidence(s, "leak-on-unload", "alloc_dax dax_add_host module_free");
}

STORY(another_module_is_unloaded)
{
	pmem_binds(s);
	module_gone(s, "dm_mod");
	expect(s, "");
}

STORY(unloading_a_driver_that_no_table_knows)
{
	alloc(s, ASK_FAMFS, X);
	module_gone(s, "famfs");
	expect(s, "leak-on-unload");
	assert_int_equal(finding_of(s, "leak-on-unload")->life.driver, DXA_DRIVER_OTHER);
}

STORY(a_mount_outlives_the_module)
{
	pmem_binds(s);
	as(s, 200, "mount");
	get_by_bdev(s, X, DISK, "pmem0", NOBODY);
	unbind(s, NS, "namespace0.0", "nd", "nd_pmem");
	remove_host(s, DISK, "pmem0");
	kill_dax(s, X);
	put_dax(s, X);
	unbound(s, NS);
	module_gone(s, "nd_pmem");
	fs_put_dax(s, X, NOBODY);
	expect(s, "");
}

STORY(device_dax_outlives_its_drivers)
{
	probe(s, NS, "dax0.0", "nd", "dax_pmem");
	enter(s, DXA_KIND_CREATE_DEV_DAX, 0);
	alloc(s, ASK_DEVICE_DAX, X);
	kill_dax(s, X);
	leave(s, DXA_KIND_CREATE_DEV_DAX, 0, (int64_t)DEV);
	probed(s, NS, 0);
	module_gone(s, "device_dax");
	module_gone(s, "fsdev_dax");
	expect(s, "");
}

/* ---- cases that must be told apart ---- */

STORY(null_in_an_inner_probe_is_not_the_outer_ones_teardown)
{
	probe(s, DEV, "0000:00:05.0", "pci", "virtio-pci");
	alloc(s, ASK_VIRTIOFS, X);
	probe(s, NS, "virtio3", "virtio", "virtiofs");
	put_dax(s, NO_DAX);
	probed(s, NS, K_EINVAL);
	probed(s, DEV, K_EINVAL);
	expect(s, "leak-on-failed-probe");
}

STORY(null_after_a_refusal_is_not_the_next_ones_teardown)
{
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	alloc_fails(s, ASK_PMEM, K_ENOMEM);
	kill_dax(s, NO_DAX);
	put_dax(s, NO_DAX);
	alloc(s, ASK_PMEM, X);
	probed(s, NS, K_ENOMEM);
	expect(s, "alloc-failed leak-on-failed-probe");
}

STORY(suspected_leak_not_reported_after_loss)
{
	enter(s, DXA_KIND_CREATE_DEV_DAX, 0);
	alloc(s, ASK_DEVICE_DAX, X);
	kill_dax(s, X);
	leave(s, DXA_KIND_CREATE_DEV_DAX, 0, -K_ENOMEM);
	lost(s, 1);
	expect(s, "");
	expect_gaps(s, 1);
}

STORY(a_dm_tables_put_is_not_the_owners)
{
	pmem_binds(s);
	as(s, 300, "dmsetup");
	get_by_bdev(s, X, DISK, "pmem0", NOBODY);
	as(s, 100, "kworker/u8:1");
	unbind(s, NS, "namespace0.0", "nd", "nd_pmem");
	remove_host(s, DISK, "pmem0");
	kill_dax(s, X);
	as(s, 300, "dmsetup");
	put_dax(s, X);
	as(s, 100, "kworker/u8:1");
	unbound(s, NS);
	expect(s, "leak-on-unbind");
}

STORY(a_put_in_a_later_context_is_not_the_owners)
{
	alloc(s, ASK_FAMFS, X);
	get_by_bdev(s, X, DISK, "pmem0", NOBODY);
	kill_dax(s, X);
	enter(s, DXA_KIND_DM_DEV_CREATE, 0);
	put_dax(s, X);
	leave(s, DXA_KIND_DM_DEV_CREATE, 0, 0);
	module_gone(s, "famfs");
	expect(s, "leak-on-unload");
}

STORY(put_and_not_killed_while_a_mount_holds_it)
{
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	alloc(s, ASK_PMEM, X);
	as(s, 200, "mount");
	get_by_bdev(s, X, DISK, "pmem0", NOBODY);
	as(s, 100, "kworker/u8:1");
	put_dax(s, X);
	probed(s, NS, K_ENOMEM);
	as(s, 200, "umount");
	fs_put_dax(s, X, NOBODY);
	expect(s, "put-without-kill");
}

STORY(leak_destroyed_late_reported_once)
{
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	alloc(s, ASK_PMEM, X);
	probed(s, NS, K_ENOMEM);
	put_unseen(s, X);
	expect(s, "leak-on-failed-probe");
}

STORY(a_put_by_another_task_is_not_the_owners)
{
	alloc(s, ASK_FAMFS, X);
	get_by_bdev(s, X, DISK, "pmem0", NOBODY);
	kill_dax(s, X);
	as(s, 300, "dmsetup");
	put_dax(s, X);
	module_gone(s, "famfs");
	expect(s, "leak-on-unload");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unbinding_forgets_the_device),
		cmocka_unit_test(unbinding_kills_and_never_puts),
		cmocka_unit_test(unbound_by_two_and_never_put),
		cmocka_unit_test(unbound_while_the_return_of_its_probe_is_missing),
		cmocka_unit_test(an_unbinding_whose_end_was_seen_and_no_put),
		cmocka_unit_test(killed_during_the_audit_and_not_put_at_the_end),
		cmocka_unit_test(an_unbind_without_a_bound_driver),
		cmocka_unit_test(another_device_is_unbound),
		cmocka_unit_test(unloading_forgets_the_device),
		cmocka_unit_test(another_module_is_unloaded),
		cmocka_unit_test(unloading_a_driver_that_no_table_knows),
		cmocka_unit_test(a_mount_outlives_the_module),
		cmocka_unit_test(device_dax_outlives_its_drivers),
		cmocka_unit_test(null_in_an_inner_probe_is_not_the_outer_ones_teardown),
		cmocka_unit_test(null_after_a_refusal_is_not_the_next_ones_teardown),
		cmocka_unit_test(suspected_leak_not_reported_after_loss),
		cmocka_unit_test(a_dm_tables_put_is_not_the_owners),
		cmocka_unit_test(a_put_in_a_later_context_is_not_the_owners),
		cmocka_unit_test(put_and_not_killed_while_a_mount_holds_it),
		cmocka_unit_test(leak_destroyed_late_reported_once),
		cmocka_unit_test(a_put_by_another_task_is_not_the_owners),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
