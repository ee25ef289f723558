// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "lib/places.h"
#include "lib/story.h"
/* Legal actions of drivers and file systems: none may cause a finding or a gap. */

static void pmem_binds(struct story *s)
{
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	enter(s, DXA_KIND_PMEM_ATTACH_DISK, NS);
	alloc(s, ASK_PMEM, X);
	set_flags(s, X, 0x1e);
	add_host(s, X, DISK, "pmem0");
	add_disk(s, DISK, "pmem0", 0);
	leave(s, DXA_KIND_PMEM_ATTACH_DISK, NS, 0);
	probed(s, NS, 0);
}

static void pmem_unbinds(struct story *s)
{
	unbind(s, NS, "namespace0.0", "nd", "nd_pmem");
	remove_host(s, DISK, "pmem0");
	kill_dax(s, X);
	put_dax(s, X);
	unbound(s, NS);
}

/* ---- pmem ---- */

STORY(pmem)
{
	const struct dxa_engine_stats *stats = dxa_engine_stats(s->engine);

	pmem_binds(s);
	assert_int_equal(stats->lives_now, 1);
	pmem_unbinds(s);
	rcu(s);
	module_gone(s, "nd_pmem");
	expect(s, "");
	assert_int_equal(stats->lives, 1);
	assert_int_equal(stats->lives_now, 0);
	assert_int_equal(stats->contexts, 2);
	assert_int_equal(stats->allocs[DXA_DRIVER_PMEM], 1);
}

STORY(pmem_mounted_at_unbind)
{
	pmem_binds(s);
	as(s, 200, "mount");
	get_by_bdev(s, X, DISK, "pmem0", NOBODY);
	as(s, 201, "ndctl");
	pmem_unbinds(s);
	module_gone(s, "nd_pmem");
	pass_ms(s, 60000);
	as(s, 202, "umount");
	fs_put_dax(s, X, NOBODY);
	expect(s, "");
}

STORY(pmem_without_dax)
{
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	alloc_fails(s, ASK_PMEM, K_EOPNOTSUPP);
	add_disk(s, DISK, "pmem0", 0);
	probed(s, NS, 0);
	unbind(s, NS, "namespace0.0", "nd", "nd_pmem");
	remove_host(s, DISK, "pmem0");
	kill_dax(s, NO_DAX);
	put_dax(s, NO_DAX);
	unbound(s, NS);
	expect(s, "fallback unexpected-eopnotsupp");
}

STORY(namespaces_that_belong_to_another_driver)
{
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	probed(s, NS, K_ENXIO);
	probe(s, DEV, "dax0.1", "nd", "dax_pmem");
	probed(s, DEV, K_ENODEV);
	probe(s, DEV, "dax0.1", "nd", "dax_pmem");
	probed(s, DEV, -K_EPROBE_DEFER);
	expect(s, "");
}

STORY(pmem_is_deferred_and_probed_again)
{
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	alloc(s, ASK_PMEM, X);
	kill_dax(s, X);
	put_dax(s, X);
	probed(s, NS, K_EPROBE_DEFER);
	rcu(s);
	pmem_binds(s);
	pmem_unbinds(s);
	expect(s, "");
	assert_int_equal(((struct dxa_context *)dxa_vec_at(&s->contexts, 0))->outcome,
			 DXA_OUTCOME_DEFERRED);
}

STORY(the_same_namespace_repeatedly)
{
	int i;

	for (i = 0; i < 40; i++) {
		pmem_binds(s);
		pmem_unbinds(s);
		rcu(s);
	}
	expect(s, "");
}

/* ---- dm ---- */

static void dm_creates(struct story *s)
{
	as(s, 300, "dmsetup");
	enter(s, DXA_KIND_DM_DEV_CREATE, 0);
	enter(s, DXA_KIND_DM_CREATE, 0);
	alloc(s, ASK_DM, Y);
	add_host(s, Y, DISK2, "dm-0");
	leave(s, DXA_KIND_DM_CREATE, 0, 0);
	leave(s, DXA_KIND_DM_DEV_CREATE, 0, 0);
}

static void dm_removes(struct story *s)
{
	remove_host(s, DISK2, "dm-0");
	kill_dax(s, Y);
	put_dax(s, Y);
}

STORY(dm)
{
	dm_creates(s);
	as(s, 301, "kworker/0:1");
	dm_removes(s);
	module_gone(s, "dm_mod");
	expect(s, "");
}

STORY(dm_name_clash)
{
	enter(s, DXA_KIND_DM_DEV_CREATE, 0);
	enter(s, DXA_KIND_DM_CREATE, 0);
	alloc(s, ASK_DM, Y);
	add_host(s, Y, DISK2, "dm-0");
	leave(s, DXA_KIND_DM_CREATE, 0, 0);
	remove_host(s, DISK2, "dm-0");
	kill_dax(s, Y);
	put_dax(s, Y);
	leave(s, DXA_KIND_DM_DEV_CREATE, 0, -K_EBUSY);
	expect(s, "");
}

STORY(dm_linear_on_pmem)
{
	pmem_binds(s);
	dm_creates(s);
	get_by_bdev(s, X, DISK, "pmem0", NOBODY);
	put_dax(s, X);
	dm_removes(s);
	pmem_unbinds(s);
	expect(s, "");
}

STORY(a_dm_table_outlives_its_pmem)
{
	pmem_binds(s);
	dm_creates(s);
	get_by_bdev(s, X, DISK, "pmem0", NOBODY);
	as(s, 301, "ndctl");
	pmem_unbinds(s);
	module_gone(s, "nd_pmem");
	pass_ms(s, 3000);
	as(s, 300, "dmsetup");
	put_dax(s, X);
	dm_removes(s);
	expect(s, "");
}

STORY(a_dm_table_is_destroyed_between_kill_and_put)
{
	pmem_binds(s);
	dm_creates(s);
	get_by_bdev(s, X, DISK, "pmem0", NOBODY);
	as(s, 301, "ndctl");
	unbind(s, NS, "namespace0.0", "nd", "nd_pmem");
	remove_host(s, DISK, "pmem0");
	kill_dax(s, X);
	as(s, 300, "dmsetup");
	put_dax(s, X);
	as(s, 301, "ndctl");
	put_dax(s, X);
	unbound(s, NS);
	as(s, 300, "dmsetup");
	dm_removes(s);
	expect(s, "");
}

STORY(a_dm_table_on_a_disk_without_dax)
{
	dm_creates(s);
	get_nothing(s, DISK, "sda", NOBODY);
	put_dax(s, NO_DAX);
	dm_removes(s);
	expect(s, "");
}

/* ---- virtiofs ---- */

STORY(virtiofs_without_a_window)
{
	probe(s, DEV, "virtio3", "virtio", "virtiofs");
	enter(s, DXA_KIND_VIRTIO_FS_PROBE, DEV);
	alloc(s, ASK_VIRTIOFS, X);
	kill_dax(s, X);
	put_dax(s, X);
	leave(s, DXA_KIND_VIRTIO_FS_PROBE, DEV, 0);
	probed(s, DEV, 0);
	expect(s, "");
}

STORY(virtiofs_without_a_window_before_v6_9)
{
	probe(s, DEV, "virtio3", "virtio", "virtiofs");
	probed(s, DEV, 0);
	expect(s, "");
}

STORY(virtiofs_with_a_window)
{
	probe(s, DEV, "virtio3", "virtio", "virtiofs");
	alloc(s, ASK_VIRTIOFS, X);
	probed(s, DEV, 0);
	unbind(s, DEV, "virtio3", "virtio", "virtiofs");
	kill_dax(s, X);
	put_dax(s, X);
	unbound(s, DEV);
	expect(s, "");
}

STORY(virtiofs_with_a_duplicate_tag)
{
	probe(s, DEV, "virtio3", "virtio", "virtiofs");
	enter(s, DXA_KIND_VIRTIO_FS_PROBE, DEV);
	alloc(s, ASK_VIRTIOFS, X);
	leave(s, DXA_KIND_VIRTIO_FS_PROBE, DEV, -K_EEXIST);
	kill_dax(s, X);
	put_dax(s, X);
	probed(s, DEV, K_EEXIST);
	expect(s, "");
}

/* ---- dcssblk ---- */

STORY(dcssblk)
{
	enter(s, DXA_KIND_DCSSBLK_ADD, 0);
	alloc(s, ASK_DCSSBLK, X);
	add_host(s, X, DISK, "dcssblk0");
	leave(s, DXA_KIND_DCSSBLK_ADD, 0, 8);
	remove_host(s, DISK, "dcssblk0");
	kill_dax(s, X);
	put_dax(s, X);
	module_gone(s, "dcssblk");
	expect(s, "");
}

STORY(dcssblk_with_an_unaligned_segment)
{
	enter(s, DXA_KIND_DCSSBLK_ADD, 0);
	leave(s, DXA_KIND_DCSSBLK_ADD, 0, 8);
	remove_host(s, DISK, "dcssblk0");
	kill_dax(s, NO_DAX);
	put_dax(s, NO_DAX);
	expect(s, "");
}

/* ---- device-dax ---- */

static void device_dax_comes(struct story *s)
{
	probe(s, NS, "dax0.0", "nd", "dax_pmem");
	enter(s, DXA_KIND_CREATE_DEV_DAX, 0);
	alloc(s, ASK_DEVICE_DAX, X);
	set_flags(s, X, 0x1c);
	kill_dax(s, X);
	probe_dax(s, DEV, "dax0.0", "device_dax", X);
	run_dax(s, X);
	probed(s, DEV, 0);
	leave(s, DXA_KIND_CREATE_DEV_DAX, 0, (int64_t)DEV);
	probed(s, NS, 0);
}

static void device_dax_goes(struct story *s, bool bound)
{
	unbind(s, NS, "dax0.0", "nd", "dax_pmem");
	kill_dax(s, X);
	if (bound) {
		unbind(s, DEV, "dax0.0", "dax", "device_dax");
		kill_dax(s, X);
		unbound(s, DEV);
	}
	put_dax(s, X);
	unbound(s, NS);
}

STORY(device_dax)
{
	device_dax_comes(s);
	device_dax_goes(s, true);
	expect(s, "");
}

STORY(device_dax_unbound_and_bound_again)
{
	device_dax_comes(s);
	unbind(s, DEV, "dax0.0", "dax", "device_dax");
	kill_dax(s, X);
	unbound(s, DEV);
	probe_dax(s, DEV, "dax0.0", "device_dax", X);
	run_dax(s, X);
	probed(s, DEV, 0);
	device_dax_goes(s, true);
	expect(s, "");
}

STORY(device_dax_under_kmem)
{
	device_dax_comes(s);
	unbind(s, DEV, "dax0.0", "dax", "device_dax");
	kill_dax(s, X);
	unbound(s, DEV);
	probe_dax(s, DEV, "dax0.0", "kmem", X);
	probed(s, DEV, 0);
	unbind(s, NS, "dax0.0", "nd", "dax_pmem");
	kill_dax(s, X);
	put_dax(s, X);
	unbound(s, NS);
	expect(s, "");
}

STORY(device_dax_seed_by_sysfs)
{
	as(s, 400, "bash");
	enter(s, DXA_KIND_CREATE_DEV_DAX, 0);
	alloc(s, ASK_DEVICE_DAX, X);
	kill_dax(s, X);
	leave(s, DXA_KIND_CREATE_DEV_DAX, 0, (int64_t)DEV);
	expect(s, "");
}

STORY(device_dax_registration_fails)
{
	probe(s, NS, "dax0.0", "nd", "dax_pmem");
	enter(s, DXA_KIND_CREATE_DEV_DAX_OLD, 0);
	alloc(s, ASK_DEVICE_DAX, X);
	kill_dax(s, X);
	kill_dax(s, X);
	put_dax(s, X);
	leave(s, DXA_KIND_CREATE_DEV_DAX_OLD, 0, -K_EEXIST);
	probed(s, NS, K_EEXIST);
	expect(s, "");
}

STORY(device_dax_released_late_because_of_an_open_file)
{
	device_dax_comes(s);
	unbind(s, NS, "dax0.0", "nd", "dax_pmem");
	kill_dax(s, X);
	unbind(s, DEV, "dax0.0", "dax", "device_dax");
	kill_dax(s, X);
	unbound(s, DEV);
	unbound(s, NS);
	module_gone(s, "device_dax");
	as(s, 401, "daxio");
	pass_ms(s, 3000);
	put_dax(s, X);
	expect(s, "");
}

STORY(device_dax_under_fsdev)
{
	device_dax_comes(s);
	unbind(s, DEV, "dax0.0", "dax", "device_dax");
	kill_dax(s, X);
	unbound(s, DEV);
	probe_dax(s, DEV, "dax0.0", "fsdev_dax", X);
	run_dax(s, X);
	probed(s, DEV, 0);
	fs_get(s, X, XFS1, 0);
	fs_put_dax(s, X, XFS1);
	device_dax_goes(s, true);
	expect(s, "");
}

/* ---- file systems ---- */

STORY(mounts_without_dax)
{
	as(s, 500, "mount");
	get_nothing(s, DISK, "sda", NOBODY);
	get_nothing(s, DISK, "sda", XFS1);
	as(s, 501, "umount");
	fs_put_dax(s, NO_DAX, NOBODY);
	fs_put_dax(s, NO_DAX, XFS1);
	expect(s, "");
}

STORY(a_mount_that_fails)
{
	pmem_binds(s);
	as(s, 500, "mount");
	get_by_bdev(s, X, DISK, "pmem0", XFS1);
	fs_put_dax(s, X, XFS1);
	get_by_bdev(s, X, DISK, "pmem0", XFS2);
	fs_put_dax(s, X, XFS2);
	pmem_unbinds(s);
	expect(s, "");
}

STORY(a_mount_of_a_killed_device)
{
	pmem_binds(s);
	as(s, 500, "mount");
	get_by_bdev(s, X, DISK, "pmem0", XFS1);
	as(s, 100, "kworker/u8:1");
	pmem_unbinds(s);
	as(s, 500, "mount");
	get_nothing(s, DISK, "pmem0", XFS2);
	fs_put_dax(s, X, XFS1);
	expect(s, "");
}

/* ---- concurrent tasks ---- */

STORY(two_probes_at_a_time)
{
	as(s, 1, "kworker/u8:1");
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	as(s, 2, "kworker/u8:2");
	probe(s, DEV, "namespace1.0", "nd", "nd_pmem");
	alloc(s, ASK_PMEM, Y);
	as(s, 1, "kworker/u8:1");
	alloc(s, ASK_PMEM, X);
	as(s, 2, "kworker/u8:2");
	kill_dax(s, Y);
	put_dax(s, Y);
	probed(s, DEV, K_ENOMEM);
	as(s, 1, "kworker/u8:1");
	add_host(s, X, DISK, "pmem0");
	probed(s, NS, 0);
	expect(s, "");
}

STORY(the_free_interrupts_a_probe)
{
	pmem_binds(s);
	pmem_unbinds(s);
	as(s, 9, "ndctl");
	probe(s, DEV, "namespace1.0", "nd", "nd_pmem");
	rcu(s);
	probed(s, DEV, K_ENXIO);
	expect(s, "");
	assert_int_equal(((struct dxa_context *)dxa_vec_at(&s->contexts, 2))->dax_events, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pmem),
		cmocka_unit_test(pmem_mounted_at_unbind),
		cmocka_unit_test(pmem_without_dax),
		cmocka_unit_test(namespaces_that_belong_to_another_driver),
		cmocka_unit_test(pmem_is_deferred_and_probed_again),
		cmocka_unit_test(the_same_namespace_repeatedly),
		cmocka_unit_test(dm),
		cmocka_unit_test(dm_name_clash),
		cmocka_unit_test(dm_linear_on_pmem),
		cmocka_unit_test(a_dm_table_outlives_its_pmem),
		cmocka_unit_test(a_dm_table_is_destroyed_between_kill_and_put),
		cmocka_unit_test(a_dm_table_on_a_disk_without_dax),
		cmocka_unit_test(virtiofs_without_a_window),
		cmocka_unit_test(virtiofs_without_a_window_before_v6_9),
		cmocka_unit_test(virtiofs_with_a_window),
		cmocka_unit_test(virtiofs_with_a_duplicate_tag),
		cmocka_unit_test(dcssblk),
		cmocka_unit_test(dcssblk_with_an_unaligned_segment),
		cmocka_unit_test(device_dax),
		cmocka_unit_test(device_dax_unbound_and_bound_again),
		cmocka_unit_test(device_dax_under_kmem),
		cmocka_unit_test(device_dax_seed_by_sysfs),
		cmocka_unit_test(device_dax_registration_fails),
		cmocka_unit_test(device_dax_released_late_because_of_an_open_file),
		cmocka_unit_test(device_dax_under_fsdev),
		cmocka_unit_test(mounts_without_dax),
		cmocka_unit_test(a_mount_that_fails),
		cmocka_unit_test(a_mount_of_a_killed_device),
		cmocka_unit_test(two_probes_at_a_time),
		cmocka_unit_test(the_free_interrupts_a_probe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
