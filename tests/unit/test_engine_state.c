// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "daxaudit/snapshot.h"
#include "lib/places.h"
#include "lib/story.h"

/* Existing devices: two snapshots suffice, without events. */

#define ALL (1 << DXA_WALK_DEVICES | 1 << DXA_WALK_HOSTS | 1 << DXA_WALK_SUPERS | DXA_SNAP_SYSFS)
#define ALIVE 0x1
#define DEAD 0x0

/* Two snapshots that show the same. */
static void twice(struct story *s, void (*show)(struct story *s))
{
	for (int i = 0; i < 2; i++) {
		show(s);
		snap_end_asked(s, ALL);
	}
}

/* ---- correct states ---- */

static void show_all_is_well(struct story *s)
{
	snap_device(s, X);
	snap_device(s, Y);
	snap_host(s, X, DISK, "pmem0");
	sysfs_disk(s, "pmem0");
	bus_device(s, "dax0.0", "dax", "device_dax", Y);
}

STORY(correct_state_is_no_finding)
{
	lives_already(s, ASK_PMEM, X, 1, ALIVE);
	lives_already(s, ASK_DEVICE_DAX, Y, 1, ALIVE);
	twice(s, show_all_is_well);
	expect(s, "");
}

static void show_nothing(struct story *s)
{
	(void)s;
}

STORY(an_empty_snapshot_is_no_finding)
{
	twice(s, show_nothing);
	expect(s, "");
}

/* ---- stuck-probe ---- */

static void show_waiting(struct story *s)
{
	task_waits(s, 700);
}

STORY(a_task_that_waits_for_itself)
{
	twice(s, show_waiting);
	expect(s, "stuck-probe");
	assert_non_null(strstr(finding_of(s, "stuck-probe")->detail, "task 700 (ndctl) waits"));
	expect_evidence(s, "stuck-probe", "task_waits");
	twice(s, show_waiting);
	expect(s, "stuck-probe");
}

STORY(device_identified_without_kernel_list)
{
	for (int i = 0; i < 2; i++) {
		task_waits(s, 700);
		snap_end(s, DXA_SNAP_SYSFS);
	}
	expect(s, "stuck-probe");
}

STORY(tasks_that_waited_once)
{
	task_waits(s, 700);
	snap_end_asked(s, ALL);
	task_waits(s, 701);
	snap_end_asked(s, ALL);
	snap_end_asked(s, ALL);
	expect(s, "");
}

STORY(where_a_task_sleeps_is_not_known)
{
	snap_end_asked(s, ALL | DXA_SNAP_NO_STACKS);
	expect(s, "");
	expect_gaps(s, 1);
}

/* ---- orphan ---- */

static void show_x(struct story *s)
{
	snap_device(s, X);
}

STORY(an_alive_device_that_no_disk_has)
{
	lives_already(s, ASK_PMEM, X, 1, ALIVE);
	twice(s, show_x);
	expect(s, "orphan");
	assert_int_equal(finding_of(s, "orphan")->life.driver, DXA_DRIVER_PMEM);
	assert_non_null(strstr(finding_of(s, "orphan")->detail, "not in dax_hosts"));
	expect_evidence(s, "orphan", "snap_device snap_device");
}

STORY(orphan_reported_once)
{
	lives_already(s, ASK_PMEM, X, 1, ALIVE);
	twice(s, show_x);
	twice(s, show_x);
	expect(s, "orphan");
}

STORY(one_snapshot_is_not_enough)
{
	lives_already(s, ASK_PMEM, X, 1, ALIVE);
	snap_device(s, X);
	snap_end_asked(s, ALL);
	assert_int_equal(dxa_engine_anomalies(s->engine), 1);
	snap_device(s, X);
	snap_host(s, X, DISK, "pmem0");
	snap_end_asked(s, ALL);
	assert_int_equal(dxa_engine_anomalies(s->engine), 0);
	expect(s, "");
}

/* The slab reused the address: another device, in the same state of its life. */
STORY(another_device_at_the_same_address)
{
	lives_already(s, ASK_DM, X, 1, ALIVE);
	snap_device(s, X);
	snap_end(s, ALL);
	kill_dax(s, X);
	put_dax(s, X);
	rcu(s);
	enter(s, DXA_KIND_DM_CREATE, 0);
	alloc(s, ASK_DM, X);
	snap_device(s, X);
	snap_end(s, ALL);
	add_host(s, X, DISK, "dm-0");
	leave(s, DXA_KIND_DM_CREATE, 0, 0);
	/* No later snapshot shows its new state. */
	expect_gap(s, "pending", 1);
	expect(s, "");
}

STORY(seen_leak_not_reported_again)
{
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	alloc(s, ASK_PMEM, X);
	add_host_fails(s, X, DISK, "pmem0", K_ENOMEM);
	kill_dax(s, NO_DAX);
	put_dax(s, NO_DAX);
	probed(s, NS, K_ENOMEM);
	twice(s, show_x);
	expect(s, "null-teardown-leak");
}

STORY(a_dead_device_without_a_disk)
{
	lives_already(s, ASK_PMEM, X, 1, DEAD);
	twice(s, show_x);
	expect(s, "orphan");
	assert_non_null(strstr(finding_of(s, "orphan")->detail, "is killed and its disk is gone"));
}

static void show_mounted(struct story *s)
{
	snap_device(s, X);
	used_gone(s, "pmem0", "ext4");
}

STORY(a_dead_device_under_a_mount)
{
	lives_already(s, ASK_PMEM, X, 1, DEAD);
	twice(s, show_mounted);
	expect(s, "");
}

static void show_two_dead_one_mount(struct story *s)
{
	snap_device(s, X);
	snap_device(s, Y);
	/* Two partitions of one disk. */
	used_gone(s, "pmem0", "ext4");
	used_gone(s, "pmem0", "xfs");
}

/* One of them is the mount's, but not known which. */
STORY(two_dead_devices_and_one_mount)
{
	lives_already(s, ASK_PMEM, X, 1, DEAD);
	lives_already(s, ASK_PMEM, Y, 1, DEAD);
	twice(s, show_two_dead_one_mount);
	expect_gaps(s, 4);
	expect(s, "");
}

STORY(a_dead_device_and_mounts_are_not_known)
{
	lives_already(s, ASK_PMEM, X, 1, DEAD);
	snap_device(s, X);
	snap_end(s, ALL & ~(1 << DXA_WALK_SUPERS));
	snap_device(s, X);
	snap_end(s, ALL & ~(1 << DXA_WALK_SUPERS));
	expect_gaps(s, 2);
	expect(s, "");
}

STORY(no_orphan_without_dax_hosts)
{
	const uint64_t known = (ALL & ~(1 << DXA_WALK_HOSTS)) | DXA_SNAP_NO_HOSTS;

	lives_already(s, ASK_DM, X, 1, ALIVE);
	sysfs_disk(s, "dm-0");
	snap_device(s, X);
	snap_end(s, known);
	sysfs_disk(s, "dm-0");
	snap_device(s, X);
	snap_end(s, known);
	expect(s, "");
}

STORY(without_dax_hosts_nothing_is_concluded)
{
	lives_already(s, ASK_DM, X, 1, ALIVE);
	snap_device(s, X);
	snap_end_asked(s, (ALL & ~(1 << DXA_WALK_HOSTS)) | DXA_SNAP_NO_HOSTS);
	expect_gaps(s, 1);
	expect(s, "");
}

STORY(a_held_device_is_no_orphan)
{
	lives_already(s, ASK_PMEM, X, 2, ALIVE);
	get_by_bdev(s, X, DISK, "pmem0", XFS1);
	twice(s, show_x);
	expect(s, "");
}

static void show_held(struct story *s)
{
	snap_device(s, X);
	disk_used(s, DISK, "pmem0", "xfs");
	snap_end(s, ALL);
}

/* In an audit with events its driver may be between dax_remove_host and kill_dax. */
STORY(held_alive_and_of_no_disk)
{
	lives_already(s, ASK_PMEM, X, 2, ALIVE);
	get_by_bdev(s, X, DISK, "pmem0", XFS1);
	show_held(s);
	show_held(s);
	expect_gap(s, "pending", 1);
	expect(s, "");
}

static void show_in_two(struct story *s)
{
	snap_device(s, X);
	snap_host(s, X, DISK, "pmem0");
	snap_host(s, X, DISK2, "dm-0");
}

STORY(a_device_of_two_disks)
{
	lives_already(s, ASK_DM, X, 1, ALIVE);
	twice(s, show_in_two);
	expect(s, "host-left-behind");
	assert_non_null(strstr(finding_of(s, "host-left-behind")->detail,
			       "pmem0's dax_device (minor 0) is in dax_hosts for another disk"));
}

STORY(a_device_dax_on_no_bus)
{
	lives_already(s, ASK_DEVICE_DAX, X, 1, DEAD);
	twice(s, show_x);
	expect(s, "orphan");
}

STORY(device_dax_open)
{
	struct story_device *d;

	lives_already(s, ASK_DEVICE_DAX, X, 1, DEAD);
	d = dxa_map_get(&s->devices, X);
	d->cdev_refs = 2;
	twice(s, show_x);
	expect(s, "");
}

static void show_virtiofs(struct story *s)
{
	snap_device(s, X);
	bus_device(s, "virtio3", "virtio", "virtiofs", 0);
}

STORY(a_virtiofs_device_with_its_window)
{
	lives_already(s, ASK_VIRTIOFS, X, 1, ALIVE);
	twice(s, show_virtiofs);
	expect(s, "");
}

STORY(a_virtiofs_device_without_virtiofs)
{
	lives_already(s, ASK_VIRTIOFS, X, 1, ALIVE);
	twice(s, show_x);
	expect(s, "orphan");
}

/* ---- leak-on-unload ---- */

static void show_without_module(struct story *s)
{
	struct dxa_event ev = { .kind = DXA_KIND_SNAP_DEVICE,
				.has = DXA_HAS_DAX,
				.dax = X,
				.ops = 0xffffffffc0123456,
				.rdev = 252 << 20,
				.refs = 1,
				.dax_flags = ALIVE };

	strcpy(ev.driver, "0xffffffffc0123456");
	feed(s, ev);
}

STORY(the_module_is_gone)
{
	twice(s, show_without_module);
	expect(s, "leak-on-unload");
}

/* ---- host-left-behind ---- */

static void show_host_of_nobody(struct story *s)
{
	snap_host(s, X, DISK, "pmem0");
}

STORY(dax_hosts_refers_to_a_freed_device)
{
	twice(s, show_host_of_nobody);
	expect(s, "host-left-behind");
	assert_string_equal(finding_of(s, "host-left-behind")->life.disk, "pmem0");
}

static void show_dead_host(struct story *s)
{
	snap_device(s, X);
	snap_host(s, X, DISK, "pmem0");
}

STORY(dax_hosts_refers_to_a_killed_device)
{
	lives_already(s, ASK_PMEM, X, 1, DEAD);
	twice(s, show_dead_host);
	expect(s, "host-left-behind");
}

/* ---- alive-contradicts-sysfs ---- */

static void show_bound(struct story *s)
{
	snap_device(s, X);
	bus_device(s, "dax0.0", "dax", "device_dax", X);
}

static void show_unbound(struct story *s)
{
	snap_device(s, X);
	bus_device(s, "dax0.0", "dax", "", X);
}

static void show_kmem(struct story *s)
{
	snap_device(s, X);
	bus_device(s, "dax0.0", "dax", "kmem", X);
}

STORY(a_bound_device_dax_is_dead)
{
	lives_already(s, ASK_DEVICE_DAX, X, 1, DEAD);
	twice(s, show_bound);
	expect(s, "alive-contradicts-sysfs");
	assert_string_equal(finding_of(s, "alive-contradicts-sysfs")->life.disk, "dax0.0");
}

STORY(an_unbound_device_dax_is_alive)
{
	lives_already(s, ASK_DEVICE_DAX, X, 1, ALIVE);
	twice(s, show_unbound);
	expect(s, "alive-contradicts-sysfs");
}

STORY(kmem_does_not_run_its_device)
{
	lives_already(s, ASK_DEVICE_DAX, X, 1, DEAD);
	twice(s, show_kmem);
	expect(s, "");
}

/* ---- dax-advertised-without-device ---- */

static void show_disk(struct story *s)
{
	sysfs_disk(s, "pmem0");
}

STORY(a_disk_says_dax_and_has_no_device)
{
	twice(s, show_disk);
	expect(s, "dax-advertised-without-device");
}

/* ---- what could not be read ---- */

STORY(an_incomplete_snapshot_is_no_proof)
{
	sysfs_disk(s, "pmem0");
	snap_end_asked(s, DXA_SNAP_SYSFS);
	expect_gaps(s, 1);
	expect(s, "");
}

/* In an audit of a command, devices from before it are not the subject. */
STORY(an_incomplete_beginning_is_no_gap)
{
	sysfs_disk(s, "pmem0");
	snap_end(s, DXA_SNAP_SYSFS);
	expect(s, "");
}

/* An anomaly at the beginning and no second snapshot: not a pass. */
STORY(an_anomaly_without_a_second_snapshot)
{
	lives_already(s, ASK_PMEM, X, 1, ALIVE);
	snap_device(s, X);
	snap_end(s, ALL);
	snap_end(s, DXA_SNAP_SYSFS);
	expect_gaps(s, 1);
	expect(s, "");
}

STORY(a_disk_without_a_second_snapshot_of_dax_hosts)
{
	sysfs_disk(s, "pmem0");
	snap_end(s, ALL);
	sysfs_disk(s, "pmem0");
	snap_end(s, ALL & ~(1 << DXA_WALK_HOSTS));
	expect_gaps(s, 1);
	expect(s, "");
}

STORY(no_anomaly_needs_no_second_snapshot)
{
	lives_already(s, ASK_PMEM, X, 1, ALIVE);
	snap_device(s, X);
	snap_host(s, X, DISK, "pmem0");
	snap_end(s, ALL);
	snap_end(s, DXA_SNAP_SYSFS);
	expect(s, "");
}

static void count_device(void *priv, const struct dxa_device *device)
{
	const struct dxa_device **last = priv;

	assert_true(device->refs < 0);
	*last = device;
}

STORY(what_sysfs_shows_is_listed)
{
	const struct dxa_device *last = NULL;

	bus_device(s, "dax0.0", "dax", "kmem", 0);
	snap_end(s, DXA_SNAP_SYSFS);
	dxa_engine_each_device(s->engine, count_device, &last);
	assert_non_null(last);
	assert_string_equal(last->id.disk, "dax0.0");
	assert_string_equal(last->bound, "kmem");
	expect(s, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(correct_state_is_no_finding),
		cmocka_unit_test(an_empty_snapshot_is_no_finding),
		cmocka_unit_test(a_task_that_waits_for_itself),
		cmocka_unit_test(device_identified_without_kernel_list),
		cmocka_unit_test(tasks_that_waited_once),
		cmocka_unit_test(where_a_task_sleeps_is_not_known),
		cmocka_unit_test(an_alive_device_that_no_disk_has),
		cmocka_unit_test(orphan_reported_once),
		cmocka_unit_test(one_snapshot_is_not_enough),
		cmocka_unit_test(another_device_at_the_same_address),
		cmocka_unit_test(seen_leak_not_reported_again),
		cmocka_unit_test(a_dead_device_without_a_disk),
		cmocka_unit_test(a_dead_device_under_a_mount),
		cmocka_unit_test(two_dead_devices_and_one_mount),
		cmocka_unit_test(a_dead_device_and_mounts_are_not_known),
		cmocka_unit_test(no_orphan_without_dax_hosts),
		cmocka_unit_test(without_dax_hosts_nothing_is_concluded),
		cmocka_unit_test(a_held_device_is_no_orphan),
		cmocka_unit_test(held_alive_and_of_no_disk),
		cmocka_unit_test(a_device_of_two_disks),
		cmocka_unit_test(a_device_dax_on_no_bus),
		cmocka_unit_test(device_dax_open),
		cmocka_unit_test(a_virtiofs_device_with_its_window),
		cmocka_unit_test(a_virtiofs_device_without_virtiofs),
		cmocka_unit_test(the_module_is_gone),
		cmocka_unit_test(dax_hosts_refers_to_a_freed_device),
		cmocka_unit_test(dax_hosts_refers_to_a_killed_device),
		cmocka_unit_test(a_bound_device_dax_is_dead),
		cmocka_unit_test(an_unbound_device_dax_is_alive),
		cmocka_unit_test(kmem_does_not_run_its_device),
		cmocka_unit_test(a_disk_says_dax_and_has_no_device),
		cmocka_unit_test(an_incomplete_snapshot_is_no_proof),
		cmocka_unit_test(an_incomplete_beginning_is_no_gap),
		cmocka_unit_test(an_anomaly_without_a_second_snapshot),
		cmocka_unit_test(a_disk_without_a_second_snapshot_of_dax_hosts),
		cmocka_unit_test(no_anomaly_needs_no_second_snapshot),
		cmocka_unit_test(what_sysfs_shows_is_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
