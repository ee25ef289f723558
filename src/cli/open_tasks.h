/* SPDX-License-Identifier: GPL-2.0-only */
/* The tasks of open contexts: samples for the stuck ones, and the end of those that died. */
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
	unsigned int samples; /* since something happened */
	struct dxa_vec ended; /* struct dxa_open_task: seen to be gone, with an open context */
};

/* No sample yet. */
void dxa_open_tasks_init(struct dxa_open_tasks *t);

/*
 * The ktime (ns) at which dxa_open_tasks_sample() is due: when the oldest open
 * context is stuck_after (ns) old, then every second, five times, then less and
 * less often. 0: no context is open.
 */
uint64_t dxa_open_tasks_due(const struct dxa_open_tasks *t, const struct dxa_engine *e,
			    uint64_t stuck_after);

/*
 * Sample the task of each context that has been open since before ktime `since`
 * (ns) and pass its state to fn(priv, event), as a TASK_STATE stamped with ktime now
 * (ns). Remember the tasks that are gone for dxa_open_tasks_tell_ended(). last_event
 * is the ktime (ns) of the newest record: when something happened since the last
 * sample, the second-by-second samples begin anew.
 */
void dxa_open_tasks_sample(struct dxa_open_tasks *t, const struct dxa_engine *e, uint64_t since,
			   uint64_t now, uint64_t last_event, dxa_event_fn fn, void *priv);

/* Remember the tasks of open contexts that are gone, without a sample of the others. */
void dxa_open_tasks_find_ended(struct dxa_open_tasks *t, const struct dxa_engine *e);

/*
 * Every record that the remembered tasks submitted has been fed to the engine.
 * Pass a TASK_STATE 'X', stamped with ktime now (ns), to fn(priv, event) for each
 * context that is still open: its task ended inside the kernel. Forget them.
 */
void dxa_open_tasks_tell_ended(struct dxa_open_tasks *t, const struct dxa_engine *e, uint64_t now,
			       dxa_event_fn fn, void *priv);

/* Is there an open context whose task still exists, or may exist? */
bool dxa_open_tasks_any(const struct dxa_engine *e);

/* Free what it remembers. */
void dxa_open_tasks_free(struct dxa_open_tasks *t);

#endif
