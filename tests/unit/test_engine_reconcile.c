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

/* Snapshots that contradict the events, and facts that two sources report. */

#define ALL                                                                                     \
	(1 << DXA_WALK_DEVICES | 1 << DXA_WALK_HOSTS | 1 << DXA_WALK_HOLDERS | DXA_SNAP_SYSFS | \
	 DXA_SNAP_HOLDERS)
#define ALIVE 0x1
#define DEAD 0x0

/* ---- devices that appear and disappear ---- */

static void look(struct story *s, uint64_t addr, const char *disk)
{
	if (addr) {
		snap_device(s, addr);
		snap_host(s, addr, DISK, disk);
		sysfs_disk(s, disk);
	}
	snap_end(s, ALL);
}

STORY(device_with_unseen_allocation)
{
	look(s, 0, NULL);
	lives_already(s, ASK_PMEM, X, 1, ALIVE);
	look(s, X, "pmem0");
	pass_ms(s, 500);
	look(s, X, "pmem0");
	look(s, X, "pmem0");
	expect_gap(s, "unseen", 1);
	expect(s, "");
}

/* The walk saw it before the record of its allocation was read. */
STORY(a_device_that_a_snapshot_shows_first)
{
	look(s, 0, NULL);
	lives_already(s, ASK_PMEM, X, 1, ALIVE);
	snap_device(s, X);
	snap_end(s, ALL);
	alloc(s, ASK_PMEM, X);
	add_host(s, X, DISK, "pmem0");
	look(s, X, "pmem0");
	expect(s, "");
}

STORY(device_with_unseen_end)
{
	lives_already(s, ASK_PMEM, X, 1, ALIVE);
	look(s, X, "pmem0");
	look(s, 0, NULL);
	pass_ms(s, 500);
	look(s, 0, NULL);
	look(s, 0, NULL);
	expect_gap(s, "unseen", 1);
	expect(s, "");
	assert_string_equal(dxa_engine_stats(s->engine)->unseen, "pmem0");
}

/* Two walks must miss it: the next one may still see it. */
STORY(a_device_that_one_walk_missed)
{
	lives_already(s, ASK_PMEM, X, 1, ALIVE);
	look(s, X, "pmem0");
	look(s, 0, NULL);
	look(s, X, "pmem0");
	expect(s, "");
}

STORY(a_device_that_the_last_walk_missed)
{
	lives_already(s, ASK_PMEM, X, 1, ALIVE);
	look(s, X, "pmem0");
	look(s, 0, NULL);
	expect_gap(s, "pending", 1);
	expect(s, "");
}

/* ---- a holder, and the openers of the disk ---- */

static void look_at_holder(struct story *s, const char *user, uint64_t disk)
{
	snap_device(s, X);
	snap_host(s, X, DISK, "pmem0");
	if (user)
		disk_used(s, disk, "pmem0", user);
	snap_end_asked(s, ALL);
}

static void held_device(struct story *s)
{
	struct story_device *d;

	lives_already(s, ASK_PMEM, X, 2, ALIVE);
	d = dxa_map_get(&s->devices, X);
	d->holder = XFS1;
}

STORY(holder_without_opener)
{
	held_device(s);
	look_at_holder(s, NULL, 0);
	look_at_holder(s, NULL, 0);
	look_at_holder(s, NULL, 0);
	expect(s, "unaccounted-reference");
	expect_evidence(s, "unaccounted-reference", "snap_device snap_host snap_device snap_host");
}

STORY(a_holder_that_has_the_disk_open)
{
	held_device(s);
	look_at_holder(s, "xfs", DISK);
	look_at_holder(s, "xfs", DISK);
	expect(s, "");
}

/* A mount that has taken the device opens the disk later: it is not complete yet. */
STORY(a_holder_that_opens_the_disk_between_two_snapshots)
{
	held_device(s);
	look_at_holder(s, NULL, 0);
	look_at_holder(s, "xfs", DISK);
	expect(s, "");
}

/* ---- facts that both events and snapshots show ---- */

/* The events show more than that nothing refers to it. */
STORY(a_leaked_reference_that_looks_orphaned)
{
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	alloc(s, ASK_PMEM, X);
	add_host(s, X, DISK, "pmem0");
	probed(s, NS, 0);
	ref_unseen(s, X);
	unbind(s, NS, "namespace0.0", "nd", "nd_pmem");
	remove_host(s, DISK, "pmem0");
	kill_dax(s, X);
	put_dax(s, X);
	unbound(s, NS);
	for (int i = 0; i < 3; i++) {
		pass_ms(s, 450);
		snap_device(s, X);
		snap_end(s, ALL);
	}
	expect_gap(s, "reference", 1);
	expect(s, "orphan");
}

/* ---- a driver that is being bound ---- */

static void look_at_bus(struct story *s, const char *driver, enum dxa_bound bound)
{
	struct story_device *d = dxa_map_get(&s->devices, X);
	struct dxa_event ev = { .kind = DXA_KIND_SNAP_DEVICE,
				.arg = bound,
				.dax = X,
				.rdev = d->rdev,
				.refs = 1,
				.dax_flags = d->flags,
				.has = DXA_HAS_DAX };

	feed(s, ev);
	bus_device(s, "dax0.0", "dax", driver, X);
	snap_end_asked(s, ALL);
}

STORY(a_dead_device_dax_with_a_driver)
{
	lives_already(s, ASK_DEVICE_DAX, X, 1, DEAD);
	look_at_bus(s, "device_dax", DXA_BOUND_YES);
	look_at_bus(s, "device_dax", DXA_BOUND_YES);
	expect(s, "alive-contradicts-sysfs");
}

STORY(a_device_dax_whose_bind_takes_long)
{
	lives_already(s, ASK_DEVICE_DAX, X, 1, DEAD);
	look_at_bus(s, "device_dax", DXA_BOUND_NO);
	look_at_bus(s, "device_dax", DXA_BOUND_NO);
	expect_gap(s, "pending", 1);
	expect(s, "");
}

STORY(a_device_dax_whose_unbind_takes_long)
{
	lives_already(s, ASK_DEVICE_DAX, X, 1, ALIVE);
	look_at_bus(s, "", DXA_BOUND_YES);
	look_at_bus(s, "", DXA_BOUND_YES);
	expect_gap(s, "pending", 1);
	expect(s, "");
}

/* ---- bounds ---- */

/* A life beyond the bound of remembered ended lives is a gap, and not a pass. */
STORY(a_put_of_a_life_that_is_forgotten)
{
	const uint64_t first = X + 0x100000;

	for (uint64_t i = 0; i < 2050; i++) {
		alloc(s, ASK_PMEM, first + i * 832);
		kill_dax(s, first + i * 832);
		put_dax(s, first + i * 832);
		rcu(s);
	}
	put_dax(s, first);
	expect_gap(s, "limit", 1);
	expect(s, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(device_with_unseen_allocation),
		cmocka_unit_test(a_device_that_a_snapshot_shows_first),
		cmocka_unit_test(device_with_unseen_end),
		cmocka_unit_test(a_device_that_one_walk_missed),
		cmocka_unit_test(a_device_that_the_last_walk_missed),
		cmocka_unit_test(holder_without_opener),
		cmocka_unit_test(a_holder_that_has_the_disk_open),
		cmocka_unit_test(a_holder_that_opens_the_disk_between_two_snapshots),
		cmocka_unit_test(a_leaked_reference_that_looks_orphaned),
		cmocka_unit_test(a_dead_device_dax_with_a_driver),
		cmocka_unit_test(a_device_dax_whose_bind_takes_long),
		cmocka_unit_test(a_device_dax_whose_unbind_takes_long),
		cmocka_unit_test(a_put_of_a_life_that_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
