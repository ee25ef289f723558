// SPDX-License-Identifier: GPL-2.0-only
#include "engine/engine.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/event_kinds.h"
#include "engine/errname.h"
#include "engine/fact.h"
#include "engine/owner.h"
#include "engine/rules/anomaly.h"
#include "engine/rules/rule.h"
#include "engine/track/handlers.h"
#include "engine/track/loss.h"

/* ---- from a fact to its checks ---- */

const check_fn fact_checks[FACT_COUNT][CHECKS_MAX + 1] = {
#define ROW(kind, which, check) [kind][which] = (check),
	DXA_CHECKS(ROW)
#undef ROW
};

void fact_unknown(struct dxa_engine *e, unsigned int why)
{
	if (why < DXA_GAP_COUNT)
		gap(e, (enum dxa_gap)why);
	else if (why == WHY_UNOBSERVED || !e->has_gap)
		gap(e, DXA_GAP_UNCERTAIN);
}

/* ---- deadlines ---- */

/*
 * The machine may have been suspended during the grace period: calls that were running
 * then go on right after the first record that follows. So wait a little longer.
 */
static bool is_due(struct suspect *s, uint64_t now, bool all)
{
	if (all)
		return now > s->since && now - s->since > END_GRACE_NS;
	if (!s->grace_over)
		s->grace_over = now;
	return now - s->grace_over > STANDSTILL_NS;
}

/* Check the suspects whose grace period is over at ktime now; all: every suspect. */
static void check_suspects(struct dxa_engine *e, uint64_t now, bool all)
{
	struct suspect *s, *next;

	for (s = DXA_LIST_OF(e->suspects.first, struct suspect, link); s; s = next) {
		struct life *l = s->life;
		bool due;

		next = DXA_LIST_OF(s->link.next, struct suspect, link);
		if (!all && (now <= s->since || now - s->since <= GRACE_NS))
			break;
		due = is_due(s, now, all);
		if (due)
			PUBLISH(e, FACT_DUE, .life = l);
		else if (all)
			gap(e, DXA_GAP_PENDING);
		if (all || due)
			life_clear_suspicion(e, l);
	}
}

/*
 * Older recordings have one snapshot at their end. It is enough if the
 * cause was recorded, too. A cut stream (now is its last record) proves nothing.
 */
static bool is_shown_at_end(const struct dxa_engine *e, const struct suspect *s, uint64_t now)
{
	return s->life->holder_taken && now > e->last_ts && s->shown_at > s->since + END_GRACE_NS &&
	       !s->in_progress;
}

static void finish_unshown(struct dxa_engine *e, uint64_t now)
{
	struct suspect *s, *next;

	for (s = DXA_LIST_OF(e->unshown.first, struct suspect, link); s; s = next) {
		struct life *l = s->life;

		next = DXA_LIST_OF(s->link.next, struct suspect, link);
		if (is_shown_at_end(e, s, now))
			PUBLISH(e, FACT_DUE, .life = l);
		else
			gap(e, DXA_GAP_PENDING);
		life_clear_suspicion(e, l);
	}
}

/* ktime from which on a snapshot can prove one of `unshown`; 0: none can. */
static uint64_t look_due(const struct dxa_engine *e)
{
	uint64_t at, due = 0;
	const struct suspect *s;

	DXA_LIST_EACH(s, &e->unshown, const struct suspect, link) {
		at = s->shown_at > s->since ? s->shown_at : s->since;
		/* No snapshot has shown it for long: the walk does not work here. */
		if (e->looked_at > s->since + LONG_AGO_NS)
			continue;
		if (at < e->looked_at)
			at = e->looked_at;
		if (!due || at < due)
			due = at;
	}
	return due ? due + LOOKS_APART_NS + 1 : 0;
}

uint64_t dxa_engine_due(const struct dxa_engine *e, bool *look)
{
	const struct suspect *s = DXA_LIST_OF(e->suspects.first, struct suspect, link);
	uint64_t by_time = s ? s->since + GRACE_NS + 1 : 0, by_look = look_due(e);

	*look = by_look && (!by_time || by_look <= by_time);
	return *look ? by_look : by_time;
}

/* ---- from an event to its handler ---- */

/* Records up to this ktime may be missing: invalidate all derived state. */
static void invalidate_all(struct dxa_engine *e, uint64_t ts)
{
	e->epoch++;
	tasks_abandon(e, ts);
	e->unpaired_since = ts;
}

static void on_lost(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	(void)t;
	gap(e, DXA_GAP_LOST);
	e->stats.gaps[DXA_GAP_LOST] += r->ev.ret > 0 ? (uint64_t)r->ev.ret - 1 : 0;
	invalidate_all(e, r->ev.ts ? r->ev.ts : e->last_ts);
	if (r->ev.arg > e->lost_until)
		e->lost_until = r->ev.arg;
	e->in_loss_window = r->ev.arg != 0;
}

/*
 * The lost records may belong between any two records up to lost_until, and after
 * the last of them. Such a record can also arrive after later ones.
 */
static void recheck_loss_window(struct dxa_engine *e, const struct dxa_event *ev)
{
	bool in_window = ev->ts <= e->lost_until;

	if (!in_window && !e->in_loss_window)
		return;
	invalidate_all(e, ev->ts);
	e->in_loss_window = in_window;
}

static void on_nothing(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	(void)e;
	(void)t;
	(void)r;
}

static void on_driver(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	(void)t;
	e->stats.available |=
		1u << (r->ev.name[0] ? dxa_driver_by_ops(r->ev.name) : DXA_DRIVER_DEVICE_DAX);
}

/* A call that a sweep made fail belongs to the story of its task. */
static void on_fault(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	(void)t;
	story_add(e, task_find(e, r->ev.tid), &r->ev);
}

static handler_fn *const handlers[] = {
	[DXA_KIND_ALLOC_DAX] = on_alloc_dax,
	[DXA_KIND_KILL_DAX] = on_kill_dax,
	[DXA_KIND_PUT_DAX] = on_put_dax,
	[DXA_KIND_RUN_DAX] = on_run_dax,
	[DXA_KIND_DAX_ADD_HOST] = on_add_host,
	[DXA_KIND_DAX_REMOVE_HOST] = on_remove_host,
	[DXA_KIND_FS_DAX_GET_BY_BDEV] = on_get,
	[DXA_KIND_FS_DAX_GET] = on_get,
	[DXA_KIND_FS_PUT_DAX] = on_put_dax,
	[DXA_KIND_DAX_DESTROY_INODE] = on_destroy,
	[DXA_KIND_DAX_FREE_INODE] = on_free,
	[DXA_KIND_DEVICE_ADD_DISK] = on_device_add_disk,
	[DXA_KIND_MODULE_LOAD] = on_nothing,
	[DXA_KIND_MODULE_FREE] = on_module_free,
	[DXA_KIND_SET_DAX_SYNCHRONOUS] = on_declare,
	[DXA_KIND_SET_DAX_NOCACHE] = on_declare,
	[DXA_KIND_SET_DAX_NOMC] = on_declare,
	[DXA_KIND_DAX_WRITE_CACHE] = on_declare,
#define USE(id, ...) [DXA_KIND_##id] = on_use,
	DXA_DEEP_HOOKS(USE)
#undef USE
		[DXA_KIND_FTRACE_SWITCH] = on_nothing,
	[DXA_KIND_KPROBES_SWITCH] = on_nothing,
	[DXA_KIND_SNAP_DEVICE] = on_snap_device,
	[DXA_KIND_SNAP_HOST] = on_snap_host,
	[DXA_KIND_DISK_STATE] = on_disk_state,
	[DXA_KIND_TASK_STATE] = on_task_state,
	[DXA_KIND_LOST] = on_lost,
	[DXA_KIND_DRIVER] = on_driver,
	[DXA_KIND_BUS_DEVICE] = on_bus_device,
	[DXA_KIND_USED_GONE] = on_used_gone,
	[DXA_KIND_DISK_USED] = on_disk_used,
	[DXA_KIND_TASK_WAITS] = on_task_waits,
	[DXA_KIND_FAULT] = on_fault,
	[DXA_KIND_SNAP_END] = on_snap_end,
};

static void handle(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	/* The free runs in an interrupt: it is not part of the story of the task. */
	if (r->ev.kind != DXA_KIND_DAX_FREE_INODE)
		story_add(e, t, &r->ev);
	handlers[r->ev.kind](e, t, r);
}

static void on_acquire(struct dxa_engine *e, struct task *t, struct rec *r)
{
	if (r->ev.phase == DXA_PHASE_ARGS) {
		task_enter(e, t, r, false);
		return;
	}
	if (r->ev.phase == DXA_PHASE_RET) {
		task_pair(e, t, r);
		t = task_find(e, r->ev.tid);
	}
	handle(e, t, r);
}

static void on_hook(struct dxa_engine *e, struct rec *r)
{
	struct task *t = task_refresh(e, &r->ev);

	switch ((enum dxa_hook_shape)dxa_hook_shapes[r->ev.kind]) {
	case DXA_SHAPE_BRACKET:
		if (r->ev.phase & DXA_PHASE_ARGS)
			task_enter(e, t, r, true);
		else
			task_leave(e, t, r);
		break;
	case DXA_SHAPE_ACQUIRE:
		on_acquire(e, t, r);
		break;
	case DXA_SHAPE_RELEASE:
	case DXA_SHAPE_TRACEPOINT:
		handle(e, t, r);
		break;
	}
}

/* Copy the record and terminate its names: a recording may contain any bytes. */
static void copy_record(struct rec *cur, uint64_t n, const struct dxa_event *ev)
{
	cur->n = n;
	cur->ev = *ev;
	cur->ev.comm[DXA_COMM_LEN - 1] = '\0';
	cur->ev.name[DXA_NAME_LEN - 1] = '\0';
	cur->ev.bus[DXA_BUS_LEN - 1] = '\0';
	cur->ev.driver[DXA_DRIVER_LEN - 1] = '\0';
}

/* A failed allocation counts as a lost event. */
static int count_nomem(struct dxa_engine *e)
{
	if (!e->nomem)
		return 0;
	e->nomem = false;
	e->epoch++;
	gap(e, DXA_GAP_LIMIT);
	return -ENOMEM;
}

int dxa_engine_feed(struct dxa_engine *e, const struct dxa_event *ev)
{
	const size_t kinds = sizeof(handlers) / sizeof(*handlers);

	if (!e->stats.events++)
		e->unpaired_since = ev->ts;
	if (!history_recent(&e->templates, &e->cur))
		e->nomem = true;
	copy_record(e->cur, ++e->n, ev);
	if (ev->ts > e->last_ts)
		e->last_ts = ev->ts;
	recheck_loss_window(e, ev);
	if (ev->kind > DXA_KIND_NONE && ev->kind < DXA_HOOK_MAX)
		on_hook(e, e->cur);
	else if (ev->kind < kinds && handlers[ev->kind])
		handlers[ev->kind](e, NULL, e->cur);
	else
		gap(e, DXA_GAP_UNKNOWN_KIND);
	if (e->suspects.first)
		check_suspects(e, e->last_ts, false);
	return count_nomem(e);
}

void dxa_engine_finish(struct dxa_engine *e, uint64_t now)
{
	if (now < e->last_ts)
		now = e->last_ts;
	if (e->in_loss_window)
		invalidate_all(e, now);
	tasks_finish(e, now);
	check_suspects(e, now, true);
	finish_unshown(e, now);
	if (snapshot_unmatched(e))
		gap(e, DXA_GAP_PENDING);
	else
		PUBLISH(e, FACT_AUDIT_ENDS);
	(void)count_nomem(e);
}

/* ---- making and freeing an engine ---- */

struct dxa_engine *dxa_engine_new(const struct dxa_engine_config *config,
				  const struct dxa_engine_sink *sink)
{
	struct dxa_engine *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	if (!templates_init(&e->templates)) {
		free(e);
		return NULL;
	}
	e->cfg = *config;
	if (sink)
		e->sink = *sink;
	if (!e->cfg.stuck_after_ns)
		e->cfg.stuck_after_ns = STUCK_AFTER_NS;
	if (!e->cfg.eopnotsupp)
		e->cfg.eopnotsupp = DXA_EOPNOTSUPP_MOST;
	e->lives.paged = e->hosts.paged = e->born.paged = true;
	e->life_slab = DXA_SLAB_OF(struct life);
	e->modules = (struct dxa_vec){ .elem = DXA_NAME_LEN };
	e->evidence = DXA_VEC_OF(struct rec);
	e->evidence_out = DXA_VEC_OF(struct dxa_event);
	return e;
}

void dxa_engine_free(struct dxa_engine *e)
{
	if (!e)
		return;
	tasks_free(e);
	lives_free(e);
	hosts_free(e);
	snapshot_free(e);
	anomalies_free(e);
	free(e->refused);
	dxa_map_free(&e->advertised);
	dxa_vec_free(&e->evidence);
	dxa_vec_free(&e->evidence_out);
	free(e);
}

size_t dxa_engine_anomalies(const struct dxa_engine *e)
{
	return anomaly_count(e) + snapshot_unmatched(e) + (e->unshown.first != NULL);
}

const struct dxa_engine_stats *dxa_engine_stats(const struct dxa_engine *e)
{
	return &e->stats;
}

size_t dxa_engine_open_contexts(const struct dxa_engine *e)
{
	return e->stats.contexts_open;
}

void dxa_engine_each_open(const struct dxa_engine *e, uint64_t since,
			  void (*fn)(void *priv, const struct dxa_context *ctx), void *priv)
{
	const struct task *t;

	DXA_LIST_EACH(t, &e->busy, const struct task, link) {
		struct dxa_context ctx = t->ctx;

		if (!ctx.id || ctx.start >= since)
			continue;
		ctx.story = t->story.data;
		ctx.story_len = t->story.len;
		fn(priv, &ctx);
	}
}

static const struct {
	const char *name, *one, *many;
} gaps[DXA_GAP_COUNT] = {
#define ROW(id, ...) [DXA_GAP_##id] = { __VA_ARGS__ },
	DXA_GAPS(ROW)
#undef ROW
};

const char *dxa_gap_name(enum dxa_gap which)
{
	return gaps[which].name;
}

const char *dxa_gap_text(char buf[DXA_GAP_LEN], enum dxa_gap which, uint64_t n)
{
	if (n == 1)
		snprintf(buf, DXA_GAP_LEN, "%s", gaps[which].one);
	else
		snprintf(buf, DXA_GAP_LEN, "%" PRIu64 " %s", n, gaps[which].many);
	return buf;
}
