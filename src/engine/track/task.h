/* SPDX-License-Identifier: GPL-2.0-only */
/* Tasks: who is where. Entries and returns become frames, the outermost ones contexts. */
#ifndef DAXAUDIT_ENGINE_TRACK_TASK_H
#define DAXAUDIT_ENGINE_TRACK_TASK_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/track/bracket.h"

/* The task's record, or NULL when it has nothing open. */
struct task *task_find(const struct dxa_engine *e, uint32_t tid);

/*
 * Bring the task of an event up to date before the event is handled: calls that
 * cannot be running any more have lost their return. Returns it, or NULL.
 */
struct task *task_refresh(struct dxa_engine *e, const struct dxa_event *ev);

/* Entry of a bracket or of a call. */
void task_enter(struct dxa_engine *e, struct task *t, const struct rec *r, bool bracket);

/*
 * Return of a call that was recorded in two halves: complete r from its entry.
 * False when the entry was not seen.
 */
bool task_pair(struct dxa_engine *e, struct task *t, struct rec *r);

/* Return of a bracket: the outermost one's closes the context. */
void task_leave(struct dxa_engine *e, struct task *t, const struct rec *r);

/* Close every open context as missed: nobody knows any more who is where. */
void tasks_abandon(struct dxa_engine *e, uint64_t ts);

/* Report and forget every open context at the end of the audit. */
void tasks_finish(struct dxa_engine *e, uint64_t ts);

/* Free every task. */
void tasks_free(struct dxa_engine *e);

#endif
