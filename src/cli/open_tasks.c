// SPDX-License-Identifier: GPL-2.0-only
#include "cli/open_tasks.h"

#include <errno.h>
#include <signal.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "probe/collect_tasks.h"

#define SECOND 1000000000ull
/* The shortest and the longest interval between samples: a probe may hang for days. */
#define EVERY SECOND
#define EVERY_MAX (64 * SECOND)
/* The number of samples at the shortest interval, which show whether the task runs. */
#define SAMPLES 5

/* The initial PID namespace: PROC_PID_INIT_INO in include/linux/proc_ns.h, 6.12.107. */
#define INIT_PID_NS 0xeffffffcu

struct dxa_open_task {
	uint64_t context; /* its id */
	uint32_t tid;
};

void dxa_open_tasks_init(struct dxa_open_tasks *t)
{
	*t = (struct dxa_open_tasks){ .every = EVERY, .ended = DXA_VEC_OF(struct dxa_open_task) };
}

static void find_oldest(void *priv, const struct dxa_context *ctx)
{
	uint64_t *oldest = priv;

	if (!*oldest || ctx->start < *oldest)
		*oldest = ctx->start;
}

uint64_t dxa_open_tasks_due(const struct dxa_open_tasks *t, const struct dxa_engine *e,
			    uint64_t stuck_after)
{
	uint64_t oldest = 0, at, next = t->sampled_at + t->every;

	if (!dxa_engine_open_contexts(e))
		return 0;
	dxa_engine_each_open(e, UINT64_MAX, find_oldest, &oldest);
	at = oldest + stuck_after;
	return at > next ? at : next;
}

static void add_open(void *priv, const struct dxa_context *ctx)
{
	const struct dxa_open_task task = { ctx->id, ctx->tid };

	/* Without memory this task is not sampled, which leads to no finding. */
	dxa_vec_push(priv, &task);
}

/* A copy of the list of open contexts: feeding an event may change the engine's. */
static struct dxa_vec list_open(const struct dxa_engine *e, uint64_t since)
{
	struct dxa_vec list = DXA_VEC_OF(struct dxa_open_task);

	dxa_engine_each_open(e, since, add_open, &list);
	return list;
}

/* Records have the tid in the initial PID namespace. */
static bool tids_are_ours(void)
{
	struct stat st;

	return !stat("/proc/self/ns/pid", &st) && st.st_ino == INIT_PID_NS;
}

/* Uses kill(2), because /proc mounted with hidepid hides existing tasks. */
static bool is_gone(uint32_t tid)
{
	return kill((pid_t)tid, 0) && errno == ESRCH && tids_are_ours();
}

void dxa_open_tasks_sample(struct dxa_open_tasks *t, const struct dxa_engine *e, uint64_t since,
			   uint64_t now, uint64_t last_event, dxa_event_fn fn, void *priv)
{
	dxa_cleanup(dxa_vec_free) struct dxa_vec open = list_open(e, since);
	struct dxa_event state;

	if (last_event > t->sampled_at) {
		t->samples = 0;
		t->every = EVERY;
	}
	if (++t->samples >= SAMPLES && t->every < EVERY_MAX)
		t->every *= 2;
	t->sampled_at = now;
	for (size_t i = 0; i < open.len; i++) {
		const struct dxa_open_task *task = dxa_vec_at(&open, i);

		if (dxa_collect_task(task->tid, now, &state))
			fn(priv, &state);
		else if (is_gone(task->tid))
			dxa_vec_push(&t->ended, task);
	}
}

void dxa_open_tasks_find_ended(struct dxa_open_tasks *t, const struct dxa_engine *e)
{
	dxa_cleanup(dxa_vec_free) struct dxa_vec open = list_open(e, UINT64_MAX);

	for (size_t i = 0; i < open.len; i++) {
		const struct dxa_open_task *task = dxa_vec_at(&open, i);

		if (is_gone(task->tid))
			dxa_vec_push(&t->ended, task);
	}
}

static bool contains(const struct dxa_vec *list, uint64_t context)
{
	for (size_t i = 0; i < list->len; i++)
		if (((struct dxa_open_task *)dxa_vec_at(list, i))->context == context)
			return true;
	return false;
}

void dxa_open_tasks_add_ended(struct dxa_open_tasks *t, const struct dxa_engine *e, uint64_t now,
			      dxa_event_fn fn, void *priv)
{
	struct dxa_event state = { .kind = DXA_KIND_TASK_STATE, .ts = now, .ret = 'X' };

	if (!t->ended.len)
		return;
	dxa_cleanup(dxa_vec_free) struct dxa_vec open = list_open(e, UINT64_MAX);
	for (size_t i = 0; i < t->ended.len; i++) {
		const struct dxa_open_task *task = dxa_vec_at(&t->ended, i);

		state.tid = task->tid;
		if (contains(&open, task->context))
			fn(priv, &state);
	}
	dxa_vec_free(&t->ended);
}

bool dxa_open_tasks_any(const struct dxa_engine *e)
{
	dxa_cleanup(dxa_vec_free) struct dxa_vec open = list_open(e, UINT64_MAX);

	for (size_t i = 0; i < open.len; i++)
		if (!is_gone(((struct dxa_open_task *)dxa_vec_at(&open, i))->tid))
			return true;
	return dxa_engine_open_contexts(e) > open.len;
}

void dxa_open_tasks_free(struct dxa_open_tasks *t)
{
	dxa_vec_free(&t->ended);
}
