// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "lib/places.h"
#include "lib/story.h"

/* ---- probes that do not end ---- */

/* unregister_dev_dax waits for the lock that its caller holds. */
static void device_dax_gets_stuck(struct story *s)
{
	as(s, 700, "kworker/u8:3");
	probe(s, NS, "dax0.0", "nd", "dax_pmem");
	enter(s, DXA_KIND_CREATE_DEV_DAX, 0);
	alloc(s, ASK_DEVICE_DAX, X);
	kill_dax(s, X);
	probe_dax(s, DEV, "dax0.0", "device_dax", X);
	run_dax(s, X);
	probed(s, DEV, 0);
}

STORY(a_creation_waits_for_itself)
{
	device_dax_gets_stuck(s);
	pass_ms(s, 31000);
	task_sleeps(s, 700);
	expect(s, "stuck-probe");
	assert_non_null(strstr(finding_of(s, "stuck-probe")->detail, "its own caller holds"));
	expect_evidence(
		s, "stuck-probe",
		"really_probe __devm_create_dev_dax alloc_dax kill_dax really_probe run_dax "
		"really_probe task_state");
}

STORY(stuck_probe_reported_once)
{
	device_dax_gets_stuck(s);
	pass_ms(s, 31000);
	task_sleeps(s, 700);
	for (int i = 0; i < 2; i++) {
		task_waits(s, 700);
		snap_end(s, 0);
	}
	expect(s, "stuck-probe");
}

STORY(a_probe_that_is_stuck_elsewhere)
{
	as(s, 700, "kworker/u8:3");
	probe(s, NS, "namespace0.0", "nd", "nd_pmem");
	pass_ms(s, 31000);
	task_sleeps(s, 700);
	expect(s, "stuck-probe");
	assert_null(strstr(finding_of(s, "stuck-probe")->detail, "its own caller holds"));
}

STORY(a_long_probe_that_runs)
{
	device_dax_gets_stuck(s);
	pass_ms(s, 31000);
	task_state(s, 700, 'R');
	expect(s, "");
	expect_gaps(s, 1);
}

STORY(a_probe_that_sleeps_for_a_while)
{
	device_dax_gets_stuck(s);
	pass_ms(s, 29000);
	task_state(s, 700, 'D');
	leave(s, DXA_KIND_CREATE_DEV_DAX, 0, (int64_t)DEV);
	probed(s, NS, 0);
	pass_ms(s, 29000);
	task_state(s, 700, 'D');
	expect(s, "");
}

STORY(a_stuck_probe_that_ends_after_all)
{
	device_dax_gets_stuck(s);
	pass_ms(s, 31000);
	task_sleeps(s, 700);
	assert_int_equal(story_count(s, "stuck-probe"), 1);
	leave(s, DXA_KIND_CREATE_DEV_DAX, 0, (int64_t)DEV);
	probed(s, NS, 0);
	assert_int_equal(story_count(s, "stuck-probe"), 0);
	expect(s, "");
}

STORY(a_probe_without_dax_is_never_stuck)
{
	as(s, 700, "modprobe");
	probe(s, NS, "0000:01:00.0", "pci", "mpt3sas");
	pass_ms(s, 31000);
	task_sleeps(s, 700);
	probed(s, NS, 0);
	expect(s, "");
}

/*
 * Its context switches, or the function in which it sleeps, show that it ran between the samples.
 */
STORY(a_probe_that_sleeps_repeatedly)
{
	device_dax_gets_stuck(s);
	pass_ms(s, 31000);
	for (uint64_t i = 0; i < 8; i++) {
		struct dxa_event ev = { .kind = DXA_KIND_TASK_STATE, .tid = 700, .ret = 'D' };

		ev.arg = 100 + i / 2;
		feed(s, ev);
		pass_ms(s, 900);
	}
	expect_gap(s, "open", 1);
	expect(s, "");
}

STORY(the_limit_can_be_set)
{
	struct dxa_engine_config config = s->config;

	config.stuck_after_ns = 5000000000;
	story_configure(s, &config);
	device_dax_gets_stuck(s);
	pass_ms(s, 6000);
	task_sleeps(s, 700);
	expect(s, "stuck-probe");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_creation_waits_for_itself),
		cmocka_unit_test(stuck_probe_reported_once),
		cmocka_unit_test(a_probe_that_is_stuck_elsewhere),
		cmocka_unit_test(a_long_probe_that_runs),
		cmocka_unit_test(a_probe_that_sleeps_for_a_while),
		cmocka_unit_test(a_stuck_probe_that_ends_after_all),
		cmocka_unit_test(a_probe_without_dax_is_never_stuck),
		cmocka_unit_test(a_probe_that_sleeps_repeatedly),
		cmocka_unit_test(the_limit_can_be_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
