// SPDX-License-Identifier: GPL-2.0-only
/* What snapshots of the stage contain: devices, hosts, disks and tasks. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "stage.h"
#include "story.h"

void task_state(struct story *s, uint32_t tid, char state)
{
	struct dxa_event ev = { .kind = DXA_KIND_TASK_STATE, .tid = tid, .ret = state };

	feed(s, ev);
}

void task_sleeps(struct story *s, uint32_t tid)
{
	for (int i = 0; i < 4; i++) {
		task_state(s, tid, 'D');
		pass_ms(s, 500);
	}
}

void disk_state(struct story *s, uint64_t disk, const char *name, int dax)
{
	struct dxa_event ev = { .kind = DXA_KIND_DISK_STATE, .ret = dax };

	stage_disk(&ev, disk, name);
	feed(s, ev);
}

static void show(void *priv, uint64_t addr, void *value)
{
	const struct story_device *d = value;

	if (!d->destroyed)
		snap_device(priv, addr);
}

void look_again(struct story *s)
{
	dxa_map_each(&s->devices, show, s);
	snap_end(s, 0);
}

void snap_device(struct story *s, uint64_t addr)
{
	struct dxa_event ev = { .kind = DXA_KIND_SNAP_DEVICE };

	stage_dax(s, &ev, addr);
	feed(s, ev);
}

void snap_host(struct story *s, uint64_t addr, uint64_t disk, const char *name)
{
	struct dxa_event ev = { .kind = DXA_KIND_SNAP_HOST };

	stage_dax(s, &ev, addr);
	stage_disk(&ev, disk, name);
	feed(s, ev);
}

void sysfs_disk(struct story *s, const char *name)
{
	struct dxa_event ev = { .kind = DXA_KIND_DISK_STATE, .ret = 1 };

	stage_name(ev.name, sizeof(ev.name), name);
	feed(s, ev);
}

void bus_device(struct story *s, const char *name, const char *bus, const char *driver,
		uint64_t dax)
{
	const struct story_device *d = dxa_map_get(&s->devices, dax);
	struct dxa_event ev = { .kind = DXA_KIND_BUS_DEVICE };

	stage_device(&ev, name, bus, driver);
	ev.rdev = d ? d->rdev : 0;
	feed(s, ev);
}

void disk_used(struct story *s, uint64_t disk, const char *name, const char *by)
{
	struct dxa_event ev = { .kind = DXA_KIND_DISK_USED, .obj = disk, .ret = 1 };

	stage_name(ev.name, sizeof(ev.name), name);
	stage_name(ev.driver, sizeof(ev.driver), by);
	feed(s, ev);
}

void used_gone(struct story *s, const char *name, const char *by)
{
	struct dxa_event ev = { .kind = DXA_KIND_USED_GONE };

	stage_name(ev.name, sizeof(ev.name), name);
	stage_name(ev.driver, sizeof(ev.driver), by);
	feed(s, ev);
}

void task_waits(struct story *s, uint32_t tid)
{
	struct dxa_event ev = { .kind = DXA_KIND_TASK_WAITS, .tid = tid, .comm = "ndctl" };

	stage_name(ev.name, sizeof(ev.name), "unregister_dev_dax");
	stage_name(ev.driver, sizeof(ev.driver), "__devm_create_dev_dax");
	feed(s, ev);
}

static void end_snapshot(struct story *s, uint64_t known, bool asked)
{
	struct dxa_event ev = { .kind = DXA_KIND_SNAP_END, .arg = known, .ret = asked };

	feed(s, ev);
	pass_ms(s, 500);
}

void snap_end(struct story *s, uint64_t known)
{
	end_snapshot(s, known, false);
}

void snap_end_asked(struct story *s, uint64_t known)
{
	end_snapshot(s, known, true);
}
