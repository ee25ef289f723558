/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The state of a task: nested brackets and calls, and the context of its outermost
 * bracket, with everything that is checked when that closes.
 */
#ifndef DAXAUDIT_ENGINE_TRACK_BRACKET_H
#define DAXAUDIT_ENGINE_TRACK_BRACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/event_kinds.h"
#include "base/list.h"
#include "base/vec.h"
#include "engine/engine.h"
#include "engine/track/history.h"
#include "engine/track/life.h"

/* The outcome of a bracket in which alloc_dax or dax_add_host was called. */
struct bracket_outcome {
	struct rec entry;
	struct rec exit;
	enum dxa_outcome outcome; /* OPEN until the return is recorded */
	int err;
};

/* One level of the nesting: a bracket, or a call that has not returned. */
struct frame {
	struct rec entry;
	size_t outcome; /* index in the task's outcomes plus one; 0: none */
	uint64_t cdev_of; /* device-dax that is bound here while its cdev is in use */
};

/* Successive samples of a task that are equal. */
struct samples {
	size_t n;
	uint64_t since; /* ktime of the first */
	uint64_t switches;
	char in[DXA_NAME_LEN]; /* the innermost function */
};

/* A driver was unbound from a device. */
struct unbound {
	uint64_t device; /* struct device */
	uint64_t entered; /* number of the record of the entry */
	char driver[DXA_DRIVER_LEN];
};

/* An alloc_dax in an open context. Indexes of outcomes count from 1. */
struct alloc {
	struct rec rec;
	uint32_t generation;
	enum dxa_driver driver;
	int err; /* 0: granted */
	size_t outcome_bracket; /* the bracket whose failure makes the device a leak */
	size_t caller_bracket; /* the bracket that called alloc_dax */
	bool bound; /* the device was probed, so it is registered on its bus */
};

/* kill_dax(NULL) or put_dax(NULL) after an alloc_dax in the same context. */
struct null_call {
	struct rec rec;
	size_t outcome_bracket;
};

struct host_failure {
	struct rec rec;
	uint32_t generation;
	int err;
	size_t caller_bracket;
	bool folded; /* part of another finding */
};

struct task {
	uint32_t tid;
	uint32_t tgid;
	struct dxa_link link; /* in `busy`, oldest first, or in `spare` */
	uint64_t epoch;
	struct dxa_context ctx; /* id 0: none is open */
	size_t brackets;
	struct samples samples;
	uint64_t stuck_id; /* id of its stuck-probe finding; 0: none */
	bool gone; /* the task exited inside the context */
	uint64_t err_ptr_reported; /* the last ERR_PTR with a finding in this context */
	struct dxa_vec frames; /* struct frame */
	struct dxa_vec story; /* struct dxa_event */
	struct dxa_vec outcomes; /* struct bracket_outcome */
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

/* The driver core begins a probe: its entry is the innermost frame of the task. */
void note_probe(struct dxa_engine *e, struct task *t, const struct rec *r);

/* The outermost bracket was entered, or left at ktime ts. */
void context_open(struct dxa_engine *e, struct task *t, const struct dxa_event *ev);
void context_close(struct dxa_engine *e, struct task *t, uint64_t ts, enum dxa_outcome outcome,
		   int err);

/* Add an event to the story of the open context, if any. */
void story_add(struct dxa_engine *e, struct task *t, const struct dxa_event *ev);

/* The context that is open in the task, or NULL. t may be NULL. */
const struct dxa_context *task_context(const struct task *t);

/* Is the context with this id still open? False for 0. */
bool context_is_open(const struct dxa_engine *e, uint64_t id);

/* Did the driver put this life in the context that is open in the task? */
bool has_released(const struct task *t, const struct dxa_life_id *id);

/* Is a bracket open in which this life was put? Then the put may be in progress. */
bool is_being_put(const struct dxa_engine *e, const struct life *l);

/* The number of the bracket (from 1; 0: none) whose failure makes a new allocation a leak. */
size_t task_outcome_bracket(struct dxa_engine *e, struct task *t);

/* The number of the innermost bracket. */
size_t task_caller_bracket(struct dxa_engine *e, struct task *t);

/* The entry of the innermost probe of the driver core, or NULL. */
const struct dxa_event *task_probe(const struct task *t);

/* Is the task unbinding this struct device (0: none)? t may be NULL. */
bool task_unbinds(const struct task *t, uint64_t device);

/* Is another task unbinding a driver from this struct device? */
bool others_unbind(const struct dxa_engine *e, const struct task *t, uint64_t device);

/* Does the open context of the task concern DAX? */
bool task_concerns_dax(const struct task *t);

/* Is a context open that concerns DAX? Then a snapshot may show something half done. */
bool dax_is_busy(const struct dxa_engine *e);

/* Was the end of the bracket recorded? o may be NULL. */
static inline bool is_outcome_known(const struct bracket_outcome *o)
{
	return o && o->outcome != DXA_OUTCOME_OPEN && o->outcome != DXA_OUTCOME_MISSED;
}

/* The outcome of the bracket with that number, or NULL for 0; then t may be NULL. */
const struct bracket_outcome *task_outcome(const struct task *t, size_t number);

/* May records of the context of this task have been missed? */
bool task_incomplete(const struct dxa_engine *e, const struct task *t);

/* The outcome of a bracket from the record of its return; *err is the positive error or 0. */
enum dxa_outcome outcome_of_return(const struct dxa_event *ret, int *err);

#endif
