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

/* Results of alloc_dax and dax_add_host, and how the drivers handle them. */

static void assume(struct story *s, enum dxa_aliasing aliasing)
{
	struct dxa_engine_config config = s->config;

	config.aliasing = aliasing;
	story_configure(s, &config);
}

/* pmem is refused; its probe ends with that result (positive, as really_probe returns it). */
static void refused_pmem(struct story *s, int attach_ret, int probe_ret)
{
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	enter(s, DXA_KIND_PMEM_ATTACH_DISK, NS);
	alloc_fails(s, ASK_PMEM, K_EOPNOTSUPP);
	leave(s, DXA_KIND_PMEM_ATTACH_DISK, NS, attach_ret);
	probed(s, NS, probe_ret);
}

/* ---- fallback ---- */

STORY(pmem_goes_on_without_dax)
{
	assume(s, DXA_ALIASING_YES);
	refused_pmem(s, 0, 0);
	expect(s, "fallback");
	expect_evidence(s, "fallback", "pmem_attach_disk alloc_dax pmem_attach_disk");
}

STORY(pmem_gives_up_for_eopnotsupp)
{
	assume(s, DXA_ALIASING_YES);
	refused_pmem(s, -K_EOPNOTSUPP, K_EOPNOTSUPP);
	expect(s, "fallback-fatal");
	assert_string_equal(
		finding_of(s, "fallback-fatal")->detail,
		"alloc_dax was asked for a dax_device of pmem and refused with "
		"EOPNOTSUPP; the probe of a device failed with EOPNOTSUPP, but it must go "
		"on without DAX");
}

STORY(the_attach_function_need_not_be_watched)
{
	assume(s, DXA_ALIASING_YES);
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	alloc_fails(s, ASK_PMEM, K_EOPNOTSUPP);
	probed(s, NS, K_EOPNOTSUPP);
	expect(s, "fallback-fatal");
}

STORY(pmem_goes_on_and_fails_later_for_another_reason)
{
	assume(s, DXA_ALIASING_YES);
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	enter(s, DXA_KIND_PMEM_ATTACH_DISK, NS);
	alloc_fails(s, ASK_PMEM, K_EOPNOTSUPP);
	add_disk(s, DISK, "pmem0", -K_ENOMEM);
	kill_dax(s, NO_DAX);
	put_dax(s, NO_DAX);
	leave(s, DXA_KIND_PMEM_ATTACH_DISK, NS, -K_ENOMEM);
	probed(s, NS, K_ENOMEM);
	expect(s, "alloc-failed");
}

STORY(the_probe_fails_after_its_attach_went_on)
{
	assume(s, DXA_ALIASING_YES);
	refused_pmem(s, 0, K_ENOMEM);
	expect(s, "fallback");
}

STORY(deferred_probe_is_not_judged)
{
	assume(s, DXA_ALIASING_YES);
	refused_pmem(s, -K_EPROBE_DEFER, K_EPROBE_DEFER);
	expect(s, "");
}

STORY(dm_goes_on_without_dax)
{
	assume(s, DXA_ALIASING_YES);
	enter(s, DXA_KIND_DM_DEV_CREATE, 0);
	enter(s, DXA_KIND_DM_CREATE, 0);
	alloc_fails(s, ASK_DM, K_EOPNOTSUPP);
	leave(s, DXA_KIND_DM_CREATE, 0, 0);
	leave(s, DXA_KIND_DM_DEV_CREATE, 0, 0);
	expect(s, "fallback");
}

STORY(dm_gives_up_and_calls_it_enxio)
{
	assume(s, DXA_ALIASING_YES);
	enter(s, DXA_KIND_DM_DEV_CREATE, 0);
	enter(s, DXA_KIND_DM_CREATE, 0);
	alloc_fails(s, ASK_DM, K_EOPNOTSUPP);
	leave(s, DXA_KIND_DM_CREATE, 0, -K_ENXIO);
	leave(s, DXA_KIND_DM_DEV_CREATE, 0, -K_ENXIO);
	expect(s, "fallback-fatal");
}

STORY(dm_name_clash_after_a_fallback_is_no_failure_of_it)
{
	assume(s, DXA_ALIASING_YES);
	enter(s, DXA_KIND_DM_DEV_CREATE, 0);
	enter(s, DXA_KIND_DM_CREATE, 0);
	alloc_fails(s, ASK_DM, K_EOPNOTSUPP);
	leave(s, DXA_KIND_DM_CREATE, 0, 0);
	leave(s, DXA_KIND_DM_DEV_CREATE, 0, -K_EBUSY);
	expect(s, "fallback");
}

STORY(virtiofs_goes_on_or_gives_up)
{
	assume(s, DXA_ALIASING_YES);
	probe(s, DEV, "virtio3", "virtio", "virtiofs");
	alloc_fails(s, ASK_VIRTIOFS, K_EOPNOTSUPP);
	probed(s, DEV, 0);
	probe(s, DEV, "virtio3", "virtio", "virtiofs");
	alloc_fails(s, ASK_VIRTIOFS, K_EOPNOTSUPP);
	probed(s, DEV, K_EOPNOTSUPP);
	expect(s, "fallback fallback-fatal");
}

STORY(virtiofs_with_a_duplicate_tag_fails_for_that)
{
	assume(s, DXA_ALIASING_YES);
	probe(s, DEV, "virtio3", "virtio", "virtiofs");
	alloc_fails(s, ASK_VIRTIOFS, K_EOPNOTSUPP);
	probed(s, DEV, K_EEXIST);
	expect(s, "alloc-failed");
}

STORY(dcssblk_may_fail_for_eopnotsupp)
{
	assume(s, DXA_ALIASING_YES);
	enter(s, DXA_KIND_DCSSBLK_ADD, 0);
	alloc_fails(s, ASK_DCSSBLK, K_EOPNOTSUPP);
	leave(s, DXA_KIND_DCSSBLK_ADD, 0, -K_EOPNOTSUPP);
	expect(s, "alloc-failed");
}

STORY(dcssblk_returns_a_count_when_it_goes_on)
{
	assume(s, DXA_ALIASING_YES);
	enter(s, DXA_KIND_DCSSBLK_ADD, 0);
	alloc_fails(s, ASK_DCSSBLK, K_EOPNOTSUPP);
	leave(s, DXA_KIND_DCSSBLK_ADD, 0, 7);
	expect(s, "fallback");
}

STORY(another_architecture_has_another_number)
{
	struct dxa_engine_config mips = { .aliasing = DXA_ALIASING_YES, .eopnotsupp = 122 };

	story_configure(s, &mips);
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	alloc_fails(s, ASK_PMEM, 122);
	probed(s, NS, 122);
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	alloc_fails(s, ASK_PMEM, 95);
	probed(s, NS, 95);
	expect(s, "alloc-failed fallback-fatal");
	assert_non_null(strstr(finding_of(s, "fallback-fatal")->detail, "EOPNOTSUPP"));
	assert_non_null(strstr(finding_of(s, "alloc-failed")->detail, "errno 95"));
}

/* ---- the policy ---- */

STORY(a_refusal_where_nothing_aliases)
{
	refused_pmem(s, 0, 0);
	expect(s, "unexpected-eopnotsupp fallback");
}

STORY(a_fatal_refusal_where_nothing_aliases_is_two_mistakes)
{
	refused_pmem(s, -K_EOPNOTSUPP, K_EOPNOTSUPP);
	expect(s, "unexpected-eopnotsupp fallback-fatal");
}

STORY(nothing_is_unexpected_where_aliasing_is_unknown)
{
	assume(s, DXA_ALIASING_UNKNOWN);
	refused_pmem(s, 0, 0);
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	alloc(s, ASK_PMEM, X);
	probed(s, NS, 0);
	expect(s, "fallback");
}

STORY(a_grant_where_the_cache_aliases)
{
	assume(s, DXA_ALIASING_YES);
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	alloc(s, ASK_PMEM, X);
	probed(s, NS, 0);
	expect(s, "missing-eopnotsupp");
}

STORY(device_dax_is_granted_where_the_cache_aliases)
{
	assume(s, DXA_ALIASING_YES);
	enter(s, DXA_KIND_CREATE_DEV_DAX, 0);
	alloc(s, ASK_DEVICE_DAX, X);
	kill_dax(s, X);
	leave(s, DXA_KIND_CREATE_DEV_DAX, 0, (int64_t)DEV);
	expect(s, "");
}

STORY(device_dax_is_never_refused)
{
	assume(s, DXA_ALIASING_YES);
	enter(s, DXA_KIND_CREATE_DEV_DAX, 0);
	alloc_fails(s, ASK_DEVICE_DAX, K_EOPNOTSUPP);
	leave(s, DXA_KIND_CREATE_DEV_DAX, 0, -K_EOPNOTSUPP);
	expect(s, "device-dax-refused");
}

STORY(device_dax_may_fail_otherwise)
{
	enter(s, DXA_KIND_CREATE_DEV_DAX, 0);
	alloc_fails(s, ASK_DEVICE_DAX, K_ENOMEM);
	leave(s, DXA_KIND_CREATE_DEV_DAX, 0, -K_ENOMEM);
	expect(s, "alloc-failed");
}

/* ---- other results ---- */

STORY(alloc_fails_and_the_driver_cleans_up_with_null)
{
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	alloc_fails(s, ASK_PMEM, K_ENOMEM);
	kill_dax(s, NO_DAX);
	put_dax(s, NO_DAX);
	probed(s, NS, K_ENOMEM);
	expect(s, "alloc-failed");
	assert_int_equal(finding_of(s, "alloc-failed")->err, K_ENOMEM);
	assert_int_equal(finding_of(s, "alloc-failed")->life.driver, DXA_DRIVER_PMEM);
}

STORY(alloc_fails_outside_of_everything)
{
	alloc_fails(s, ASK_DM, K_ENOMEM);
	expect(s, "alloc-failed");
}

STORY(alloc_returns_null)
{
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	alloc_null(s, ASK_PMEM);
	probed(s, NS, 0);
	expect(s, "alloc-null");
}

STORY(declaration_of_null_makes_no_life)
{
	struct dxa_event ev = { .kind = DXA_KIND_SET_DAX_NOCACHE, .phase = DXA_PHASE_ARGS };

	ev.tid = ev.tgid = 7;
	feed(s, ev);
	ev.dax = ERR_DAX(K_ENOMEM);
	feed(s, ev);
	expect(s, "");
	assert_int_equal(dxa_engine_stats(s->engine)->lives, 0);
}

STORY(a_host_fails_and_the_driver_cleans_up)
{
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	alloc(s, ASK_PMEM, X);
	add_host_fails(s, X, DISK, "pmem0", K_ENOMEM);
	kill_dax(s, X);
	put_dax(s, X);
	probed(s, NS, K_ENOMEM);
	expect(s, "host-failed");
	assert_non_null(strstr(finding_of(s, "host-failed")->detail, "was released"));
	assert_string_equal(finding_of(s, "host-failed")->life.disk, "pmem0");
}

STORY(dm_removes_a_host_never_added)
{
	enter(s, DXA_KIND_DM_DEV_CREATE, 0);
	enter(s, DXA_KIND_DM_CREATE, 0);
	alloc(s, ASK_DM, X);
	add_host_fails(s, X, DISK, "dm-0", K_ENOMEM);
	remove_host(s, DISK, "dm-0");
	kill_dax(s, X);
	put_dax(s, X);
	leave(s, DXA_KIND_DM_CREATE, 0, -K_ENXIO);
	leave(s, DXA_KIND_DM_DEV_CREATE, 0, -K_ENXIO);
	expect(s, "host-failed");
}

STORY(a_host_fails_outside_of_everything)
{
	alloc(s, ASK_DM, X);
	add_host_fails(s, X, DISK, "dm-0", K_ENOMEM);
	expect(s, "host-failed");
}

/* ---- stale flags ---- */

#define ALL_FLAGS 0x1e
#define SYNC_FLAG (1U << DXA_DAXDEV_SYNC)

/*
 * A pmem device's life: the flags that its memory had before, and those that its driver declares.
 */
static void pmem_lives(struct story *s, uint32_t flags, uint32_t declared)
{
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	alloc_with_flags(s, ASK_PMEM, X, flags);
	declare(s, X, declared);
	add_host(s, X, DISK, "pmem0");
	probed(s, NS, 0);
	unbind(s, NS, "namespace0.0", "nd", "nd_pmem");
	remove_host(s, DISK, "pmem0");
	kill_dax(s, X);
	put_dax(s, X);
	unbound(s, NS);
	rcu(s);
}

/* A synchronous pmem, then an asynchronous virtio-pmem in the same memory. */
STORY(a_flag_survives_in_the_slab)
{
	pmem_lives(s, 0x1, ALL_FLAGS);
	pmem_lives(s, 0x1f, ALL_FLAGS & ~SYNC_FLAG);
	expect(s, "stale-flags");
	expect_evidence(s, "stale-flags", "dax_destroy_inode alloc_dax");
	assert_non_null(strstr(finding_of(s, "stale-flags")->detail,
			       "that pmem did not set: SYNC; they are left from pmem0's"));
	assert_int_equal(finding_of(s, "stale-flags")->life.generation, 2);
}

/* Each reload of a driver does so in every kernel up to 7.2, without harm. */
STORY(stale_flags_that_the_driver_sets_itself)
{
	pmem_lives(s, 0x1, ALL_FLAGS);
	pmem_lives(s, 0x1f, ALL_FLAGS);
	expect(s, "");
}

STORY(flags_are_fresh)
{
	pmem_lives(s, 0x1, ALL_FLAGS);
	pmem_lives(s, 0x1, 0);
	expect(s, "");
}

/* A device-dax in the memory of a pmem device: only what it declares counts. */
static void device_dax_with_flags(struct story *s, uint32_t declared)
{
	pmem_lives(s, 0x1, ALL_FLAGS);
	probe(s, NS, "dax0.0", "nd", "dax_pmem");
	alloc_with_flags(s, ASK_DEVICE_DAX, X, 0x1f);
	declare(s, X, declared);
	kill_dax(s, X);
	probed(s, NS, 0);
}

STORY(stale_write_cache_of_a_device_dax)
{
	device_dax_with_flags(s, ALL_FLAGS & ~(1U << DXA_DAXDEV_WRITE_CACHE));
	expect(s, "");
}

STORY(stale_sync_of_a_device_dax)
{
	device_dax_with_flags(s, ALL_FLAGS & ~SYNC_FLAG);
	expect(s, "stale-flags");
}

STORY(stale_flags_of_unseen_memory)
{
	pmem_lives(s, 0x5, 0);
	expect(s, "stale-flags");
}

STORY(stale_flags_of_a_device_that_never_came_into_use)
{
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	alloc_with_flags(s, ASK_PMEM, X, 0x1f);
	kill_dax(s, X);
	put_dax(s, X);
	probed(s, NS, K_ENOMEM);
	expect(s, "");
}

STORY(stale_flags_where_declarations_are_not_watched)
{
	s->config.unobserved_hooks = 1ULL << DXA_KIND_SET_DAX_SYNCHRONOUS;
	story_configure(s, &s->config);
	pmem_lives(s, 0x5, 0);
	expect(s, "");
}

static void dm_with_stale_flags(struct story *s)
{
	enter(s, DXA_KIND_DM_CREATE, 0);
	alloc_with_flags(s, ASK_DM, X, 0x1f);
	declare(s, X, ALL_FLAGS & ~SYNC_FLAG);
	add_host(s, X, DISK, "dm-0");
	leave(s, DXA_KIND_DM_CREATE, 0, 0);
}

/* dm declares when a table is loaded: an unused device is not checked. */
STORY(stale_flags_of_dm_without_a_table)
{
	dm_with_stale_flags(s);
	expect(s, "");
}

STORY(stale_flags_of_dm_with_a_synchronous_table)
{
	dm_with_stale_flags(s);
	declare(s, X, SYNC_FLAG);
	get_by_bdev(s, X, DISK, "dm-0", XFS1);
	expect(s, "");
}

STORY(stale_flags_of_dm_that_is_mounted)
{
	dm_with_stale_flags(s);
	get_by_bdev(s, X, DISK, "dm-0", XFS1);
	expect(s, "stale-flags");
}

STORY(stale_flags_after_a_loss)
{
	struct dxa_event lost_one = { .kind = DXA_KIND_LOST, .ret = 1 };

	dm_with_stale_flags(s);
	feed(s, lost_one);
	get_by_bdev(s, X, DISK, "dm-0", XFS1);
	expect(s, "");
	expect_gaps(s, 1);
}

/* ---- the disk advertises DAX ---- */

static void pmem_disk_without_dax(struct story *s)
{
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	enter(s, DXA_KIND_PMEM_ATTACH_DISK, NS);
	alloc_fails(s, ASK_PMEM, K_EOPNOTSUPP);
	add_disk(s, DISK, "pmem0", 0);
	leave(s, DXA_KIND_PMEM_ATTACH_DISK, NS, 0);
	probed(s, NS, 0);
}

STORY(disk_advertises_dax_without_device)
{
	assume(s, DXA_ALIASING_YES);
	pmem_disk_without_dax(s);
	disk_state(s, DISK, "pmem0", 1);
	expect(s, "fallback dax-advertised-without-device");
	expect_evidence(s, "dax-advertised-without-device", "alloc_dax device_add_disk disk_state");
}

STORY(advertised_disk_reported_once_although_snapshots_show_it)
{
	assume(s, DXA_ALIASING_YES);
	pmem_disk_without_dax(s);
	disk_state(s, DISK, "pmem0", 1);
	for (int i = 0; i < 3; i++) {
		sysfs_disk(s, "pmem0");
		snap_end(s, 1 << DXA_WALK_DEVICES | 1 << DXA_WALK_HOSTS | DXA_SNAP_SYSFS);
	}
	expect(s, "fallback dax-advertised-without-device");
}

STORY(a_disk_without_dax_says_so)
{
	assume(s, DXA_ALIASING_YES);
	pmem_disk_without_dax(s);
	disk_state(s, DISK, "pmem0", 0);
	expect(s, "fallback");
}

STORY(a_disk_with_dax_says_so)
{
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	alloc(s, ASK_PMEM, X);
	add_host(s, X, DISK, "pmem0");
	add_disk(s, DISK, "pmem0", 0);
	probed(s, NS, 0);
	disk_state(s, DISK, "pmem0", 1);
	expect(s, "");
}

STORY(a_disk_whose_probe_was_not_seen_may_have_dax)
{
	disk_state(s, DISK, "pmem0", 1);
	expect(s, "");
}

STORY(another_disk_at_the_same_address)
{
	assume(s, DXA_ALIASING_YES);
	pmem_disk_without_dax(s);
	add_disk(s, DISK, "sda", 0);
	disk_state(s, DISK, "sda", 1);
	expect(s, "fallback");
}

STORY(a_disk_of_another_probe_inside)
{
	assume(s, DXA_ALIASING_YES);
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	alloc_fails(s, ASK_PMEM, K_EOPNOTSUPP);
	probe(s, DEV, "nvme0", "pci", "nvme");
	add_disk(s, DISK, "nvme0n1", 0);
	probed(s, DEV, 0);
	probed(s, NS, 0);
	disk_state(s, DISK, "nvme0n1", 1);
	expect(s, "fallback");
}

STORY(the_probe_answers_where_the_attach_functions_return_is_missed)
{
	assume(s, DXA_ALIASING_YES);
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	enter(s, DXA_KIND_PMEM_ATTACH_DISK, NS);
	alloc_fails(s, ASK_PMEM, K_EOPNOTSUPP);
	probed(s, NS, 0);
	expect(s, "fallback");
	expect_gaps(s, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pmem_goes_on_without_dax),
		cmocka_unit_test(pmem_gives_up_for_eopnotsupp),
		cmocka_unit_test(the_attach_function_need_not_be_watched),
		cmocka_unit_test(pmem_goes_on_and_fails_later_for_another_reason),
		cmocka_unit_test(the_probe_fails_after_its_attach_went_on),
		cmocka_unit_test(deferred_probe_is_not_judged),
		cmocka_unit_test(dm_goes_on_without_dax),
		cmocka_unit_test(dm_gives_up_and_calls_it_enxio),
		cmocka_unit_test(dm_name_clash_after_a_fallback_is_no_failure_of_it),
		cmocka_unit_test(virtiofs_goes_on_or_gives_up),
		cmocka_unit_test(virtiofs_with_a_duplicate_tag_fails_for_that),
		cmocka_unit_test(dcssblk_may_fail_for_eopnotsupp),
		cmocka_unit_test(dcssblk_returns_a_count_when_it_goes_on),
		cmocka_unit_test(another_architecture_has_another_number),
		cmocka_unit_test(a_refusal_where_nothing_aliases),
		cmocka_unit_test(a_fatal_refusal_where_nothing_aliases_is_two_mistakes),
		cmocka_unit_test(nothing_is_unexpected_where_aliasing_is_unknown),
		cmocka_unit_test(a_grant_where_the_cache_aliases),
		cmocka_unit_test(device_dax_is_granted_where_the_cache_aliases),
		cmocka_unit_test(device_dax_is_never_refused),
		cmocka_unit_test(device_dax_may_fail_otherwise),
		cmocka_unit_test(alloc_fails_and_the_driver_cleans_up_with_null),
		cmocka_unit_test(alloc_fails_outside_of_everything),
		cmocka_unit_test(alloc_returns_null),
		cmocka_unit_test(declaration_of_null_makes_no_life),
		cmocka_unit_test(a_host_fails_and_the_driver_cleans_up),
		cmocka_unit_test(dm_removes_a_host_never_added),
		cmocka_unit_test(a_host_fails_outside_of_everything),
		cmocka_unit_test(a_flag_survives_in_the_slab),
		cmocka_unit_test(stale_flags_that_the_driver_sets_itself),
		cmocka_unit_test(flags_are_fresh),
		cmocka_unit_test(stale_write_cache_of_a_device_dax),
		cmocka_unit_test(stale_sync_of_a_device_dax),
		cmocka_unit_test(stale_flags_of_unseen_memory),
		cmocka_unit_test(stale_flags_of_a_device_that_never_came_into_use),
		cmocka_unit_test(stale_flags_where_declarations_are_not_watched),
		cmocka_unit_test(stale_flags_of_dm_without_a_table),
		cmocka_unit_test(stale_flags_of_dm_with_a_synchronous_table),
		cmocka_unit_test(stale_flags_of_dm_that_is_mounted),
		cmocka_unit_test(stale_flags_after_a_loss),
		cmocka_unit_test(disk_advertises_dax_without_device),
		cmocka_unit_test(advertised_disk_reported_once_although_snapshots_show_it),
		cmocka_unit_test(a_disk_without_dax_says_so),
		cmocka_unit_test(a_disk_with_dax_says_so),
		cmocka_unit_test(a_disk_whose_probe_was_not_seen_may_have_dax),
		cmocka_unit_test(another_disk_at_the_same_address),
		cmocka_unit_test(a_disk_of_another_probe_inside),
		cmocka_unit_test(the_probe_answers_where_the_attach_functions_return_is_missed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
