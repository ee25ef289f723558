// SPDX-License-Identifier: GPL-2.0-only
/* Which operation a task is in, and whether it can go on. */
#include <string.h>

#include "handlers.h"

typedef bool (*step_fn)(struct world *w, int task, const struct op *o);

static const step_fn handlers[] = {
	[O_PROBE] = op_probe,
	[O_PROBED] = op_probed,
	[O_RELEASE] = op_release,
	[O_RELEASED] = op_released,
	[O_GONE] = op_gone,
	[O_ENTER] = op_enter,
	[O_LEAVE] = op_leave,
	[O_ALLOC] = op_alloc,
	[O_REFUSED] = op_refused,
	[O_ADD_HOST] = op_add_host,
	[O_HOST_FAILS] = op_host_fails,
	[O_REMOVE_HOST] = op_remove_host,
	[O_ADD_DISK] = op_add_disk,
	[O_DISK_FAILS] = op_disk_fails,
	[O_DEL_DISK] = op_del_disk,
	[O_KILL] = op_kill,
	[O_PUT] = op_put,
	[O_KILL_NONE] = op_kill_none,
	[O_PUT_NONE] = op_put_none,
	[O_RUN] = op_run,
	[O_LOAD] = op_load,
	[O_GET] = op_get,
	[O_FS_PUT] = op_fs_put,
	[O_TABLE_PUT] = op_fs_put,
	[O_WALK_GET] = op_walk_get,
	[O_WALK_PUT] = op_walk_put,
	[O_MODULE_FREE] = op_module_free,
	[O_OPEN] = op_open,
	[O_CLOSE] = op_close,
	[O_ADD_DEV] = op_add_dev,
	[O_DEL_DEV] = op_del_dev,
	[O_DEV_PUT] = op_dev_put,
	[O_SNAPSHOT] = op_snapshot,
	[O_IF_BOUND] = op_if_bound,
	[O_MODULE_LOAD] = op_module_load,
};

static bool is_locked(const struct world *w, int task, int dev)
{
	return w->dev[dev].lock && w->dev[dev].lock != task + 1;
}

static bool somebody_reads(const struct world *w, int task)
{
	for (int i = 0; i < TASKS; i++)
		if (i != task && w->proc[i].reading)
			return true;
	return false;
}

static bool has_room(const struct world *w)
{
	for (int i = 0; i < DAXES; i++)
		if (w->dax[i].stage == SLOT_FREE)
			return true;
	return false;
}

static bool can_free(const struct world *w)
{
	for (int i = 0; i < DAXES; i++)
		if (w->dax[i].stage == SLOT_DESTROYED)
			return true;
	return false;
}

bool can_step(const struct world *w, int task)
{
	const struct proc *p = &w->proc[task];
	const struct op *o;

	if (task == RCU_TASK)
		return can_free(w);
	if (p->unfilled)
		return true;
	if (p->done)
		return false;
	o = &programs[p->program][p->pc];
	if (o->code == O_PROBE && p->sub == 0)
		return !is_locked(w, task, o->a);
	if (o->code == O_RELEASE && p->sub == 1)
		return !is_locked(w, task, o->a);
	if (o->code == O_ALLOC && p->sub == 1)
		return has_room(w);
	if (o->code == O_KILL && p->sub == 2)
		return !somebody_reads(w, task);
	return true;
}

static void rcu_step(struct world *w)
{
	for (int i = 0; i < DAXES; i++) {
		struct dxa_event ev;

		if (w->dax[i].stage != SLOT_DESTROYED)
			continue;
		ev = record(w, RCU_TASK, DXA_KIND_DAX_FREE_INODE, DXA_PHASE_ARGS);
		fill_dax(w, &ev, i);
		write_record(w, &ev);
		w->dax[i].stage = SLOT_FREE;
		return;
	}
}

/* Brackets that the engine knows of. */
static int depth_change(const struct op *o, int sub)
{
	switch (o->code) {
	case O_PROBE:
	case O_RELEASE:
	case O_ENTER:
		return sub == 0;
	case O_LEAVE:
		return -1;
	case O_PROBED:
		return sub == (o->b != 0) ? -1 : 0;
	case O_RELEASED:
		return sub == 2 ? -1 : 0;
	default:
		return 0;
	}
}

void start(struct world *w, int task, int program)
{
	w->proc[task] = (struct proc){ .reg = { .slot = NO_SLOT },
				       .program = (uint8_t)program,
				       .tid = (uint8_t)task,
				       .serial = ++w->started,
				       .done = programs[program][0].code == O_END };
}

void set_out(struct world *w)
{
	memset(w, 0, sizeof(*w));
	w->next_minor = 1;
	for (int i = 0; i < DISKS; i++)
		w->disk[i].host.slot = NO_SLOT;
	for (int i = 0; i < DEVS; i++)
		w->dev[i].dax.slot = NO_SLOT;
	for (int i = 0; i < MOUNTS; i++)
		w->mount[i].dax.slot = NO_SLOT;
	/* The slab's constructor clears them. */
	for (int i = 0; i < DAXES; i++)
		w->dax[i].owner = OWN_DEVICE_DAX;
	for (int i = 0; i < TASKS; i++)
		w->proc[i].done = true;
}

/* A record of a function that has not begun: no other step can come between. */
static bool is_entry(const struct dxa_event *ev)
{
	switch (ev->kind) {
	case DXA_KIND_KILL_DAX:
	case DXA_KIND_PUT_DAX:
	case DXA_KIND_FS_PUT_DAX:
	case DXA_KIND_RELEASE_DRIVER:
		return ev->phase == DXA_PHASE_ARGS;
	default:
		return false;
	}
}

void step(struct world *w, int task)
{
	struct proc *p = &w->proc[task];
	const struct op *o;
	uint8_t n = w->n;

	if (task == RCU_TASK) {
		rcu_step(w);
		return;
	}
	if (p->unfilled) {
		fill_late(w, p->unfilled);
		p->unfilled = 0;
		return;
	}
	o = &programs[p->program][p->pc];
	p->depth = (uint8_t)(p->depth + depth_change(o, p->sub));
	if (handlers[o->code](w, task, o)) {
		p->pc++;
		p->sub = 0;
	} else {
		p->sub++;
	}
	p->done = programs[p->program][p->pc].code == O_END;
	if (history.mode.late && w->n != n && is_entry(&history.log[n]))
		p->unfilled = w->n;
}
