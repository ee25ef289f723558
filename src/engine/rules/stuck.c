// SPDX-License-Identifier: GPL-2.0-only
/* Tasks that are stuck in a probe. */
#include <string.h>

#include "engine/rules/anomaly.h"
#include "engine/rules/rule.h"

/* c05ae9d85b47 (v6.9) has the lock, with a clean-up that checked whether it was held. */
static const struct dxa_rule_commit locked_twice[] = {
	{ "known cause introduced by", "device-dax", "6f6544f27e41f9d7dca55c288f12175a9c48dfe2",
	  "dax/bus.c: fix locking for unregister_dax_dev / unregister_dax_mapping paths", "v6.10" },
};

RULE(STUCK_PROBE, 24) = {
	HEAD(STUCK_PROBE, "stuck-probe", ERROR, EVENTS_AND_STATE, ANY_CACHE, CALLS(REALLY_PROBE)),
	.title = "a probe has not returned, and its task sleeps uninterruptibly",
	.meaning =
		"A probe, or another function that creates a device, has been running for longer "
		"than the limit, and its task sleeps uninterruptibly. Known bug of v6.10 to 7.3: "
		"the error path of __devm_create_dev_dax takes a lock that its caller holds. "
		"Without events the task's kernel stack shows it, in two snapshots some time apart.",
	.consequence = "The task cannot be killed. With that bug every other use of the dax bus "
		       "then waits for the same lock.",
	.example = "__devm_create_dev_dax() {\n"
		   "  alloc_dax(ops=NULL) = X\n"
		   "  kill_dax(X)\n"
		   "  really_probe(dax0.0) { run_dax(X) } = 0\n"
		   "  task state D, for 30 s\n",
	COMMITS(locked_twice),
	MARKS({ DXA_KIND_TASK_STATE, DXA_MARK_ANY, "it does not run any more" },
	      { DXA_KIND_TASK_WAITS, DXA_MARK_ANY, "it waits for its own lock" }),
};

/* The device-dax that is being created by the innermost bracket, or NULL. */
static struct life *being_created(const struct dxa_engine *e, const struct task *t)
{
	const struct frame *f = dxa_vec_last(&t->frames);
	size_t i;

	if (f->entry.ev.kind != DXA_KIND_CREATE_DEV_DAX)
		return NULL;
	for (i = t->allocs.len; i; i--) {
		const struct alloc *a = dxa_vec_at(&t->allocs, i - 1);

		if (a->caller_bracket == f->outcome && a->driver == DXA_DRIVER_DEVICE_DAX &&
		    !a->err)
			return life_alive(e, a->rec.ev.dax, a->generation);
	}
	return NULL;
}

/* Add the story so far, and the last event, as evidence; they get numbers of their own. */
static void add_story(struct dxa_engine *e, const struct task *t, const struct rec *r)
{
	struct rec line;
	size_t i;

	for (i = 0; i < t->story.len; i++) {
		line = (struct rec){ i + 1, *(struct dxa_event *)dxa_vec_at(&t->story, i) };
		finding_add(e, &line);
	}
	line = (struct rec){ i + 1, r->ev };
	finding_add(e, &line);
}

/*
 * Do several samples show that the task does not run? If the count of context switches
 * cannot be read, it is 0, and only state and place are compared.
 */
static bool does_not_run(struct samples *s, const struct dxa_event *ev)
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

static struct result report_stuck(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	const struct frame *inner = dxa_vec_last(&t->frames);
	struct life *l = being_created(e, t);
	struct dxa_finding out;

	finding_begin(e, &out, &rule_STUCK_PROBE, l, task_context(t));
	finding_append_bracket(&out, &inner->entry.ev);
	finding_append(&out,
		       " has not ended for %llu s and its task %u (%.*s) sleeps uninterruptibly",
		       (unsigned long long)((r->ev.ts - t->ctx.start) / 1000000000), t->tid,
		       DXA_COMM_LEN, t->ctx.comm);
	if (l)
		finding_append(
			&out,
			": as when the error path of __devm_create_dev_dax waits for the lock "
			"that its own caller holds");
	add_story(e, t, r);
	out.provisional = true;
	finding_report(e, &out);
	t->stuck_id = out.id;
	return broken();
}

CHECK(FACT_TASK_SAMPLED, check_stuck)
{
	struct task *t = f->t;

	if (!does_not_run(&t->samples, &f->r->ev) || t->stuck_id || f->r->ev.ts < t->ctx.start ||
	    f->r->ev.ts - t->ctx.start <= e->cfg.stuck_after_ns || !task_concerns_dax(t))
		return holds();
	return task_incomplete(e, t) ? unknown(WHY_COUNTED) : report_stuck(e, t, f->r);
}

/* The context has closed: the task was only slow. */
CHECK(FACT_CONTEXT_ENDED, check_came_back)
{
	if (f->t->stuck_id)
		finding_withdraw(e, DXA_RULE_STUCK_PROBE, f->t->stuck_id);
	f->t->stuck_id = 0;
	return holds();
}

/* Report self-deadlocked tasks. */
CHECK(FACT_SHOWN_DEADLOCK, check_waiter)
{
	const struct dxa_life_id of_task = { .generation = f->r->ev.tid };
	const struct task *t = task_find(e, f->r->ev.tid);

	if (t && t->stuck_id)
		return holds();
	return anomaly_add(e, &rule_STUCK_PROBE, PROOF_SEEN_TWICE, &of_task, f->r, NULL,
			   "waits for a lock that its own caller holds, as in the error path of "
			   "__devm_create_dev_dax");
}
