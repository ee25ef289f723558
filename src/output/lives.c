// SPDX-License-Identifier: GPL-2.0-only
#include "output/lives.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/event_kinds.h"
#include "engine/errname.h"
#include "engine/owner.h"
#include "output/story.h"

/* The number of first events of a long life that are kept. */
#define HEAD 200
/* Entries of nested brackets that are kept until their device is known. */
#define PENDING_MAX 8

/* A task inside brackets. */
struct task {
	struct dxa_event pending[PENDING_MAX];
	size_t n_pending;
	size_t depth;
	struct dxa_lived *life; /* that these brackets are about; NULL: not known yet */
};

static void free_life(struct dxa_lived *life)
{
	dxa_vec_free(&life->events);
	free(life);
}

static void free_task(void *priv, uint64_t key, void *value)
{
	(void)priv;
	(void)key;
	free(value);
}

void dxa_lives_free(struct dxa_lives *l)
{
	for (size_t i = 0; i < l->all.len; i++)
		free_life(*(struct dxa_lived **)dxa_vec_at(&l->all, i));
	dxa_vec_free(&l->all);
	dxa_map_each(&l->tasks, free_task, NULL);
	dxa_map_free(&l->tasks);
	dxa_pairs_free(&l->pairs);
	dxa_map_free(&l->living);
	dxa_map_free(&l->ended);
	dxa_map_free(&l->hosts);
	*l = (struct dxa_lives){ .cut = 0 };
}

const struct dxa_lived *dxa_lives_at(const struct dxa_lives *l, size_t i)
{
	return i < l->all.len ? *(struct dxa_lived **)dxa_vec_at(&l->all, i) : NULL;
}

/* A new life of the device at dax; NULL when it cannot be kept. */
static struct dxa_lived *begin_life(struct dxa_lives *l, uint64_t dax, uint64_t ts)
{
	struct dxa_lived *life, *former = dxa_map_get(&l->ended, dax);

	l->all.elem = sizeof(void *);
	life = l->all.len < DXA_LIVES_MAX ? calloc(1, sizeof(*life)) : NULL;
	if (!life || !dxa_vec_push(&l->all, &life)) {
		free(life);
		l->cut++;
		return NULL;
	}
	life->id.dax = dax;
	life->id.generation = !ts ? 0 : former ? former->id.generation + 1 : 1;
	life->begin = ts;
	life->refs = -1;
	life->events = DXA_VEC_OF(struct dxa_event);
	dxa_map_put(&l->living, dax, life);
	return life;
}

static void end_life(struct dxa_lives *l, struct dxa_lived *life, uint64_t ts)
{
	life->end = ts;
	dxa_map_del(&l->living, life->id.dax);
	dxa_map_put(&l->ended, life->id.dax, life);
	if (life->host && dxa_map_get(&l->hosts, life->host) == life)
		dxa_map_del(&l->hosts, life->host);
}

static void append(struct dxa_lived *life, const struct dxa_event *ev)
{
	struct dxa_event *tail;

	if (life->events.len < DXA_LIFE_EVENTS_MAX) {
		dxa_vec_push(&life->events, ev);
		return;
	}
	tail = dxa_vec_at(&life->events, HEAD);
	memmove(tail, tail + 1, (DXA_LIFE_EVENTS_MAX - HEAD - 1) * sizeof(*tail));
	tail[DXA_LIFE_EVENTS_MAX - HEAD - 1] = *ev;
	life->cut++;
}

/* What the record shows of the device itself. */
static void look_at(struct dxa_lived *life, const struct dxa_event *ev, struct dxa_symbols *symbols)
{
	enum dxa_driver driver;
	char module[DXA_NAME_LEN];

	if (!(ev->has & DXA_HAS_DAX))
		return;
	life->refs = ev->refs;
	life->alive = ev->dax_flags >> DXA_DAXDEV_ALIVE & 1;
	if (ev->rdev)
		life->id.rdev = ev->rdev;
	/* The owner does not change; and not every record has the ops. */
	if (life->id.driver != DXA_DRIVER_UNKNOWN)
		return;
	driver = dxa_owner_of_event(symbols, ev, module);
	life->id.driver = driver;
	if (module[0])
		snprintf(life->module, sizeof(life->module), "%s", module);
}

static void give_host(struct dxa_lives *l, struct dxa_lived *life, const struct dxa_event *ev)
{
	if (ev->name[0])
		snprintf(life->id.disk, sizeof(life->id.disk), "%s", ev->name);
	if (!ev->obj)
		return;
	life->host = ev->obj;
	dxa_map_put(&l->hosts, ev->obj, life);
}

/* The dax_device of a record; 0 where it has none. */
static uint64_t dax_of(const struct dxa_event *ev)
{
	bool returned = ev->kind == DXA_KIND_ALLOC_DAX || ev->kind == DXA_KIND_FS_DAX_GET_BY_BDEV;
	uint64_t dax = returned && ev->phase & DXA_PHASE_RET ? (uint64_t)ev->ret : ev->dax;

	return dxa_is_err_ptr(dax) ? 0 : dax;
}

static struct dxa_lived *life_of(struct dxa_lives *l, const struct dxa_event *ev, struct task *t)
{
	uint64_t dax = dax_of(ev);
	struct dxa_lived *life = dax ? dxa_map_get(&l->living, dax) : NULL;

	if (life)
		return life;
	if (dax && ev->kind == DXA_KIND_DAX_FREE_INODE)
		return dxa_map_get(&l->ended, dax);
	if (dax)
		return begin_life(l, dax, 0);
	if (ev->obj && dxa_map_get(&l->hosts, ev->obj))
		return dxa_map_get(&l->hosts, ev->obj);
	/* A kill or put of NULL is meant for the device of its bracket. */
	return t && (ev->kind == DXA_KIND_KILL_DAX || ev->kind == DXA_KIND_PUT_DAX) ? t->life :
										      NULL;
}

static void update(struct dxa_lives *l, struct dxa_lived *life, const struct dxa_event *ev)
{
	switch (ev->kind) {
	case DXA_KIND_DAX_ADD_HOST:
		if (ev->phase & DXA_PHASE_RET && ev->ret)
			snprintf(life->id.disk, sizeof(life->id.disk), "%s", ev->name);
		else
			give_host(l, life, ev);
		break;
	case DXA_KIND_SNAP_HOST:
		give_host(l, life, ev);
		break;
	case DXA_KIND_SNAP_DEVICE:
	case DXA_KIND_REALLY_PROBE:
		if (!life->id.disk[0] && life->id.driver == DXA_DRIVER_DEVICE_DAX)
			snprintf(life->id.disk, sizeof(life->id.disk), "%s", ev->name);
		break;
	case DXA_KIND_FS_DAX_GET_BY_BDEV:
	case DXA_KIND_FS_DAX_GET:
		if (!dax_of(ev))
			break;
		life->users++;
		snprintf(life->user, sizeof(life->user), "%s", ev->comm);
		break;
	case DXA_KIND_FS_PUT_DAX:
		life->users -= life->users != 0;
		break;
	case DXA_KIND_DAX_DESTROY_INODE:
		end_life(l, life, ev->ts);
		break;
	case DXA_KIND_DAX_FREE_INODE:
		life->freed = true;
		break;
	}
}

/* The kept entries belong to this device. */
static void claim(struct task *t, struct dxa_lived *life)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->n_pending; i++)
		append(life, &t->pending[i]);
	t->n_pending = 0;
	t->life = life;
}

static void on_module_free(struct dxa_lives *l, const struct dxa_event *ev)
{
	for (size_t i = 0; i < l->all.len; i++) {
		struct dxa_lived *life = *(struct dxa_lived **)dxa_vec_at(&l->all, i);

		if (life->module[0] && !strcmp(life->module, ev->name))
			append(life, ev);
	}
}

static void on_bracket(struct dxa_lives *l, const struct dxa_event *ev, int nesting)
{
	struct task *t = dxa_map_get(&l->tasks, ev->tid);

	if (nesting > 0 && !t) {
		t = calloc(1, sizeof(*t));
		if (!t || dxa_map_put(&l->tasks, ev->tid, t)) {
			free(t);
			return;
		}
	}
	if (!t)
		return;
	if (t->life)
		append(t->life, ev);
	else if (nesting > 0 && t->n_pending < PENDING_MAX)
		t->pending[t->n_pending++] = *ev;
	else if (nesting < 0 && t->n_pending)
		t->n_pending--;
	t->depth += nesting > 0 ? 1 : (size_t)-1;
	if (!t->depth)
		free(dxa_map_del(&l->tasks, ev->tid));
}

static void take_event(struct dxa_lives *l, const struct dxa_event *ev, struct dxa_symbols *symbols)
{
	struct task *t = dxa_map_get(&l->tasks, ev->tid);
	int nesting = dxa_story_nesting(ev);
	struct dxa_lived *life;

	if (ev->kind == DXA_KIND_MODULE_FREE)
		on_module_free(l, ev);
	if (nesting && !(ev->has & DXA_HAS_DAX && nesting > 0)) {
		on_bracket(l, ev, nesting);
		return;
	}
	if (ev->kind == DXA_KIND_ALLOC_DAX) {
		if (!(ev->phase & DXA_PHASE_RET) || !dax_of(ev))
			return;
		life = dxa_map_get(&l->living, dax_of(ev));
		/* A former life at this address, whose end was missed, is over now. */
		if (life)
			end_life(l, life, ev->ts);
		begin_life(l, dax_of(ev), ev->ts);
	}
	life = life_of(l, ev, t);
	if (nesting)
		on_bracket(l, ev, nesting);
	if (!life)
		return;
	claim(dxa_map_get(&l->tasks, ev->tid), life);
	look_at(life, ev, symbols);
	update(l, life, ev);
	/* A second snapshot shows nothing new. */
	if (!nesting && (ev->kind != DXA_KIND_SNAP_DEVICE || !life->events.len) &&
	    (ev->kind != DXA_KIND_SNAP_HOST || life->events.len < 2))
		append(life, ev);
}

void dxa_lives_event(struct dxa_lives *l, const struct dxa_event *ev, struct dxa_symbols *symbols)
{
	struct dxa_event call;

	if (dxa_pair_event(&l->pairs, ev, &call))
		take_event(l, &call, symbols);
}
