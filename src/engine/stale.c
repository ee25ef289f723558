// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flags that survive in the slab. alloc_dax resets none of them, so every
 * recycled device begins with those of its former life. That does harm only
 * where the driver does not declare the same itself: a bit is a finding when
 * the device goes into use with it and nobody but the former life has set it.
 *
 * Device-dax has no WRITE_CACHE to declare, for only dax_flush() asks for it, which
 * nobody calls on such a device: stale or not, it says nothing there.
 */
#include <stdlib.h>

#include "engine/errname.h"
#include "engine/model.h"
#include "engine/owner.h"

#define FLAG(bit) (1U << (bit))

/* What a device was given by mistake. Owned by its life. */
struct stale {
	uint32_t flags; /* that its driver has not declared since */
	struct rec alloc;
	struct dxa_life_id former; /* dax 0: not known */
	struct rec former_end;
};

static const struct {
	uint16_t kind;
	uint8_t bit;
	const char *name;
} declarations[] = {
	{ DXA_KIND_DAX_WRITE_CACHE, DXA_DAXDEV_WRITE_CACHE, "WRITE_CACHE" },
	{ DXA_KIND_SET_DAX_SYNCHRONOUS, DXA_DAXDEV_SYNC, "SYNC" },
	{ DXA_KIND_SET_DAX_NOCACHE, DXA_DAXDEV_NOCACHE, "NOCACHE" },
	{ DXA_KIND_SET_DAX_NOMC, DXA_DAXDEV_NOMC, "NOMC" },
};

#define N_DECLARATIONS (sizeof(declarations) / sizeof(*declarations))

void stale_begin(struct dxa_engine *e, struct life *l, const struct rec *alloc,
		 const struct dxa_life_id *former, const struct rec *former_end)
{
	uint32_t flags = 0;

	for (size_t i = 0; i < N_DECLARATIONS; i++)
		if (!blind(e, (enum dxa_kind)declarations[i].kind))
			flags |= alloc->ev.dax_flags & FLAG(declarations[i].bit);
	if (l->id.driver == DXA_DRIVER_DEVICE_DAX)
		flags &= ~FLAG(DXA_DAXDEV_WRITE_CACHE);
	if (!(alloc->ev.has & DXA_HAS_DAX) || !flags)
		return;
	l->stale = malloc(sizeof(*l->stale));
	if (!l->stale) {
		e->nomem = true;
		return;
	}
	*l->stale = (struct stale){ flags, *alloc, *former, *former_end };
}

void stale_forget(struct life *l)
{
	free(l->stale);
	l->stale = NULL;
}

void on_declare(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	struct life *l;

	(void)t;
	if (!r->ev.dax || dxa_is_err_ptr(r->ev.dax))
		return;
	l = life_touch(e, r);
	if (!l || !l->stale)
		return;
	for (size_t i = 0; i < N_DECLARATIONS; i++)
		if (declarations[i].kind == r->ev.kind)
			l->stale->flags &= ~FLAG(declarations[i].bit);
	if (!l->stale->flags)
		stale_forget(l);
}

void judge_stale(struct dxa_engine *e, struct task *t, struct life *l)
{
	struct stale *s = l->stale;
	struct dxa_finding f;

	/* A declaration may be among what was missed. */
	if (!s || life_unsure(e, l))
		return;
	report_begin(e, &f, DXA_RULE_STALE_FLAGS, l, task_context(t));
	say_life(&f, &l->id);
	say(&f, " is in use with flags that %s did not set:",
	    dxa_owner_of((enum dxa_driver)l->id.driver)->name);
	for (size_t i = 0; i < N_DECLARATIONS; i++)
		if (s->flags & FLAG(declarations[i].bit))
			say(&f, " %s", declarations[i].name);
	if (s->former.dax) {
		say(&f, "; they are left from ");
		say_life(&f, &s->former);
		say(&f, ", whose memory it was");
		prove(e, &s->former_end);
	}
	prove(e, &s->alloc);
	report(e, &f);
	stale_forget(l);
}

void judge_all_stale(struct dxa_engine *e, struct task *t)
{
	for (size_t i = 0; i < t->allocs.len; i++) {
		const struct alloc *a = dxa_vec_at(&t->allocs, i);
		const struct decider *d = task_decider(t, a->judge);
		struct life *l = a->err ? NULL : life_alive(e, a->rec.ev.dax, a->generation);

		/* dm declares when a table is loaded, long after: its first user decides. */
		if (l && a->driver != DXA_DRIVER_DM && d && d->outcome == DXA_OUTCOME_OK)
			judge_stale(e, t, l);
	}
}
