// SPDX-License-Identifier: GPL-2.0-only
/* Records, as bpf/ fills them from the state of the kernel. */
#include <stdio.h>
#include <string.h>

#include "daxaudit/snapshot.h"
#include "world.h"

const char *const owner_ops[OWN_COUNT] = { "pmem_dax_ops", "dm_dax_ops", "virtio_fs_dax_ops",
					   NULL };
const char *const owner_module[OWN_COUNT] = { "nd_pmem", "dm_mod", "virtiofs", "dax_pmem" };
const char *const driver_names[] = { "",     "nd_pmem",	 "dax_pmem", "device_dax",
				     "kmem", "virtiofs", "nd_btt" };
const char *const dev_names[DEVS] = { "namespace0.0", "namespace1.0", "dax0.0", "virtio0", "",
				      "0000:00:05.0" };
const char *const dev_buses[DEVS] = { "nd", "nd", "dax", "virtio", "", "pci" };
const char *const disk_names[DISKS] = { "pmem0", "pmem1", "dm-0" };

struct history history;
const struct op *programs[PROGRAMS_MAX];

uint64_t ops_addr(int owner)
{
	return owner == OWN_DEVICE_DAX ? 0 : OPS_AT + (uint64_t)owner * 256;
}

uint32_t task_tid(const struct world *w, int task)
{
	if (task == RCU_TASK)
		return history.mode.rcu_in_task ? 100 : 0;
	return 100 + w->proc[task].tid;
}

struct dxa_event record(const struct world *w, int task, unsigned int kind, unsigned int phase)
{
	struct dxa_event ev = { .kind = (uint16_t)kind,
				.phase = (uint8_t)phase,
				.tid = task_tid(w, task),
				.tgid = task_tid(w, task) };

	snprintf(ev.comm, sizeof(ev.comm), "%s", task == RCU_TASK ? "rcu" : "task");
	return ev;
}

void fill_dax(const struct world *w, struct dxa_event *ev, int slot)
{
	const struct dax *d;

	ev->dax = dax_addr(slot);
	if (slot < 0)
		return;
	d = &w->dax[slot];
	ev->rdev = DXA_DEV(252u, d->minor);
	ev->refs = d->refs;
	ev->cdev_refs = d->cdev_refs;
	ev->dax_flags = d->flags;
	ev->ops = ops_addr(d->owner);
	ev->holder = d->holder ? HOLDER_AT + d->holder * (uint64_t)OBJ_SIZE : 0;
	ev->has |= DXA_HAS_DAX;
}

void fill_disk(struct dxa_event *ev, int disk, int gen)
{
	ev->obj = DISK_AT + (uint64_t)(disk + DISKS * gen) * OBJ_SIZE;
	snprintf(ev->name, sizeof(ev->name), "%s", disk_names[disk]);
	ev->has |= DXA_HAS_DISK;
}

void fill_device(const struct world *w, struct dxa_event *ev, int dev)
{
	ev->obj = DEV_AT + (uint64_t)dev * OBJ_SIZE;
	snprintf(ev->name, sizeof(ev->name), "%s", dev_names[dev]);
	snprintf(ev->bus, sizeof(ev->bus), "%s", dev_buses[dev]);
	snprintf(ev->driver, sizeof(ev->driver), "%s", driver_names[w->dev[dev].driver]);
	ev->has |= DXA_HAS_DEVICE;
}

static uint64_t mix(uint64_t h, const void *data, size_t len)
{
	const unsigned char *p = data;
	uint64_t word;

	for (; len >= 8; len -= 8, p += 8) {
		memcpy(&word, p, 8);
		h = (h ^ word) * 0x9e3779b97f4a7c15ull;
		h ^= h >> 29;
	}
	return h;
}

void write_record(struct world *w, struct dxa_event *ev)
{

	if (w->n >= LOG_MAX - 8)
		return;
	ev->ts = w->n ? history.log[w->n - 1].ts : 1000 * MS;
	ev->ts += 10 * US;
	if (history.mode.slow && history.mode.pauses >> (w->n % 64) & 1)
		ev->ts += 1300 * MS;
	ev->seq = w->n + 1u;
	history.before[w->n] = *w;
	history.log[w->n++] = *ev;
	history.filled[w->n - 1] = w->n;
	w->log_hash = mix(w->log_hash, ev, sizeof(*ev));
}

void drop_other_driver(const struct world *w, struct dxa_event *ev, int dev)
{
	if (ev->arg && w->dev[dev].driver != ev->arg)
		memset(ev->driver, 0, sizeof(ev->driver));
}

void fill_late(struct world *w, int n)
{
	struct dxa_event *ev = &history.log[n - 1];

	history.filled[n - 1] = w->n;
	if (ev->has & DXA_HAS_DAX)
		fill_dax(w, ev, (int)((ev->dax - DAX_AT) / DAX_SIZE));
	if (ev->kind == DXA_KIND_RELEASE_DRIVER) {
		fill_device(w, ev, (int)((ev->obj - DEV_AT) / OBJ_SIZE));
		drop_other_driver(w, ev, (int)((ev->obj - DEV_AT) / OBJ_SIZE));
	}
	w->log_hash = mix(w->log_hash, ev, sizeof(*ev));
}

/* ---- snapshots ---- */

#define SNAP_ALL                                                                                \
	(1 << DXA_WALK_DEVICES | 1 << DXA_WALK_HOSTS | 1 << DXA_WALK_HOLDERS | DXA_SNAP_SYSFS | \
	 DXA_SNAP_HOLDERS)

/* The driver core lists a device with its driver from the probe's success to the removal's end. */
static enum dxa_bound bound_of(const struct world *w, int slot)
{
	const struct dev_state *d = &w->dev[DAX0];

	if (d->dax.slot != slot)
		return DXA_BOUND_UNKNOWN;
	for (int t = 0; t < TASKS; t++)
		if (w->proc[t].unbinding >> DAX0 & 1)
			return DXA_BOUND_YES;
	return d->driver && !d->lock ? DXA_BOUND_YES : DXA_BOUND_NO;
}

static bool snap_device(const struct world *w, int slot, struct dxa_event *ev)
{
	if (!w->dax[slot].on_list)
		return false;
	ev->kind = DXA_KIND_SNAP_DEVICE;
	fill_dax(w, ev, slot);
	if (!ev->ops)
		ev->arg = bound_of(w, slot);
	if (ev->ops && w->gone >> w->dax[slot].owner & 1)
		snprintf(ev->driver, sizeof(ev->driver), "0x%llx", (unsigned long long)ev->ops);
	return true;
}

static bool snap_host(const struct world *w, int disk, struct dxa_event *ev)
{
	if (w->disk[disk].host.slot < 0)
		return false;
	ev->kind = DXA_KIND_SNAP_HOST;
	fill_dax(w, ev, w->disk[disk].host.slot);
	fill_disk(ev, disk, w->disk[disk].host_gen);
	return true;
}

static bool snap_used(const struct world *w, int i, struct dxa_event *ev)
{
	const struct mount *m = &w->mount[i];

	if (!m->there)
		return false;
	ev->kind = w->disk[m->disk].dead || w->disk[m->disk].gen != m->gen ? DXA_KIND_USED_GONE :
									     DXA_KIND_DISK_USED;
	fill_disk(ev, m->disk, m->gen);
	ev->arg = HOLDER_AT + (uint64_t)(i + 1) * OBJ_SIZE;
	ev->ret = 1;
	ev->rdev = DXA_DEV(259u, (unsigned int)m->disk);
	snprintf(ev->driver, sizeof(ev->driver), "ext4");
	return true;
}

static bool snap_disk(const struct world *w, int i, struct dxa_event *ev)
{
	const struct disk *d = &w->disk[i];

	if (!d->there || d->dead || !d->says_dax)
		return false;
	ev->kind = DXA_KIND_DISK_STATE;
	ev->ret = 1;
	snprintf(ev->name, sizeof(ev->name), "%s", disk_names[i]);
	return true;
}

static bool snap_bus(const struct world *w, int i, struct dxa_event *ev)
{
	const struct dev_state *d = &w->dev[i];

	if ((i == DAX0 && !d->there) || (i == VIRTIO0 && d->link != DRV_VIRTIOFS) ||
	    (i != DAX0 && i != VIRTIO0))
		return false;
	ev->kind = DXA_KIND_BUS_DEVICE;
	snprintf(ev->name, sizeof(ev->name), "%s", dev_names[i]);
	snprintf(ev->bus, sizeof(ev->bus), "%s", dev_buses[i]);
	snprintf(ev->driver, sizeof(ev->driver), "%s", driver_names[d->link]);
	if (i == DAX0 && d->dax.slot >= 0)
		ev->rdev = DXA_DEV(252u, w->dax[d->dax.slot].minor);
	return true;
}

bool snapshot_part(const struct world *w, int i, struct dxa_event *ev)
{
	*ev = (struct dxa_event){ .tid = 99, .tgid = 99 };
	snprintf(ev->comm, sizeof(ev->comm), "daxaudit");
	if (i < DAXES)
		return snap_device(w, i, ev);
	i -= DAXES;
	if (i < DISKS)
		return snap_host(w, i, ev);
	i -= DISKS;
	if (i < MOUNTS)
		return snap_used(w, i, ev);
	i -= MOUNTS;
	if (i < DISKS)
		return snap_disk(w, i, ev);
	i -= DISKS;
	if (i < 2 * DEVS)
		return i < DEVS && snap_bus(w, i, ev);
	*ev = (struct dxa_event){ .kind = DXA_KIND_SNAP_END, .arg = SNAP_ALL };
	return true;
}
