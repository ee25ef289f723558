// SPDX-License-Identifier: GPL-2.0-only
/*
 * A snapshot: the kernel's list of devices, dax_hosts, and sysfs. It is taken without
 * locks, in parts, so a device that is added or removed meanwhile may be inconsistent.
 */
#include "engine/track/snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "daxaudit/snapshot.h"
#include "engine/fact.h"
#include "engine/owner.h"
#include "engine/track/handlers.h"
#include "engine/track/loss.h"

#define BUS_VIRTIO "virtio"
#define DRIVER_VIRTIOFS "virtiofs"

/* ---- collecting ---- */

static void clear(struct snapshot *s)
{
	s->devices.len = s->hosts.len = s->disks.len = s->bus.len = s->gone.len = 0;
	s->waiting.len = s->used.len = s->unhosted.len = 0;
	dxa_map_free(&s->by_dax);
	s->known = 0;
	s->unmatched = 0;
	s->virtiofs_bound = s->incomplete = s->ended = false;
}

/* The snapshot that is being collected; after the end of one the next begins. */
static struct snapshot *collecting(struct dxa_engine *e)
{
	struct snapshot *s = e->snapshot;

	if (!s) {
		s = calloc(1, sizeof(*s));
		if (!s) {
			e->nomem = true;
			return NULL;
		}
		s->start = e->n;
		s->start_at = e->cur->ev.ts;
		s->devices = DXA_VEC_OF(struct device);
		s->hosts = s->disks = s->bus = s->gone = s->waiting = s->used = s->unhosted =
			DXA_VEC_OF(struct rec);
		e->snapshot = s;
	}
	if (s->ended) {
		clear(s);
		s->start = e->n;
		s->start_at = e->cur->ev.ts;
	}
	return s;
}

static void part_dropped(struct dxa_engine *e)
{
	e->nomem = true;
	e->snapshot->incomplete = true;
}

static void *part_add(struct dxa_engine *e, struct dxa_vec *to, const void *what)
{
	void *at = dxa_vec_push(to, what);

	if (!at)
		part_dropped(e);
	return at;
}

struct device *snapshot_device(const struct snapshot *s, uint64_t dax)
{
	size_t at = (size_t)(uintptr_t)dxa_map_get(&s->by_dax, dax);

	return at ? dxa_vec_at(&s->devices, at - 1) : NULL;
}

static void add_device(struct dxa_engine *e, const struct rec *r, const struct life *l)
{
	struct snapshot *s = collecting(e);
	struct device d = { .rec = *r };

	if (!s)
		return;
	if (l)
		d.view.id = l->id;
	d.view.id.dax = r->ev.dax;
	d.view.id.rdev = r->ev.rdev;
	d.view.id.driver = dxa_owner_of_event(e->cfg.symbols, &r->ev, d.view.module);
	d.view.ops = r->ev.ops;
	d.view.refs = r->ev.refs;
	d.view.cdev_refs = r->ev.cdev_refs;
	d.view.holder = r->ev.holder;
	d.view.alive = r->ev.dax_flags & (1u << DXA_DAXDEV_ALIVE);
	/* A walk that a concurrent allocation led back to the start shows a device twice. */
	if (snapshot_device(s, r->ev.dax)) {
		*snapshot_device(s, r->ev.dax) = d;
		return;
	}
	if (!part_add(e, &s->devices, &d))
		return;
	if (dxa_map_put(&s->by_dax, r->ev.dax, (void *)(uintptr_t)s->devices.len))
		part_dropped(e);
}

static void add_host_entry(struct dxa_engine *e, const struct rec *r)
{
	struct snapshot *s = collecting(e);

	if (s)
		part_add(e, &s->hosts, r);
}

void snapshot_disk(struct dxa_engine *e, const struct rec *r)
{
	struct snapshot *s = collecting(e);

	if (s && r->ev.ret == 1)
		part_add(e, &s->disks, r);
}

void on_disk_used(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	struct snapshot *s = collecting(e);

	(void)t;
	if (s)
		part_add(e, &s->used, r);
}

void on_bus_device(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	struct snapshot *s = collecting(e);

	(void)t;
	if (!s)
		return;
	if (!strcmp(r->ev.bus, BUS_VIRTIO))
		s->virtiofs_bound |= !strcmp(r->ev.driver, DRIVER_VIRTIOFS);
	else
		part_add(e, &s->bus, r);
}

void on_used_gone(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	struct snapshot *s = collecting(e);

	(void)t;
	if (!s)
		return;
	/* Several file systems may be on the partitions of one disk. */
	for (size_t i = 0; i < s->gone.len; i++) {
		const struct rec *g = dxa_vec_at(&s->gone, i);

		if (!strcmp(g->ev.name, r->ev.name))
			return;
	}
	part_add(e, &s->gone, r);
}

void on_task_waits(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	struct snapshot *s = collecting(e);

	(void)t;
	if (s)
		part_add(e, &s->waiting, r);
}

/* ---- devices from before the audit ---- */

/*
 * An unaccounted reference may be a temporary one: a walk of all inodes, such as
 * drop_pagecache_sb() in fs/drop_caches.c, holds each inode for a moment. Its task can be
 * preempted there for any time, so neither time nor snapshots prove a leak without its
 * cause. But the auditor waits between two snapshots while the machine runs, and so gives
 * a put that is in progress time to end.
 */
static void show_suspect(struct dxa_engine *e, struct life *l, const struct rec *r)
{
	struct suspect *s = l->suspect;

	if (!s || s->what != SUSPECT_REFERENCE_LEAK || r->ev.refs <= 0)
		return;
	/* A lookup may have the reference and not have returned; a put may be in progress. */
	s->in_progress = e->gets_pending || is_being_put(e, l);
	if (!s->shown_at || s->in_progress) {
		s->shown_at = r->ev.ts;
	} else if (r->ev.ts > s->shown_at + LOOKS_APART_NS) {
		PUBLISH(e, FACT_DUE, .r = r, .life = l);
		life_clear_suspicion(e, l);
	}
}

void on_snap_device(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	struct life *l;

	(void)t;
	if (!r->ev.dax)
		return;
	l = life_get_or_create(e, r);
	add_device(e, r, l);
	if (!l)
		return;
	l->shown_in = (uint32_t)e->stats.snapshots + 1;
	if (l->first == r->n) {
		l->shown_first = l->shown_in;
		l->amid_alloc = dax_is_busy(e);
	}
	show_suspect(e, l, r);
	life_note_flags(l, &r->ev);
	if (l->from_alloc || l->snapshotted)
		return;
	life_add_record(e, l, r);
	l->snapshotted = true;
	if (r->ev.name[0] && !l->id.disk[0])
		memcpy(l->id.disk, r->ev.name, sizeof(l->id.disk));
	if (!(r->ev.has & DXA_HAS_DAX))
		return;
	life_set_owner(e, l, &r->ev);
	/*
	 * refs may or may not contain a lookup that was recorded before this. Add it:
	 * to expect one reference too many leads to no finding.
	 */
	l->refs = r->ev.refs;
	add_refs(&l->refs, l->gets);
	l->refs_known = true;
}

void on_snap_host(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	struct life *l;

	(void)t;
	if (!r->ev.dax || !r->ev.obj)
		return;
	add_host_entry(e, r);
	/* An entry that was left behind does not belong to the device that has the address now. */
	if (dxa_map_get(&e->hosts, r->ev.obj) || host_has_left(e, r->ev.obj) ||
	    dxa_map_get(&e->left_behind, r->ev.obj))
		return;
	/* The walk of the devices was before this one: an entry alone does not begin a life. */
	l = life_at(e, r->ev.dax);
	if (!l || l->ended || l->host || l->kills)
		return;
	if (!l->id.disk[0])
		memcpy(l->id.disk, r->ev.name, sizeof(l->id.disk));
	life_add_record(e, l, r);
	life_set_host(e, l, r->ev.obj, r->ev.ts);
}

/* ---- the snapshot is complete ---- */

/* Without the kernel's list: the devices that sysfs shows, with few of their fields. */
static void devices_of_sysfs(struct dxa_engine *e, struct snapshot *s)
{
	struct device d = { .view = { .refs = -1, .cdev_refs = -1 } };

	s->devices.len = 0;
	for (size_t i = 0; i < s->disks.len + s->bus.len; i++) {
		const struct rec *r = i < s->disks.len ? dxa_vec_at(&s->disks, i) :
							 dxa_vec_at(&s->bus, i - s->disks.len);

		d.view.id.driver = i < s->disks.len ? DXA_DRIVER_UNKNOWN : DXA_DRIVER_DEVICE_DAX;
		d.view.id.rdev = r->ev.rdev;
		memcpy(d.view.id.disk, r->ev.name, sizeof(d.view.id.disk));
		memcpy(d.view.bound, r->ev.driver, sizeof(d.view.bound));
		part_add(e, &s->devices, &d);
	}
}

static void join_bus(struct dxa_engine *e)
{
	struct snapshot *s = e->snapshot;
	struct dxa_map by_rdev = { 0 };

	for (size_t i = 0; i < s->bus.len; i++) {
		const struct rec *r = dxa_vec_at(&s->bus, i);

		if (dxa_map_put(&by_rdev, r->ev.rdev, (void *)(uintptr_t)(i + 1)))
			part_dropped(e);
	}
	for (size_t i = 0; i < s->devices.len; i++) {
		struct device *d = dxa_vec_at(&s->devices, i);
		size_t at = (size_t)(uintptr_t)dxa_map_get(&by_rdev, d->view.id.rdev);
		const struct rec *r = at ? dxa_vec_at(&s->bus, at - 1) : NULL;

		if (!r)
			continue;
		d->bus = &r->ev;
		d->incarnation = r->ev.arg;
		memcpy(d->view.id.disk, r->ev.name, sizeof(d->view.id.disk));
		memcpy(d->view.bound, r->ev.driver, sizeof(d->view.bound));
	}
	dxa_map_free(&by_rdev);
}

/* Two names with the same hash would hide each other; in 64 bits that does not happen. */
static uint64_t name_key(const char *name)
{
	return dxa_hash_text(DXA_HASH_START, name);
}

/* Set the incarnation of the disk of each device. */
static void join_disks(struct dxa_engine *e)
{
	struct snapshot *s = e->snapshot;
	struct dxa_map by_name = { 0 };

	for (size_t i = 0; i < s->disks.len; i++) {
		struct rec *r = dxa_vec_at(&s->disks, i);

		if (dxa_map_put(&by_name, name_key(r->ev.name), r))
			part_dropped(e);
	}
	for (size_t i = 0; i < s->hosts.len; i++) {
		const struct rec *h = dxa_vec_at(&s->hosts, i);
		const struct rec *r = dxa_map_get(&by_name, name_key(h->ev.name));
		struct device *d = snapshot_device(s, h->ev.dax);

		if (r && d)
			d->incarnation = r->ev.arg;
	}
	dxa_map_free(&by_name);
}

/* Add the entries of dax_hosts to their devices. */
static void join_hosts(struct dxa_engine *e)
{
	struct snapshot *s = e->snapshot;

	for (size_t i = 0; i < s->hosts.len; i++) {
		const struct rec *r = dxa_vec_at(&s->hosts, i);
		struct device *d = snapshot_device(s, r->ev.dax);

		if (!d)
			continue;
		d->host = *r;
		d->view.host = r->ev.obj;
		memcpy(d->view.id.disk, r->ev.name, sizeof(d->view.id.disk));
	}
}

/* Collect the disks that advertise DAX and are not in dax_hosts. */
static void find_unhosted(struct dxa_engine *e)
{
	struct snapshot *s = e->snapshot;
	struct dxa_map hosted = { 0 };

	if (!snapshot_has(s, 1 << DXA_WALK_HOSTS))
		return;
	for (size_t i = 0; i < s->hosts.len; i++) {
		struct rec *h = dxa_vec_at(&s->hosts, i);

		if (dxa_map_put(&hosted, name_key(h->ev.name), h))
			part_dropped(e);
	}
	for (size_t i = 0; i < s->disks.len && !s->incomplete; i++) {
		const struct rec *r = dxa_vec_at(&s->disks, i);

		if (!dxa_map_get(&hosted, name_key(r->ev.name)))
			part_add(e, &s->unhosted, r);
	}
	dxa_map_free(&hosted);
}

static void join(struct dxa_engine *e)
{
	struct snapshot *s = e->snapshot;

	join_bus(e);
	join_disks(e);
	find_unhosted(e);
	/* A device whose disk or bus device was dropped would look like an orphan. */
	if (s->incomplete)
		s->known = 0;
	else
		join_hosts(e);
}

/* ---- facts ---- */

static size_t count_dead(const struct snapshot *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->devices.len; i++) {
		const struct device *d = dxa_vec_at(&s->devices, i);

		n += dxa_owner_of(d->view.id.driver)->of_disk && !d->view.alive && !d->host.n;
	}
	return n;
}

static void publish_shown(struct dxa_engine *e)
{
	struct snapshot *s = e->snapshot;

	for (size_t i = 0; i < s->waiting.len; i++)
		PUBLISH(e, FACT_SHOWN_DEADLOCK, .r = dxa_vec_at(&s->waiting, i));
	if (!snapshot_has(s, 1 << DXA_WALK_DEVICES))
		return;
	s->dead = count_dead(s);
	for (size_t i = 0; i < s->hosts.len; i++) {
		const struct rec *r = dxa_vec_at(&s->hosts, i);

		PUBLISH(e, FACT_SHOWN_HOST, .r = r, .device = snapshot_device(s, r->ev.dax));
	}
	for (size_t i = 0; i < s->devices.len; i++)
		PUBLISH(e, FACT_SHOWN_DEVICE, .device = dxa_vec_at(&s->devices, i));
	for (size_t i = 0; i < s->unhosted.len; i++)
		PUBLISH(e, FACT_SHOWN_DISK, .r = dxa_vec_at(&s->unhosted, i));
}

bool snapshot_end(struct dxa_engine *e, const struct rec *r)
{
	struct snapshot *s = collecting(e);
	bool has_devices;

	if (!s)
		return false;
	s->known = r->ev.arg;
	s->asked = r->ev.ret;
	s->ended = true;
	e->stats.snapshots++;
	/* In an audit of existing devices, an incomplete snapshot is a gap. */
	if (s->asked && !snapshot_has(s, 1 << DXA_WALK_DEVICES))
		gap(e, DXA_GAP_STATE);
	if (s->asked && snapshot_has(s, DXA_SNAP_NO_STACKS))
		gap(e, DXA_GAP_STATE);
	has_devices = snapshot_has(s, 1 << DXA_WALK_DEVICES);
	if (has_devices)
		join(e);
	else
		devices_of_sysfs(e, s);
	publish_shown(e);
	return has_devices;
}

/* ---- queries ---- */

size_t snapshot_unmatched(const struct dxa_engine *e)
{
	return e->snapshot ? e->snapshot->unmatched : 0;
}

void dxa_engine_each_device(const struct dxa_engine *e,
			    void (*fn)(void *priv, const struct dxa_device *device), void *priv)
{
	for (size_t i = 0; e->snapshot && i < e->snapshot->devices.len; i++) {
		const struct device *d = dxa_vec_at(&e->snapshot->devices, i);

		fn(priv, &d->view);
	}
}

void snapshot_free(struct dxa_engine *e)
{
	struct snapshot *s = e->snapshot;

	if (!s)
		return;
	dxa_vec_free(&s->devices);
	dxa_vec_free(&s->hosts);
	dxa_vec_free(&s->disks);
	dxa_vec_free(&s->unhosted);
	dxa_vec_free(&s->bus);
	dxa_vec_free(&s->gone);
	dxa_vec_free(&s->used);
	dxa_vec_free(&s->waiting);
	dxa_map_free(&s->by_dax);
	free(s);
	e->snapshot = NULL;
}
