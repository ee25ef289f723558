// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "lib/places.h"
#include "lib/story.h"
/* Device-dax that is bound again; streams with missing records. */

static void device_dax_comes(struct story *s)
{
	probe(s, NS, "dax0.0", "nd", "dax_pmem");
	enter(s, DXA_KIND_CREATE_DEV_DAX, 0);
	alloc(s, ASK_DEVICE_DAX, X);
	kill_dax(s, X);
	probe_dax(s, DEV, "dax0.0", "device_dax", X);
	run_dax(s, X);
	probed(s, DEV, 0);
	leave(s, DXA_KIND_CREATE_DEV_DAX, 0, (int64_t)DEV);
	probed(s, NS, 0);
}

static void unbind_device_dax(struct story *s)
{
	unbind(s, DEV, "dax0.0", "dax", "device_dax");
	kill_dax(s, X);
	unbound(s, DEV);
}

static struct story_device *device_of(struct story *s, uint64_t addr)
{
	return dxa_map_get(&s->devices, addr);
}

/* ---- cdev-reinit ---- */

STORY(bound_again_with_the_file_open)
{
	device_dax_comes(s);
	unbind_device_dax(s);
	device_of(s, X)->cdev_refs = 1;
	probe_dax(s, DEV, "dax0.0", "device_dax", X);
	run_dax(s, X);
	probed(s, DEV, 0);
	expect(s, "cdev-reinit");
	assert_string_equal(finding_of(s, "cdev-reinit")->life.disk, "dax0.0");
	assert_string_equal(finding_of(s, "cdev-reinit")->detail,
			    "dax0.0 was bound to device_dax while its character device had 1 "
			    "reference: it was initialised again while live");
}

STORY(bound_again_to_fsdev_with_the_file_open)
{
	device_dax_comes(s);
	unbind_device_dax(s);
	device_of(s, X)->cdev_refs = 2;
	probe_dax(s, DEV, "dax0.0", "fsdev_dax", X);
	run_dax(s, X);
	probed(s, DEV, 0);
	expect(s, "cdev-reinit");
}

STORY(bind_seen_by_its_end_without_run_dax_hook)
{
	device_dax_comes(s);
	unbind_device_dax(s);
	device_of(s, X)->cdev_refs = 1;
	probe_dax(s, DEV, "dax0.0", "device_dax", X);
	probed(s, DEV, 0);
	expect(s, "cdev-reinit");
}

STORY(second_bind_seen_by_its_end_without_run_dax_hook)
{
	device_dax_comes(s);
	unbind_device_dax(s);
	probe_dax(s, DEV, "dax0.0", "device_dax", X);
	probed(s, DEV, 0);
	unbind_device_dax(s);
	device_of(s, X)->cdev_refs = 1;
	probe_dax(s, DEV, "dax0.0", "device_dax", X);
	probed(s, DEV, 0);
	expect(s, "cdev-reinit");
}

STORY(bound_to_kmem_with_the_file_open)
{
	device_dax_comes(s);
	unbind_device_dax(s);
	device_of(s, X)->cdev_refs = 1;
	probe_dax(s, DEV, "dax0.0", "kmem", X);
	probed(s, DEV, 0);
	expect(s, "");
}

STORY(a_bind_that_fails_before_it_touches_the_cdev)
{
	device_dax_comes(s);
	unbind_device_dax(s);
	device_of(s, X)->cdev_refs = 1;
	probe_dax(s, DEV, "dax0.0", "device_dax", X);
	probed(s, DEV, K_EBUSY);
	expect(s, "");
}

/* cdev_init() gave it a reference; cdev_add() failed, so no file can have another one. */
static void bind_without_cdev_add(struct story *s)
{
	probe_dax(s, DEV, "dax0.0", "device_dax", X);
	device_of(s, X)->cdev_refs = 1;
	probed(s, DEV, K_ENOMEM);
}

static void bind_device_dax(struct story *s)
{
	probe_dax(s, DEV, "dax0.0", "device_dax", X);
	run_dax(s, X);
	probed(s, DEV, 0);
}

STORY(bound_again_after_a_bind_that_could_not_add_the_cdev)
{
	device_dax_comes(s);
	unbind_device_dax(s);
	bind_without_cdev_add(s);
	bind_device_dax(s);
	expect(s, "");
}

STORY(failed_bind_then_a_file_is_open)
{
	device_dax_comes(s);
	unbind_device_dax(s);
	bind_without_cdev_add(s);
	bind_device_dax(s);
	unbind_device_dax(s);
	device_of(s, X)->cdev_refs = 1;
	bind_device_dax(s);
	expect(s, "cdev-reinit");
}

STORY(bound_again_after_the_file_was_closed)
{
	device_dax_comes(s);
	unbind_device_dax(s);
	bind_device_dax(s);
	expect(s, "");
}

/* ---- streams with missing records ---- */

STORY(a_loss_leaves_leaks_open)
{
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	alloc(s, ASK_PMEM, X);
	lost(s, 3);
	probed(s, NS, K_ENOMEM);
	module_gone(s, "nd_pmem");
	expect(s, "");
	expect_gaps(s, 3);
}

STORY(a_loss_does_not_undo_what_was_seen)
{
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	alloc_with_flags(s, ASK_PMEM, X, 0x5);
	probed(s, NS, 0);
	lost(s, 1);
	kill_dax(s, ERR_DAX(K_EIO));
	put_dax(s, X);
	expect(s, "stale-flags err-ptr-teardown put-without-kill");
	expect_gaps(s, 1);
}

STORY(a_loss_leaves_references_open)
{
	alloc(s, ASK_PMEM, X);
	lost(s, 1);
	ref_unseen(s, X);
	kill_dax(s, X);
	put_dax(s, X);
	expect(s, "");
	expect_gaps(s, 1);
}

STORY(a_loss_leaves_ends_open)
{
	alloc(s, ASK_PMEM, X);
	kill_dax(s, X);
	put_dax(s, X);
	rcu(s);
	lost(s, 1);
	kill_dax(s, X);
	put_dax(s, X);
	expect(s, "");
	expect_gaps(s, 1);
}

STORY(a_loss_leaves_hosts_open)
{
	alloc(s, ASK_PMEM, X);
	add_host(s, X, DISK, "pmem0");
	lost(s, 1);
	kill_dax(s, X);
	put_dax(s, X);
	expect(s, "");
	expect_gaps(s, 1);
}

STORY(after_a_loss_new_lives_are_judged_again)
{
	lost(s, 1);
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	alloc(s, ASK_PMEM, X);
	probed(s, NS, K_ENOMEM);
	expect(s, "leak-on-failed-probe");
	expect_gaps(s, 1);
}

STORY(a_refusal_whose_outcome_is_lost)
{
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	alloc_fails(s, ASK_VIRTIOFS, K_ENOMEM);
	alloc_fails(s, ASK_PMEM, K_EOPNOTSUPP);
	lost(s, 1);
	probed(s, NS, K_EOPNOTSUPP);
	expect(s, "alloc-failed unexpected-eopnotsupp");
	expect_gaps(s, 1);
}

STORY(the_stream_begins_within_a_probe)
{
	lives_already(s, ASK_PMEM, X, 2, 0x1f);
	leave(s, DXA_KIND_PMEM_ATTACH_DISK, NS, 0);
	probed(s, NS, 0);
	remove_host(s, DISK, "pmem0");
	kill_dax(s, X);
	put_dax(s, X);
	expect(s, "");
	assert_int_equal(dxa_engine_stats(s->engine)->lives, 1);
}

STORY(a_return_without_an_entry_later_on)
{
	module_gone(s, "loop");
	pass_ms(s, 40000);
	probed(s, NS, 0);
	expect(s, "");
	expect_gaps(s, 1);
}

STORY(a_return_whose_entry_was_before_a_loss)
{
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	pass_ms(s, 40000);
	lost(s, 1);
	probed(s, NS, 0);
	expect(s, "");
	expect_gaps(s, 1);
}

STORY(an_inner_return_is_missed)
{
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	enter(s, DXA_KIND_PMEM_ATTACH_DISK, NS);
	alloc(s, ASK_PMEM, X);
	probed(s, NS, K_ENOMEM);
	expect(s, "leak-on-failed-probe");
	expect_gaps(s, 1);
}

STORY(the_deciding_return_is_missed)
{
	probe(s, DEV, "0000:00:05.0", "pci", "virtio-pci");
	probe(s, NS, "virtio3", "virtio", "virtiofs");
	alloc(s, ASK_VIRTIOFS, X);
	probed(s, DEV, K_EINVAL);
	expect(s, "");
	expect_gaps(s, 1);
}

STORY(the_outermost_return_is_missed)
{
	as(s, 800, "dmsetup");
	enter(s, DXA_KIND_DM_DEV_CREATE, 0);
	enter(s, DXA_KIND_DM_CREATE, 0);
	alloc(s, ASK_DM, X);
	enter(s, DXA_KIND_DM_DEV_CREATE, 0);
	leave(s, DXA_KIND_DM_DEV_CREATE, 0, 0);
	expect(s, "");
	expect_gaps(s, 2);
	assert_int_equal(s->contexts.len, 2);
	assert_int_equal(((struct dxa_context *)dxa_vec_at(&s->contexts, 0))->outcome,
			 DXA_OUTCOME_MISSED);
}

STORY(the_same_device_is_probed_again_without_a_return)
{
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	alloc(s, ASK_PMEM, X);
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	probed(s, NS, K_ENOMEM);
	expect(s, "");
	expect_gaps(s, 1);
	assert_int_equal(s->contexts.len, 2);
}

STORY(a_probe_is_open_at_the_end)
{
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	alloc(s, ASK_PMEM, X);
	add_host_fails(s, X, DISK, "pmem0", K_ENOMEM);
	kill_dax(s, NO_DAX);
	put_dax(s, NO_DAX);
	assert_int_equal(dxa_engine_open_contexts(s->engine), 1);
	expect(s, "host-failed");
	expect_gaps(s, 1);
}

STORY(a_task_id_is_used_again)
{
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	feed(s, (struct dxa_event){ .kind = DXA_KIND_REALLY_PROBE,
				    .phase = DXA_PHASE_ARGS,
				    .obj = DEV,
				    .tid = 100,
				    .tgid = 99 });
	feed(s, (struct dxa_event){ .kind = DXA_KIND_REALLY_PROBE,
				    .phase = DXA_PHASE_RET,
				    .obj = DEV,
				    .tid = 100,
				    .tgid = 99 });
	expect(s, "");
	expect_gaps(s, 1);
	assert_int_equal(s->contexts.len, 2);
}

STORY(an_allocation_does_not_return)
{
	struct dxa_event args = {
		.kind = DXA_KIND_ALLOC_DAX, .phase = DXA_PHASE_ARGS, .tid = 100, .tgid = 100
	};

	alloc(s, ASK_PMEM, X);
	kill_dax(s, X);
	put_dax(s, X);
	rcu(s);
	feed(s, args);
	kill_dax(s, X);
	put_dax(s, X);
	expect(s, "");
	expect_gaps(s, 1);
}

STORY(a_free_is_missed)
{
	alloc(s, ASK_PMEM, X);
	kill_dax(s, X);
	put_dax(s, X);
	rcu(s);
	alloc(s, ASK_PMEM, X);
	alloc(s, ASK_PMEM, X);
	expect(s, "");
	expect_gaps(s, 1);
	assert_int_equal(dxa_engine_stats(s->engine)->lives, 3);
}

STORY(an_unknown_kind_is_a_gap)
{
	feed(s, (struct dxa_event){ .kind = 60 });
	feed(s, (struct dxa_event){ .kind = 6000 });
	feed(s, (struct dxa_event){ .kind = DXA_KIND_NONE });
	expect(s, "");
	expect_gaps(s, 3);
}

STORY(more_events_than_a_story_holds)
{
	const struct dxa_context *ctx;
	int i;

	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	alloc(s, ASK_PMEM, X);
	for (i = 0; i < 1000; i++)
		kill_dax(s, X);
	put_dax(s, X);
	probed(s, NS, 0);
	expect(s, "");
	ctx = dxa_vec_at(&s->contexts, 0);
	assert_int_equal(ctx->story_len, 512);
	assert_int_equal(ctx->story_cut, s->fed.len - 512 - (s->mode == STORY_PAIRS));
	assert_int_equal(ctx->dax_events, 1003);
}

STORY(deeper_than_any_kernel)
{
	int i;

	for (i = 0; i < 100; i++)
		probe(s, NS + (uint64_t)i * 64, "x", "pci", "y");
	expect(s, "");
	expect_gaps(s, 66);
}

/* ---- what a live audit queries ---- */

static void count_open(void *priv, const struct dxa_context *ctx)
{
	assert_int_equal(ctx->tid, 700);
	assert_string_equal(ctx->device, "dax0.0");
	++*(int *)priv;
}

STORY(open_contexts_can_be_listed)
{
	int n = 0;

	as(s, 700, "kworker/u8:3");
	probe(s, NS, "dax0.0", "nd", "dax_pmem");
	pass_ms(s, 1);
	dxa_engine_each_open(s->engine, s->now, count_open, &n);
	assert_int_equal(n, 1);
	dxa_engine_each_open(s->engine, 1, count_open, &n);
	assert_int_equal(n, 1);
	expect(s, "");
	expect_gaps(s, 1);
}

STORY(a_system_call_begins_in_a_probe_that_returned_unseen)
{
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	enter(s, DXA_KIND_DM_DEV_CREATE, 0);
	alloc(s, ASK_DM, X);
	leave(s, DXA_KIND_DM_DEV_CREATE, 0, -K_ENOMEM);
	expect(s, "leak-on-failed-probe");
	expect_gaps(s, 1);
}

STORY(task_position_unknown_after_loss)
{
	probe(s, DEV, "namespace1.0", "nd", "nd_pmem");
	lost(s, 1);
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	alloc(s, ASK_PMEM, X);
	probed(s, NS, K_ENOMEM);
	expect(s, "leak-on-failed-probe");
	expect_gaps(s, 1);
	assert_int_equal(s->contexts.len, 2);
}

/* The two halves of an allocation, and an interrupt between them. */
STORY(a_free_interrupts_an_allocation)
{
	struct dxa_event ev = {
		.kind = DXA_KIND_ALLOC_DAX, .phase = DXA_PHASE_ARGS, .tid = 100, .tgid = 100
	};

	alloc(s, ASK_PMEM, X);
	kill_dax(s, X);
	put_dax(s, X);
	feed(s, ev);
	rcu(s);
	ev.phase = DXA_PHASE_RET;
	ev.ret = (int64_t)Y;
	ev.dax = Y;
	feed(s, ev);
	expect(s, "");
	assert_int_equal(dxa_engine_stats(s->engine)->allocs[DXA_DRIVER_DEVICE_DAX], 1);
}

static void outcome_is(struct story *s, size_t i, enum dxa_outcome outcome, int err)
{
	const struct dxa_context *ctx = dxa_vec_at(&s->contexts, i);

	assert_int_equal(ctx->outcome, outcome);
	assert_int_equal(ctx->err, err);
}

STORY(outcomes)
{
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	probed(s, NS, K_ENXIO);
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	probed(s, NS, -K_EPROBE_DEFER);
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	probed(s, NS, -K_EBUSY);
	enter(s, DXA_KIND_DM_DEV_CREATE, 0);
	leave(s, DXA_KIND_DM_DEV_CREATE, 0, -K_ENXIO);
	enter(s, DXA_KIND_DCSSBLK_ADD, 0);
	leave(s, DXA_KIND_DCSSBLK_ADD, 0, 5000);
	enter(s, DXA_KIND_CREATE_DEV_DAX, 0);
	leave(s, DXA_KIND_CREATE_DEV_DAX, 0, 0);
	unbind(s, NS, "namespace0.0", "nd", "nd_pmem");
	leave(s, DXA_KIND_RELEASE_DRIVER, NS, -1);
	expect(s, "");
	outcome_is(s, 0, DXA_OUTCOME_NO_DEVICE, K_ENXIO);
	outcome_is(s, 1, DXA_OUTCOME_DEFERRED, K_EPROBE_DEFER);
	outcome_is(s, 2, DXA_OUTCOME_FAILED, K_EBUSY);
	outcome_is(s, 3, DXA_OUTCOME_FAILED, K_ENXIO);
	outcome_is(s, 4, DXA_OUTCOME_OK, 0);
	outcome_is(s, 5, DXA_OUTCOME_FAILED, 0);
	outcome_is(s, 6, DXA_OUTCOME_OK, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bound_again_with_the_file_open),
		cmocka_unit_test(bound_again_to_fsdev_with_the_file_open),
		cmocka_unit_test(bind_seen_by_its_end_without_run_dax_hook),
		cmocka_unit_test(second_bind_seen_by_its_end_without_run_dax_hook),
		cmocka_unit_test(bound_to_kmem_with_the_file_open),
		cmocka_unit_test(a_bind_that_fails_before_it_touches_the_cdev),
		cmocka_unit_test(bound_again_after_a_bind_that_could_not_add_the_cdev),
		cmocka_unit_test(failed_bind_then_a_file_is_open),
		cmocka_unit_test(bound_again_after_the_file_was_closed),
		cmocka_unit_test(a_loss_leaves_leaks_open),
		cmocka_unit_test(a_loss_does_not_undo_what_was_seen),
		cmocka_unit_test(a_loss_leaves_references_open),
		cmocka_unit_test(a_loss_leaves_ends_open),
		cmocka_unit_test(a_loss_leaves_hosts_open),
		cmocka_unit_test(after_a_loss_new_lives_are_judged_again),
		cmocka_unit_test(a_refusal_whose_outcome_is_lost),
		cmocka_unit_test(the_stream_begins_within_a_probe),
		cmocka_unit_test(a_return_without_an_entry_later_on),
		cmocka_unit_test(a_return_whose_entry_was_before_a_loss),
		cmocka_unit_test(an_inner_return_is_missed),
		cmocka_unit_test(the_deciding_return_is_missed),
		cmocka_unit_test(the_outermost_return_is_missed),
		cmocka_unit_test(the_same_device_is_probed_again_without_a_return),
		cmocka_unit_test(a_probe_is_open_at_the_end),
		cmocka_unit_test(a_task_id_is_used_again),
		cmocka_unit_test(an_allocation_does_not_return),
		cmocka_unit_test(a_free_is_missed),
		cmocka_unit_test(an_unknown_kind_is_a_gap),
		cmocka_unit_test(more_events_than_a_story_holds),
		cmocka_unit_test(deeper_than_any_kernel),
		cmocka_unit_test(open_contexts_can_be_listed),
		cmocka_unit_test(a_system_call_begins_in_a_probe_that_returned_unseen),
		cmocka_unit_test(task_position_unknown_after_loss),
		cmocka_unit_test(a_free_interrupts_an_allocation),
		cmocka_unit_test(outcomes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
