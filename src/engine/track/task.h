/* SPDX-License-Identifier: GPL-2.0-only */
/* Tasks: entries and returns become frames, and outermost brackets contexts. */
#ifndef DAXAUDIT_ENGINE_TRACK_TASK_H
#define DAXAUDIT_ENGINE_TRACK_TASK_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/track/bracket.h"

/* The task with this tid, or NULL when it has no open frame. */
struct task *task_find(const struct dxa_engine *e, uint32_t tid);

/*
 * Before an event is handled: drop the frames of its task that cannot be running any
 * more, because their returns were missed. Returns the task, or NULL.
 */
struct task *task_refresh(struct dxa_engine *e, const struct dxa_event *ev);

/* The entry of a bracket or of a call. */
void task_enter(struct dxa_engine *e, struct task *t, const struct rec *r, bool bracket);

/*
 * The return of a call that is recorded in two halves: complete r from the entry.
 * False when the entry was missed.
 */
bool task_pair(struct dxa_engine *e, struct task *t, struct rec *r);

/* The return of a bracket; the outermost one closes the context. */
void task_leave(struct dxa_engine *e, struct task *t, const struct rec *r);

/* Close every open context as missed: records are missing. */
void tasks_abandon(struct dxa_engine *e, uint64_t ts);

/* Close every open context at the end of the audit. */
void tasks_finish(struct dxa_engine *e, uint64_t ts);

/* Free every task. */
void tasks_free(struct dxa_engine *e);

#endif
