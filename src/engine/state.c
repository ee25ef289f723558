// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is there now: a snapshot of the kernel's devices, of dax_hosts and of what
 * sysfs shows is judged as a whole when it ends (odds.c). It was taken without a lock,
 * piece by piece, so a device that comes or goes meanwhile looks odd: only what
 * two snapshots in a row show in the same way, of the same life, is told.
 */
#include <stdlib.h>
#include <string.h>

#include "daxaudit/snapshot.h"
#include "engine/owner.h"
#include "engine/state.h"

#define BUS_VIRTIO "virtio"
#define DRIVER_VIRTIOFS "virtiofs"

/* ---- collecting ---- */

static void clear(struct state *s)
{
	s->devices.len = s->hosts.len = s->disks.len = s->bus.len = s->gone.len = 0;
	s->odds.len = s->waiting.len = s->used.len = 0;
	dxa_map_free(&s->by_dax);
	s->known = 0;
	s->dead = s->undecided = s->unmatched = 0;
	s->virtiofs_bound = s->forgot = s->ended = false;
}

/* The snapshot that is being taken; a new one begins behind the end of the last. */
static struct state *collecting(struct dxa_engine *e)
{
	struct state *s = e->state;
	struct dxa_vec before;

	if (!s) {
		s = calloc(1, sizeof(*s));
		if (!s) {
			e->nomem = true;
			return NULL;
		}
		s->start = e->n;
		s->start_at = e->cur.ev.ts;
		s->devices = DXA_VEC_OF(struct device);
		s->hosts = s->disks = s->bus = s->gone = s->waiting = s->used =
			DXA_VEC_OF(struct rec);
		s->odds = s->before = DXA_VEC_OF(struct odd);
		e->state = s;
	}
	if (s->ended) {
		before = s->before;
		s->before = s->odds;
		s->odds = before;
		s->known_before = s->known;
		clear(s);
		s->start = e->n;
		s->start_at = e->cur.ev.ts;
	}
	return s;
}

void state_forget(struct dxa_engine *e)
{
	e->nomem = true;
	e->state->forgot = true;
}

void *state_add(struct dxa_engine *e, struct dxa_vec *to, const void *what)
{
	void *at = dxa_vec_push(to, what);

	if (!at)
		state_forget(e);
	return at;
}

struct device *state_device_of(const struct state *s, uint64_t dax)
{
	size_t at = (size_t)(uintptr_t)dxa_map_get(&s->by_dax, dax);

	return at ? dxa_vec_at(&s->devices, at - 1) : NULL;
}

void state_device(struct dxa_engine *e, const struct rec *r, const struct life *l)
{
	struct state *s = collecting(e);
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
	/* A walk that an allocation led back to its beginning shows a device again. */
	if (state_device_of(s, r->ev.dax)) {
		*state_device_of(s, r->ev.dax) = d;
		return;
	}
	if (!state_add(e, &s->devices, &d))
		return;
	if (dxa_map_put(&s->by_dax, r->ev.dax, (void *)(uintptr_t)s->devices.len))
		state_forget(e);
}

void state_host(struct dxa_engine *e, const struct rec *r)
{
	struct state *s = collecting(e);

	if (s)
		state_add(e, &s->hosts, r);
}

void state_disk(struct dxa_engine *e, const struct rec *r)
{
	struct state *s = collecting(e);

	if (s && r->ev.ret == 1)
		state_add(e, &s->disks, r);
}

void on_disk_used(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	struct state *s = collecting(e);

	(void)t;
	if (s)
		state_add(e, &s->used, r);
}

void on_bus_device(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	struct state *s = collecting(e);

	(void)t;
	if (!s)
		return;
	if (!strcmp(r->ev.bus, BUS_VIRTIO))
		s->virtiofs_bound |= !strcmp(r->ev.driver, DRIVER_VIRTIOFS);
	else
		state_add(e, &s->bus, r);
}

void on_used_gone(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	struct state *s = collecting(e);

	(void)t;
	if (!s)
		return;
	/* Several file systems may be on the partitions of one disk. */
	for (size_t i = 0; i < s->gone.len; i++) {
		const struct rec *g = dxa_vec_at(&s->gone, i);

		if (!strcmp(g->ev.name, r->ev.name))
			return;
	}
	state_add(e, &s->gone, r);
}

void on_task_waits(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	struct state *s = collecting(e);

	(void)t;
	if (s)
		state_add(e, &s->waiting, r);
}

/* ---- telling ---- */

static struct odd *same_odd(const struct dxa_vec *odds, const struct odd *o)
{
	for (size_t i = 0; i < odds->len; i++) {
		struct odd *b = dxa_vec_at(odds, i);

		if (b->rule == o->rule && b->dax == o->dax && b->rdev == o->rdev &&
		    b->generation == o->generation && b->incarnation == o->incarnation &&
		    !strcmp(b->name, o->name))
			return b;
	}
	return NULL;
}

static void tell(struct dxa_engine *e, struct odd *o)
{
	const struct device *d = o->dax ? state_device_of(e->state, o->dax) : NULL;
	struct life *l = o->dax ? life_alive(e, o->dax, o->generation) : NULL;
	struct dxa_finding f;

	o->told = true;
	if (l && l->told)
		return;
	report_begin(e, &f, o->rule, l, NULL);
	if (d)
		f.life = d->view.id;
	if (o->name[0])
		memcpy(f.life.disk, o->name, sizeof(f.life.disk));
	if (o->dax) {
		f.life.dax = o->dax;
		say_life(&f, &f.life);
		say(&f, " %s", o->why);
	} else if (o->rule == DXA_RULE_STUCK_PROBE) {
		const struct dxa_event *ev = &o->evidence[0].ev;

		say(&f, "task %u (%.*s) %s", ev->tid, DXA_COMM_LEN, ev->comm, o->why);
	} else {
		say(&f, "%.*s %s", DXA_NAME_LEN, o->name, o->why);
	}
	if (d && o->rule == DXA_RULE_ORPHAN)
		say(&f, "; %d reference%s", d->view.refs, d->view.refs == 1 ? "" : "s");
	if (l)
		prove_life(e, l);
	for (size_t i = 0; i < o->n_evidence; i++)
		prove(e, &o->evidence[i]);
	if (l)
		l->told = true;
	report(e, &f);
}

/* What the snapshot before this one showed as well. */
static void tell_what_stayed(struct dxa_engine *e, struct state *s)
{
	for (size_t i = 0; i < s->odds.len; i++) {
		struct odd *o = dxa_vec_at(&s->odds, i), *b = same_odd(&s->before, o);

		if (b && b->told)
			o->told = true;
		else if (b)
			tell(e, o);
	}
}

/* What the last snapshot saw better than this one and had no second look at, nobody can tell now. */
static void doubt_what_was_odd(struct dxa_engine *e, const struct state *s)
{
	if (state_has(s, s->known_before))
		return;
	for (size_t i = 0; i < s->before.len; i++) {
		const struct odd *o = dxa_vec_at(&s->before, i);

		if (o->told || same_odd(&s->odds, o))
			continue;
		gap(e, DXA_GAP_STATE);
		return;
	}
}

/* Without the kernel's own list: what sysfs shows, of which much is not known. */
static void devices_of_sysfs(struct dxa_engine *e, struct state *s)
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
		state_add(e, &s->devices, &d);
	}
}

void on_snap_end(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	struct state *s = collecting(e);

	(void)t;
	if (!s)
		return;
	s->known = r->ev.arg;
	s->asked = r->ev.ret;
	s->ended = true;
	e->stats.snapshots++;
	/* Asked for what is there: an incomplete answer is none. */
	if (r->ev.ret && !state_has(s, 1 << DXA_WALK_DEVICES))
		gap(e, DXA_GAP_STATE);
	if (r->ev.ret && state_has(s, DXA_SNAP_NO_STACKS))
		gap(e, DXA_GAP_STATE);
	judge_waiting(e);
	if (!state_has(s, 1 << DXA_WALK_DEVICES)) {
		devices_of_sysfs(e, s);
		tell_what_stayed(e, s);
		doubt_what_was_odd(e, s);
		return;
	}
	judge_devices(e);
	if (!s->asked)
		reconcile(e);
	tell_what_stayed(e, s);
	doubt_what_was_odd(e, s);
}

void state_finish(struct dxa_engine *e)
{
	const struct state *s = e->state;

	if (!s || !s->ended)
		return;
	if (s->undecided || s->unmatched) {
		gap(e, DXA_GAP_PENDING);
		return;
	}
	for (size_t i = 0; i < s->odds.len; i++) {
		const struct odd *o = dxa_vec_at(&s->odds, i);
		const struct life *l = o->dax ? life_alive(e, o->dax, o->generation) : NULL;

		if (o->told || (l && l->told))
			continue;
		gap(e, DXA_GAP_PENDING);
		return;
	}
}

/* ---- for those who ask ---- */

size_t dxa_engine_oddities(const struct dxa_engine *e)
{
	const struct state *s = e->state;

	return s ? s->odds.len + s->undecided + s->unmatched : 0;
}

void dxa_engine_each_device(const struct dxa_engine *e,
			    void (*fn)(void *priv, const struct dxa_device *device), void *priv)
{
	for (size_t i = 0; e->state && i < e->state->devices.len; i++) {
		const struct device *d = dxa_vec_at(&e->state->devices, i);

		fn(priv, &d->view);
	}
}

void state_free(struct dxa_engine *e)
{
	struct state *s = e->state;

	if (!s)
		return;
	dxa_vec_free(&s->devices);
	dxa_vec_free(&s->hosts);
	dxa_vec_free(&s->disks);
	dxa_vec_free(&s->bus);
	dxa_vec_free(&s->gone);
	dxa_vec_free(&s->used);
	dxa_vec_free(&s->waiting);
	dxa_vec_free(&s->odds);
	dxa_vec_free(&s->before);
	dxa_map_free(&s->by_dax);
	free(s);
	e->state = NULL;
}
