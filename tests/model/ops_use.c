// SPDX-License-Identifier: GPL-2.0-only
/* Operations by which a device is used, killed and put. */
#include <string.h>

#include "handlers.h"

/* ---- use and end ---- */

/* IF_BOUND dev, driver, operations to skip otherwise */
bool op_if_bound(struct world *w, int task, const struct op *o)
{
	if (w->dev[o->a].driver != o->b)
		w->proc[task].pc = (uint8_t)(w->proc[task].pc + o->c);
	return true;
}

/* LOAD dev: take the pointer that the driver has stored. */
bool op_load(struct world *w, int task, const struct op *o)
{
	w->proc[task].reg = w->dev[o->a].dax;
	return true;
}

/* REMOVE_HOST disk */
bool op_remove_host(struct world *w, int task, const struct op *o)
{
	struct dxa_event ev = record(w, task, DXA_KIND_DAX_REMOVE_HOST, DXA_PHASE_ARGS);

	if (w->proc[task].sub == 0) {
		fill_disk(&ev, o->a, w->disk[o->a].gen);
		write_record(w, &ev);
		return false;
	}
	w->disk[o->a].host = nobody;
	return true;
}

static void release_record(struct world *w, int task, unsigned int kind, int holder)
{
	struct dxa_event ev = record(w, task, kind, DXA_PHASE_ARGS);

	fill_dax(w, &ev, w->proc[task].reg.slot);
	ev.arg = holder ? HOLDER_AT + (uint64_t)holder * OBJ_SIZE : 0;
	write_record(w, &ev);
}

bool op_kill(struct world *w, int task, const struct op *o)
{
	struct proc *p = &w->proc[task];

	(void)o;
	switch (p->sub) {
	case 0:
		release_record(w, task, DXA_KIND_KILL_DAX, 0);
		if (p->reg.slot >= 0 && !ref_valid(w, p->reg))
			broke(w, DXA_RULE_KILL_AFTER_FREE, p->reg, w->n, w->n,
			      RULE(PUT_AFTER_FREE) | RULE(PUT_WITHOUT_KILL) |
				      RULE(DESTROYED_ALIVE) | RULE(HOST_LEFT_BEHIND));
		/* Without a reference: only another holder, if any, keeps the memory. */
		else if (p->reg.slot >= 0 && !w->dax[p->reg.slot].owned)
			broke(w, DXA_RULE_KILL_AFTER_FREE, p->reg, w->n, UINT8_MAX, 0);
		return !ref_valid(w, p->reg);
	case 1:
		w->dax[p->reg.slot].flags &= (uint8_t)~1;
		w->dax[p->reg.slot].killed = true;
		/* No driver kills a device that still has a host: from here on it is wrong. */
		if (is_hosted(w, p->reg))
			broke(w, DXA_RULE_HOST_LEFT_BEHIND, p->reg, w->n, UINT8_MAX, RULE(ORPHAN));
		return false;
	default: /* synchronize_srcu() */
		w->dax[p->reg.slot].holder = 0;
		return true;
	}
}

static void note_owners_put(struct world *w, struct proc *p)
{
	struct dax *d = &w->dax[p->reg.slot];

	/* One too many: another holder's reference is dropped. */
	if (!d->owned)
		broke(w, DXA_RULE_PUT_AFTER_FREE, p->reg, w->n, d->known < 0 ? w->n : UINT8_MAX,
		      RULE(REFERENCE_LEAK) | RULE(PUT_WITHOUT_KILL) | RULE(HOST_LEFT_BEHIND));
	if (!d->owned)
		return;
	d->owned = false;
	if (d->flags & 1)
		broke(w, DXA_RULE_PUT_WITHOUT_KILL, p->reg, w->n, UINT8_MAX,
		      RULE(DESTROYED_ALIVE) | RULE(ORPHAN));
	if (is_hosted(w, p->reg))
		broke(w, DXA_RULE_HOST_LEFT_BEHIND, p->reg, w->n, UINT8_MAX, RULE(ORPHAN));
}

/* `sub` is the step within it. */
static bool put(struct world *w, int task, unsigned int kind, int holder, bool owner, int sub)
{
	struct proc *p = &w->proc[task];

	switch (sub) {
	case 0:
		release_record(w, task, kind, holder);
		if (p->reg.slot < 0)
			return true;
		if (!ref_valid(w, p->reg)) {
			broke(w, DXA_RULE_PUT_AFTER_FREE, p->reg, w->n, w->n,
			      RULE(KILL_AFTER_FREE) | RULE(REFERENCE_LEAK) |
				      RULE(PUT_WITHOUT_KILL) | RULE(HOST_LEFT_BEHIND));
			return true;
		}
		w->dax[p->reg.slot].known--;
		if (owner)
			note_owners_put(w, p);
		return false;
	case 1:
		if (holder && w->dax[p->reg.slot].holder == holder)
			w->dax[p->reg.slot].holder = 0;
		core_put(w, p, true);
		return w->dax[p->reg.slot].stage == SLOT_LIVE;
	default:
		return !core_put_step(w, task);
	}
}

/* PUT: by the driver that allocated it; PUT_AGAIN: by the same, once too often */
bool op_put(struct world *w, int task, const struct op *o)
{
	(void)o;
	return put(w, task, DXA_KIND_PUT_DAX, 0, true, w->proc[task].sub);
}

static bool release_of_none(struct world *w, int task, unsigned int kind, const struct op *o)
{
	struct dxa_event ev = record(w, task, kind, DXA_PHASE_ARGS);

	ev.dax = o->a ? (uint64_t)-o->a : 0;
	write_record(w, &ev);
	if (o->a)
		broke(w, DXA_RULE_ERR_PTR_TEARDOWN, nobody, w->n, w->n, 0);
	else
		w->proc[task].nulls = true;
	return true;
}

/* KILL_NONE, PUT_NONE error: with NULL, or with the error's ERR_PTR */
bool op_kill_none(struct world *w, int task, const struct op *o)
{
	return release_of_none(w, task, DXA_KIND_KILL_DAX, o);
}

bool op_put_none(struct world *w, int task, const struct op *o)
{
	return release_of_none(w, task, DXA_KIND_PUT_DAX, o);
}

/* The bind that initialised its cdev again has returned. */
static void note_reinit(struct world *w, struct ref r)
{
	for (int i = 0; i < w->n_brk; i++)
		if (w->brk[i].rule == DXA_RULE_CDEV_REINIT && w->brk[i].slot == r.slot)
			broke(w, DXA_RULE_CDEV_REINIT, r, w->n, w->n, 0);
}

bool op_run(struct world *w, int task, const struct op *o)
{
	struct proc *p = &w->proc[task];
	struct dxa_event ev;

	(void)o;
	switch (p->sub) {
	case 0:
		if (acquire_entry(w, task, DXA_KIND_RUN_DAX, &ev)) {
			fill_dax(w, &ev, p->reg.slot);
			write_record(w, &ev);
		}
		return false;
	case 1:
		w->dax[p->reg.slot].flags |= 1;
		if (w->dev[DAX0].dax.slot == p->reg.slot)
			w->dax[p->reg.slot].cdev_refs = 1;
		return false;
	default:
		ev = record(w, task, DXA_KIND_RUN_DAX, at_return());
		if (has_args(&ev))
			fill_dax(w, &ev, p->reg.slot);
		write_record(w, &ev);
		note_reinit(w, p->reg);
		return true;
	}
}

/* ---- users ---- */

/* xa_load(), dax_alive() and igrab() in fs_dax_get_by_bdev() */
static void look_up(struct world *w, struct proc *p, const struct op *o)
{
	struct ref r = w->disk[o->a].host;

	p->reading = true;
	p->reg = nobody;
	if (w->mount[o->b].gen != w->disk[o->a].host_gen)
		return;
	if (ref_valid(w, r) && w->dax[r.slot].flags & 1)
		p->reg = r;
}

static void take(struct world *w, struct proc *p, int holder)
{
	struct dax *d;

	p->reading = false;
	if (!ref_valid(w, p->reg)) {
		p->reg = nobody;
		return;
	}
	d = &w->dax[p->reg.slot];
	d->refs++;
	d->known++;
	if (!holder)
		return;
	if (!d->holder) {
		d->holder = (uint8_t)holder;
		return;
	}
	d->known--;
	if (history.mode.mended) {
		d->refs--;
		p->reg = nobody;
		return;
	}
	/* The reference is not dropped again: a known bug. */
	d->lost_refs++;
	broke(w, DXA_RULE_REFERENCE_LEAK, p->reg, w->n, UINT8_MAX,
	      RULE(ORPHAN) | RULE(UNACCOUNTED_REFERENCE));
	p->reg = nobody;
}

static void fill_get(const struct world *w, struct dxa_event *ev, const struct op *o)
{
	fill_disk(ev, o->a, w->mount[o->b].gen);
	ev->arg = o->c ? HOLDER_AT + (uint64_t)o->c * OBJ_SIZE : 0;
}

/* GET disk, mount, holder or 0: fs_dax_get_by_bdev() */
bool op_get(struct world *w, int task, const struct op *o)
{
	struct proc *p = &w->proc[task];
	struct dxa_event ev;

	switch (p->sub) {
	case 0:
		/* A disk that is not there cannot be opened. */
		if (!w->disk[o->a].there || w->disk[o->a].dead)
			return true;
		w->mount[o->b] = (struct mount){
			.there = true, .disk = o->a, .gen = w->disk[o->a].gen, .dax = nobody
		};
		if (acquire_entry(w, task, DXA_KIND_FS_DAX_GET_BY_BDEV, &ev)) {
			fill_get(w, &ev, o);
			write_record(w, &ev);
		}
		return false;
	case 1:
		look_up(w, p, o);
		return false;
	case 2:
		take(w, p, o->c);
		w->mount[o->b].dax = p->reg;
		return false;
	default:
		ev = record(w, task, DXA_KIND_FS_DAX_GET_BY_BDEV, at_return());
		fill_dax(w, &ev, p->reg.slot);
		if (has_args(&ev))
			fill_get(w, &ev, o);
		ev.ret = (int64_t)ev.dax;
		write_record(w, &ev);
		return true;
	}
}

/* FS_PUT mount, holder or 0: a file system; TABLE_PUT mount: a dm table */
bool op_fs_put(struct world *w, int task, const struct op *o)
{
	struct mount *m = &w->mount[o->a];

	if (!m->there)
		return true;
	w->proc[task].reg = m->dax;
	if (!put(w, task, o->code == O_FS_PUT ? DXA_KIND_FS_PUT_DAX : DXA_KIND_PUT_DAX, o->b, false,
		 w->proc[task].sub))
		return false;
	m->there = false;
	return true;
}

/* WALK_GET: an inode walk takes a passing reference that no hook sees, WALK_PUT drops it. */
bool op_walk_get(struct world *w, int task, const struct op *o)
{
	struct proc *p = &w->proc[task];

	(void)o;
	p->reg = nobody;
	for (int i = 0; i < DAXES; i++)
		if (w->dax[i].on_list && w->dax[i].stage == SLOT_LIVE)
			p->reg = (struct ref){ (int8_t)i, w->dax[i].life };
	if (p->reg.slot >= 0)
		w->dax[p->reg.slot].refs++;
	return true;
}

bool op_walk_put(struct world *w, int task, const struct op *o)
{
	struct proc *p = &w->proc[task];

	(void)o;
	if (p->sub == 0) {
		/* A freed device makes the kernel BUG. */
		if (!ref_valid(w, p->reg))
			return true;
		core_put(w, p, false);
		return w->dax[p->reg.slot].stage == SLOT_LIVE;
	}
	return !core_put_step(w, task);
}

/* OPEN dev, CLOSE dev: /dev/dax0.0; the last close may be what puts the dax_device */
bool op_open(struct world *w, int task, const struct op *o)
{
	struct dev_state *d = &w->dev[o->a];

	(void)task;
	if (d->driver != DRV_DEVICE_DAX || !ref_valid(w, d->dax) ||
	    w->dax[d->dax.slot].cdev_refs <= 0)
		return true;
	w->dax[d->dax.slot].cdev_refs++;
	d->opened = true;
	return true;
}

/*
 * DEV_PUT dev: the region drops its reference to the device; an open file keeps it, and puts it
 * when closed
 */
bool op_dev_put(struct world *w, int task, const struct op *o)
{
	struct dev_state *d = &w->dev[o->a];
	struct proc *p = &w->proc[task];

	if (p->sub == 0) {
		p->reg = d->dax;
		if (d->opened) {
			d->put_due = true;
			return true;
		}
	}
	if (!put(w, task, DXA_KIND_PUT_DAX, 0, true, p->sub))
		return false;
	d->dax = nobody;
	return true;
}

bool op_close(struct world *w, int task, const struct op *o)
{
	struct dev_state *d = &w->dev[o->a];
	struct proc *p = &w->proc[task];

	if (p->sub == 0) {
		if (!d->opened)
			return true;
		d->opened = false;
		if (ref_valid(w, d->dax))
			w->dax[d->dax.slot].cdev_refs--;
		p->reg = d->dax;
		if (!d->put_due)
			return true;
		d->put_due = false;
		d->dax = nobody;
		return false;
	}
	return put(w, task, DXA_KIND_PUT_DAX, 0, true, p->sub - 1);
}

/* MODULE_FREE owner: the module that has its ops is unloaded */
bool op_module_free(struct world *w, int task, const struct op *o)
{
	struct dxa_event ev = record(w, task, DXA_KIND_MODULE_FREE, DXA_PHASE_ARGS);

	strcpy(ev.name, owner_module[o->a]);
	write_record(w, &ev);
	w->gone |= (uint8_t)(1u << o->a);
	for (int i = 0; i < DAXES; i++) {
		struct ref r = { (int8_t)i, w->dax[i].life };

		if (ref_valid(w, r) && w->dax[i].asker == o->a && w->dax[i].owned)
			broke(w, DXA_RULE_LEAK_ON_UNLOAD, r, w->n, w->n, RULE(ORPHAN));
	}
	return true;
}

/* MODULE_LOAD owner */
bool op_module_load(struct world *w, int task, const struct op *o)
{
	struct dxa_event ev = record(w, task, DXA_KIND_MODULE_LOAD, DXA_PHASE_ARGS);

	strcpy(ev.name, owner_module[o->a]);
	write_record(w, &ev);
	w->gone &= (uint8_t) ~(1u << o->a);
	return true;
}

/* SNAPSHOT: the walks of the auditor, one record after the other */
bool op_snapshot(struct world *w, int task, const struct op *o)
{
	struct proc *p = &w->proc[task];
	struct dxa_event ev;

	(void)o;
	while (p->sub < SNAP_PARTS && !snapshot_part(w, p->sub, &ev))
		p->sub++;
	if (p->sub >= SNAP_PARTS)
		return true;
	write_record(w, &ev);
	return p->sub == SNAP_PARTS - 1;
}
