// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is there now: a snapshot of the kernel's devices, of dax_hosts and of what
 * sysfs shows is judged as a whole when it ends. It was taken without a lock,
 * piece by piece, so a device that comes or goes meanwhile looks odd: only what
 * two snapshots in a row show in the same way, of the same life, is told.
 */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "daxaudit/snapshot.h"
#include "engine/model.h"
#include "engine/owner.h"

/* More than so many oddities of one snapshot are counted as a gap. */
#define ODDS_MAX 1024

#define BUS_DAX "dax"
#define BUS_VIRTIO "virtio"
#define DRIVER_VIRTIOFS "virtiofs"

/* A device of the snapshot. */
struct device {
	struct dxa_device view;
	struct rec rec;
	struct rec host; /* n 0: it is in dax_hosts for no disk */
	const struct dxa_event *bus; /* its device on the dax bus, or NULL */
};

/* What is odd, and would be a finding if the next snapshot still showed it. */
struct odd {
	enum dxa_rule rule;
	uint64_t dax; /* 0: the disk in name has none */
	uint32_t rdev;
	uint32_t generation;
	char name[DXA_NAME_LEN];
	const char *why; /* the rest of a sentence that begins with the device */
	struct rec evidence[2];
	size_t n_evidence;
	bool told;
};

struct state {
	struct dxa_vec devices; /* struct device */
	struct dxa_vec hosts; /* struct rec */
	struct dxa_vec disks; /* struct rec: they say DAX */
	struct dxa_vec bus; /* struct rec */
	struct dxa_map by_dax; /* index in devices plus one, as a pointer */
	struct dxa_vec odds; /* struct odd, of this snapshot */
	struct dxa_vec before; /* struct odd, of the one before */
	uint64_t known; /* what it is complete in */
	uint64_t known_before; /* what the one before was complete in */
	struct dxa_vec waiting; /* struct rec: tasks that wait for themselves */
	struct dxa_vec gone; /* struct rec: disks that are gone and still in use, each once */
	size_t dead; /* devices that are killed and of no disk */
	bool virtiofs_bound;
	bool asked; /* the audit is about what is there: what cannot be told is a gap */
	bool forgot; /* there was no memory for a part of it: what it shows is not what is there */
	bool ended;
};

/* ---- collecting ---- */

static void clear(struct state *s)
{
	s->devices.len = s->hosts.len = s->disks.len = s->bus.len = s->gone.len = 0;
	s->odds.len = s->waiting.len = 0;
	dxa_map_free(&s->by_dax);
	s->known = 0;
	s->dead = 0;
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
		s->devices = DXA_VEC_OF(struct device);
		s->hosts = s->disks = s->bus = s->gone = s->waiting = DXA_VEC_OF(struct rec);
		s->odds = s->before = DXA_VEC_OF(struct odd);
		e->state = s;
	}
	if (s->ended) {
		before = s->before;
		s->before = s->odds;
		s->odds = before;
		s->known_before = s->known;
		clear(s);
	}
	return s;
}

static void forget(struct dxa_engine *e)
{
	e->nomem = true;
	e->state->forgot = true;
}

static void *add(struct dxa_engine *e, struct dxa_vec *to, const void *what)
{
	void *at = dxa_vec_push(to, what);

	if (!at)
		forget(e);
	return at;
}

static struct device *device_of(const struct state *s, uint64_t dax)
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
	if (device_of(s, r->ev.dax)) {
		*device_of(s, r->ev.dax) = d;
		return;
	}
	if (!add(e, &s->devices, &d))
		return;
	if (dxa_map_put(&s->by_dax, r->ev.dax, (void *)(uintptr_t)s->devices.len))
		forget(e);
}

void state_host(struct dxa_engine *e, const struct rec *r)
{
	struct state *s = collecting(e);

	if (s)
		add(e, &s->hosts, r);
}

void state_disk(struct dxa_engine *e, const struct rec *r)
{
	struct state *s = collecting(e);

	if (s && r->ev.ret == 1)
		add(e, &s->disks, r);
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
		add(e, &s->bus, r);
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
	add(e, &s->gone, r);
}

void on_task_waits(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	struct state *s = collecting(e);

	(void)t;
	if (s)
		add(e, &s->waiting, r);
}

/* ---- judging one snapshot ---- */

static bool has(const struct state *s, uint64_t what)
{
	return (s->known & what) == what;
}

static struct odd *odd(struct dxa_engine *e, enum dxa_rule rule, const struct dxa_life_id *id,
		       const struct rec *proof, const char *why)
{
	struct state *s = e->state;
	struct odd o = { .rule = rule, .why = why, .n_evidence = 1 };

	if (s->odds.len == ODDS_MAX) {
		gap(e, DXA_GAP_LIMIT);
		return NULL;
	}
	o.evidence[0] = *proof;
	if (id) {
		o.dax = id->dax;
		o.rdev = id->rdev;
		o.generation = id->generation;
		memcpy(o.name, id->disk, sizeof(o.name));
	} else {
		memcpy(o.name, proof->ev.name, sizeof(o.name));
	}
	return add(e, &s->odds, &o);
}

static void prove_odd(struct odd *o, const struct rec *r)
{
	if (o && r->n)
		o->evidence[o->n_evidence++] = *r;
}

/* Every entry of dax_hosts must be of a device that is there, and not killed. */
static void judge_hosts(struct dxa_engine *e)
{
	struct state *s = e->state;

	for (size_t i = 0; i < s->hosts.len; i++) {
		const struct rec *r = dxa_vec_at(&s->hosts, i);
		struct device *d = device_of(s, r->ev.dax);
		struct dxa_life_id id = { .dax = r->ev.dax, .rdev = r->ev.rdev };

		memcpy(id.disk, r->ev.name, sizeof(id.disk));
		if (!d) {
			odd(e, DXA_RULE_HOST_LEFT_BEHIND, &id, r,
			    "is not there any more, but dax_hosts still refers to it");
			continue;
		}
		d->host = *r;
		d->view.host = r->ev.obj;
		memcpy(d->view.id.disk, r->ev.name, sizeof(d->view.id.disk));
		if (!d->view.alive)
			prove_odd(odd(e, DXA_RULE_HOST_LEFT_BEHIND, &d->view.id, r,
				      "is killed, but dax_hosts still refers to it"),
				  &d->rec);
	}
}

static void join_bus(struct dxa_engine *e)
{
	struct state *s = e->state;
	struct dxa_map by_rdev = { 0 };

	for (size_t i = 0; i < s->bus.len; i++) {
		const struct rec *r = dxa_vec_at(&s->bus, i);

		if (dxa_map_put(&by_rdev, r->ev.rdev, (void *)(uintptr_t)(i + 1)))
			forget(e);
	}
	for (size_t i = 0; i < s->devices.len; i++) {
		struct device *d = dxa_vec_at(&s->devices, i);
		size_t at = (size_t)(uintptr_t)dxa_map_get(&by_rdev, d->view.id.rdev);
		const struct rec *r = at ? dxa_vec_at(&s->bus, at - 1) : NULL;

		if (!r)
			continue;
		d->bus = &r->ev;
		memcpy(d->view.id.disk, r->ev.name, sizeof(d->view.id.disk));
		memcpy(d->view.bound, r->ev.driver, sizeof(d->view.bound));
	}
	dxa_map_free(&by_rdev);
}

/* A device on the dax bus is alive while a driver that runs it is bound (kernel: run_dax). */
static void judge_bus_device(struct dxa_engine *e, const struct device *d)
{
	const char *driver = d->bus->driver;
	bool runs = !strcmp(driver, "device_dax") || !strcmp(driver, "fsdev_dax");
	bool does_not = !driver[0] || !strcmp(driver, "kmem");
	const struct rec *r = &d->rec;

	if (runs && !d->view.alive)
		odd(e, DXA_RULE_ALIVE_CONTRADICTS_SYSFS, &d->view.id, r,
		    "is dead, although a driver that runs it is bound to it");
	else if (does_not && d->view.alive)
		odd(e, DXA_RULE_ALIVE_CONTRADICTS_SYSFS, &d->view.id, r,
		    "is alive, although no driver that runs it is bound to it");
}

static bool of_a_disk(const struct device *d)
{
	enum dxa_driver driver = d->view.id.driver;

	return driver != DXA_DRIVER_DEVICE_DAX && driver != DXA_DRIVER_FSDEV &&
	       driver != DXA_DRIVER_VIRTIOFS;
}

static size_t count_dead(const struct state *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->devices.len; i++) {
		const struct device *d = dxa_vec_at(&s->devices, i);

		n += of_a_disk(d) && !d->view.alive && !d->host.n;
	}
	return n;
}

/* Why nobody owns this device, or NULL: somebody does, or it cannot be told. */
static const char *orphaned(struct dxa_engine *e, const struct device *d, bool *unsure)
{
	const struct state *s = e->state;
	const struct dxa_device *v = &d->view;

	switch (v->id.driver) {
	case DXA_DRIVER_DEVICE_DAX:
	case DXA_DRIVER_FSDEV:
		*unsure = !has(s, DXA_SNAP_SYSFS);
		if (d->bus || *unsure)
			return NULL;
		/* An open /dev/dax holds the cdev, and with it the device that will put this one. */
		return v->alive || v->cdev_refs <= 0 ? "is on no bus and nobody has it open" : NULL;
	case DXA_DRIVER_VIRTIOFS:
		*unsure = !has(s, DXA_SNAP_SYSFS);
		return s->virtiofs_bound || *unsure ? NULL : "is there, but no virtiofs device is";
	default:
		break;
	}
	if (d->host.n || v->holder)
		return NULL;
	if (has(s, DXA_SNAP_NO_HOSTS)) {
		*unsure = s->asked;
		return NULL;
	}
	*unsure = !has(s, 1 << DXA_WALK_HOSTS);
	if (*unsure)
		return NULL;
	if (v->alive)
		return "is alive, but no disk refers to it: it is not in dax_hosts";
	/* Killed under a mount or a dm table, it is theirs to put; which one it is, is not known. */
	*unsure = !has(s, 1 << DXA_WALK_SUPERS | DXA_SNAP_SYSFS) ||
		  (s->gone.len && s->gone.len < s->dead);
	return s->gone.len || *unsure ? NULL :
					"is killed and its disk is gone, but references are left "
					"and nothing that could hold them is there";
}

/* The kernel found no symbol for the ops, nor a module around them. */
static bool ops_gone(const struct rec *r)
{
	return r->ev.ops && !strncmp(r->ev.driver, "0x", 2);
}

static void judge_device(struct dxa_engine *e, struct device *d)
{
	bool unsure = false;
	const char *why;

	if (ops_gone(&d->rec) && d->view.alive) {
		d->view.why = "has operations in a module that is gone";
		odd(e, DXA_RULE_LEAK_ON_UNLOAD, &d->view.id, &d->rec, d->view.why);
		return;
	}
	why = orphaned(e, d, &unsure);
	if (why) {
		d->view.why = why;
		odd(e, DXA_RULE_ORPHAN, &d->view.id, &d->rec, why);
	} else if (d->bus) {
		judge_bus_device(e, d);
	}
	if (unsure && !d->host.n)
		gap(e, DXA_GAP_STATE);
}

/* Of two names alike in 64 bits, one would hide the other, which does not happen. */
static uint64_t name_key(const char *name)
{
	return dxa_hash_text(DXA_HASH_START, name);
}

/* A disk whose queue says DAX must be in dax_hosts, by which file systems find the device. */
static void judge_disks(struct dxa_engine *e)
{
	const struct state *s = e->state;
	struct dxa_map hosted = { 0 };

	if (!has(s, 1 << DXA_WALK_HOSTS))
		return;
	for (size_t i = 0; i < s->hosts.len; i++) {
		struct rec *h = dxa_vec_at(&s->hosts, i);

		if (dxa_map_put(&hosted, name_key(h->ev.name), h))
			e->nomem = true;
	}
	for (size_t i = 0; i < s->disks.len && !e->nomem; i++) {
		const struct rec *r = dxa_vec_at(&s->disks, i);

		if (!dxa_map_get(&hosted, name_key(r->ev.name)))
			odd(e, DXA_RULE_DAX_ADVERTISED_WITHOUT_DEVICE, NULL, r,
			    "says DAX in its queue, but is not in dax_hosts");
	}
	dxa_map_free(&hosted);
}

/* Who waits for a lock that its own caller holds, waits for ever. */
static void judge_waiting(struct dxa_engine *e)
{
	const struct state *s = e->state;

	for (size_t i = 0; i < s->waiting.len; i++) {
		const struct rec *r = dxa_vec_at(&s->waiting, i);
		const struct dxa_life_id of_task = { .generation = r->ev.tid };
		const struct task *t = task_find(e, r->ev.tid);

		if (!t || !t->stuck_told)
			odd(e, DXA_RULE_STUCK_PROBE, &of_task, r,
			    "waits for a lock that its own caller holds, as in the error path of "
			    "__devm_create_dev_dax (F5)");
	}
}

/* ---- telling ---- */

static struct odd *same_odd(const struct dxa_vec *odds, const struct odd *o)
{
	for (size_t i = 0; i < odds->len; i++) {
		struct odd *b = dxa_vec_at(odds, i);

		if (b->rule == o->rule && b->dax == o->dax && b->rdev == o->rdev &&
		    b->generation == o->generation && !strcmp(b->name, o->name))
			return b;
	}
	return NULL;
}

static void tell(struct dxa_engine *e, struct odd *o)
{
	const struct device *d = o->dax ? device_of(e->state, o->dax) : NULL;
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
	if (has(s, s->known_before))
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
		add(e, &s->devices, &d);
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
	if (r->ev.ret && !has(s, 1 << DXA_WALK_DEVICES))
		gap(e, DXA_GAP_STATE);
	if (r->ev.ret && has(s, DXA_SNAP_NO_STACKS))
		gap(e, DXA_GAP_STATE);
	judge_waiting(e);
	if (!has(s, 1 << DXA_WALK_DEVICES)) {
		devices_of_sysfs(e, s);
		tell_what_stayed(e, s);
		doubt_what_was_odd(e, s);
		return;
	}
	join_bus(e);
	/* Whose disk or bus was forgotten would look as if nobody owned it. */
	if (s->forgot) {
		s->known = 0;
		doubt_what_was_odd(e, s);
		return;
	}
	judge_hosts(e);
	s->dead = count_dead(s);
	for (size_t i = 0; i < s->devices.len; i++)
		judge_device(e, dxa_vec_at(&s->devices, i));
	judge_disks(e);
	tell_what_stayed(e, s);
	doubt_what_was_odd(e, s);
}

/* ---- for those who ask ---- */

size_t dxa_engine_oddities(const struct dxa_engine *e)
{
	return e->state ? e->state->odds.len : 0;
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
	dxa_vec_free(&s->waiting);
	dxa_vec_free(&s->odds);
	dxa_vec_free(&s->before);
	dxa_map_free(&s->by_dax);
	free(s);
	e->state = NULL;
}
