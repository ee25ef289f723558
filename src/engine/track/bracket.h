/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a task is doing: nested brackets and calls, and the context that its outermost
 * bracket delimits, with all that is judged when it closes.
 */
#ifndef DAXAUDIT_ENGINE_TRACK_BRACKET_H
#define DAXAUDIT_ENGINE_TRACK_BRACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/kinds.h"
#include "base/list.h"
#include "base/vec.h"
#include "engine/engine.h"
#include "engine/track/history.h"
#include "engine/track/life.h"

/* A bracket in which something was allocated: its outcome decides. */
struct decider {
	struct rec entry;
	struct rec exit;
	enum dxa_outcome outcome; /* OPEN until the return is seen */
	int err;
};

/* One level of a task: a bracket, or a call whose return is awaited. */
struct frame {
	struct rec entry;
	size_t decider; /* index in the task's deciders plus one; 0: none */
	uint64_t cdev_of; /* device-dax that is bound here with its cdev still in use */
};

/* What the samples of a task had in common. */
struct samples {
	size_t n;
	uint64_t since; /* ktime of the first */
	uint64_t switches;
	char in[DXA_NAME_LEN]; /* the innermost function */
};

/* A driver was released from a device. */
struct unbound {
	uint64_t device; /* struct device */
	uint64_t entered; /* number of the record of the entry */
	char driver[DXA_DRIVER_LEN];
};

/* An alloc_dax in an open context. Indexes of deciders count from 1. */
struct alloc {
	struct rec rec;
	uint32_t generation;
	enum dxa_driver driver;
	int err; /* 0: granted */
	size_t judge; /* the bracket whose failure makes the device a leak */
	size_t answer; /* the bracket that called alloc_dax */
	bool bound; /* the device was probed: it is registered with its bus */
};

/* kill_dax(NULL) or put_dax(NULL) in a bracket that had allocated a device. */
struct null_call {
	struct rec rec;
	size_t judge;
};

struct host_failure {
	struct rec rec;
	uint32_t generation;
	int err;
	size_t answer;
	bool folded; /* told by another finding */
};

struct task {
	uint32_t tid;
	uint32_t tgid;
	struct dxa_link link; /* those with something open, oldest first; or the spare ones */
	uint64_t epoch;
	struct dxa_context ctx; /* id 0: none is open */
	size_t brackets;
	struct samples samples;
	uint64_t stuck_id; /* of the finding that it is stuck; 0: none is out */
	bool gone; /* the task ended, the context that it was in did not */
	uint64_t err_ptr_told; /* the ERR_PTR that this context was told about */
	struct dxa_vec frames; /* struct frame */
	struct dxa_vec story; /* struct dxa_event */
	struct dxa_vec deciders; /* struct decider */
	struct dxa_vec allocs; /* struct alloc */
	struct dxa_vec nulls; /* struct null_call */
	struct dxa_vec host_failures; /* struct host_failure */
	struct dxa_vec released; /* struct life_ref: put by their owners here */
	struct dxa_vec unbound; /* struct unbound */
};

/* The i-th frame of a task, outermost first. */
static inline struct frame *frame_at(const struct task *t, size_t i)
{
	return dxa_vec_at(&t->frames, i);
}

/* A driver is about to be probed in the frame on top of the task. */
void note_probe(struct dxa_engine *e, struct task *t, const struct rec *r);

/* The task's first bracket was entered, its last one was left. */
void context_open(struct dxa_engine *e, struct task *t, const struct dxa_event *ev);
void context_close(struct dxa_engine *e, struct task *t, uint64_t ts, enum dxa_outcome outcome,
		   int err);

/* Add an event to the story of the open context, if any. */
void story_add(struct dxa_engine *e, struct task *t, const struct dxa_event *ev);

/* The context that is open in the task, or NULL. t may be NULL. */
const struct dxa_context *task_context(const struct task *t);

/* The decider (from 1; 0: none) whose failure makes what is allocated now a leak. */
size_t task_judge(struct dxa_engine *e, struct task *t);

/* The decider of the innermost bracket. */
size_t task_answer(struct dxa_engine *e, struct task *t);

/* The entry of the innermost probe of the driver core, or NULL. */
const struct dxa_event *task_probe(const struct task *t);

/* Does the task unbind this struct device? 0 is none. t may be NULL. */
bool task_unbinds(const struct task *t, uint64_t device);

/* Does another task unbind this struct device from a driver? */
bool others_unbind(const struct dxa_engine *e, const struct task *t, uint64_t device);

/* Has what the task is doing to do with DAX? */
bool task_concerns_dax(const struct task *t);

/* Is a context open that has to do with DAX? Then what is there may be half done. */
bool dax_is_busy(const struct dxa_engine *e);

/* Is it known how this bracket ended? d may be NULL. */
static inline bool is_decided(const struct decider *d)
{
	return d && d->outcome != DXA_OUTCOME_OPEN && d->outcome != DXA_OUTCOME_MISSED;
}

/* The decider with that number, or NULL for 0; then t may be NULL. */
const struct decider *task_decider(const struct task *t, size_t number);

/* May something of this task's context have been missed? */
bool task_unsure(const struct dxa_engine *e, const struct task *t);

/* How a bracket of this kind ended, by its result; *err is the positive error or 0. */
enum dxa_outcome bracket_outcome(const struct dxa_event *ret, int *err);

#endif
