// SPDX-License-Identifier: GPL-2.0-only
/* The parts of drivers/dax/super.c and fs/inode.c for the life of a dax_device. */
#include "ops.h"

bool ref_valid(const struct world *w, struct ref r)
{
	return r.slot >= 0 && w->dax[r.slot].life == r.life && w->dax[r.slot].stage == SLOT_LIVE;
}

static bool somebody_allocates(const struct world *w)
{
	for (int i = 0; i < RCU_TASK; i++)
		if (!w->proc[i].done && w->proc[i].sub &&
		    programs[w->proc[i].program][w->proc[i].pc].code == O_ALLOC)
			return true;
	return false;
}

/* Records are counted: may and must are how many there have been. */
void broke(struct world *w, enum dxa_rule rule, struct ref r, int may, int must, uint32_t others)
{
	struct brk *b;

	for (int i = 0; i < w->n_brk; i++) {
		b = &w->brk[i];
		if (b->rule == rule && b->slot == r.slot && b->life == r.life) {
			if (must < b->must)
				b->must = (uint8_t)must;
			return;
		}
	}
	if (w->n_brk == BREAKS)
		return;
	w->brk[w->n_brk++] =
		(struct brk){ .rule = (uint8_t)rule,
			      .slot = r.slot,
			      .life = r.life,
			      .may = (uint8_t)may,
			      .must = (uint8_t)must,
			      .astray = r.slot >= 0 && w->dax[r.slot].life != r.life,
			      .doubtful = history.mode.kprobes && somebody_allocates(w),
			      .others = others };
}

/* The slab reuses the slot that was freed last; here it is the lowest. */
int core_alloc(struct world *w, int owner)
{
	for (int i = 0; i < DAXES; i++) {
		struct dax *d = &w->dax[i];

		if (d->stage != SLOT_FREE)
			continue;
		d->stage = SLOT_LIVE;
		d->life++;
		d->minor = w->next_minor++;
		d->refs = d->known = 1;
		d->holder = 0;
		d->lost_refs = 0;
		d->cdev_refs = 0;
		d->on_list = true;
		d->owned = true;
		d->killed = false;
		d->asker = (uint8_t)owner;
		return i;
	}
	return NO_SLOT;
}

/*
 * Drop a reference: iput(). The last one frees the inode in further steps of the
 * same task. `seen`: a hook has seen the call.
 */
void core_put(struct world *w, struct proc *p, bool seen)
{
	struct dax *d = &w->dax[p->reg.slot];
	bool known = false;

	if (--d->refs > 0) {
		if (d->refs == d->lost_refs)
			broke(w, DXA_RULE_REFERENCE_LEAK, p->reg, w->n, w->n, RULE(ORPHAN));
		return;
	}
	d->stage = SLOT_FREEING;
	if (!(d->flags & 1))
		return;
	for (int i = 0; i < w->n_brk; i++)
		if (w->brk[i].rule == DXA_RULE_PUT_WITHOUT_KILL && w->brk[i].slot == p->reg.slot)
			known = true;
	if (seen || known)
		broke(w, DXA_RULE_PUT_WITHOUT_KILL, p->reg, w->n, w->n,
		      RULE(DESTROYED_ALIVE) | RULE(ORPHAN));
	else
		broke(w, DXA_RULE_DESTROYED_ALIVE, p->reg, w->n, w->n, RULE(PUT_WITHOUT_KILL));
}

static void note_host_of_destroyed(struct world *w, struct ref r)
{
	for (int i = 0; i < DISKS; i++)
		if (w->disk[i].host.slot == r.slot && w->disk[i].host.life == r.life)
			broke(w, DXA_RULE_HOST_LEFT_BEHIND, r, w->n, w->n, RULE(ORPHAN));
}

/* The remaining steps of a last put. False: none. */
bool core_put_step(struct world *w, int task)
{
	struct proc *p = &w->proc[task];
	struct dax *d = &w->dax[p->reg.slot];
	struct dxa_event ev;

	switch (d->stage) {
	case SLOT_FREEING: /* evict(): inode_sb_list_del() */
		d->on_list = false;
		d->stage = SLOT_EVICTED;
		return true;
	case SLOT_EVICTED: /* destroy_inode() */
		ev = record(w, task, DXA_KIND_DAX_DESTROY_INODE, DXA_PHASE_ARGS);
		fill_dax(w, &ev, p->reg.slot);
		write_record(w, &ev);
		d->stage = SLOT_DESTROYED;
		note_host_of_destroyed(w, p->reg);
		return false;
	default:
		return false;
	}
}
