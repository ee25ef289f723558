// SPDX-License-Identifier: GPL-2.0-only
#include "output/timeline.h"

#include <stdlib.h>
#include <string.h>

#include "base/event_kinds.h"
#include "engine/errname.h"
#include "output/timeline_model.h"

/*
 * A page of 10^5 events must be smaller than 2 MB. Lives with findings are added beyond the
 * bound, up to a bound of their own.
 */
#define BARS_MAX 800
#define BARS_FOUND_MAX 1000
#define MARKS_MAX 4000
#define MARKS_FOUND_MAX 4200

struct dxa_timeline *dxa_timeline_new(void)
{
	struct dxa_timeline *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->bars = DXA_VEC_OF(struct dxa_bar);
	t->marks = DXA_VEC_OF(struct dxa_mark);
	return t;
}

void dxa_timeline_reset(struct dxa_timeline *t)
{
	t->bars.len = 0;
	t->marks.len = 0;
	dxa_map_free(&t->living);
	dxa_map_free(&t->hosts);
	t->cut_bars = t->cut_marks = 0;
}

void dxa_timeline_free(struct dxa_timeline *t)
{
	if (!t)
		return;
	dxa_vec_free(&t->bars);
	dxa_vec_free(&t->marks);
	dxa_map_free(&t->living);
	dxa_map_free(&t->hosts);
	free(t);
}

static struct dxa_bar *add_bar(struct dxa_timeline *t, const struct dxa_bar *bar, size_t max)
{
	struct dxa_bar *ret = t->bars.len < max ? dxa_vec_push(&t->bars, bar) : NULL;

	if (ret)
		ret->id = t->bars.len - 1;
	t->cut_bars += !ret;
	return ret;
}

static void add_mark(struct dxa_timeline *t, const struct dxa_mark *mark, size_t max)
{
	if (t->marks.len >= max || !dxa_vec_push(&t->marks, mark))
		t->cut_marks++;
}

static struct dxa_bar *living(const struct dxa_timeline *t, uint64_t dax)
{
	size_t at = (size_t)(uintptr_t)dxa_map_get(&t->living, dax);

	return at ? dxa_vec_at(&t->bars, at - 1) : NULL;
}

/* The life that dax_hosts has for a gendisk, or NULL. */
static struct dxa_bar *hosted(const struct dxa_timeline *t, uint64_t disk)
{
	size_t at = (size_t)(uintptr_t)dxa_map_get(&t->hosts, disk);
	struct dxa_bar *bar = at ? dxa_vec_at(&t->bars, at - 1) : NULL;

	return bar && !bar->end ? bar : NULL;
}

static bool is_error(int64_t ret)
{
	return !ret || dxa_is_err_ptr((uint64_t)ret);
}

/* ---- lives ---- */

static struct dxa_bar *begin_life(struct dxa_timeline *t, uint64_t dax, uint64_t ts, size_t max,
				  const struct dxa_story_env *env)
{
	char address[DXA_ADDRESS_LEN];
	struct dxa_bar bar = { .start = ts, .dax = dax, .class = "life" }, *ret;

	snprintf(bar.label, sizeof(bar.label), "dax_device %s",
		 dxa_pseudonym(address, env->pseudonyms, DXA_PSEUDONYM_DEV, "", dax));
	ret = add_bar(t, &bar, max);
	if (ret && dxa_map_put(&t->living, dax, (void *)(uintptr_t)t->bars.len)) {
		t->bars.len--;
		return NULL;
	}
	return ret;
}

static void name_life(struct dxa_bar *bar, const char *name, const struct dxa_story_env *env)
{
	char address[DXA_ADDRESS_LEN];

	if (name[0])
		snprintf(bar->label, sizeof(bar->label), "%.*s (%s)", DXA_NAME_LEN, name,
			 dxa_pseudonym(address, env->pseudonyms, DXA_PSEUDONYM_DEV, "", bar->dax));
}

static void end_life(struct dxa_timeline *t, uint64_t dax, uint64_t ts)
{
	struct dxa_bar *bar = living(t, dax);

	if (!bar)
		return;
	bar->end = ts;
	dxa_map_del(&t->living, dax);
}

/* The life of an event; alloc_dax and the first snapshot begin one. */
static struct dxa_bar *life_of(struct dxa_timeline *t, const struct dxa_event *ev,
			       const struct dxa_story_env *env)
{
	uint64_t got = (uint64_t)ev->ret;
	struct dxa_bar *bar;

	switch (ev->kind) {
	case DXA_KIND_ALLOC_DAX:
		if (!(ev->phase & DXA_PHASE_RET) || !got || dxa_is_err_ptr(got))
			return NULL;
		/* A former life at this address, whose end was missed, is over now. */
		end_life(t, got, ev->ts);
		return begin_life(t, got, ev->ts, BARS_MAX, env);
	case DXA_KIND_SNAP_DEVICE:
		bar = living(t, ev->dax);
		return bar ? bar : begin_life(t, ev->dax, 0, BARS_MAX, env);
	case DXA_KIND_FS_DAX_GET_BY_BDEV:
		return is_error(ev->ret) ? hosted(t, ev->obj) : living(t, got);
	case DXA_KIND_DAX_REMOVE_HOST:
		return hosted(t, ev->obj);
	default:
		return ev->dax && !dxa_is_err_ptr(ev->dax) ? living(t, ev->dax) : NULL;
	}
}

/* The mark of an event on the lane of a device; -1: none. */
static int mark_of(const struct dxa_event *ev)
{
	bool failed = ev->phase & DXA_PHASE_RET && ev->ret < 0;

	switch (ev->kind) {
	case DXA_KIND_ALLOC_DAX:
		return DXA_MARK_ALLOC;
	case DXA_KIND_DAX_ADD_HOST:
		return failed ? DXA_MARK_REFUSED : DXA_MARK_HOST;
	case DXA_KIND_DAX_REMOVE_HOST:
		return DXA_MARK_UNHOST;
	case DXA_KIND_KILL_DAX:
		return DXA_MARK_KILL;
	case DXA_KIND_RUN_DAX:
		return DXA_MARK_RUN;
	case DXA_KIND_FS_DAX_GET_BY_BDEV:
		return is_error(ev->ret) ? DXA_MARK_REFUSED : DXA_MARK_GET;
	case DXA_KIND_FS_DAX_GET:
		return failed ? DXA_MARK_REFUSED : DXA_MARK_GET;
	case DXA_KIND_PUT_DAX:
	case DXA_KIND_FS_PUT_DAX:
		return DXA_MARK_PUT;
	case DXA_KIND_DAX_DESTROY_INODE:
		return DXA_MARK_FREE;
	default:
		return -1;
	}
}

/* Set the references before and after an event; -1: not known. */
static void note_refs(const struct dxa_event *ev, struct dxa_mark *mark)
{
	bool drops = ev->kind == DXA_KIND_PUT_DAX || ev->kind == DXA_KIND_FS_PUT_DAX;

	mark->refs = mark->refs_before = ev->has & DXA_HAS_DAX && ev->refs >= 0 ? ev->refs : -1;
	/* A put is recorded before it begins: include/daxaudit/hooks.h. */
	if (drops && mark->refs > 0)
		mark->refs--;
	if (ev->kind == DXA_KIND_DAX_DESTROY_INODE)
		mark->refs = mark->refs_before = 0;
}

/*
 * Of two records of one call, the entry of an acquire has no result yet, and the return of
 * a bracket is about no device.
 */
static bool is_halfway(const struct dxa_event *ev)
{
	const struct dxa_kind_info *info = dxa_kind_info(ev->kind);

	return !info || (!info->synthetic && info->shape == DXA_SHAPE_ACQUIRE &&
			 !(ev->phase & DXA_PHASE_RET));
}

size_t dxa_timeline_event(struct dxa_timeline *t, const struct dxa_event *ev,
			  const struct dxa_story_env *env)
{
	struct dxa_bar *bar = life_of(t, ev, env);
	struct dxa_mark mark = { .ts = ev->ts, .kind = mark_of(ev) };

	if (!bar)
		return 0;
	note_refs(ev, &mark);
	if (ev->kind == DXA_KIND_DAX_ADD_HOST || ev->kind == DXA_KIND_SNAP_HOST) {
		name_life(bar, ev->name, env);
		if (ev->obj && !ev->ret)
			(void)dxa_map_put(&t->hosts, ev->obj, (void *)(uintptr_t)(bar->id + 1));
	}
	if (ev->kind == DXA_KIND_DAX_REMOVE_HOST)
		dxa_map_del(&t->hosts, ev->obj);
	/* A device of the dax bus has the name of its struct device. */
	if (ev->kind == DXA_KIND_REALLY_PROBE && !ev->ops)
		name_life(bar, ev->name, env);
	if (!is_halfway(ev) && (mark.kind >= 0 || mark.refs >= 0)) {
		mark.bar = bar->id;
		mark.call = dxa_kind_name(ev->kind);
		add_mark(t, &mark, MARKS_MAX);
	}
	if (ev->kind == DXA_KIND_DAX_DESTROY_INODE)
		end_life(t, ev->dax, ev->ts);
	return bar->id + 1;
}

static struct dxa_bar *bar_of(const struct dxa_timeline *t, size_t number)
{
	size_t i = 0;

	/* They are sorted when they have been drawn. */
	while (((struct dxa_bar *)dxa_vec_at(&t->bars, i))->id != number - 1)
		i++;
	return dxa_vec_at(&t->bars, i);
}

struct dxa_timeline_life dxa_timeline_life(const struct dxa_timeline *t, size_t number)
{
	const struct dxa_bar *bar = bar_of(t, number);

	return (struct dxa_timeline_life){ bar->label, bar->start, bar->end };
}

void dxa_timeline_link(struct dxa_timeline *t, size_t number, const char *link)
{
	struct dxa_bar *bar = bar_of(t, number);

	if (!bar->link[0])
		snprintf(bar->link, sizeof(bar->link), "%s", link);
}

/* ---- contexts ---- */

/* The mark of a call without a life on the lane of its context; -1: none. */
static int mark_of_call(const struct dxa_event *ev)
{
	bool returned = ev->phase & DXA_PHASE_RET;

	switch (ev->kind) {
	case DXA_KIND_ALLOC_DAX:
		return returned && (!ev->ret || dxa_is_err_ptr((uint64_t)ev->ret)) ?
			       DXA_MARK_REFUSED :
			       -1;
	case DXA_KIND_DAX_ADD_HOST:
		return returned && ev->ret < 0 ? DXA_MARK_REFUSED : -1;
	case DXA_KIND_KILL_DAX:
	case DXA_KIND_PUT_DAX:
		return !ev->dax || dxa_is_err_ptr(ev->dax) ? DXA_MARK_NULLED : -1;
	default:
		return -1;
	}
}

void dxa_timeline_context(struct dxa_timeline *t, const struct dxa_context *ctx, const char *link)
{
	struct dxa_bar bar = { .start = ctx->start,
			       .end = ctx->outcome == DXA_OUTCOME_OPEN ? 0 : ctx->end,
			       .class = dxa_outcome_name(ctx->outcome) };
	const struct dxa_bar *added;

	dxa_story_context(bar.label, ctx);
	snprintf(bar.link, sizeof(bar.link), "%s", link ? link : "");
	added = add_bar(t, &bar, BARS_MAX);
	for (size_t i = 0; added && i < ctx->story_len; i++) {
		const struct dxa_event *ev = &ctx->story[i];
		const struct dxa_mark mark = { .ts = ev->ts,
					       .bar = added->id,
					       .kind = mark_of_call(ev),
					       .refs_before = -1,
					       .refs = -1,
					       .call = dxa_kind_name(ev->kind) };

		if (mark.kind >= 0)
			add_mark(t, &mark, MARKS_MAX);
	}
}

/* ---- findings ---- */

/* The life of a finding: the last one at its address that began before the moment. */
static struct dxa_bar *life_found(struct dxa_timeline *t, const struct dxa_finding *f,
				  uint64_t moment)
{
	for (size_t i = t->bars.len; f->life.dax && i--;) {
		struct dxa_bar *bar = dxa_vec_at(&t->bars, i);

		if (bar->dax == f->life.dax && (!moment || bar->start <= moment))
			return bar;
	}
	return NULL;
}

static struct dxa_bar *context_found(struct dxa_timeline *t, const struct dxa_finding *f)
{
	for (size_t i = t->bars.len; f->context.id && i--;) {
		struct dxa_bar *bar = dxa_vec_at(&t->bars, i);

		if (!bar->dax && bar->start == f->context.start)
			return bar;
	}
	return NULL;
}

size_t dxa_timeline_finding(struct dxa_timeline *t, const struct dxa_finding *f, const char *link,
			    const struct dxa_story_env *env)
{
	uint64_t first = f->evidence_len ? f->evidence[0].ts : 0;
	uint64_t moment = f->evidence_len ? f->evidence[f->evidence_len - 1].ts : 0;
	struct dxa_bar *bar = life_found(t, f, moment);
	struct dxa_mark mark = { .kind = DXA_MARK_FOUND, .refs_before = -1, .refs = -1 };

	mark.ts = moment;
	if (!bar && f->life.dax && t->bars.len >= BARS_MAX && t->bars.len < BARS_FOUND_MAX) {
		bar = begin_life(t, f->life.dax, first, BARS_FOUND_MAX, env);
		if (bar) {
			/* It was counted as left out. */
			t->cut_bars -= t->cut_bars > 0;
			name_life(bar, f->life.disk, env);
		}
	}
	if (bar && f->severity > DXA_SEVERITY_INFO)
		bar->class = "broken";
	if (bar)
		snprintf(bar->link, sizeof(bar->link), "%s", link ? link : "");
	else
		bar = context_found(t, f);
	if (!bar)
		return 0;
	snprintf(mark.link, sizeof(mark.link), "%s", link ? link : "");
	mark.bar = bar->id;
	mark.call = dxa_rule_info(f->rule)->name;
	if (moment)
		add_mark(t, &mark, MARKS_FOUND_MAX);
	return bar->dax ? bar->id + 1 : 0;
}
