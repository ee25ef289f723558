// SPDX-License-Identifier: GPL-2.0-only
/* What is odd in one snapshot; state.c tells it when the next one shows it, too. */
#include <string.h>

#include "base/hash.h"
#include "daxaudit/snapshot.h"
#include "engine/owner.h"
#include "engine/state.h"

/* More than so many oddities of one snapshot are counted as a gap. */
#define ODDS_MAX 1024

/* Somebody is at work on it, or was while the snapshot passed: it may be half done. */
static bool is_half_done(const struct dxa_engine *e, const struct dxa_life_id *id)
{
	const struct life *l = id ? life_at(e, id->dax) : NULL;

	if (dax_is_busy(e))
		return true;
	if (!id)
		return e->hosts_changed >= e->state->start;
	if (!l)
		return false;
	/* Its driver has killed it and is about to put it. */
	if (l->kills && !l->owner_put && e->state->start_at - l->last_at <= LONG_AGO_NS)
		return true;
	return l->last_at >= e->state->start_at;
}

static struct odd *odd(struct dxa_engine *e, enum dxa_rule rule, const struct dxa_life_id *id,
		       const struct rec *proof, const char *why)
{
	struct state *s = e->state;
	struct odd o = { .rule = rule, .why = why, .n_evidence = 1 };

	/* What its events already make suspect is told by them, or is their gap. */
	if (id && life_at(e, id->dax) && life_at(e, id->dax)->suspect)
		return NULL;
	if (rule != DXA_RULE_STUCK_PROBE && is_half_done(e, id)) {
		s->undecided++;
		return NULL;
	}

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
		o.incarnation = proof->ev.arg;
	}
	return state_add(e, &s->odds, &o);
}

static void prove_odd(struct odd *o, const struct rec *r)
{
	if (o && r->n)
		o->evidence[o->n_evidence++] = *r;
}

/* Was this entry told when its device ended? */
static bool was_left_behind(const struct dxa_engine *e, const struct rec *host)
{
	return dxa_map_get(&e->host_told, host->ev.obj) || dxa_map_get(&e->host_told, host->ev.dax);
}

/* Every entry of dax_hosts must be of a device that is there, and not killed. */
static void judge_hosts(struct dxa_engine *e)
{
	struct state *s = e->state;

	for (size_t i = 0; i < s->hosts.len; i++) {
		const struct rec *r = dxa_vec_at(&s->hosts, i);
		struct device *d = state_device_of(s, r->ev.dax);
		struct dxa_life_id id = { .dax = r->ev.dax, .rdev = r->ev.rdev };

		memcpy(id.disk, r->ev.name, sizeof(id.disk));
		if (!d && was_left_behind(e, r))
			continue;
		if (!d) {
			odd(e, DXA_RULE_HOST_LEFT_BEHIND, &id, r,
			    "is not there any more, but dax_hosts still refers to it");
			continue;
		}
		d->host = *r;
		d->view.host = r->ev.obj;
		memcpy(d->view.id.disk, r->ev.name, sizeof(d->view.id.disk));
		if (!d->view.alive && !was_left_behind(e, r))
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
			state_forget(e);
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

/* A device on the dax bus is alive while a driver that runs it is bound (kernel: run_dax). */
static void judge_bus_device(struct dxa_engine *e, const struct device *d)
{
	const char *driver = d->bus->driver;
	bool runs = dxa_driver_of_dax_bus(driver) >= 0;
	bool does_not = !driver[0] || !strcmp(driver, "kmem");
	const struct rec *r = &d->rec;

	/* sysfs shows the driver while it is being bound or unbound, too. */
	if ((runs && r->ev.arg == DXA_BOUND_NO) || (does_not && r->ev.arg == DXA_BOUND_YES)) {
		e->state->undecided += runs != d->view.alive;
		return;
	}
	if (runs && !d->view.alive)
		odd(e, DXA_RULE_ALIVE_CONTRADICTS_SYSFS, &d->view.id, r,
		    "is dead, although a driver that runs it is bound to it");
	else if (does_not && d->view.alive)
		odd(e, DXA_RULE_ALIVE_CONTRADICTS_SYSFS, &d->view.id, r,
		    "is alive, although no driver that runs it is bound to it");
}

/* Does somebody have the disk open? Then the holder and the references are theirs. */
static bool is_used(const struct state *s, const struct rec *host)
{
	for (size_t i = 0; i < s->used.len; i++) {
		const struct rec *r = dxa_vec_at(&s->used, i);

		if (r->ev.obj == host->ev.obj || !strncmp(r->ev.name, host->ev.name, DXA_NAME_LEN))
			return true;
	}
	return false;
}

/* A holder has the disk's block device open as long as it has the device. */
static void judge_holder(struct dxa_engine *e, const struct device *d)
{
	const struct state *s = e->state;

	if (d->host.n && d->view.holder && state_has(s, DXA_SNAP_HOLDERS | 1 << DXA_WALK_HOLDERS) &&
	    !is_used(s, &d->host))
		prove_odd(odd(e, DXA_RULE_UNACCOUNTED_REFERENCE, &d->view.id, &d->rec,
			      "has a holder, but nobody has its disk open"),
			  &d->host);
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
		*unsure = !state_has(s, DXA_SNAP_SYSFS);
		if (d->bus || *unsure)
			return NULL;
		/* An open /dev/dax holds the cdev, and with it the device that will put this one. */
		return v->alive || v->cdev_refs <= 0 ? "is on no bus and nobody has it open" : NULL;
	case DXA_DRIVER_VIRTIOFS:
		*unsure = !state_has(s, DXA_SNAP_SYSFS);
		return s->virtiofs_bound || *unsure ? NULL : "is there, but no virtiofs device is";
	default:
		break;
	}
	if (d->host.n || v->holder)
		return NULL;
	if (state_has(s, DXA_SNAP_NO_HOSTS)) {
		*unsure = s->asked;
		return NULL;
	}
	*unsure = !state_has(s, 1 << DXA_WALK_HOSTS);
	if (*unsure)
		return NULL;
	if (v->alive)
		return "is alive, but no disk refers to it: it is not in dax_hosts";
	/* Killed under a mount or a dm table, it is theirs to put; which one it is, is not known. */
	*unsure = !state_has(s, 1 << DXA_WALK_SUPERS | DXA_SNAP_SYSFS) ||
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
	} else {
		judge_holder(e, d);
	}
	if (unsure && !d->host.n)
		gap(e, DXA_GAP_STATE);
}

/* Of two names alike in 64 bits, one would hide the other, which does not happen. */
static uint64_t name_key(const char *name)
{
	return dxa_hash_text(DXA_HASH_START, name);
}

/* Which incarnation of its disk sysfs shows. */
static void join_disks(struct dxa_engine *e)
{
	struct state *s = e->state;
	struct dxa_map by_name = { 0 };

	for (size_t i = 0; i < s->disks.len; i++) {
		struct rec *r = dxa_vec_at(&s->disks, i);

		if (dxa_map_put(&by_name, name_key(r->ev.name), r))
			state_forget(e);
	}
	for (size_t i = 0; i < s->hosts.len; i++) {
		const struct rec *h = dxa_vec_at(&s->hosts, i);
		const struct rec *r = dxa_map_get(&by_name, name_key(h->ev.name));
		struct device *d = state_device_of(s, h->ev.dax);

		if (r && d)
			d->incarnation = r->ev.arg;
	}
	dxa_map_free(&by_name);
}

/* A disk whose queue says DAX must be in dax_hosts, by which file systems find the device. */
static void judge_disks(struct dxa_engine *e)
{
	const struct state *s = e->state;
	struct dxa_map hosted = { 0 };

	if (!state_has(s, 1 << DXA_WALK_HOSTS))
		return;
	for (size_t i = 0; i < s->hosts.len; i++) {
		struct rec *h = dxa_vec_at(&s->hosts, i);

		if (dxa_map_put(&hosted, name_key(h->ev.name), h))
			e->nomem = true;
	}
	for (size_t i = 0; i < s->disks.len && !e->nomem; i++) {
		const struct rec *r = dxa_vec_at(&s->disks, i);

		if (!dxa_map_get(&hosted, name_key(r->ev.name)) &&
		    !dxa_map_get(&e->advertised, name_key(r->ev.name)))
			odd(e, DXA_RULE_DAX_ADVERTISED_WITHOUT_DEVICE, NULL, r,
			    "says DAX in its queue, but is not in dax_hosts");
	}
	dxa_map_free(&hosted);
}

/* Who waits for a lock that its own caller holds, waits for ever. */
void judge_waiting(struct dxa_engine *e)
{
	const struct state *s = e->state;

	for (size_t i = 0; i < s->waiting.len; i++) {
		const struct rec *r = dxa_vec_at(&s->waiting, i);
		const struct dxa_life_id of_task = { .generation = r->ev.tid };
		const struct task *t = task_find(e, r->ev.tid);

		if (!t || !t->stuck_id)
			odd(e, DXA_RULE_STUCK_PROBE, &of_task, r,
			    "waits for a lock that its own caller holds, as in the error path of "
			    "__devm_create_dev_dax");
	}
}

void judge_devices(struct dxa_engine *e)
{
	struct state *s = e->state;

	join_bus(e);
	join_disks(e);
	/* Whose disk or bus was forgotten would look as if nobody owned it. */
	if (s->forgot) {
		s->known = 0;
		return;
	}
	judge_hosts(e);
	s->dead = count_dead(s);
	for (size_t i = 0; i < s->devices.len; i++)
		judge_device(e, dxa_vec_at(&s->devices, i));
	judge_disks(e);
}
