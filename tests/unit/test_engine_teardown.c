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

STORY(each_mistake_is_reported)
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

STORY(mount_keeps_device_not_killed)
{
	pmem_binds(s);
	get_by_bdev(s, X, DISK, "pmem0", NOBODY);
	fs_put_dax(s, X, NOBODY);
	expect(s, "");
}

STORY(destroyed_by_unseen_put)
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

/*
 * Module dax is unloaded, and the root inode of its file system is freed, at an address that a
 * device had before.
 */
STORY(the_root_of_the_file_system_is_no_device)
{
	struct dxa_event ev = {
		.kind = DXA_KIND_DAX_DESTROY_INODE,
		.phase = DXA_PHASE_ARGS,
		.has = DXA_HAS_DAX,
		.dax = X,
		.dax_flags = 1,
		.tid = 7,
		.tgid = 7,
	};

	pmem_binds(s);
	pmem_unbinds(s);
	feed(s, ev);
	ev.kind = DXA_KIND_DAX_FREE_INODE;
	feed(s, ev);
	expect(s, "");
	assert_int_equal(dxa_engine_stats(s->engine)->lives, 1);
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

/* Between its two puts another task puts its own reference, whose drop is not recorded yet. */
STORY(put_twice_around_an_umount)
{
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	alloc(s, ASK_PMEM, X);
	probed(s, NS, 0);
	as(s, 200, "mount");
	get_by_bdev(s, X, DISK, "pmem0", XFS1);
	as(s, 100, "ndctl");
	ref_unseen(s, X);
	unbind(s, NS, "namespace0.0", "nd", "nd_pmem");
	kill_dax(s, X);
	put_dax(s, X);
	as(s, 200, "umount");
	fs_put_dax(s, X, XFS1);
	as(s, 100, "ndctl");
	put_dax(s, X);
	unbound(s, NS);
	expect(s, "put-after-free");
}

/* At the second put the memory belongs to a device of another driver. */
STORY(put_twice_hits_the_new_owner_of_the_memory)
{
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	alloc(s, ASK_PMEM, X);
	probed(s, NS, 0);
	unbind(s, NS, "namespace0.0", "nd", "nd_pmem");
	kill_dax(s, X);
	put_dax(s, X);
	rcu(s);
	as(s, 200, "dmsetup");
	alloc(s, ASK_DM, X);
	as(s, 100, "ndctl");
	put_dax(s, X);
	unbound(s, NS);
	expect(s, "put-after-free");
	assert_non_null(strstr(finding_of(s, "put-after-free")->detail, "had put before"));
}

STORY(killed_again_when_another_has_the_memory)
{
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	alloc(s, ASK_PMEM, X);
	probed(s, NS, 0);
	unbind(s, NS, "namespace0.0", "nd", "nd_pmem");
	kill_dax(s, X);
	put_dax(s, X);
	rcu(s);
	as(s, 200, "dmsetup");
	alloc(s, ASK_DM, X);
	as(s, 100, "ndctl");
	kill_dax(s, X);
	unbound(s, NS);
	expect(s, "kill-after-free");
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
	pmem_unbinds(s);
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
	expect_gap(s, "uncertain", 1);
	expect_gap(s, "return", 1);
}

STORY(an_unrecorded_life_may_be_put)
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

static void ends(struct story *s)
{
	unbind(s, NS, "namespace0.0", "nd", "nd_pmem");
	kill_dax(s, X);
	put_dax(s, X);
	unbound(s, NS);
	rcu(s);
}

static void ends_without_remove_host(struct story *s)
{
	pmem_binds(s);
	ends(s);
}

/* The kernel reports that it missed a call, but not when: it may be dax_remove_host. */
STORY(destroyed_with_a_host_when_a_call_was_missed)
{
	missed_within(s, 1000);
	ends_without_remove_host(s);
	expect_gaps(s, 1);
	expect(s, "");
}

STORY(destroyed_after_a_call_was_missed)
{
	missed_within(s, 1000);
	pmem_binds(s);
	pass_ms(s, 2000);
	ends(s);
	expect_gaps(s, 1);
	expect(s, "");
}

/* A record of that time arrives after a newer one: what follows it is not more certain. */
STORY(destroyed_with_a_host_by_a_record_that_was_held_up)
{
	missed_within(s, 1000);
	pass_ms(s, 2000);
	as(s, 200, "mount");
	fs_put_dax(s, Y, NOBODY);
	s->now -= 2000000000;
	as(s, 100, "kworker/u8:1");
	pmem_binds(s);
	pass_ms(s, 2000);
	ends(s);
	expect_gaps(s, 1);
	expect(s, "");
}

STORY(destroyed_with_a_host_long_after_a_call_was_missed)
{
	missed_within(s, 1);
	pass_ms(s, 1000);
	pmem_binds(s);
	pmem_unbinds(s);
	ends_without_remove_host(s);
	expect_gaps(s, 1);
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

	config.unobserved_hooks = 1ULL << DXA_KIND_DAX_REMOVE_HOST;
	story_configure(s, &config);
	pmem_binds(s);
	kill_dax(s, X);
	put_dax(s, X);
	expect_gap(s, "uncertain", 1);
	expect(s, "");
}

/* ---- cases that must be told apart ---- */

STORY(killed_twice_is_two_mistakes)
{
	kill_dax(s, ERR_DAX(K_EIO));
	kill_dax(s, ERR_DAX(K_EIO));
	expect(s, "err-ptr-teardown err-ptr-teardown");
}

STORY(a_new_host_replaces_the_old_one)
{
	alloc(s, ASK_DM, X);
	add_host(s, X, DISK, "dm-0");
	alloc(s, ASK_DM, Y);
	add_host(s, Y, DISK, "dm-0");
	kill_dax(s, X);
	put_dax(s, X);
	kill_dax(s, Y);
	put_dax(s, Y);
	expect(s, "host-left-behind");
	assert_int_equal(finding_of(s, "host-left-behind")->life.dax, Y);
}

STORY(an_alive_device_is_not_left_behind_before_its_end)
{
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	alloc(s, ASK_PMEM, X);
	add_host(s, X, DISK, "pmem0");
	get_by_bdev(s, X, DISK, "pmem0", NOBODY);
	put_dax(s, X);
	probed(s, NS, 0);
	as(s, 200, "umount");
	fs_put_dax(s, X, NOBODY);
	expect(s, "put-without-kill host-left-behind");
	assert_non_null(strstr(finding_of(s, "host-left-behind")->detail, "was destroyed"));
}

STORY(destroyed_by_other_task_than_last_put)
{
	pmem_binds(s);
	get_by_bdev(s, X, DISK, "pmem0", NOBODY);
	remove_host(s, DISK, "pmem0");
	fs_put_dax(s, X, NOBODY);
	as(s, 300, "rm");
	put_unseen(s, X);
	expect(s, "destroyed-alive");
}

STORY(destroyed_by_last_taker)
{
	pmem_binds(s);
	remove_host(s, DISK, "pmem0");
	get_by_bdev(s, X, DISK, "pmem0", NOBODY);
	fs_put_dax(s, X, NOBODY);
	get_by_bdev(s, X, DISK, "pmem0", NOBODY);
	put_unseen(s, X);
	put_unseen(s, X);
	expect(s, "destroyed-alive");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kill_and_put_of_an_error),
		cmocka_unit_test(put_of_an_error),
		cmocka_unit_test(fs_put_of_an_error),
		cmocka_unit_test(an_error_of_a_32_bit_kernel),
		cmocka_unit_test(each_mistake_is_reported),
		cmocka_unit_test(the_last_reference_goes_while_alive),
		cmocka_unit_test(mount_keeps_device_not_killed),
		cmocka_unit_test(destroyed_by_unseen_put),
		cmocka_unit_test(destroyed_alive_before_it_was_known),
		cmocka_unit_test(the_root_of_the_file_system_is_no_device),
		cmocka_unit_test(a_put_whose_destruction_is_not_watched),
		cmocka_unit_test(put_twice),
		cmocka_unit_test(put_twice_around_an_umount),
		cmocka_unit_test(put_twice_hits_the_new_owner_of_the_memory),
		cmocka_unit_test(killed_again_when_another_has_the_memory),
		cmocka_unit_test(put_twice_after_the_free),
		cmocka_unit_test(fs_put_after_the_end),
		cmocka_unit_test(killed_and_put_again),
		cmocka_unit_test(the_address_has_a_new_life),
		cmocka_unit_test(the_new_life_may_be_on_its_way),
		cmocka_unit_test(an_unrecorded_life_may_be_put),
		cmocka_unit_test(destroyed_with_a_host),
		cmocka_unit_test(destroyed_with_a_host_when_a_call_was_missed),
		cmocka_unit_test(destroyed_after_a_call_was_missed),
		cmocka_unit_test(destroyed_with_a_host_by_a_record_that_was_held_up),
		cmocka_unit_test(destroyed_with_a_host_long_after_a_call_was_missed),
		cmocka_unit_test(put_with_a_host_while_a_mount_holds_it),
		cmocka_unit_test(the_host_goes_later_in_the_same_context),
		cmocka_unit_test(a_new_device_takes_the_disk_over),
		cmocka_unit_test(removals_are_not_watched),
		cmocka_unit_test(killed_twice_is_two_mistakes),
		cmocka_unit_test(a_new_host_replaces_the_old_one),
		cmocka_unit_test(an_alive_device_is_not_left_behind_before_its_end),
		cmocka_unit_test(destroyed_by_other_task_than_last_put),
		cmocka_unit_test(destroyed_by_last_taker),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
