/* SPDX-License-Identifier: GPL-2.0-only */
/* The tasks of open contexts: samples for stuck-probe, and tasks that exit inside a context. */
#ifndef DAXAUDIT_CLI_OPEN_TASKS_H
#define DAXAUDIT_CLI_OPEN_TASKS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/vec.h"
#include "engine/engine.h"
#include "probe/probe.h"

/* Free with dxa_open_tasks_free(). */
struct dxa_open_tasks {
	uint64_t sampled_at; /* ktime, ns; 0: never */
	uint64_t every; /* ns until the next sample */
	unsigned int samples; /* since the last event */
	struct dxa_vec ended; /* struct dxa_open_task: exited with an open context */
};

/* No sample yet. */
void dxa_open_tasks_init(struct dxa_open_tasks *t);

/*
 * The ktime (ns) at which dxa_open_tasks_sample() is due: when the oldest open context is
 * stuck_after (ns) old, then five times every second, then with growing intervals. 0: no
 * context is open.
 */
uint64_t dxa_open_tasks_due(const struct dxa_open_tasks *t, const struct dxa_engine *e,
			    uint64_t stuck_after);

/*
 * Sample the task of each context that was opened before ktime `since` (ns), and pass its
 * state to fn(priv, event), as a TASK_STATE event with time stamp now (ktime, ns). Keep the
 * tasks that have exited for dxa_open_tasks_add_ended(). last_event is the ktime (ns) of the
 * newest record: after a new one, the samples every second begin again.
 */
void dxa_open_tasks_sample(struct dxa_open_tasks *t, const struct dxa_engine *e, uint64_t since,
			   uint64_t now, uint64_t last_event, dxa_event_fn fn, void *priv);

/* Keep the tasks of open contexts that have exited, without sampling the others. */
void dxa_open_tasks_find_ended(struct dxa_open_tasks *t, const struct dxa_engine *e);

/*
 * Call it when all records of the kept tasks have been fed to the engine. Passes a TASK_STATE
 * 'X' event with time stamp now (ktime, ns) to fn(priv, event) for each context that is still
 * open: its task exited inside the kernel. Then removes the tasks.
 */
void dxa_open_tasks_add_ended(struct dxa_open_tasks *t, const struct dxa_engine *e, uint64_t now,
			      dxa_event_fn fn, void *priv);

/* Is there an open context whose task exists, or may exist? */
bool dxa_open_tasks_any(const struct dxa_engine *e);

/* Free it. */
void dxa_open_tasks_free(struct dxa_open_tasks *t);

#endif
