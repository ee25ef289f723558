// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "engine/model.h"
#include "engine/owner.h"

static void list_add(struct list *list, struct life *l)
{
	l->next = NULL;
	l->prev = list->last;
	if (list->last)
		list->last->next = l;
	else
		list->first = l;
	list->last = l;
}

static void list_del(struct list *list, struct life *l)
{
	if (l->prev)
		l->prev->next = l->next;
	else
		list->first = l->next;
	if (l->next)
		l->next->prev = l->prev;
	else
		list->last = l->prev;
}

struct life *life_at(const struct dxa_engine *e, uint64_t dax)
{
	return dxa_map_get(&e->lives, dax);
}

struct life *life_alive(const struct dxa_engine *e, uint64_t dax, uint32_t generation)
{
	struct life *l = life_at(e, dax);

	return l && !l->ended && l->id.generation == generation ? l : NULL;
}

bool life_unsure(const struct dxa_engine *e, const struct life *l)
{
	return l->epoch != e->epoch;
}

static void life_free(struct life *l)
{
	free(l->suspect_in);
	stale_forget(l);
	free(l->holder_taken);
	free(l->hist.rec);
	free(l);
}

/* Where the next event of a history goes. */
static uint64_t history_slot(const struct history *h)
{
	if (h->total < HISTORY_HEAD + HISTORY_TAIL)
		return h->total;
	return HISTORY_HEAD + (h->total - HISTORY_HEAD) % HISTORY_TAIL;
}

static void history_add(struct dxa_engine *e, struct history *h, const struct rec *r)
{
	uint64_t slot = history_slot(h);

	if (slot >= h->cap) {
		uint32_t cap = h->cap ? h->cap * 2 : 2;
		struct rec *rec = reallocarray(h->rec, cap, sizeof(*rec));

		if (!rec) {
			e->nomem = true;
			return;
		}
		h->rec = rec;
		h->cap = cap;
	}
	h->rec[slot] = *r;
	h->total++;
}

/* An ended life needs its birth and its end only: what a use after it is shown with. */
static void history_trim(struct history *h)
{
	const uint32_t keep = 4;
	uint64_t last = h->total, i;
	struct rec tail[3];
	struct rec *rec;

	if (h->cap <= keep)
		return;
	if (last > keep) {
		for (i = 0; i < 3; i++) {
			struct history at = { .total = last - 3 + i };

			tail[i] = h->rec[history_slot(&at)];
		}
		memcpy(h->rec + 1, tail, sizeof(tail));
		h->total = keep;
	}
	rec = reallocarray(h->rec, keep, sizeof(*rec));
	if (rec)
		h->rec = rec;
	h->cap = rec ? keep : h->cap;
}

static void evict_ended(struct dxa_engine *e)
{
	struct life *l = e->ended.first;

	list_del(&e->ended, l);
	e->n_ended--;
	dxa_map_del(&e->lives, l->id.dax);
	life_free(l);
}

/*
 * A fresh life at this address. What is remembered of the former one makes room
 * for it; only the count of generations and the memory itself are kept.
 */
static struct life *life_renew(struct dxa_engine *e, uint64_t dax)
{
	struct life *l = life_at(e, dax);
	struct history hist = { 0 };
	uint32_t generation = 0;

	if (l) {
		if (!l->ended)
			life_end(e, l);
		generation = l->id.generation + 1;
		hist = (struct history){ .rec = l->hist.rec, .cap = l->hist.cap };
		list_del(&e->ended, l);
		e->n_ended--;
		stale_forget(l);
		free(l->holder_taken);
		memset(l, 0, sizeof(*l));
	} else {
		l = calloc(1, sizeof(*l));
		if (!l || dxa_map_put(&e->lives, dax, l)) {
			free(l);
			e->nomem = true;
			return NULL;
		}
	}
	l->id.dax = dax;
	l->id.generation = generation;
	l->hist = hist;
	l->epoch = e->epoch;
	list_add(&e->live, l);
	e->stats.lives++;
	e->stats.lives_now++;
	e->stats.lives_of[l->id.driver]++;
	return l;
}

void life_set_owner(struct dxa_engine *e, struct life *l, const struct dxa_event *ev)
{
	const struct dxa_owner *owner;

	e->stats.lives_of[l->id.driver]--;
	l->id.driver = dxa_owner_of_event(e->cfg.symbols, ev, l->module);
	e->stats.lives_of[l->id.driver]++;
	e->stats.available |= 1u << l->id.driver;
	owner = dxa_owner_of(l->id.driver);
	/* A module's name is what its going away is told by; the table knows it where ops do not. */
	if (!l->module[0] && owner->module)
		memcpy(l->module, owner->module, strlen(owner->module) + 1);
	if (!owner->module && l->id.driver != DXA_DRIVER_OTHER)
		l->module[0] = '\0';
}

struct life *life_begin(struct dxa_engine *e, const struct rec *r)
{
	struct life *former = life_at(e, r->ev.dax), *l;

	/* The slab cannot hand out what it did not get back: that was missed. */
	if (former && !former->ended && e->destroys_seen && !life_unsure(e, former))
		gap(e, DXA_GAP_LOST);
	l = life_renew(e, r->ev.dax);
	if (!l)
		return NULL;
	if (!l->id.generation)
		l->id.generation = 1;
	l->from_alloc = true;
	l->refs_known = true;
	l->refs = 1;
	if (r->ev.phase & DXA_PHASE_ARGS || r->ev.has & DXA_HAS_DAX)
		life_set_owner(e, l, &r->ev);
	life_note(e, l, r);
	l->alive = true;
	l->alive_known = true;
	return l;
}

/* Is somebody in alloc_dax who may be getting this memory, which was given back? */
static bool may_be_reborn(const struct dxa_engine *e, const struct life *l)
{
	return e->allocs_pending && (l->freed || !e->frees_seen);
}

struct life *life_touch(struct dxa_engine *e, const struct rec *r)
{
	struct life *l = life_at(e, r->ev.dax);

	if (l && !l->ended)
		return l;
	if (l && !life_unsure(e, l) && !may_be_reborn(e, l))
		return NULL;
	l = life_renew(e, r->ev.dax);
	if (l && (r->ev.has & DXA_HAS_DAX))
		life_set_owner(e, l, &r->ev);
	return l;
}

void life_note(struct dxa_engine *e, struct life *l, const struct rec *r)
{
	const struct dxa_event *ev = &r->ev;

	history_add(e, &l->hist, r);
	l->put_last = ev->kind == DXA_KIND_PUT_DAX || ev->kind == DXA_KIND_FS_PUT_DAX;
	if ((ev->has & DXA_HAS_DISK) && ev->name[0])
		memcpy(l->id.disk, ev->name, sizeof(l->id.disk));
	if (!(ev->has & DXA_HAS_DAX))
		return;
	/* With a disk in the record too, the number is the disk's. */
	if (ev->rdev && !(ev->has & DXA_HAS_DISK))
		l->id.rdev = ev->rdev;
	if (!l->alive_known) {
		l->alive = ev->dax_flags & (1U << DXA_DAXDEV_ALIVE);
		l->alive_known = true;
		l->holder = ev->holder;
	}
}

void life_set_host(struct dxa_engine *e, struct life *l, uint64_t disk)
{
	struct life *former = dxa_map_get(&e->hosts, disk);

	if (former)
		former->host = 0;
	life_clear_host(e, l);
	if (dxa_map_put(&e->hosts, disk, l)) {
		e->nomem = true;
		return;
	}
	l->host = disk;
}

void life_clear_host(struct dxa_engine *e, struct life *l)
{
	if (l->host)
		dxa_map_del(&e->hosts, l->host);
	l->host = 0;
}

void life_born_for(struct dxa_engine *e, struct life *l, uint64_t device)
{
	if (!device || !dxa_owner_of(l->id.driver)->releases_at_unbind)
		return;
	if (dxa_map_put(&e->born, device, l)) {
		e->nomem = true;
		return;
	}
	l->born_for = device;
}

void life_end(struct dxa_engine *e, struct life *l)
{
	life_clear_host(e, l);
	if (l->born_for && dxa_map_get(&e->born, l->born_for) == l)
		dxa_map_del(&e->born, l->born_for);
	l->born_for = 0;
	life_acquit(e, l);
	list_del(&e->live, l);
	list_add(&e->ended, l);
	l->ended = true;
	l->alive = false;
	l->epoch = e->epoch;
	history_trim(&l->hist);
	e->stats.lives_now--;
	e->stats.lives_of[l->id.driver]--;
	if (++e->n_ended > ENDED_MAX && e->ended.first != l)
		evict_ended(e);
}

static void suspects_add(struct dxa_engine *e, struct life *l, uint64_t now)
{
	l->suspected_at = now;
	l->sus_next = NULL;
	l->sus_prev = e->sus_last;
	if (e->sus_last)
		e->sus_last->sus_next = l;
	else
		e->sus_first = l;
	e->sus_last = l;
}

static void suspects_del(struct dxa_engine *e, struct life *l)
{
	if (l->sus_prev)
		l->sus_prev->sus_next = l->sus_next;
	else
		e->sus_first = l->sus_next;
	if (l->sus_next)
		l->sus_next->sus_prev = l->sus_prev;
	else
		e->sus_last = l->sus_prev;
}

void life_suspect(struct dxa_engine *e, struct life *l, enum suspicion what,
		  const struct dxa_context *ctx, uint64_t now)
{
	life_acquit(e, l);
	if (ctx) {
		l->suspect_in = malloc(sizeof(*ctx));
		if (!l->suspect_in) {
			e->nomem = true;
			return;
		}
		*l->suspect_in = *ctx;
	}
	l->suspicion = (uint8_t)what;
	suspects_add(e, l, now);
}

void life_suspect_again(struct dxa_engine *e, struct life *l, uint64_t now)
{
	suspects_del(e, l);
	suspects_add(e, l, now);
}

void life_acquit(struct dxa_engine *e, struct life *l)
{
	if (l->suspicion == SUSPECT_NOTHING)
		return;
	l->suspicion = SUSPECT_NOTHING;
	free(l->suspect_in);
	l->suspect_in = NULL;
	suspects_del(e, l);
}

static void free_life(void *priv, uint64_t key, void *value)
{
	(void)priv;
	(void)key;
	life_free(value);
}

void lives_free(struct dxa_engine *e)
{
	dxa_map_each(&e->lives, free_life, NULL);
	dxa_map_free(&e->lives);
	dxa_map_free(&e->hosts);
	dxa_map_free(&e->born);
}
