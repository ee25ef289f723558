// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/core.h"
#include "engine/owner.h"
#include "engine/track/loss.h"

/* docs/performance.md: what a device that is alive costs. */
_Static_assert(sizeof(struct life) <= 360, "the documented cost of a live device");

/* The place of a life among the recent ones. Objects of a slab differ in few bits. */
static inline size_t recent(uint64_t dax)
{
	return ((uint32_t)(dax >> 5) * 0x9e3779b1u) >> 28;
}

_Static_assert(RECENT_LIVES == 1 << (32 - 28), "four bits");

struct life *life_at(const struct dxa_engine *e, uint64_t dax)
{
	struct life *l = e->recent_lives[recent(dax)];

	return l && l->id.dax == dax ? l : dxa_map_get(&e->lives, dax);
}

struct life *life_alive(const struct dxa_engine *e, uint64_t dax, uint32_t generation)
{
	struct life *l = life_at(e, dax);

	return l && !l->ended && l->id.generation == generation ? l : NULL;
}

bool life_incomplete(const struct dxa_engine *e, const struct life *l)
{
	return l->epoch != e->epoch;
}

/* Free what a life owns. */
static void life_clear(struct dxa_engine *e, struct life *l)
{
	free(l->suspect);
	free(l->flags);
	free(l->holder_taken);
	history_clear(&e->templates, &l->hist);
}

static void evict_ended(struct dxa_engine *e)
{
	struct life *l = DXA_LIST_OF(e->ended.first, struct life, link);

	dxa_list_del(&e->ended, &l->link);
	e->n_ended--;
	dxa_map_del(&e->lives, l->id.dax);
	if (e->recent_lives[recent(l->id.dax)] == l)
		e->recent_lives[recent(l->id.dax)] = NULL;
	e->forgot_ended = true;
	life_clear(e, l);
	dxa_slab_put(&e->life_slab, l);
}

/*
 * A new life at this address. It replaces the former one and reuses its memory; the
 * generation is counted on.
 */
static struct life *life_renew(struct dxa_engine *e, uint64_t dax)
{
	struct life *l = life_at(e, dax);
	uint32_t generation = 0;
	bool put_too_often = false;

	if (l) {
		if (!l->ended)
			life_end(e, l);
		put_too_often = l->put_too_often || l->former_put_too_often;
		generation = l->id.generation + 1;
		dxa_list_del(&e->ended, &l->link);
		e->n_ended--;
		life_clear(e, l);
		memset(l, 0, sizeof(*l));
	} else {
		l = dxa_slab_get(&e->life_slab);
		if (!l || dxa_map_put(&e->lives, dax, l)) {
			if (l)
				dxa_slab_put(&e->life_slab, l);
			e->nomem = true;
			return NULL;
		}
	}
	e->recent_lives[recent(dax)] = l;
	l->id.dax = dax;
	l->id.generation = generation;
	l->former_put_too_often = put_too_often;
	l->epoch = e->epoch;
	l->first = e->n;
	dxa_list_add(&e->live, &l->link);
	e->stats.lives++;
	e->stats.lives_now++;
	e->stats.lives_of[l->id.driver]++;
	e->stats.seen_of[l->id.driver]++;
	return l;
}

uint16_t name_id(struct dxa_engine *e, const char *name)
{
	char full[DXA_NAME_LEN];
	size_t i;

	if (!name[0])
		return 0;
	for (i = 0; i < e->modules.len; i++)
		if (!strncmp(dxa_vec_at(&e->modules, i), name, DXA_NAME_LEN - 1))
			return (uint16_t)(i + 1);
	if (i == MODULES_MAX) {
		gap(e, DXA_GAP_LIMIT);
		return 0;
	}
	snprintf(full, sizeof(full), "%s", name);
	if (!dxa_vec_push(&e->modules, full)) {
		e->nomem = true;
		return 0;
	}
	return (uint16_t)(i + 1);
}

const char *life_module(const struct dxa_engine *e, const struct life *l)
{
	return l->module ? dxa_vec_at(&e->modules, l->module - 1U) : "";
}

enum dxa_driver owner_of_event(struct dxa_engine *e, const struct dxa_event *ev,
			       char module[DXA_NAME_LEN])
{
	struct ops_owner *o = &e->ops_owner;

	if (ev->kind != DXA_KIND_ALLOC_DAX || !ev->ops || !ev->name[0])
		return dxa_owner_of_event(e->cfg.symbols, ev, module);
	if (memcmp(o->ops, ev->name, sizeof(o->ops)) != 0) {
		if (!dxa_owner_by_name(ev->name, &o->driver, o->module)) {
			o->ops[0] = '\0';
			return dxa_owner_of_event(e->cfg.symbols, ev, module);
		}
		memcpy(o->ops, ev->name, sizeof(o->ops));
	}
	memcpy(module, o->module, sizeof(o->module));
	return o->driver;
}

void life_set_owner(struct dxa_engine *e, struct life *l, const struct dxa_event *ev)
{
	char module[DXA_NAME_LEN] = "";
	const struct dxa_owner *owner;

	e->stats.lives_of[l->id.driver]--;
	e->stats.seen_of[l->id.driver]--;
	l->id.driver = owner_of_event(e, ev, module);
	e->stats.lives_of[l->id.driver]++;
	e->stats.seen_of[l->id.driver]++;
	e->stats.available |= 1u << l->id.driver;
	owner = dxa_owner_of(l->id.driver);
	/* The name that a MODULE_FREE event will have; the table has it if the symbol has not. */
	if (!module[0] && owner->module)
		memcpy(module, owner->module, strlen(owner->module) + 1);
	if (!owner->module && l->id.driver != DXA_DRIVER_OTHER)
		module[0] = '\0';
	l->module = name_id(e, module);
}

/*
 * If it has other records, or was shown long before this alloc_dax can have begun, then it
 * is another life, whose end was missed.
 */
bool life_matches_alloc(const struct dxa_engine *e, const struct life *l, const struct rec *alloc)
{
	struct rec shown;
	size_t at = 0;

	/* A device in dax_hosts has been returned to its driver. */
	return l->shown_only && !l->host &&
	       history_next(&e->templates, &l->hist, l->id.dax, &at, &shown) &&
	       alloc->ev.ts <= shown.ev.ts + (l->amid_alloc ? LONG_AGO_NS : GRACE_NS);
}

struct life *life_begin(struct dxa_engine *e, const struct rec *r)
{
	struct life *l = life_at(e, r->ev.dax);

	if (!l || !life_matches_alloc(e, l, r)) {
		/* The slab returns no allocated memory: the end of the former life was missed. */
		if (l && !l->ended && e->destroys_seen && !life_incomplete(e, l))
			gap(e, DXA_GAP_LOST);
		l = life_renew(e, r->ev.dax);
	}
	if (!l)
		return NULL;
	l->epoch = e->epoch;
	l->shown_only = false;
	if (!l->id.generation)
		l->id.generation = 1;
	l->from_alloc = true;
	l->refs_known = true;
	l->refs = 1;
	if (r->ev.phase & DXA_PHASE_ARGS || r->ev.has & DXA_HAS_DAX)
		life_set_owner(e, l, &r->ev);
	life_add_record(e, l, r);
	l->alive = true;
	l->alive_known = true;
	return l;
}

/* May a running alloc_dax get this memory, which was freed? */
static bool may_be_reused(const struct dxa_engine *e, const struct life *l)
{
	return e->allocs_pending && (l->freed || !e->frees_seen);
}

static bool is_of_snapshot(const struct rec *r)
{
	return r->ev.kind == DXA_KIND_SNAP_DEVICE || r->ev.kind == DXA_KIND_SNAP_HOST;
}

/*
 * Count a gap for a life whose begin was missed. A snapshot may show a device before
 * its alloc_dax returns, and is not enough for a gap.
 */
static void note_unseen_begin(struct dxa_engine *e, const struct life *former, const struct rec *r)
{
	if (is_of_snapshot(r))
		return;
	if (!former && e->forgot_ended)
		gap(e, DXA_GAP_LIMIT);
	/* A complete snapshot did not show it. */
	else if (former ? !life_incomplete(e, former) : e->all_shown)
		gap(e, DXA_GAP_UNCERTAIN);
}

struct life *life_get_or_create(struct dxa_engine *e, const struct rec *r)
{
	struct life *l = life_at(e, r->ev.dax);

	if (l && !l->ended) {
		e->recent_lives[recent(r->ev.dax)] = l;
		l->shown_only &= is_of_snapshot(r);
		return l;
	}
	if (l && !life_incomplete(e, l) && !may_be_reused(e, l))
		return NULL;
	note_unseen_begin(e, l, r);
	l = life_renew(e, r->ev.dax);
	if (!l)
		return NULL;
	l->shown_only = is_of_snapshot(r);
	if (r->ev.has & DXA_HAS_DAX)
		life_set_owner(e, l, &r->ev);
	return l;
}

void life_note_flags(struct life *l, const struct dxa_event *ev)
{
	if (!(ev->has & DXA_HAS_DAX) || ev->dax_flags & (1U << DXA_DAXDEV_ALIVE))
		return;
	/* Killed before the audit or unrecorded: kill_dax is recorded before its effect. */
	l->died_unseen |= l->alive && !l->kills;
	l->alive = false;
}

void life_add_record(struct dxa_engine *e, struct life *l, const struct rec *r)
{
	const struct dxa_event *ev = &r->ev;

	if (ev->kind < DXA_HOOK_MAX)
		l->last_at = ev->ts;
	if (!history_add(&e->templates, &l->hist, l->id.dax, r))
		e->nomem = true;
	l->put_last = ev->kind == DXA_KIND_PUT_DAX || ev->kind == DXA_KIND_FS_PUT_DAX;
	if ((ev->has & DXA_HAS_DISK) && ev->name[0])
		memcpy(l->id.disk, ev->name, sizeof(l->id.disk));
	if (!(ev->has & DXA_HAS_DAX))
		return;
	if (ev->rdev)
		l->id.rdev = ev->rdev;
	if (!l->alive_known) {
		l->alive = ev->dax_flags & (1U << DXA_DAXDEV_ALIVE);
		l->alive_known = true;
		l->holder = ev->holder;
	}
	life_note_flags(l, ev);
}

void life_set_probe(struct dxa_engine *e, struct life *l, const struct dxa_event *probe)
{
	if (!probe || !probe->obj || !dxa_owner_of(l->id.driver)->releases_at_unbind)
		return;
	if (dxa_map_put(&e->born, probe->obj, l)) {
		e->nomem = true;
		return;
	}
	l->born_for = probe->obj;
	l->born_by = name_id(e, probe->driver);
}

/* ---- host and end ---- */

void life_clear_host(struct dxa_engine *e, struct life *l)
{
	if (l->host)
		dxa_map_del(&e->hosts, l->host);
	l->host = 0;
}

void life_end(struct dxa_engine *e, struct life *l)
{
	life_clear_host(e, l);
	if (l->born_for && dxa_map_get(&e->born, l->born_for) == l)
		dxa_map_del(&e->born, l->born_for);
	l->born_for = 0;
	life_clear_suspicion(e, l);
	dxa_list_del(&e->live, &l->link);
	dxa_list_add(&e->ended, &l->link);
	l->ended = true;
	l->alive = false;
	l->epoch = e->epoch;
	history_trim(&e->templates, &l->hist);
	e->stats.lives_now--;
	e->stats.lives_of[l->id.driver]--;
	if (++e->n_ended > ENDED_MAX && e->ended.first != &l->link)
		evict_ended(e);
}

/* ---- suspicions ---- */

static struct dxa_list *list_of(struct dxa_engine *e, const struct suspect *s)
{
	return s->what == SUSPECT_REFERENCE_LEAK ? &e->unshown : &e->suspects;
}

static void suspects_add(struct dxa_engine *e, struct suspect *s, uint64_t now)
{
	s->since = now;
	s->grace_over = s->shown_at = 0;
	s->in_progress = false;
	dxa_list_add(list_of(e, s), &s->link);
}

void life_suspect(struct dxa_engine *e, struct life *l, enum suspicion what,
		  const struct dxa_context *ctx, uint64_t now)
{
	struct suspect *s = malloc(sizeof(*s));

	life_clear_suspicion(e, l);
	if (!s) {
		e->nomem = true;
		return;
	}
	*s = (struct suspect){ .life = l, .what = what, .in_context = ctx };
	if (ctx)
		s->ctx = *ctx;
	l->suspect = s;
	suspects_add(e, s, now);
}

void life_clear_suspicion(struct dxa_engine *e, struct life *l)
{
	if (!l->suspect)
		return;
	dxa_list_del(list_of(e, l->suspect), &l->suspect->link);
	free(l->suspect);
	l->suspect = NULL;
}

const struct dxa_context *life_suspect_context(const struct life *l)
{
	return l->suspect && l->suspect->in_context ? &l->suspect->ctx : NULL;
}

void lives_free(struct dxa_engine *e)
{
	struct life *l;

	DXA_LIST_EACH(l, &e->live, struct life, link)
		life_clear(e, l);
	DXA_LIST_EACH(l, &e->ended, struct life, link)
		life_clear(e, l);
	dxa_slab_free(&e->life_slab);
	templates_free(&e->templates);
	dxa_vec_free(&e->modules);
	dxa_map_free(&e->lives);
	dxa_map_free(&e->hosts);
	dxa_map_free(&e->born);
}
