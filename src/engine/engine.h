/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The engine: events in, closed contexts and findings out. Pure: no clock, no
 * I/O, no globals, so the same events give the same findings, live or
 * replayed. Cost per event is constant; memory follows what is alive and open
 * now, not how long the audit runs.
 */
#ifndef DAXAUDIT_ENGINE_ENGINE_H
#define DAXAUDIT_ENGINE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/symbols.h"
#include "daxaudit/event.h"
#include "daxaudit/hooks.h"
#include "engine/rules.h"

struct dxa_engine;

/* Does this CPU's data cache alias? */
enum dxa_aliasing {
	DXA_ALIASING_UNKNOWN, /* then only consistency is judged */
	DXA_ALIASING_NO,
	DXA_ALIASING_YES,
};

#define DXA_ALIASING_COUNT (DXA_ALIASING_YES + 1)

/* Name ("unknown", "no", "yes"). Static. */
const char *dxa_aliasing_name(enum dxa_aliasing aliasing);

/* Who owns a dax_device, told by its ops. */
enum dxa_driver {
	DXA_DRIVER_UNKNOWN, /* ops whose symbol is not known */
	DXA_DRIVER_PMEM,
	DXA_DRIVER_DM,
	DXA_DRIVER_VIRTIOFS,
	DXA_DRIVER_DCSSBLK,
	DXA_DRIVER_DEVICE_DAX, /* ops == NULL */
	DXA_DRIVER_FSDEV, /* device-dax with file-system ops, v7.2 */
	DXA_DRIVER_OTHER, /* a *_dax_ops that no table here knows */
	DXA_DRIVER_COUNT,
};

/* Name ("pmem", "device-dax", ...) of a driver. Static. */
const char *dxa_driver_name(enum dxa_driver driver);

/* The driver of that name, or -1. Only drivers that somebody can ask for: not "unknown", "other". */
int dxa_driver_by_name(const char *name);

/* The expectation that events are judged by, and the machine's facts. */
struct dxa_engine_config {
	enum dxa_aliasing aliasing;
	int eopnotsupp; /* the audited architecture's number, positive: 95 on most, 122 on MIPS */
	struct dxa_symbols *symbols; /* borrowed; resolves ops and call sites */
	uint64_t stuck_after_ns; /* a context open for longer may be stuck; 0: 30 s */
	uint32_t blind_hooks; /* as dxa_hooks_blind() tells (base/hookstat.h) */
};

/* What ended a context. */
enum dxa_outcome {
	DXA_OUTCOME_OPEN, /* it has not ended: the audit ended first */
	DXA_OUTCOME_OK,
	DXA_OUTCOME_DEFERRED, /* -EPROBE_DEFER: no failure */
	DXA_OUTCOME_NO_DEVICE, /* -ENODEV or -ENXIO: the driver does not take this device */
	DXA_OUTCOME_FAILED,
	DXA_OUTCOME_MISSED, /* its return was never seen */
};

/*
 * One bracket of one task, from entry to return. A context handed out is the
 * outermost bracket; the story holds the events of all nested ones, their
 * entries and returns included, in order.
 */
struct dxa_context {
	uint64_t id; /* counts from 1 */
	uint16_t kind; /* the hook that opened it */
	uint32_t tgid;
	uint32_t tid;
	char comm[DXA_COMM_LEN];
	char device[DXA_NAME_LEN]; /* of the driver core's bracket; empty for others */
	char bus[DXA_BUS_LEN];
	char driver[DXA_DRIVER_LEN];
	uint64_t start; /* ktime, ns */
	uint64_t end;
	enum dxa_outcome outcome;
	int err; /* errno, positive, as the audited kernel numbers it; 0 for none */
	const struct dxa_event *story;
	size_t story_len;
	size_t story_cut; /* events left out because the story got too long */
	size_t dax_events; /* how many of the story concern a dax_device: 0 is a probe without DAX */
};

/* A device's identity: the slab hands the same address out again. */
struct dxa_life_id {
	uint64_t dax; /* pointer in the kernel; 0 when no device is concerned */
	uint32_t generation; /* counts the lives at this address from 1; 0: lived before the audit */
	uint32_t rdev; /* minor is unique while it lives */
	enum dxa_driver driver;
	char disk[DXA_NAME_LEN]; /* disk or device name where one is known, else empty */
};

/*
 * What a policy file says of a finding. The engine leaves it empty; strings are
 * borrowed, NULL: nothing is said.
 */
struct dxa_finding_policy {
	const char *severity_from; /* "FILE:LINE" that changed the severity */
	const char *allowed_by; /* "FILE:LINE" that allows it: it is reported, and does not fail */
	const char *expired; /* "FILE:LINE" that allowed it until a day that is over */
	const char *reason; /* of the allowance, expired or not */
	const char *until; /* its last day, "2027-03-31" */
};

/*
 * One root cause. The context is the one in which it happened; its id is 0 and
 * its strings are empty when it happened outside of any.
 */
struct dxa_finding {
	uint64_t id; /* counts from 1: what withdrawn() names */
	enum dxa_rule rule;
	enum dxa_severity severity; /* the rule's own; policy may change it later */
	bool provisional; /* what it says may come to an end: then it is withdrawn */
	struct dxa_finding_policy policy;
	struct dxa_life_id life;
	struct dxa_context context; /* story is NULL here: the evidence below is what counts */
	int err; /* errno, positive; 0 where none is concerned */
	char detail[256]; /* one sentence for people, with this case's names */
	const struct dxa_event *evidence; /* the events that prove it, in order */
	size_t evidence_len;
};

/* The driver that a finding concerns, by its name; NULL when it is not known. Static. */
const char *dxa_finding_driver(const struct dxa_finding *finding);

/*
 * Where the engine reports. What is passed lives until the callback returns.
 * context_closed is called for every outermost bracket when it closes (a
 * context without any dax event included), before the findings it proves.
 * withdrawn, which may be NULL, takes back the finding of that rule and id: what
 * it said has come to an end by itself.
 */
struct dxa_engine_sink {
	void (*context_closed)(void *priv, const struct dxa_context *ctx);
	void (*finding)(void *priv, const struct dxa_finding *finding);
	void (*withdrawn)(void *priv, enum dxa_rule rule, uint64_t id);
	void *priv;
};

/*
 * Why something can no longer be judged; dxa_engine_stats counts each.
 *
 * X(ID, name, one, many): name is a stable word for machines; one, and a number
 * and many, are a sentence for people.
 */
#define DXA_GAPS(X)                                                                              \
	X(LOST, "lost", "a record is missing from the stream",                                   \
	  "records are missing from the stream")                                                 \
	X(RETURN, "return", "a function was entered and its return was never seen",              \
	  "functions were entered and their returns were never seen")                            \
	X(OPEN, "open", "a probe was still running when the audit ended",                        \
	  "probes were still running when the audit ended")                                      \
	X(GONE, "gone",                                                                          \
	  "a task died inside a probe or an unbind, or its return was missed: see the "          \
	  "kernel's log",                                                                        \
	  "tasks died inside probes or unbinds, or their returns were missed")                   \
	/* Not counted at the start of the stream. */                                            \
	X(UNPAIRED, "unpaired", "a function returned whose entry was never seen",                \
	  "functions returned whose entries were never seen")                                    \
	X(UNKNOWN_KIND, "kind", "a record is of a kind that this version does not know",         \
	  "records are of kinds that this version does not know")                                \
	X(LIMIT, "limit", "a bound of the engine, or of the memory, was reached",                \
	  "times a bound of the engine, or of the memory, was reached")                          \
	X(STATE, "state", "what is there now could not be read, or not be told apart",           \
	  "times what is there now could not be read, or not be told apart")                     \
	X(UNCERTAIN, "uncertain", "the life of a device could not be judged from what was seen", \
	  "lives of devices could not be judged from what was seen")                             \
	X(PENDING, "pending", "the audit ended before the end of a device was certain",          \
	  "times the audit ended before the end of a device was certain")                        \
	X(UNSEEN, "unseen",                                                                      \
	  "a device came or went without a record: the hooks were silent for a while",           \
	  "devices came or went without a record: the hooks were silent for a while")

enum dxa_gap {
#define DXA_ENUM(id, ...) DXA_GAP_##id,
	DXA_GAPS(DXA_ENUM)
#undef DXA_ENUM
		DXA_GAP_COUNT,
};

/* "lost", "return", ...: a stable word for machines. Static. */
const char *dxa_gap_name(enum dxa_gap gap);

/* What it means that there are n of a gap, for people: one line, written to buf. Returns buf. */
#define DXA_GAP_LEN 96
const char *dxa_gap_text(char buf[DXA_GAP_LEN], enum dxa_gap gap, uint64_t n);

struct dxa_engine_stats {
	uint64_t events;
	uint64_t contexts; /* outermost, closed */
	uint64_t contexts_open;
	uint64_t snapshots; /* of what is there */
	uint64_t lives; /* dax_devices seen, those before the audit included */
	uint64_t lives_now; /* not destroyed yet */
	uint64_t allocs[DXA_DRIVER_COUNT]; /* alloc_dax calls by owner, refusals included */
	uint64_t lives_of[DXA_DRIVER_COUNT]; /* of lives_now, by owner */
	/* By owner: probes, binds and runs of its devices, and its alloc_dax calls. */
	uint64_t exercised[DXA_DRIVER_COUNT];
	char unseen[DXA_NAME_LEN]; /* the first device that DXA_GAP_UNSEEN counts; may be empty */
	uint32_t available; /* drivers of this kernel that can allocate: bits 1 << driver */
	uint64_t findings[DXA_RULE_COUNT];
	uint64_t gaps[DXA_GAP_COUNT];
};

/*
 * A new engine; config and sink are copied (what they point to is borrowed).
 * NULL without memory.
 */
struct dxa_engine *dxa_engine_new(const struct dxa_engine_config *config,
				  const struct dxa_engine_sink *sink);

/* Free it. Does not report anything: call dxa_engine_finish() first. NULL is allowed. */
void dxa_engine_free(struct dxa_engine *e);

/*
 * Feed the next event. Events come in the order in which the kernel submitted
 * them. Returns 0, or -ENOMEM: then this event was not judged and a gap is
 * counted, but the engine stays usable.
 */
int dxa_engine_feed(struct dxa_engine *e, const struct dxa_event *ev);

/*
 * The audit ends at ktime now (ns): judge what can be judged only at the end,
 * report contexts that are still open. Call once; only stats may be read after.
 */
void dxa_engine_finish(struct dxa_engine *e, uint64_t now);

/*
 * The ktime (ns) from which on what is suspected now can be judged: a live audit
 * feeds what comes until then before it ends. 0: nothing waits.
 */
uint64_t dxa_engine_due(const struct dxa_engine *e);

/* How many outermost contexts are open now. */
size_t dxa_engine_open_contexts(const struct dxa_engine *e);

/*
 * Call fn for each context that has been open since before ktime `since` (ns):
 * the live reader then looks at the task and feeds a TASK_STATE event.
 */
void dxa_engine_each_open(const struct dxa_engine *e, uint64_t since,
			  void (*fn)(void *priv, const struct dxa_context *ctx), void *priv);

/* A dax_device as the last snapshot showed it. */
struct dxa_device {
	struct dxa_life_id id; /* disk: of the gendisk, or of the device on the dax bus */
	char module[DXA_NAME_LEN]; /* that holds the ops; empty when built in or not known */
	char bound[DXA_DRIVER_LEN]; /* the driver of its device on the dax bus; empty: none */
	uint64_t ops;
	uint64_t host; /* the gendisk that dax_hosts has it for, or 0 */
	uint64_t holder;
	int refs; /* -1: only sysfs was read, then of these only id is known, and bound */
	int cdev_refs;
	bool alive;
	const char *why; /* why nobody owns it, as the rest of a sentence, or NULL; static */
};

/*
 * Call fn for every device of the last snapshot (which ends with a SNAP_END
 * event), in the order of the kernel's list.
 */
void dxa_engine_each_device(const struct dxa_engine *e,
			    void (*fn)(void *priv, const struct dxa_device *device), void *priv);

/*
 * How many things were odd in the last snapshot. They are told when the next one
 * shows them, too: with none there is nothing to wait for.
 */
size_t dxa_engine_oddities(const struct dxa_engine *e);

/* Counters so far. Valid until the engine is freed. */
const struct dxa_engine_stats *dxa_engine_stats(const struct dxa_engine *e);

#endif
