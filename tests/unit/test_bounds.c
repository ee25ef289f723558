// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each bound of the engine, reached and exceeded by one. At the bound nothing is lost; one beyond
 * it the audit is not complete, and the findings stay correct. A bound without a function here is a
 * build error.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daxaudit/snapshot.h"
#include "engine/engine.h"
#include "engine/errname.h"
#include "engine/track/bounds.h"

#define ALIVE (1U << DXA_DAXDEV_ALIVE)
#define TASK 7
#define DEVICE_AT(i) (0xffff888000000000 + 0x1000 * (uint64_t)(i))
#define DISK_AT(i) (0xffff889000000000 + 0x1000 * (uint64_t)(i))
#define OPS 0xffffffff81000000

static struct dxa_engine *engine;
static uint64_t now;

static void feed(struct dxa_event ev)
{
	ev.ts = now += 1000;
	ev.seq = now;
	if (ev.kind < DXA_HOOK_MAX)
		ev.tid = ev.tgid = TASK;
	assert_int_equal(dxa_engine_feed(engine, &ev), 0);
}

/* A record of a call that is recorded at its return, or at its entry. */
static struct dxa_event call(uint16_t kind, uint64_t dax)
{
	return (struct dxa_event){ .kind = kind, .phase = DXA_PHASE_CALL, .dax = dax };
}

static void enter_probe(size_t i, const char *driver)
{
	struct dxa_event ev = { .kind = DXA_KIND_REALLY_PROBE,
				.phase = DXA_PHASE_ARGS,
				.obj = DISK_AT(i),
				.has = DXA_HAS_DEVICE,
				.name = "namespace0.0",
				.bus = "nd" };

	snprintf(ev.driver, sizeof(ev.driver), "%s", driver);
	feed(ev);
}

static void leave_probe(size_t i)
{
	feed((struct dxa_event){
		.kind = DXA_KIND_REALLY_PROBE, .phase = DXA_PHASE_RET, .obj = DISK_AT(i) });
}

static void alloc(size_t i)
{
	struct dxa_event ev = call(DXA_KIND_ALLOC_DAX, DEVICE_AT(i));

	ev.ret = (int64_t)ev.dax;
	ev.ops = OPS;
	ev.has = DXA_HAS_DAX;
	ev.refs = 1;
	ev.dax_flags = ALIVE;
	ev.rdev = (uint32_t)i + 1;
	strcpy(ev.name, "pmem_dax_ops [nd_pmem]");
	feed(ev);
}

static void refuse(int err)
{
	struct dxa_event ev = call(DXA_KIND_ALLOC_DAX, 0);

	ev.ret = -err;
	ev.ops = OPS;
	strcpy(ev.name, "pmem_dax_ops [nd_pmem]");
	feed(ev);
}

static void end(size_t i)
{
	struct dxa_event ev = call(DXA_KIND_KILL_DAX, DEVICE_AT(i));

	ev.has = DXA_HAS_DAX;
	ev.refs = 1;
	ev.rdev = (uint32_t)i + 1;
	ev.dax_flags = ALIVE;
	feed(ev);
	ev.dax_flags = 0;
	ev.kind = DXA_KIND_PUT_DAX;
	feed(ev);
	ev.kind = DXA_KIND_DAX_DESTROY_INODE;
	ev.refs = 0;
	feed(ev);
	ev.kind = DXA_KIND_DAX_FREE_INODE;
	feed(ev);
}

/* ---- what reaches each bound ---- */

static void reach_FRAMES(size_t n)
{
	for (size_t i = 0; i < n; i++)
		enter_probe(i, "nd_pmem");
	for (size_t i = n; i; i--)
		leave_probe(i - 1);
}

static void reach_CONTEXT_LIST(size_t n)
{
	enter_probe(0, "nd_pmem");
	for (size_t i = 0; i < n; i++)
		refuse(ENOMEM);
	leave_probe(0);
}

/* The module nd_pmem is one of the names. */
static void reach_MODULES(size_t n)
{
	char driver[DXA_DRIVER_LEN];

	for (size_t i = 1; i < n; i++) {
		snprintf(driver, sizeof(driver), "driver%zu", i);
		enter_probe(i, driver);
		alloc(i);
		leave_probe(i);
	}
}

/* A forgotten device is put once more. */
static void reach_ENDED(size_t n)
{
	struct dxa_event put = call(DXA_KIND_PUT_DAX, DEVICE_AT(0));

	for (size_t i = 0; i < n; i++) {
		alloc(i);
		end(i);
	}
	feed(put);
}

static void reach_REFUSED_DISKS(size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct dxa_event disk = call(DXA_KIND_DEVICE_ADD_DISK, 0);

		enter_probe(i, "nd_pmem");
		refuse(DXA_EOPNOTSUPP_MOST);
		disk.obj = DISK_AT(i);
		feed(disk);
		leave_probe(i);
	}
}

static void look(size_t n)
{
	for (size_t i = 0; i < n; i++)
		feed((struct dxa_event){ .kind = DXA_KIND_SNAP_DEVICE,
					 .dax = DEVICE_AT(i),
					 .ops = OPS,
					 .driver = "pmem_dax_ops",
					 .has = DXA_HAS_DAX,
					 .refs = 1,
					 .rdev = (uint32_t)i + 1,
					 .dax_flags = ALIVE });
	feed((struct dxa_event){ .kind = DXA_KIND_SNAP_END,
				 .ret = 1,
				 .arg = 1 << DXA_WALK_DEVICES | 1 << DXA_WALK_HOSTS |
					1 << DXA_WALK_SUPERS | DXA_SNAP_SYSFS });
}

/* Nothing refers to these devices. */
static void reach_ANOMALIES(size_t n)
{
	look(n);
	look(n);
}

/* ---- the table ---- */

static const struct {
	void (*reach)(size_t n);
	size_t max;
	const char *what;
} bounds[DXA_BOUND_ID_COUNT] = {
#define ROW(id, ...) [DXA_BOUND_ID_##id] = { reach_##id, id##_MAX, #id },
	DXA_BOUNDS(ROW)
#undef ROW
};

/* These devices are themselves faulty: put after their end, or orphans. */
static uint64_t errors(size_t bound, bool beyond)
{
	switch (bound) {
	case DXA_BOUND_ID_ENDED:
		return beyond ? 0 : 1;
	case DXA_BOUND_ID_ANOMALIES:
		return ANOMALIES_MAX;
	default:
		return 0;
	}
}

static void run(size_t bound, bool beyond)
{
	const struct dxa_engine_config config = { .aliasing = DXA_ALIASING_UNKNOWN };
	const struct dxa_engine_stats *stats;
	uint64_t told = 0;

	engine = dxa_engine_new(&config, NULL);
	assert_non_null(engine);
	now = 0;
	bounds[bound].reach(bounds[bound].max + beyond);
	stats = dxa_engine_stats(engine);
	for (int r = 0; r < DXA_RULE_COUNT; r++)
		if (dxa_rule_info((enum dxa_rule)r)->severity == DXA_SEVERITY_ERROR)
			told += stats->findings[r];
	print_message("    %s %s: %zu gaps, %zu errors\n", bounds[bound].what,
		      beyond ? "exceeded" : "reached", (size_t)stats->gaps[DXA_GAP_LIMIT],
		      (size_t)told);
	assert_int_equal(stats->gaps[DXA_GAP_LIMIT] != 0, beyond);
	assert_int_equal(told, errors(bound, beyond));
	dxa_engine_free(engine);
}

static void at_a_bound_nothing_is_lost(void **state)
{
	(void)state;
	for (size_t i = 0; i < DXA_BOUND_ID_COUNT; i++)
		run(i, false);
}

static void beyond_a_bound_the_audit_is_not_complete(void **state)
{
	(void)state;
	for (size_t i = 0; i < DXA_BOUND_ID_COUNT; i++)
		run(i, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(at_a_bound_nothing_is_lost),
		cmocka_unit_test(beyond_a_bound_the_audit_is_not_complete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
