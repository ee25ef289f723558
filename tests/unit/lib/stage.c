// SPDX-License-Identifier: GPL-2.0-only
/* A model of the devices, and the records that hooks make of what happens to them. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stage.h"
#include "story.h"

#define ALIVE (1U << DXA_DAXDEV_ALIVE)
#define STEP_NS 1000

static const struct {
	uint64_t ops;
	const char *symbol;
	const char *module;
} askers[] = {
	[ASK_PMEM] = { 0xffffffffc0100000, "pmem_dax_ops", "nd_pmem" },
	[ASK_DM] = { 0xffffffffc0200000, "dm_dax_ops", "dm_mod" },
	[ASK_VIRTIOFS] = { 0xffffffff82000000, "virtio_fs_dax_ops", NULL },
	[ASK_DCSSBLK] = { 0xffffffffc0300000, "dcssblk_dax_ops", "dcssblk" },
	[ASK_DEVICE_DAX] = { 0, NULL, NULL },
	[ASK_FAMFS] = { 0xffffffffc0400000, "famfs_dax_ops", "famfs" },
	[ASK_NAMELESS] = { 0xffffffffc0500000, NULL, NULL },
};

void name_askers(struct story *s)
{
	size_t i;

	for (i = 0; i < sizeof(askers) / sizeof(*askers); i++) {
		struct dxa_symbol sym = { askers[i].symbol, askers[i].module, 0 };

		if (sym.name)
			assert_int_equal(dxa_symbols_add(s->symbols, askers[i].ops, &sym), 0);
	}
}

/* ---- the stage ---- */

void as(struct story *s, uint32_t tid, const char *comm)
{
	s->tid = tid;
	s->comm = comm;
}

void pass_ms(struct story *s, uint64_t ms)
{
	s->now += ms * 1000000;
}

void feed(struct story *s, struct dxa_event ev)
{
	s->now += STEP_NS;
	ev.ts = ev.ts ? ev.ts : s->now;
	ev.seq = ev.seq ? ev.seq : ++s->seq;
	assert_non_null(dxa_vec_push(&s->fed, &ev));
	assert_int_equal(dxa_engine_feed(s->engine, &ev), 0);
}

void stage_name(char *field, size_t size, const char *name)
{
	snprintf(field, size, "%s", name ? name : "");
}

static struct dxa_event event(const struct story *s, enum dxa_kind kind, enum dxa_phase phase)
{
	struct dxa_event ev = { .kind = kind, .phase = phase, .tid = s->tid, .tgid = s->tid };

	stage_name(ev.comm, sizeof(ev.comm), s->comm);
	return ev;
}

/* The fields that the hook reads from the device, if it is one. */
void stage_dax(const struct story *s, struct dxa_event *ev, uint64_t addr)
{
	const struct story_device *d = dxa_map_get(&s->devices, addr);

	ev->dax = addr;
	if (!d)
		return;
	ev->has |= DXA_HAS_DAX;
	ev->rdev = d->rdev;
	ev->refs = d->refs;
	ev->cdev_refs = d->cdev_refs;
	ev->dax_flags = d->flags;
	ev->holder = d->holder;
	if (ev->kind != DXA_KIND_ALLOC_DAX)
		ev->ops = d->ops;
}

void stage_disk(struct dxa_event *ev, uint64_t disk, const char *name)
{
	ev->obj = disk;
	ev->has |= DXA_HAS_DISK;
	stage_name(ev->name, sizeof(ev->name), name);
}

/*
 * One record, or its two halves: `call` is the record of fexit; a kretprobe knows only a part of
 * it.
 */
static void acquire(struct story *s, const struct dxa_event *call, bool ret_knows_dax)
{
	struct dxa_event args = *call, ret = event(s, call->kind, DXA_PHASE_RET);

	if (s->mode == STORY_CALLS) {
		feed(s, *call);
		return;
	}
	args.phase = DXA_PHASE_ARGS;
	args.ret = 0;
	if (ret_knows_dax) {
		args.dax = 0;
		args.has &= ~DXA_HAS_DAX;
		args.rdev = args.dax_flags = 0;
		args.refs = args.cdev_refs = 0;
		stage_dax(s, &ret, call->dax);
	}
	ret.ret = call->ret;
	feed(s, args);
	if (s->meanwhile)
		s->meanwhile(s);
	feed(s, ret);
}

/* ---- brackets ---- */

void stage_device(struct dxa_event *ev, const char *name, const char *bus, const char *driver)
{
	ev->has |= DXA_HAS_DEVICE;
	stage_name(ev->name, sizeof(ev->name), name);
	stage_name(ev->bus, sizeof(ev->bus), bus);
	stage_name(ev->driver, sizeof(ev->driver), driver);
}

void probe(struct story *s, uint64_t dev, const char *name, const char *bus, const char *driver)
{
	struct dxa_event ev = event(s, DXA_KIND_REALLY_PROBE, DXA_PHASE_ARGS);

	ev.obj = dev;
	stage_device(&ev, name, bus, driver);
	feed(s, ev);
}

void probe_dax(struct story *s, uint64_t dev, const char *name, const char *driver, uint64_t dax)
{
	struct dxa_event ev = event(s, DXA_KIND_REALLY_PROBE, DXA_PHASE_ARGS);

	ev.obj = dev;
	stage_device(&ev, name, "dax", driver);
	stage_dax(s, &ev, dax);
	feed(s, ev);
}

void probed(struct story *s, uint64_t dev, int ret)
{
	leave(s, DXA_KIND_REALLY_PROBE, dev, ret);
}

void unbind(struct story *s, uint64_t dev, const char *name, const char *bus, const char *driver)
{
	struct dxa_event ev = event(s, DXA_KIND_RELEASE_DRIVER, DXA_PHASE_ARGS);

	ev.obj = dev;
	stage_device(&ev, name, bus, driver);
	feed(s, ev);
}

void unbound(struct story *s, uint64_t dev)
{
	leave(s, DXA_KIND_RELEASE_DRIVER, dev, 0);
}

void enter(struct story *s, enum dxa_kind kind, uint64_t obj)
{
	struct dxa_event ev = event(s, kind, DXA_PHASE_ARGS);

	ev.obj = obj;
	feed(s, ev);
}

void leave(struct story *s, enum dxa_kind kind, uint64_t obj, int64_t ret)
{
	struct dxa_event ev = event(s, kind, DXA_PHASE_RET);

	/* A kretprobe no longer has the arguments. */
	ev.obj = s->mode == STORY_CALLS ? obj : 0;
	ev.ret = ret;
	feed(s, ev);
}

/* ---- calls ---- */

static struct dxa_event ask(const struct story *s, enum asker who, int64_t ret)
{
	struct dxa_event ev = event(s, DXA_KIND_ALLOC_DAX, DXA_PHASE_CALL);

	ev.ops = askers[who].ops;
	ev.arg = 0xffff888001000000;
	ev.ret = ret;
	/* Half of the stories have the name from the kernel, half from the symbols. */
	if (s->mode == STORY_CALLS && askers[who].symbol)
		snprintf(ev.name, sizeof(ev.name), askers[who].module ? "%s [%s]" : "%s",
			 askers[who].symbol, askers[who].module);
	return ev;
}

static struct story_device *birth(struct story *s, enum asker who, uint64_t addr)
{
	struct story_device *d = dxa_map_get(&s->devices, addr);

	if (!d) {
		d = calloc(1, sizeof(*d));
		assert_non_null(d);
		assert_int_equal(dxa_map_put(&s->devices, addr, d), 0);
	}
	*d = (struct story_device){
		.addr = addr,
		.ops = askers[who].ops,
		.rdev = 252U << 20 | s->next_minor++,
		.flags = ALIVE,
		.refs = 1,
	};
	return d;
}

static struct story_device *device(const struct story *s, uint64_t addr)
{
	return dxa_map_get(&s->devices, addr);
}

void alloc_with_flags(struct story *s, enum asker who, uint64_t addr, uint32_t flags)
{
	struct dxa_event ev = ask(s, who, (int64_t)addr);

	birth(s, who, addr)->flags = flags;
	stage_dax(s, &ev, addr);
	acquire(s, &ev, true);
}

void alloc(struct story *s, enum asker who, uint64_t addr)
{
	alloc_with_flags(s, who, addr, ALIVE);
}

void alloc_fails(struct story *s, enum asker who, int err)
{
	struct dxa_event ev = ask(s, who, -err);

	ev.dax = (uint64_t)(int64_t)-err;
	acquire(s, &ev, true);
}

void alloc_null(struct story *s, enum asker who)
{
	struct dxa_event ev = ask(s, who, 0);

	acquire(s, &ev, true);
}

void set_flags(struct story *s, uint64_t addr, uint32_t flags)
{
	device(s, addr)->flags |= flags;
}

void declare(struct story *s, uint64_t addr, uint32_t flags)
{
	static const uint16_t kinds[] = {
		[DXA_DAXDEV_WRITE_CACHE] = DXA_KIND_DAX_WRITE_CACHE,
		[DXA_DAXDEV_SYNC] = DXA_KIND_SET_DAX_SYNCHRONOUS,
		[DXA_DAXDEV_NOCACHE] = DXA_KIND_SET_DAX_NOCACHE,
		[DXA_DAXDEV_NOMC] = DXA_KIND_SET_DAX_NOMC,
	};

	for (unsigned int bit = DXA_DAXDEV_WRITE_CACHE; bit <= DXA_DAXDEV_NOMC; bit++) {
		struct dxa_event ev;

		if (!(flags >> bit & 1))
			continue;
		ev = event(s, kinds[bit], DXA_PHASE_ARGS);
		stage_dax(s, &ev, addr);
		feed(s, ev);
	}
	set_flags(s, addr, flags);
}

void add_host_fails(struct story *s, uint64_t addr, uint64_t disk, const char *name, int err)
{
	struct dxa_event ev = event(s, DXA_KIND_DAX_ADD_HOST, DXA_PHASE_CALL);

	stage_dax(s, &ev, addr);
	stage_disk(&ev, disk, name);
	ev.ret = -err;
	acquire(s, &ev, false);
}

void add_host(struct story *s, uint64_t addr, uint64_t disk, const char *name)
{
	add_host_fails(s, addr, disk, name, 0);
}

void remove_host(struct story *s, uint64_t disk, const char *name)
{
	struct dxa_event ev = event(s, DXA_KIND_DAX_REMOVE_HOST, DXA_PHASE_ARGS);

	stage_disk(&ev, disk, name);
	feed(s, ev);
}

void add_disk(struct story *s, uint64_t disk, const char *name, int ret)
{
	struct dxa_event ev = event(s, DXA_KIND_DEVICE_ADD_DISK, DXA_PHASE_CALL);

	stage_disk(&ev, disk, name);
	ev.ret = ret;
	acquire(s, &ev, false);
}

void kill_dax(struct story *s, uint64_t addr)
{
	struct dxa_event ev = event(s, DXA_KIND_KILL_DAX, DXA_PHASE_ARGS);
	struct story_device *d = device(s, addr);

	stage_dax(s, &ev, addr);
	feed(s, ev);
	if (d) {
		d->flags &= ~ALIVE;
		d->holder = 0;
	}
}

void run_dax(struct story *s, uint64_t addr)
{
	struct dxa_event ev = event(s, DXA_KIND_RUN_DAX, DXA_PHASE_CALL);

	device(s, addr)->flags |= ALIVE;
	stage_dax(s, &ev, addr);
	acquire(s, &ev, false);
}

/* The last reference destroys the device at once, in the task that drops it. */
static void drop(struct story *s, struct story_device *d)
{
	struct dxa_event ev;

	if (!d || --d->refs || d->destroyed)
		return;
	ev = event(s, DXA_KIND_DAX_DESTROY_INODE, DXA_PHASE_ARGS);
	stage_dax(s, &ev, d->addr);
	feed(s, ev);
	d->destroyed = true;
}

void put_dax(struct story *s, uint64_t addr)
{
	struct dxa_event ev = event(s, DXA_KIND_PUT_DAX, DXA_PHASE_ARGS);

	stage_dax(s, &ev, addr);
	feed(s, ev);
	drop(s, device(s, addr));
}

void fs_put_dax(struct story *s, uint64_t addr, uint64_t holder)
{
	struct dxa_event ev = event(s, DXA_KIND_FS_PUT_DAX, DXA_PHASE_ARGS);
	struct story_device *d = device(s, addr);

	ev.arg = holder;
	stage_dax(s, &ev, addr);
	feed(s, ev);
	if (d && holder && d->holder == holder)
		d->holder = 0;
	drop(s, d);
}

void get_by_bdev(struct story *s, uint64_t addr, uint64_t disk, const char *name, uint64_t holder)
{
	struct dxa_event ev = event(s, DXA_KIND_FS_DAX_GET_BY_BDEV, DXA_PHASE_CALL);
	struct story_device *d = device(s, addr);

	d->refs++;
	if (holder)
		d->holder = holder;
	stage_dax(s, &ev, addr);
	stage_disk(&ev, disk, name);
	ev.arg = holder;
	ev.ret = (int64_t)addr;
	acquire(s, &ev, true);
}

void get_nothing(struct story *s, uint64_t disk, const char *name, uint64_t holder)
{
	struct dxa_event ev = event(s, DXA_KIND_FS_DAX_GET_BY_BDEV, DXA_PHASE_CALL);

	stage_disk(&ev, disk, name);
	ev.arg = holder;
	acquire(s, &ev, true);
}

void fs_get(struct story *s, uint64_t addr, uint64_t holder, int ret)
{
	struct dxa_event ev = event(s, DXA_KIND_FS_DAX_GET, DXA_PHASE_CALL);
	struct story_device *d = device(s, addr);

	if (!ret) {
		d->refs++;
		d->holder = holder;
	}
	stage_dax(s, &ev, addr);
	ev.arg = holder;
	ev.ret = ret;
	acquire(s, &ev, false);
}

void ref_unseen(struct story *s, uint64_t addr)
{
	device(s, addr)->refs++;
}

void put_unseen(struct story *s, uint64_t addr)
{
	drop(s, device(s, addr));
}

static void collect(void *priv, uint64_t key, void *value)
{
	struct story_device *d = value;

	(void)key;
	if (d->destroyed)
		assert_non_null(dxa_vec_push(priv, &d->addr));
}

void rcu(struct story *s)
{
	struct dxa_vec addrs = DXA_VEC_OF(uint64_t);
	size_t i;

	dxa_map_each(&s->devices, collect, &addrs);
	for (i = 0; i < addrs.len; i++) {
		struct dxa_event ev = event(s, DXA_KIND_DAX_FREE_INODE, DXA_PHASE_ARGS);
		uint64_t addr = *(uint64_t *)dxa_vec_at(&addrs, i);

		stage_dax(s, &ev, addr);
		feed(s, ev);
		free(dxa_map_del(&s->devices, addr));
	}
	dxa_vec_free(&addrs);
}

/* ---- what no driver does ---- */

void module_gone(struct story *s, const char *module)
{
	struct dxa_event ev = event(s, DXA_KIND_MODULE_FREE, DXA_PHASE_ARGS);

	stage_name(ev.name, sizeof(ev.name), module);
	feed(s, ev);
}

void lost(struct story *s, int64_t n)
{
	struct dxa_event ev = { .kind = DXA_KIND_LOST, .ret = n };

	feed(s, ev);
}

void missed_within(struct story *s, uint64_t ms)
{
	struct dxa_event ev = { .kind = DXA_KIND_LOST, .ret = 1, .arg = s->now + ms * 1000000 };

	feed(s, ev);
}

void lives_already(struct story *s, enum asker who, uint64_t addr, int32_t refs, uint32_t flags)
{
	struct story_device *d = birth(s, who, addr);

	d->refs = refs;
	d->flags = flags;
}
