/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What joins the two halves of the engine. Trackers keep facts and tell each new one;
 * rules judge it and answer. A tracker never calls a rule. Of what a tracker keeps a rule
 * changes only marks: what it suspects, and what it has told once and for all (told,
 * life_suspect(), life_clear_host(), flags_forget()).
 */
#ifndef DAXAUDIT_ENGINE_FACT_H
#define DAXAUDIT_ENGINE_FACT_H

#include "engine/core.h"

struct device;

/* t, r and life are set where there are any; besides them what is named here. */
enum fact_kind {
	FACT_ALLOC_ANSWERED, /* alloc_dax has returned: alloc; life: what it granted */
	FACT_ALLOC_DECIDED, /* what became of its caller is known, or never will be: alloc */
	FACT_ALLOC_LEFT, /* the context of an alloc_dax has closed: alloc; life: if it is there */
	FACT_HOST_FAILED, /* dax_add_host failed, and what became of its caller: host_failure */
	FACT_DISK_SAYS_DAX, /* a disk whose driver was refused says DAX: refused */
	FACT_IN_USE, /* a device is looked up, or its probe has succeeded */
	FACT_BOUND_IN_USE, /* the cdev of a device that is bound is in use: frame */
	FACT_ERR_PTR, /* a release got an ERR_PTR */
	FACT_AFTER_END, /* a release of a device whose life is over; life NULL: whose is not known */
	FACT_PUT_BEGINS, /* a reference is about to be dropped */
	FACT_PUT, /* it is accounted for */
	FACT_RELEASED, /* its owner has put the device in a context that has closed */
	FACT_ENDS, /* the device is destroyed or freed */
	FACT_UNBOUND, /* a driver was unbound in a context that has closed: unbound */
	FACT_MODULE_GONE, /* the module that holds the life's ops goes away */
	FACT_TASK_SAMPLED, /* the state of a task in a context */
	FACT_CONTEXT_ENDED, /* the context has ended, well or not */
	FACT_DUE, /* the time has come for what the life is suspected of */
	FACT_SHOWN_WAITER, /* a snapshot shows a task that waits for itself */
	FACT_SHOWN_HOST, /* an entry of dax_hosts; device: the one that is there, or NULL */
	FACT_SHOWN_DEVICE, /* a device: device */
	FACT_SHOWN_DISK, /* a disk that says DAX and is not in dax_hosts */
	FACT_SNAPSHOT, /* a snapshot is complete, and compared with the events */
	FACT_AUDIT_ENDS, /* nothing more will come */
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

/* Let every rule judge it that is judged by facts of this kind (engine.c). */
void fact_tell(struct dxa_engine *e, const struct fact *f);

#define TELL(e, ...) fact_tell((e), &(const struct fact){ __VA_ARGS__ })

/* What a rule answers to a fact. */
struct answer {
	enum {
		ANSWER_HOLDS, /* as far as this fact goes, or it will be judged when it is due */
		ANSWER_BROKEN, /* the finding is reported */
		ANSWER_UNKNOWN, /* it cannot be told: the audit does not pass */
	} is;
	unsigned int why; /* ANSWER_UNKNOWN: enum dxa_gap that the engine counts, or WHY_* */
};

/* Something was missed or forgotten before: that gap has been counted where it arose. */
#define WHY_COUNTED DXA_GAP_COUNT

/* A function that would show it is there and not watched. */
#define WHY_BLIND (DXA_GAP_COUNT + 1)

static inline struct answer holds(void)
{
	return (struct answer){ .is = ANSWER_HOLDS };
}

static inline struct answer broken(void)
{
	return (struct answer){ .is = ANSWER_BROKEN };
}

static inline struct answer unknown(unsigned int why)
{
	return (struct answer){ .is = ANSWER_UNKNOWN, .why = why };
}

typedef struct answer (*judge_fn)(struct dxa_engine *e, const struct fact *f);

#endif
