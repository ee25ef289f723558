// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "lib/places.h"
#include "lib/story.h"

/* How lives end. */

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

/* ---- err-ptr-teardown ---- */

STORY(kill_and_put_of_an_error)
{
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	alloc_fails(s, ASK_PMEM, K_ENOMEM);
	kill_dax(s, ERR_DAX(K_ENOMEM));
	put_dax(s, ERR_DAX(K_ENOMEM));
	probed(s, NS, K_ENOMEM);
	expect(s, "alloc-failed err-ptr-teardown");
	assert_int_equal(finding_of(s, "err-ptr-teardown")->err, K_ENOMEM);
	assert_string_equal(finding_of(s, "err-ptr-teardown")->detail,
			    "kill_dax was called with ERR_PTR(-ENOMEM) as the dax_device");
}

STORY(put_of_an_error)
{
	put_dax(s, ERR_DAX(K_EIO));
	expect(s, "err-ptr-teardown");
}

STORY(fs_put_of_an_error)
{
	fs_put_dax(s, ERR_DAX(K_EIO), NOBODY);
	expect(s, "err-ptr-teardown");
}

STORY(an_error_of_a_32_bit_kernel)
{
	put_dax(s, 0xfffffff4);
	expect(s, "err-ptr-teardown");
	assert_int_equal(finding_of(s, "err-ptr-teardown")->err, K_ENOMEM);
}

STORY(each_mistake_is_told)
{
	kill_dax(s, ERR_DAX(K_EIO));
	put_dax(s, ERR_DAX(K_EIO));
	kill_dax(s, ERR_DAX(K_EIO));
	put_dax(s, ERR_DAX(K_ENOMEM));
	expect(s, "err-ptr-teardown err-ptr-teardown err-ptr-teardown");
}

/* ---- put-without-kill, destroyed-alive ---- */

STORY(the_last_reference_goes_while_alive)
{
	pmem_binds(s);
	unbind(s, NS, "namespace0.0", "nd", "nd_pmem");
	remove_host(s, DISK, "pmem0");
	put_dax(s, X);
	unbound(s, NS);
	expect(s, "put-without-kill");
	expect_evidence(s, "put-without-kill",
			"alloc_dax dax_add_host dax_remove_host put_dax dax_destroy_inode");
}

STORY(a_mount_keeps_what_was_not_killed)
{
	pmem_binds(s);
	get_by_bdev(s, X, DISK, "pmem0", NOBODY);
	fs_put_dax(s, X, NOBODY);
	expect(s, "");
}

STORY(destroyed_by_nobody_we_saw)
{
	pmem_binds(s);
	remove_host(s, DISK, "pmem0");
	pass_ms(s, 1);
	as(s, 200, "rm");
	put_unseen(s, X);
	expect(s, "destroyed-alive");
}

STORY(destroyed_alive_before_it_was_known)
{
	lives_already(s, ASK_DM, X, 1, 1);
	put_unseen(s, X);
	expect(s, "destroyed-alive");
}

STORY(a_put_whose_destruction_is_not_watched)
{
	struct dxa_event ev = {
		.kind = DXA_KIND_PUT_DAX,
		.phase = DXA_PHASE_ARGS,
		.has = DXA_HAS_DAX,
		.dax = X,
		.refs = 1,
		.dax_flags = 1,
		.tid = 7,
		.tgid = 7,
	};

	feed(s, ev);
	expect(s, "put-without-kill");
}

/* ---- after the end ---- */

STORY(put_twice)
{
	pmem_binds(s);
	pmem_unbinds(s);
	put_dax(s, X);
	expect(s, "put-after-free");
	expect_evidence(s, "put-after-free",
			"alloc_dax kill_dax put_dax dax_destroy_inode put_dax");
}

STORY(put_twice_after_the_free)
{
	pmem_binds(s);
	pmem_unbinds(s);
	rcu(s);
	put_dax(s, X);
	expect(s, "put-after-free");
	assert_non_null(strstr(finding_of(s, "put-after-free")->detail, "which was freed before"));
}

STORY(fs_put_after_the_end)
{
	pmem_binds(s);
	pmem_unbinds(s);
	fs_put_dax(s, X, XFS1);
	expect(s, "put-after-free");
}

STORY(killed_and_put_again)
{
	pmem_binds(s);
	pmem_unbinds(s);
	kill_dax(s, X);
	put_dax(s, X);
	expect(s, "kill-after-free");
}

STORY(the_address_has_a_new_life)
{
	pmem_binds(s);
	pmem_unbinds(s);
	rcu(s);
	pmem_binds(s);
	kill_dax(s, X);
	expect(s, "");
}

STORY(the_new_life_may_be_on_its_way)
{
	struct dxa_event args = {
		.kind = DXA_KIND_ALLOC_DAX, .phase = DXA_PHASE_ARGS, .tid = 900, .tgid = 900
	};

	pmem_binds(s);
	pmem_unbinds(s);
	rcu(s);
	feed(s, args);
	kill_dax(s, X);
	expect(s, "");
	expect_gaps(s, 1);
}

STORY(a_life_we_never_saw_may_be_put)
{
	lives_already(s, ASK_PMEM, X, 1, 0);
	put_dax(s, X);
	expect(s, "");
}

/* ---- host-left-behind ---- */

STORY(destroyed_with_a_host)
{
	pmem_binds(s);
	unbind(s, NS, "namespace0.0", "nd", "nd_pmem");
	kill_dax(s, X);
	put_dax(s, X);
	unbound(s, NS);
	expect(s, "host-left-behind");
}

STORY(put_with_a_host_while_a_mount_holds_it)
{
	pmem_binds(s);
	as(s, 200, "mount");
	get_by_bdev(s, X, DISK, "pmem0", NOBODY);
	as(s, 100, "kworker/u8:1");
	unbind(s, NS, "namespace0.0", "nd", "nd_pmem");
	kill_dax(s, X);
	put_dax(s, X);
	unbound(s, NS);
	fs_put_dax(s, X, NOBODY);
	expect(s, "host-left-behind");
}

STORY(the_host_goes_later_in_the_same_context)
{
	pmem_binds(s);
	get_by_bdev(s, X, DISK, "pmem0", NOBODY);
	unbind(s, NS, "namespace0.0", "nd", "nd_pmem");
	kill_dax(s, X);
	put_dax(s, X);
	remove_host(s, DISK, "pmem0");
	unbound(s, NS);
	expect(s, "");
}

STORY(a_new_device_takes_the_disk_over)
{
	alloc(s, ASK_DM, X);
	add_host(s, X, DISK, "dm-0");
	remove_host(s, DISK, "dm-0");
	alloc(s, ASK_DM, Y);
	add_host(s, Y, DISK, "dm-0");
	kill_dax(s, X);
	put_dax(s, X);
	expect(s, "");
}

STORY(removals_are_not_watched)
{
	struct dxa_engine_config config = s->config;

	config.blind_hooks = 1U << DXA_KIND_DAX_REMOVE_HOST;
	story_configure(s, &config);
	pmem_binds(s);
	kill_dax(s, X);
	put_dax(s, X);
	expect(s, "");
}

/* ---- reference-leak ---- */

/* F2: the second XFS takes a reference and gets NULL. */
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
			"dax_remove_host kill_dax put_dax");
	assert_non_null(strstr(finding_of(s, "reference-leak")->detail, "holder taken"));
}

STORY(two_xfs_on_a_kernel_that_drops_the_reference)
{
	pmem_binds(s);
	two_xfs_on_one_disk(s, true);
	pmem_unbinds(s);
	expect(s, "");
}

STORY(a_reference_leaks_and_nobody_knows_where)
{
	pmem_binds(s);
	ref_unseen(s, X);
	pmem_unbinds(s);
	expect(s, "reference-leak");
	assert_null(strstr(finding_of(s, "reference-leak")->detail, "holder taken"));
}

STORY(a_reference_leak_does_not_wait_for_the_end)
{
	pmem_binds(s);
	ref_unseen(s, X);
	pmem_unbinds(s);
	pass_ms(s, 1100);
	module_gone(s, "loop");
	assert_int_equal(s->findings.len, 1);
	expect(s, "reference-leak");
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
	expect(s, "reference-leak");
}

STORY(lookups_are_not_watched)
{
	struct dxa_engine_config config = s->config;

	config.blind_hooks = 1U << DXA_KIND_FS_DAX_GET_BY_BDEV;
	story_configure(s, &config);
	pmem_binds(s);
	ref_unseen(s, X);
	pmem_unbinds(s);
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

STORY(a_lookup_overtakes_the_snapshot)
{
	lives_already(s, ASK_PMEM, X, 1, 0x1f);
	get_by_bdev(s, X, DISK, "pmem0", NOBODY);
	snap_device(s, X);
	snap_host(s, X, DISK, "pmem0");
	pmem_unbinds(s);
	expect(s, "");
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
	kill_dax(s, X);
	put_dax(s, X);
	expect(s, "host-left-behind");
}

STORY(a_live_device_from_before_the_audit_loses_its_module)
{
	lives_already(s, ASK_PMEM, X, 1, 0x1f);
	snap_device(s, X);
	module_gone(s, "nd_pmem");
	expect(s, "leak-on-unload");
}

STORY(a_dead_device_from_before_the_audit_may_lose_its_module)
{
	lives_already(s, ASK_PMEM, X, 1, 0x1e);
	snap_device(s, X);
	module_gone(s, "nd_pmem");
	expect(s, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kill_and_put_of_an_error),
		cmocka_unit_test(put_of_an_error),
		cmocka_unit_test(fs_put_of_an_error),
		cmocka_unit_test(an_error_of_a_32_bit_kernel),
		cmocka_unit_test(each_mistake_is_told),
		cmocka_unit_test(the_last_reference_goes_while_alive),
		cmocka_unit_test(a_mount_keeps_what_was_not_killed),
		cmocka_unit_test(destroyed_by_nobody_we_saw),
		cmocka_unit_test(destroyed_alive_before_it_was_known),
		cmocka_unit_test(a_put_whose_destruction_is_not_watched),
		cmocka_unit_test(put_twice),
		cmocka_unit_test(put_twice_after_the_free),
		cmocka_unit_test(fs_put_after_the_end),
		cmocka_unit_test(killed_and_put_again),
		cmocka_unit_test(the_address_has_a_new_life),
		cmocka_unit_test(the_new_life_may_be_on_its_way),
		cmocka_unit_test(a_life_we_never_saw_may_be_put),
		cmocka_unit_test(destroyed_with_a_host),
		cmocka_unit_test(put_with_a_host_while_a_mount_holds_it),
		cmocka_unit_test(the_host_goes_later_in_the_same_context),
		cmocka_unit_test(a_new_device_takes_the_disk_over),
		cmocka_unit_test(removals_are_not_watched),
		cmocka_unit_test(two_xfs_leak_a_reference),
		cmocka_unit_test(two_xfs_on_a_kernel_that_drops_the_reference),
		cmocka_unit_test(a_reference_leaks_and_nobody_knows_where),
		cmocka_unit_test(a_reference_leak_does_not_wait_for_the_end),
		cmocka_unit_test(the_kernel_itself_held_it_for_a_moment),
		cmocka_unit_test(a_mount_still_holds_it_at_the_end),
		cmocka_unit_test(a_reference_leaks_under_a_mount),
		cmocka_unit_test(lookups_are_not_watched),
		cmocka_unit_test(fsdev_holders_are_counted),
		cmocka_unit_test(references_of_a_device_from_before_the_audit),
		cmocka_unit_test(a_reference_taken_since_the_snapshot_leaks),
		cmocka_unit_test(a_lookup_overtakes_the_snapshot),
		cmocka_unit_test(a_removal_overtakes_the_snapshot),
		cmocka_unit_test(a_snapshot_finds_what_just_ended),
		cmocka_unit_test(a_host_from_before_the_audit_is_left_behind),
		cmocka_unit_test(a_live_device_from_before_the_audit_loses_its_module),
		cmocka_unit_test(a_dead_device_from_before_the_audit_may_lose_its_module),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
