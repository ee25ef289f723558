// SPDX-License-Identifier: GPL-2.0-only
/* Operations of the driver core, and those by which a driver creates its device. */
#include <string.h>

#include "handlers.h"

/* ---- the driver core: drivers/base/dd.c ---- */

static void fill_bracket(const struct world *w, struct dxa_event *ev, const struct op *o)
{
	fill_device(w, ev, o->a);
	strcpy(ev->driver, driver_names[o->b]);
	if (o->a == DAX0)
		fill_dax(w, ev, w->dev[DAX0].dax.slot);
}

/* Binding a device-dax whose cdev is still in use initialises the cdev again: a known bug. */
static void bind_cdev(struct world *w, const struct op *o)
{
	struct dev_state *d = &w->dev[o->a];

	if (o->b != DRV_DEVICE_DAX || d->dax.slot < 0)
		return;
	if (w->dax[d->dax.slot].cdev_refs > 0)
		broke(w, DXA_RULE_CDEV_REINIT, d->dax, w->n, UINT8_MAX, 0);
}

/* PROBE dev, driver: really_probe() begins, its device is locked. */
bool op_probe(struct world *w, int task, const struct op *o)
{
	struct dxa_event ev = record(w, task, DXA_KIND_REALLY_PROBE, DXA_PHASE_ARGS);

	struct proc *p = &w->proc[task];

	/* __driver_probe_device() checks whether another task was first. */
	if (p->sub == 0 && w->dev[o->a].driver) {
		while (programs[p->program][p->pc + 1].code != O_END)
			p->pc++;
		return true;
	}
	if (p->sub == 0) {
		w->dev[o->a].lock = (int8_t)(task + 1);
		fill_bracket(w, &ev, o);
		write_record(w, &ev);
		bind_cdev(w, o);
		return false;
	}
	w->dev[o->a].driver = w->dev[o->a].link = (uint8_t)o->b;
	return true;
}

/* The driver failed or was unbound and still has its reference: it is never dropped. */
static void note_leak(struct world *w, int dev, bool failed, bool nulls)
{
	struct ref r = w->dev[dev].dax;
	const uint32_t later = RULE(ORPHAN) | RULE(LEAK_ON_UNLOAD) | RULE(HOST_LEFT_BEHIND);
	enum dxa_rule rule = DXA_RULE_LEAK_ON_UNBIND;

	if (!ref_valid(w, r) || !w->dax[r.slot].owned)
		return;
	if (failed)
		rule = nulls && !w->dax[r.slot].killed ? DXA_RULE_NULL_TEARDOWN_LEAK :
							 DXA_RULE_LEAK_ON_FAILED_PROBE;
	broke(w, rule, r, w->n, w->n, later);
}

bool is_hosted(const struct world *w, struct ref r)
{
	for (int i = 0; i < DISKS; i++)
		if (r.slot >= 0 && w->disk[i].host.slot == r.slot && w->disk[i].host.life == r.life)
			return true;
	return false;
}

static void note_hosted(struct world *w, int dev)
{
	struct ref r = w->dev[dev].dax;

	if (is_hosted(w, r) && !w->dax[r.slot].owned)
		broke(w, DXA_RULE_HOST_LEFT_BEHIND, r, w->n, w->n, RULE(ORPHAN));
}

/* PROBED dev, result: the driver's own clean-up has run. */
bool op_probed(struct world *w, int task, const struct op *o)
{
	struct dxa_event ev = record(w, task, DXA_KIND_REALLY_PROBE, DXA_PHASE_RET);
	struct dev_state *d = &w->dev[o->a];

	if (w->proc[task].sub == 0 && o->b) {
		d->driver = d->link = DRV_NONE;
		return false;
	}
	ev.ret = o->b;
	ev.obj = DEV_AT + (uint64_t)o->a * OBJ_SIZE;
	write_record(w, &ev);
	if (o->b && o->a != DAX0) {
		note_leak(w, o->a, true, w->proc[task].nulls);
		note_hosted(w, o->a);
		d->dax = nobody;
	}
	d->lock = 0;
	return true;
}

/*
 * RELEASE dev, driver or 0 for any, operations to skip when that one is not bound:
 * device_release_driver_internal() is entered, then locks.
 */
bool op_release(struct world *w, int task, const struct op *o)
{
	struct dxa_event ev = record(w, task, DXA_KIND_RELEASE_DRIVER, DXA_PHASE_ARGS);
	struct proc *p = &w->proc[task];
	struct dev_state *d = &w->dev[o->a];

	if (p->sub == 0) {
		ev.arg = o->b;
		fill_device(w, &ev, o->a);
		drop_other_driver(w, &ev, o->a);
		write_record(w, &ev);
		return false;
	}
	d->lock = (int8_t)(task + 1);
	if (!d->driver || (o->b && d->driver != o->b))
		p->pc = (uint8_t)(p->pc + o->c);
	else
		p->unbinding |= (uint8_t)(1u << o->a);
	/* driver_sysfs_remove() comes first. */
	if (p->unbinding >> o->a & 1)
		d->link = DRV_NONE;
	return true;
}

/* RELEASED dev */
bool op_released(struct world *w, int task, const struct op *o)
{
	struct dxa_event ev = record(w, task, DXA_KIND_RELEASE_DRIVER, DXA_PHASE_RET);
	struct dev_state *d = &w->dev[o->a];

	switch (w->proc[task].sub) {
	case 0: /* device_unbind_cleanup() */
		/* dev_dax_cdev_del() */
		if (w->proc[task].unbinding >> o->a & 1 && d->driver == DRV_DEVICE_DAX &&
		    ref_valid(w, d->dax))
			w->dax[d->dax.slot].cdev_refs--;
		if (w->proc[task].unbinding >> o->a & 1)
			d->driver = DRV_NONE;
		w->proc[task].unbinding &= (uint8_t) ~(1u << o->a);
		return false;
	case 1:
		d->lock = 0;
		return false;
	default:
		ev.obj = DEV_AT + (uint64_t)o->a * OBJ_SIZE;
		write_record(w, &ev);
		return true;
	}
}

/* GONE dev: the driver has finished: references that it did not drop are now leaked. */
bool op_gone(struct world *w, int task, const struct op *o)
{
	(void)task;
	note_leak(w, o->a, false, false);
	note_hosted(w, o->a);
	w->dev[o->a].dax = nobody;
	return true;
}

/* ENTER kind, dev or -1; LEAVE kind, dev or -1, result */
bool op_enter(struct world *w, int task, const struct op *o)
{
	struct dxa_event ev = record(w, task, (unsigned int)o->a, DXA_PHASE_ARGS);

	if (o->b >= 0)
		fill_device(w, &ev, o->b);
	write_record(w, &ev);
	return true;
}

bool op_leave(struct world *w, int task, const struct op *o)
{
	struct dxa_event ev = record(w, task, (unsigned int)o->a, DXA_PHASE_RET);

	if (o->b >= 0)
		ev.obj = DEV_AT + (uint64_t)o->b * OBJ_SIZE;
	ev.ret = o->c;
	write_record(w, &ev);
	return true;
}

/* ---- creation ---- */

static void fill_asked(struct dxa_event *ev, int owner)
{
	if (has_args(ev)) {
		ev->ops = ops_addr(owner);
		ev->arg = DEV_AT + 64;
	}
}

/* ALLOC owner, dev: alloc_dax(); iget5_locked(), dax_dev_get() and alloc_dax() itself */
bool op_alloc(struct world *w, int task, const struct op *o)
{
	struct proc *p = &w->proc[task];
	struct dxa_event ev;

	switch (p->sub) {
	case 0:
		if (acquire_entry(w, task, DXA_KIND_ALLOC_DAX, &ev)) {
			fill_asked(&ev, o->a);
			write_record(w, &ev);
		}
		return false;
	case 1:
		p->reg.slot = (int8_t)core_alloc(w, o->a);
		p->reg.life = w->dax[p->reg.slot].life;
		p->nulls = false;
		return false;
	case 2:
		w->dax[p->reg.slot].flags = 1;
		w->dax[p->reg.slot].owner = (uint8_t)o->a;
		return false;
	default:
		ev = record(w, task, DXA_KIND_ALLOC_DAX, at_return());
		fill_dax(w, &ev, p->reg.slot);
		fill_asked(&ev, o->a);
		ev.ret = (int64_t)ev.dax;
		write_record(w, &ev);
		w->dev[o->b].dax = p->reg;
		return true;
	}
}

/* No CPU of the model has a data cache that aliases. */
static void note_refusal(struct world *w, const struct op *o)
{
	if (!o->b)
		broke(w, DXA_RULE_ALLOC_NULL, nobody, w->n, w->n, 0);
	else if (o->b == 95 && o->a == OWN_DEVICE_DAX)
		broke(w, DXA_RULE_DEVICE_DAX_REFUSED, nobody, w->n, w->n, 0);
	else if (o->b == 95)
		broke(w, DXA_RULE_UNEXPECTED_EOPNOTSUPP, nobody, w->n, w->n, RULE(FALLBACK_FATAL));
}

/* REFUSED owner, error or 0: alloc_dax() fails, or returns NULL. */
bool op_refused(struct world *w, int task, const struct op *o)
{
	struct proc *p = &w->proc[task];
	struct dxa_event ev;

	if (p->sub == 0) {
		if (acquire_entry(w, task, DXA_KIND_ALLOC_DAX, &ev)) {
			fill_asked(&ev, o->a);
			write_record(w, &ev);
		}
		return false;
	}
	ev = record(w, task, DXA_KIND_ALLOC_DAX, at_return());
	fill_asked(&ev, o->a);
	ev.ret = -o->b;
	ev.dax = (uint64_t)ev.ret;
	p->reg = nobody;
	write_record(w, &ev);
	note_refusal(w, o);
	return true;
}

static bool add_host(struct world *w, int task, const struct op *o, int ret)
{
	struct proc *p = &w->proc[task];
	struct dxa_event ev;

	switch (p->sub) {
	case 0:
		if (acquire_entry(w, task, DXA_KIND_DAX_ADD_HOST, &ev)) {
			fill_dax(w, &ev, p->reg.slot);
			fill_disk(&ev, o->a, w->disk[o->a].gen);
			write_record(w, &ev);
		}
		return false;
	case 1:
		if (!ret) {
			w->disk[o->a].host = p->reg;
			w->disk[o->a].host_gen = w->disk[o->a].gen;
		}
		return false;
	default:
		ev = record(w, task, DXA_KIND_DAX_ADD_HOST, at_return());
		if (has_args(&ev)) {
			fill_dax(w, &ev, p->reg.slot);
			fill_disk(&ev, o->a, w->disk[o->a].gen);
		}
		ev.ret = ret;
		write_record(w, &ev);
		return true;
	}
}

/* ADD_HOST disk; HOST_FAILS disk: -ENOMEM */
bool op_add_host(struct world *w, int task, const struct op *o)
{
	return add_host(w, task, o, 0);
}

bool op_host_fails(struct world *w, int task, const struct op *o)
{
	return add_host(w, task, o, -12);
}

static bool add_disk(struct world *w, int task, const struct op *o, int ret)
{
	struct disk *d = &w->disk[o->a];
	struct dxa_event ev;

	switch (w->proc[task].sub) {
	case 0:
		if (acquire_entry(w, task, DXA_KIND_DEVICE_ADD_DISK, &ev)) {
			fill_disk(&ev, o->a, w->disk[o->a].gen);
			write_record(w, &ev);
		}
		return false;
	case 1:
		if (!ret)
			*d = (struct disk){ .there = true,
					    .says_dax = o->b,
					    .gen = d->gen,
					    .host = d->host,
					    .host_gen = d->host_gen };
		return false;
	default:
		ev = record(w, task, DXA_KIND_DEVICE_ADD_DISK, at_return());
		if (has_args(&ev))
			fill_disk(&ev, o->a, w->disk[o->a].gen);
		ev.ret = ret;
		write_record(w, &ev);
		return true;
	}
}

/* ADD_DISK disk, does its queue say DAX; DISK_FAILS disk: -ENOMEM */
bool op_add_disk(struct world *w, int task, const struct op *o)
{
	return add_disk(w, task, o, 0);
}

bool op_disk_fails(struct world *w, int task, const struct op *o)
{
	return add_disk(w, task, o, -12);
}

/* DEL_DISK disk: del_gendisk() */
bool op_del_disk(struct world *w, int task, const struct op *o)
{
	struct disk *d = &w->disk[o->a];

	if (w->proc[task].sub == 0) {
		d->dead = true;
		return false;
	}
	d->there = false;
	for (int i = 0; i < MOUNTS; i++)
		if (w->mount[i].there && w->mount[i].disk == o->a && w->mount[i].gen == d->gen) {
			d->gen++;
			break;
		}
	return true;
}

/* ADD_DEV dev, DEL_DEV dev: the device in sysfs, with the pointer it carries */
bool op_add_dev(struct world *w, int task, const struct op *o)
{
	w->dev[o->a].dax = w->proc[task].reg;
	w->dev[o->a].there = true;
	return true;
}

bool op_del_dev(struct world *w, int task, const struct op *o)
{
	(void)task;
	w->dev[o->a].there = false;
	return true;
}
