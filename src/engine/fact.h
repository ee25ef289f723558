/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The interface between trackers and rules. A tracker publishes each new fact; the engine
 * passes it to the rules that check it. A tracker never calls a rule. A rule changes only
 * marks in the state of a tracker: suspicions, and what has been reported (reported,
 * life_suspect(), life_clear_host(), flags_forget()).
 */
#ifndef DAXAUDIT_ENGINE_FACT_H
#define DAXAUDIT_ENGINE_FACT_H

#include "engine/core.h"

struct device;

/* t, r and life are set where they exist; other members only as named here. */
enum fact_kind {
	FACT_ALLOC_RETURNED, /* alloc_dax returned: alloc; life: the device, if any */
	FACT_ALLOC_OUTCOME, /* the outcome of its caller is known, or never will be: alloc */
	FACT_ALLOC_CONTEXT_CLOSED, /* the context of an alloc_dax closed: alloc; life: if alive */
	FACT_HOST_FAILED, /* dax_add_host failed, and its context closed: host_failure */
	FACT_DISK_SAYS_DAX, /* the queue of a disk has DAX after alloc_dax refused: refused */
	FACT_IN_USE, /* a device was looked up, or its probe succeeded */
	FACT_BOUND_IN_USE, /* a device was bound while its cdev was in use: frame */
	FACT_ERR_PTR, /* a release was called with an ERR_PTR */
	FACT_AFTER_END, /* a release after the end of the life; life NULL: not known which */
	FACT_USED_AFTER_END, /* another call after the end of the life; life as above */
	FACT_KILL_BEGINS, /* a device is about to be killed */
	FACT_PUT_BEGINS, /* a reference is about to be dropped */
	FACT_PUT, /* the reference is subtracted from the count */
	FACT_RELEASED, /* the owner put the device in a context that has closed */
	FACT_ENDS, /* the device is destroyed or freed */
	FACT_UNBOUND, /* a driver was unbound in a context that has closed: unbound */
	FACT_MODULE_GONE, /* the module that contains the ops is unloaded */
	FACT_TASK_SAMPLED, /* the state of a task with an open context */
	FACT_CONTEXT_ENDED, /* the context closed, or its return was missed */
	FACT_DUE, /* the suspicion about the life can be checked */
	FACT_SHOWN_DEADLOCK, /* a snapshot has a task that waits for its own lock */
	FACT_SHOWN_HOST, /* a snapshot has an entry of dax_hosts; device: may be NULL */
	FACT_SHOWN_DEVICE, /* a snapshot has a device: device */
	FACT_SHOWN_DISK, /* a snapshot has a disk with DAX that is not in dax_hosts */
	FACT_SNAPSHOT, /* a snapshot is complete and was compared with the events */
	FACT_AUDIT_ENDS, /* no more events will come */
	FACT_COUNT,
};

struct fact {
	enum fact_kind kind;
	struct task *t;
	const struct rec *r;
	struct life *life;
	const struct alloc *alloc;
	const struct host_failure *host_failure;
	const struct refused_disk *refused;
	const struct frame *frame;
	const struct unbound *unbound;
	struct device *device; /* of a snapshot */
};

/* The result of a check. */
struct result {
	enum {
		RESULT_HOLDS, /* no violation, or it is checked later (FACT_DUE) */
		RESULT_BROKEN, /* a finding was reported */
		RESULT_UNKNOWN, /* too little was recorded: the audit cannot pass */
	} is;
	unsigned int why; /* RESULT_UNKNOWN: the enum dxa_gap to count, or WHY_* */
};

/* Something was missed or forgotten before, and its gap was counted then. */
#define WHY_COUNTED DXA_GAP_COUNT

/* The kernel has a function that would show it, without a hook on it. */
#define WHY_UNOBSERVED (DXA_GAP_COUNT + 1)

static inline struct result holds(void)
{
	return (struct result){ .is = RESULT_HOLDS };
}

static inline struct result broken(void)
{
	return (struct result){ .is = RESULT_BROKEN };
}

static inline struct result unknown(unsigned int why)
{
	return (struct result){ .is = RESULT_UNKNOWN, .why = why };
}

typedef struct result (*check_fn)(struct dxa_engine *e, const struct fact *f);

#define CHECKS_MAX 6 /* of one fact */

/* The checks of each kind of fact, then NULL (engine.c). */
extern const check_fn fact_checks[FACT_COUNT][CHECKS_MAX + 1];

/* A check could not tell: count the gap, if that was not done. An audit with one does not pass. */
void fact_unknown(struct dxa_engine *e, unsigned int why);

/* Run every check of this kind of fact. */
static inline void fact_publish(struct dxa_engine *e, const struct fact *f)
{
	for (const check_fn *check = fact_checks[f->kind]; *check; check++) {
		struct result result = (*check)(e, f);

		if (result.is == RESULT_UNKNOWN)
			fact_unknown(e, result.why);
	}
}

#define PUBLISH(e, ...) fact_publish((e), &(const struct fact){ __VA_ARGS__ })

#endif
