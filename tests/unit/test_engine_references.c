// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "lib/places.h"
#include "lib/story.h"

/* References: which ones are held, and which are never dropped. */

static void pmem_binds(struct story *s)
{
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	alloc(s, ASK_PMEM, X);
	add_host(s, X, DISK, "pmem0");
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

/* ---- reference-leak ---- */

/* The second XFS takes a reference and gets NULL. */
static void two_xfs_on_one_disk(struct story *s, bool dropped)
{
	as(s, 200, "mount");
	get_by_bdev(s, X, DISK, "pmem0", XFS1);
	as(s, 201, "mount");
	if (!dropped)
		ref_unseen(s, X);
	get_nothing(s, DISK, "pmem0", XFS2);
	as(s, 202, "umount");
	fs_put_dax(s, NO_DAX, XFS2);
	fs_put_dax(s, X, XFS1);
}

STORY(two_xfs_leak_a_reference)
{
	pmem_binds(s);
	two_xfs_on_one_disk(s, false);
	pmem_unbinds(s);
	expect(s, "reference-leak");
	expect_evidence(s, "reference-leak",
			"alloc_dax dax_add_host fs_dax_get_by_bdev fs_dax_get_by_bdev fs_put_dax "
			"dax_remove_host kill_dax put_dax snap_device");
	assert_non_null(strstr(finding_of(s, "reference-leak")->detail, "another holder"));
}

STORY(two_xfs_on_a_kernel_that_drops_the_reference)
{
	pmem_binds(s);
	two_xfs_on_one_disk(s, true);
	pmem_unbinds(s);
	expect(s, "");
}

STORY(a_reference_of_unknown_cause_is_no_leak)
{
	pmem_binds(s);
	ref_unseen(s, X);
	pmem_unbinds(s);
	expect_gap(s, "reference", 1);
	expect(s, "");
}

STORY(a_reference_leak_does_not_wait_for_the_end)
{
	pmem_binds(s);
	two_xfs_on_one_disk(s, false);
	pmem_unbinds(s);
	pass_ms(s, 500);
	look_again(s);
	assert_int_equal(s->findings.len, 0);
	look_again(s);
	assert_int_equal(s->findings.len, 1);
	expect(s, "reference-leak");
}

/* A task that holds the reference for a short time may be delayed between any two records. */
STORY(records_alone_do_not_prove_a_reference_leak)
{
	pmem_binds(s);
	ref_unseen(s, X);
	pmem_unbinds(s);
	for (int i = 0; i < 5; i++) {
		pass_ms(s, 2000);
		module_gone(s, "loop");
	}
	look_again(s);
	cut_here(s);
	expect_gap(s, "pending", 1);
	expect(s, "");
}

STORY(a_snapshot_during_the_put_proves_nothing)
{
	pmem_binds(s);
	two_xfs_on_one_disk(s, false);
	unbind(s, NS, "namespace0.0", "nd", "nd_pmem");
	remove_host(s, DISK, "pmem0");
	kill_dax(s, X);
	put_dax(s, X);
	look_again(s);
	look_again(s);
	assert_int_equal(s->findings.len, 0);
	unbound(s, NS);
	/* Only from here on two consecutive snapshots exclude a put that is in progress. */
	look_again(s);
	assert_int_equal(s->findings.len, 1);
	expect(s, "reference-leak");
}

/* A machine that was stopped continues after the first record that comes then. */
STORY(reference_leak_not_reported_after_standstill)
{
	pmem_binds(s);
	ref_unseen(s, X);
	pmem_unbinds(s);
	pass_ms(s, 60000);
	module_gone(s, "loop");
	put_unseen(s, X);
	pass_ms(s, 1000);
	module_gone(s, "brd");
	expect(s, "");
}

STORY(the_kernel_itself_held_it_for_a_moment)
{
	pmem_binds(s);
	ref_unseen(s, X);
	pmem_unbinds(s);
	pass_ms(s, 900);
	as(s, 9, "drop_caches");
	put_unseen(s, X);
	pass_ms(s, 5000);
	expect(s, "");
}

STORY(a_mount_still_holds_it_at_the_end)
{
	pmem_binds(s);
	get_by_bdev(s, X, DISK, "pmem0", NOBODY);
	pmem_unbinds(s);
	pass_ms(s, 5000);
	expect(s, "");
}

STORY(a_reference_leaks_under_a_mount)
{
	pmem_binds(s);
	get_by_bdev(s, X, DISK, "pmem0", NOBODY);
	ref_unseen(s, X);
	pmem_unbinds(s);
	fs_put_dax(s, X, NOBODY);
	expect_gap(s, "reference", 1);
	expect(s, "");
}

STORY(lookups_are_not_watched)
{
	struct dxa_engine_config config = s->config;

	config.unobserved_hooks = 1ULL << DXA_KIND_FS_DAX_GET_BY_BDEV;
	story_configure(s, &config);
	pmem_binds(s);
	ref_unseen(s, X);
	pmem_unbinds(s);
	expect_gap(s, "uncertain", 1);
	expect(s, "");
}

STORY(fsdev_holders_are_counted)
{
	pmem_binds(s);
	fs_get(s, X, XFS1, 0);
	fs_get(s, X, XFS2, -K_EBUSY);
	fs_put_dax(s, X, XFS1);
	pmem_unbinds(s);
	expect(s, "");
}

/* ---- before the audit ---- */

STORY(references_of_a_device_from_before_the_audit)
{
	lives_already(s, ASK_PMEM, X, 3, 0x1f);
	snap_device(s, X);
	snap_host(s, X, DISK, "pmem0");
	fs_put_dax(s, X, NOBODY);
	pmem_unbinds(s);
	expect(s, "");
}

STORY(a_reference_taken_since_the_snapshot_leaks)
{
	lives_already(s, ASK_PMEM, X, 1, 0x1f);
	snap_device(s, X);
	snap_host(s, X, DISK, "pmem0");
	two_xfs_on_one_disk(s, false);
	pmem_unbinds(s);
	expect(s, "reference-leak");
	assert_int_equal(finding_of(s, "reference-leak")->life.generation, 0);
	assert_string_equal(finding_of(s, "reference-leak")->life.disk, "pmem0");
}

STORY(lookup_names_disk_of_older_device)
{
	lives_already(s, ASK_PMEM, X, 1, 0x1f);
	snap_device(s, X);
	two_xfs_on_one_disk(s, false);
	pmem_unbinds(s);
	expect(s, "reference-leak");
	expect_evidence(s, "reference-leak",
			"snap_device fs_dax_get_by_bdev fs_dax_get_by_bdev fs_put_dax "
			"dax_remove_host kill_dax put_dax snap_device");
	assert_non_null(strstr(finding_of(s, "reference-leak")->detail, "another holder"));
}

STORY(a_lookup_ends_after_its_disk_has_left)
{
	lives_already(s, ASK_PMEM, X, 1, 0x1f);
	snap_device(s, X);
	remove_host(s, DISK, "pmem0");
	as(s, 200, "mount");
	get_by_bdev(s, X, DISK, "pmem0", XFS1);
	as(s, 201, "sh");
	kill_dax(s, X);
	put_dax(s, X);
	fs_put_dax(s, X, XFS1);
	expect(s, "");
}

STORY(a_lookup_overtakes_the_snapshot)
{
	lives_already(s, ASK_PMEM, X, 1, 0x1f);
	get_by_bdev(s, X, DISK, "pmem0", NOBODY);
	snap_device(s, X);
	snap_host(s, X, DISK, "pmem0");
	pmem_unbinds(s);
	expect(s, "");
}

/* Y is being allocated when a snapshot shows it; destructions are known to be recorded. */
static void show_unborn(struct story *s)
{
	pmem_binds(s);
	pmem_unbinds(s);
	rcu(s);
	lives_already(s, ASK_DM, Y, 1, 0x1);
	snap_device(s, Y);
}

STORY(the_snapshot_overtakes_an_allocation)
{
	show_unborn(s);
	alloc(s, ASK_DM, Y);
	assert_int_equal(dxa_engine_stats(s->engine)->lives, 2);
	assert_int_equal(dxa_engine_stats(s->engine)->lives_now, 1);
	assert_int_equal(dxa_engine_stats(s->engine)->lives_of[DXA_DRIVER_DM], 1);
	assert_int_equal(dxa_engine_stats(s->engine)->seen_of[DXA_DRIVER_DM], 1);
	kill_dax(s, Y);
	put_dax(s, Y);
	expect(s, "");
}

static void show_y(struct story *s)
{
	snap_device(s, Y);
}

/* The memory belonged to another device: its end, the free, and the call in progress show that. */
STORY(the_snapshot_overtakes_an_allocation_of_used_memory)
{
	alloc(s, ASK_DM, Y);
	kill_dax(s, Y);
	put_dax(s, Y);
	rcu(s);
	lives_already(s, ASK_DM, Y, 1, 0x1);
	s->meanwhile = show_y;
	alloc(s, ASK_DM, Y);
	s->meanwhile = NULL;
	assert_int_equal(dxa_engine_stats(s->engine)->lives, 2);
	expect(s, "");
}

STORY(an_overtaken_life_is_no_former_one)
{
	show_unborn(s);
	alloc_with_flags(s, ASK_DM, Y, 0x1 | 1U << DXA_DAXDEV_SYNC);
	add_host(s, Y, DISK2, "dm-0");
	get_by_bdev(s, Y, DISK2, "dm-0", NOBODY);
	expect(s, "stale-flags");
	assert_null(strstr(finding_of(s, "stale-flags")->detail, "left from"));
}

STORY(end_missed_between_snapshot_and_use)
{
	show_unborn(s);
	kill_dax(s, Y);
	alloc(s, ASK_DM, Y);
	assert_int_equal(dxa_engine_stats(s->engine)->lives, 3);
	expect(s, "");
	expect_gaps(s, 1);
}

STORY(end_missed_between_snapshot_and_declaration)
{
	show_unborn(s);
	declare(s, Y, 1U << DXA_DAXDEV_SYNC);
	alloc(s, ASK_DM, Y);
	expect(s, "");
	expect_gaps(s, 1);
}

STORY(end_missed_long_after_snapshot)
{
	show_unborn(s);
	pass_ms(s, 1001);
	alloc(s, ASK_DM, Y);
	expect(s, "");
	expect_gaps(s, 1);
}

STORY(a_removal_overtakes_the_snapshot)
{
	lives_already(s, ASK_PMEM, X, 1, 0x1f);
	remove_host(s, DISK, "pmem0");
	snap_device(s, X);
	snap_host(s, X, DISK, "pmem0");
	kill_dax(s, X);
	put_dax(s, X);
	expect(s, "");
}

STORY(a_snapshot_finds_what_just_ended)
{
	pmem_binds(s);
	snap_device(s, X);
	pmem_unbinds(s);
	snap_device(s, X);
	put_dax(s, X);
	expect(s, "put-after-free");
}

STORY(a_host_from_before_the_audit_is_left_behind)
{
	lives_already(s, ASK_PMEM, X, 1, 0x1f);
	snap_device(s, X);
	snap_host(s, X, DISK, "pmem0");
	pass_ms(s, 15000);
	kill_dax(s, X);
	put_dax(s, X);
	expect(s, "host-left-behind");
}

/* When the audit began, its driver was in dax_remove_host, which removes the entry. */
STORY(a_host_that_may_be_leaving_when_the_audit_begins)
{
	lives_already(s, ASK_PMEM, X, 1, 0x1f);
	snap_device(s, X);
	snap_host(s, X, DISK, "pmem0");
	kill_dax(s, X);
	put_dax(s, X);
	expect_gap(s, "uncertain", 1);
	expect(s, "");
}

/* It had found the device when dax_remove_host began. */
STORY(a_lookup_that_returns_behind_remove_host)
{
	lives_already(s, ASK_PMEM, X, 1, 0x1f);
	snap_device(s, X);
	snap_host(s, X, DISK, "pmem0");
	pass_ms(s, 1500);
	remove_host(s, DISK, "pmem0");
	as(s, 200, "mount");
	get_by_bdev(s, X, DISK, "pmem0", XFS1);
	as(s, 100, "ndctl");
	kill_dax(s, X);
	put_dax(s, X);
	as(s, 200, "mount");
	fs_put_dax(s, X, XFS1);
	expect(s, "");
}

/* A snapshot walks while many disks are removed: whatever it still shows of them is outdated. */
STORY(a_snapshot_behind_a_hundred_removals)
{
	for (uint64_t i = 0; i < 100; i++)
		remove_host(s, DISK + i * 64, "pmem0");
	lives_already(s, ASK_PMEM, X, 1, 0x1f);
	snap_device(s, X);
	snap_host(s, X, DISK, "pmem0");
	pass_ms(s, 1500);
	kill_dax(s, X);
	put_dax(s, X);
	expect(s, "");
}

STORY(a_live_device_from_before_the_audit_loses_its_module)
{
	lives_already(s, ASK_PMEM, X, 1, 0x1f);
	snap_device(s, X);
	module_gone(s, "nd_pmem");
	expect(s, "leak-on-unload");
}

STORY(device_identified_by_minor_of_host)
{
	lives_already(s, ASK_PMEM, X, 1, 0x1f);
	add_host(s, X, DISK, "pmem0");
	module_gone(s, "nd_pmem");
	expect(s, "leak-on-unload");
	assert_non_null(strstr(finding_of(s, "leak-on-unload")->detail, "(minor 0)"));
}

STORY(device_identified_by_minor_of_lookup)
{
	lives_already(s, ASK_PMEM, X, 1, 0x1f);
	get_by_bdev(s, X, DISK, "pmem0", NOBODY);
	module_gone(s, "nd_pmem");
	expect(s, "leak-on-unload");
	assert_non_null(strstr(finding_of(s, "leak-on-unload")->detail, "(minor 0)"));
}

STORY(a_dead_device_from_before_the_audit_may_lose_its_module)
{
	lives_already(s, ASK_PMEM, X, 1, 0x1e);
	snap_device(s, X);
	module_gone(s, "nd_pmem");
	expect(s, "");
}

/* ---- lookups that are in progress, or fail ---- */

STORY(a_lookup_fails_for_another_reason)
{
	pmem_binds(s);
	get_nothing(s, DISK, "pmem0", XFS1);
	get_by_bdev(s, X, DISK, "pmem0", XFS1);
	fs_put_dax(s, X, XFS1);
	pass_ms(s, 2000);
	get_nothing(s, DISK, "pmem0", XFS2);
	get_by_bdev(s, X, DISK, "pmem0", XFS1);
	kill_dax(s, X);
	get_nothing(s, DISK, "pmem0", XFS2);
	fs_put_dax(s, X, XFS1);
	pass_ms(s, 15000);
	ref_unseen(s, X);
	pmem_unbinds(s);
	expect_gap(s, "reference", 1);
	expect(s, "");
}

STORY(a_refused_holder_takes_no_reference)
{
	pmem_binds(s);
	fs_get(s, X, XFS1, 0);
	fs_get(s, X, XFS2, -K_EBUSY);
	fs_put_dax(s, X, XFS1);
	pass_ms(s, 15000);
	ref_unseen(s, X);
	pmem_unbinds(s);
	expect_gap(s, "reference", 1);
	expect(s, "");
}

STORY(a_lookup_is_under_way_at_the_owners_put)
{
	pmem_binds(s);
	ref_unseen(s, X);
	pmem_unbinds(s);
	((struct story_device *)dxa_map_get(&s->devices, X))->refs--;
	as(s, 200, "mount");
	get_by_bdev(s, X, DISK, "pmem0", NOBODY);
	pass_ms(s, 60000);
	module_gone(s, "loop");
	expect(s, "");
}

STORY(an_unknown_holder_puts_after_all)
{
	struct dxa_event last = {
		.kind = DXA_KIND_PUT_DAX,
		.phase = DXA_PHASE_ARGS,
		.has = DXA_HAS_DAX,
		.dax = X,
		.refs = 1,
		.tid = 7,
		.tgid = 7,
	};

	pmem_binds(s);
	ref_unseen(s, X);
	pmem_unbinds(s);
	feed(s, last);
	expect(s, "");
}

STORY(a_snapshot_before_the_lookup_that_overtakes_it)
{
	struct dxa_event snap = {
		.kind = DXA_KIND_SNAP_DEVICE,
		.has = DXA_HAS_DAX,
		.dax = X,
		.refs = 1,
		.dax_flags = 0x1f,
	};

	lives_already(s, ASK_PMEM, X, 1, 0x1f);
	get_by_bdev(s, X, DISK, "pmem0", NOBODY);
	feed(s, snap);
	pmem_unbinds(s);
	expect(s, "");
}

STORY(a_snapshot_does_not_clear_a_known_leak)
{
	pmem_binds(s);
	two_xfs_on_one_disk(s, false);
	snap_device(s, X);
	pmem_unbinds(s);
	expect(s, "reference-leak");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_xfs_leak_a_reference),
		cmocka_unit_test(two_xfs_on_a_kernel_that_drops_the_reference),
		cmocka_unit_test(a_reference_of_unknown_cause_is_no_leak),
		cmocka_unit_test(a_reference_leak_does_not_wait_for_the_end),
		cmocka_unit_test(records_alone_do_not_prove_a_reference_leak),
		cmocka_unit_test(a_snapshot_during_the_put_proves_nothing),
		cmocka_unit_test(reference_leak_not_reported_after_standstill),
		cmocka_unit_test(the_kernel_itself_held_it_for_a_moment),
		cmocka_unit_test(a_mount_still_holds_it_at_the_end),
		cmocka_unit_test(a_reference_leaks_under_a_mount),
		cmocka_unit_test(lookups_are_not_watched),
		cmocka_unit_test(fsdev_holders_are_counted),
		cmocka_unit_test(references_of_a_device_from_before_the_audit),
		cmocka_unit_test(a_reference_taken_since_the_snapshot_leaks),
		cmocka_unit_test(lookup_names_disk_of_older_device),
		cmocka_unit_test(a_lookup_ends_after_its_disk_has_left),
		cmocka_unit_test(a_lookup_overtakes_the_snapshot),
		cmocka_unit_test(the_snapshot_overtakes_an_allocation),
		cmocka_unit_test(the_snapshot_overtakes_an_allocation_of_used_memory),
		cmocka_unit_test(an_overtaken_life_is_no_former_one),
		cmocka_unit_test(end_missed_between_snapshot_and_use),
		cmocka_unit_test(end_missed_between_snapshot_and_declaration),
		cmocka_unit_test(end_missed_long_after_snapshot),
		cmocka_unit_test(a_removal_overtakes_the_snapshot),
		cmocka_unit_test(a_snapshot_finds_what_just_ended),
		cmocka_unit_test(a_host_from_before_the_audit_is_left_behind),
		cmocka_unit_test(a_host_that_may_be_leaving_when_the_audit_begins),
		cmocka_unit_test(a_lookup_that_returns_behind_remove_host),
		cmocka_unit_test(a_snapshot_behind_a_hundred_removals),
		cmocka_unit_test(a_live_device_from_before_the_audit_loses_its_module),
		cmocka_unit_test(device_identified_by_minor_of_host),
		cmocka_unit_test(device_identified_by_minor_of_lookup),
		cmocka_unit_test(a_dead_device_from_before_the_audit_may_lose_its_module),
		cmocka_unit_test(a_lookup_fails_for_another_reason),
		cmocka_unit_test(a_refused_holder_takes_no_reference),
		cmocka_unit_test(a_lookup_is_under_way_at_the_owners_put),
		cmocka_unit_test(an_unknown_holder_puts_after_all),
		cmocka_unit_test(a_snapshot_before_the_lookup_that_overtakes_it),
		cmocka_unit_test(a_snapshot_does_not_clear_a_known_leak),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
