// SPDX-License-Identifier: GPL-2.0-only
/* References taken, devices bound, snapshots, and tasks that do not come back. */
#include <stdlib.h>
#include <string.h>

#include "engine/errname.h"
#include "engine/model.h"
#include "engine/owner.h"

/* ---- device-dax is bound ---- */

static bool names(const char *field, size_t size, const char *name)
{
	return !strncmp(field, name, size);
}

/* Who runs the device initialises its cdev at each bind; kmem does neither. */
static bool initialises_cdev(const struct dxa_event *ev)
{
	return dxa_driver_of_dax_bus(ev->driver) >= 0;
}

void watch_probe(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	const struct dxa_event *ev = &r->ev;
	struct frame *f = dxa_vec_last(&t->frames);
	struct life *l;
	size_t i;

	if (ev->kind != DXA_KIND_REALLY_PROBE || !names(ev->bus, DXA_BUS_LEN, "dax") || !ev->dax ||
	    dxa_is_err_ptr(ev->dax))
		return;
	if (dxa_driver_of_dax_bus(ev->driver) >= 0)
		exercised(e, (enum dxa_driver)dxa_driver_of_dax_bus(ev->driver));
	l = life_at(e, ev->dax);
	if (l && !l->ended && !l->id.disk[0])
		memcpy(l->id.disk, ev->name, sizeof(l->id.disk));
	for (i = 0; i < t->allocs.len; i++) {
		struct alloc *a = dxa_vec_at(&t->allocs, i);

		if (a->rec.ev.dax == ev->dax)
			a->bound = true;
	}
	if ((ev->has & DXA_HAS_DAX) && ev->cdev_refs > 0 && initialises_cdev(ev))
		f->cdev_of = ev->dax;
}

static void report_cdev(struct dxa_engine *e, struct task *t, const struct frame *f,
			const struct rec *r)
{
	const struct dxa_event *ev = &f->entry.ev;
	struct life *l = life_at(e, f->cdev_of);
	struct dxa_finding out;

	report_begin(e, &out, DXA_RULE_CDEV_REINIT, l && !l->ended ? l : NULL, task_context(t));
	out.life.dax = f->cdev_of;
	out.life.rdev = ev->rdev;
	memcpy(out.life.disk, ev->name, sizeof(out.life.disk));
	say(&out,
	    "%.*s was bound to %.*s while its character device had %d reference%s: "
	    "it was initialised over a live one",
	    DXA_NAME_LEN, ev->name, DXA_DRIVER_LEN, ev->driver, ev->cdev_refs,
	    ev->cdev_refs == 1 ? "" : "s");
	if (l && !l->ended)
		prove_life(e, l);
	prove(e, &f->entry);
	if (r)
		prove(e, r);
	report(e, &out);
}

void watch_probed(struct dxa_engine *e, struct task *t, const struct frame *f)
{
	if (f->cdev_of)
		report_cdev(e, t, f, NULL);
}

void on_run_dax(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	struct life *l;
	size_t i;

	if (!r->ev.dax || dxa_is_err_ptr(r->ev.dax))
		return;
	/* The drivers run the device after they have initialised its cdev. */
	for (i = t ? t->frames.len : 0; i; i--) {
		struct frame *f = dxa_vec_at(&t->frames, i - 1);

		if (f->cdev_of != r->ev.dax)
			continue;
		report_cdev(e, t, f, r);
		f->cdev_of = 0;
	}
	l = life_touch(e, r);
	if (!l)
		return;
	exercised(e, l->id.driver);
	life_note(e, l, r);
	l->alive = true;
	l->alive_known = true;
	l->kills = 0;
}

/* ---- references ---- */

/*
 * A lookup that found another holder answers NULL. It may have kept the
 * reference it took (a known bug, see reference-leak in rules.c): the count at the
 * end shows whether it did.
 */
static void note_holder_taken(struct dxa_engine *e, const struct rec *r)
{
	struct life *l = dxa_map_get(&e->hosts, r->ev.obj);

	/* A put that is under way may not have let go of the holder yet. */
	if (l && !l->holder && (!l->put_last || r->ev.ts - l->last_put_at > GRACE_NS))
		return;
	if (!l || !r->ev.arg || l->holder_taken)
		return;
	l->holder_taken = malloc(sizeof(*r));
	if (l->holder_taken)
		*l->holder_taken = *r;
	else
		e->nomem = true;
}

/* A device from before the audit: whom fs_dax_get_by_bdev finds, dax_hosts has for that disk. */
static void learn_host(struct dxa_engine *e, struct life *l, const struct rec *r)
{
	if (r->ev.kind != DXA_KIND_FS_DAX_GET_BY_BDEV || l->from_alloc || l->host || l->kills ||
	    !r->ev.obj || dxa_map_get(&e->hosts, r->ev.obj) || host_has_left(e, r->ev.obj))
		return;
	if (!l->id.disk[0])
		memcpy(l->id.disk, r->ev.name, sizeof(l->id.disk));
	life_set_host(e, l, r->ev.obj, r->ev.ts);
}

void on_get(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	struct life *l;

	if (r->ev.kind == DXA_KIND_FS_DAX_GET && r->ev.ret)
		return;
	if (!r->ev.dax) {
		note_holder_taken(e, r);
		return;
	}
	if (dxa_is_err_ptr(r->ev.dax))
		return;
	l = life_touch(e, r);
	if (!l)
		return;
	life_note(e, l, r);
	learn_host(e, l, r);
	judge_stale(e, t, l);
	add_refs(&l->refs, 1);
	add_refs(&l->gets, 1);
	/* The lookup was under way when the last known reference was dropped. */
	life_acquit(e, l);
	if (r->ev.arg)
		l->holder = r->ev.arg;
}

/* ---- what lived before the audit ---- */

void on_snap_device(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	struct life *l;

	(void)t;
	if (!r->ev.dax)
		return;
	l = life_touch(e, r);
	state_device(e, r, l);
	if (!l)
		return;
	l->shown_in = (uint32_t)e->stats.snapshots + 1;
	if (l->first == r->n)
		l->shown_first = l->shown_in;
	if (l->from_alloc || l->snapshotted)
		return;
	life_note(e, l, r);
	l->snapshotted = true;
	if (r->ev.name[0] && !l->id.disk[0])
		memcpy(l->id.disk, r->ev.name, sizeof(l->id.disk));
	if (!(r->ev.has & DXA_HAS_DAX))
		return;
	life_set_owner(e, l, &r->ev);
	/*
	 * A lookup that was recorded before this may be counted in it or not:
	 * taken as not, a reference too many is expected, which accuses nobody.
	 */
	l->refs = r->ev.refs;
	add_refs(&l->refs, l->gets);
	l->refs_known = true;
}

void on_snap_host(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	struct life *l;

	(void)t;
	if (!r->ev.dax || !r->ev.obj)
		return;
	state_host(e, r);
	if (dxa_map_get(&e->hosts, r->ev.obj) || host_has_left(e, r->ev.obj))
		return;
	l = life_touch(e, r);
	if (!l || l->host || l->kills)
		return;
	if (!l->id.disk[0])
		memcpy(l->id.disk, r->ev.name, sizeof(l->id.disk));
	life_note(e, l, r);
	life_set_host(e, l, r->ev.obj, r->ev.ts);
}

/* ---- tasks that do not come back ---- */

/* The device-dax that the innermost bracket allocated, when that bracket is its creation. */
static struct life *being_created(const struct dxa_engine *e, const struct task *t)
{
	const struct frame *f = dxa_vec_last(&t->frames);
	size_t i;

	if (f->entry.ev.kind != DXA_KIND_CREATE_DEV_DAX)
		return NULL;
	for (i = t->allocs.len; i; i--) {
		const struct alloc *a = dxa_vec_at(&t->allocs, i - 1);

		if (a->answer == f->decider && a->driver == DXA_DRIVER_DEVICE_DAX && !a->err)
			return life_alive(e, a->rec.ev.dax, a->generation);
	}
	return NULL;
}

/* The story so far, numbered anew: it is the only evidence beside the last event. */
static void prove_story(struct dxa_engine *e, const struct task *t, const struct rec *r)
{
	struct rec line;
	size_t i;

	for (i = 0; i < t->story.len; i++) {
		line = (struct rec){ i + 1, *(struct dxa_event *)dxa_vec_at(&t->story, i) };
		prove(e, &line);
	}
	line = (struct rec){ i + 1, r->ev };
	prove(e, &line);
}

/*
 * Several samples show that it does not move. Kernels before those that tell its
 * context switches, 0 then, are judged by its state and place alone.
 */
static bool does_not_move(struct samples *s, const struct dxa_event *ev)
{
	if (ev->ret != 'D') {
		s->n = 0;
		return false;
	}
	if (!s->n || s->switches != ev->arg || strncmp(s->in, ev->name, sizeof(s->in)) != 0) {
		*s = (struct samples){ .since = ev->ts, .switches = ev->arg };
		memcpy(s->in, ev->name, sizeof(s->in));
	}
	s->n++;
	return s->n >= STUCK_SAMPLES && ev->ts - s->since >= STUCK_SPAN_NS;
}

static void report_stuck(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	const struct frame *inner = dxa_vec_last(&t->frames);
	struct life *l = being_created(e, t);
	struct dxa_finding f;

	report_begin(e, &f, DXA_RULE_STUCK_PROBE, l, task_context(t));
	say_place(&f, &inner->entry.ev);
	say(&f, " has not ended for %llu s and its task %u (%.*s) sleeps uninterruptibly",
	    (unsigned long long)((r->ev.ts - t->ctx.start) / 1000000000), t->tid, DXA_COMM_LEN,
	    t->ctx.comm);
	if (l)
		say(&f, ": as when the error path of __devm_create_dev_dax waits for the lock "
			"that its own caller holds");
	prove_story(e, t, r);
	f.provisional = true;
	report(e, &f);
	t->stuck_id = f.id;
}

void on_task_state(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	t = task_find(e, r->ev.tid);
	if (task_context(t) && r->ev.ret == 'X')
		t->gone = true;
	if (!task_context(t) || !does_not_move(&t->samples, &r->ev) || t->stuck_id ||
	    task_unsure(e, t) || r->ev.ts < t->ctx.start ||
	    r->ev.ts - t->ctx.start <= e->cfg.stuck_after_ns || !task_concerns_dax(t))
		return;
	report_stuck(e, t, r);
}

void watch_ended(struct dxa_engine *e, struct task *t)
{
	if (!t->stuck_id)
		return;
	e->stats.findings[DXA_RULE_STUCK_PROBE]--;
	if (e->sink.withdrawn)
		e->sink.withdrawn(e->sink.priv, DXA_RULE_STUCK_PROBE, t->stuck_id);
	t->stuck_id = 0;
}
