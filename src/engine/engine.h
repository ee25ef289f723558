/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The engine: events in, closed contexts and findings out. It has no clock, no
 * I/O and no globals, so a live audit and a replay give the same findings. The
 * cost of an event is constant. Memory grows with the number of live devices and
 * open contexts, not with the length of the audit.
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
	DXA_ALIASING_UNKNOWN, /* then only consistency is checked */
	DXA_ALIASING_NO,
	DXA_ALIASING_YES,
};

#define DXA_ALIASING_COUNT (DXA_ALIASING_YES + 1)

/* Name ("unknown", "no", "yes"). Static. */
const char *dxa_aliasing_name(enum dxa_aliasing aliasing);

/* The driver that owns a dax_device, by its ops. */
enum dxa_driver {
	DXA_DRIVER_UNKNOWN, /* ops whose symbol is not known */
	DXA_DRIVER_PMEM,
	DXA_DRIVER_DM,
	DXA_DRIVER_VIRTIOFS,
	DXA_DRIVER_DCSSBLK,
	DXA_DRIVER_DEVICE_DAX, /* ops == NULL */
	DXA_DRIVER_FSDEV, /* device-dax with file-system ops, v7.2 */
	DXA_DRIVER_OTHER, /* a *_dax_ops that the owner table does not have */
	DXA_DRIVER_COUNT,
};

/* Name ("pmem", "device-dax", ...) of a driver. Static. */
const char *dxa_driver_name(enum dxa_driver driver);

/* The driver of that name, or -1. "unknown" and "other" are not names of a driver. */
int dxa_driver_by_name(const char *name);

/* What the engine must know of the audited machine. */
struct dxa_engine_config {
	enum dxa_aliasing aliasing;
	int eopnotsupp; /* the audited architecture's number, positive: 95 on most, 122 on MIPS */
	struct dxa_symbols *symbols; /* borrowed; resolves ops and call sites */
	uint64_t stuck_after_ns; /* a context open for longer may be stuck; 0: 30 s */
	uint64_t unobserved_hooks; /* from dxa_hooks_unobserved() (base/hookstat.h) */
};

/* How a context ended. */
enum dxa_outcome {
	DXA_OUTCOME_OPEN, /* it was still open when the audit ended */
	DXA_OUTCOME_OK,
	DXA_OUTCOME_DEFERRED, /* -EPROBE_DEFER, not a failure */
	DXA_OUTCOME_NO_DEVICE, /* -ENODEV or -ENXIO: the driver does not take this device */
	DXA_OUTCOME_FAILED,
	DXA_OUTCOME_MISSED, /* its return was not recorded */
};

/*
 * One bracket of one task, from entry to return. The context that the sink gets
 * is the outermost bracket. Its story has the events of all nested brackets in
 * order, their entries and returns included.
 */
struct dxa_context {
	uint64_t id; /* from 1 */
	uint16_t kind; /* the hook that opened it */
	uint32_t tgid;
	uint32_t tid;
	char comm[DXA_COMM_LEN];
	char device[DXA_NAME_LEN]; /* with bus and driver: from the driver core's bracket, else "" */
	char bus[DXA_BUS_LEN];
	char driver[DXA_DRIVER_LEN];
	uint64_t start; /* ktime, ns */
	uint64_t end;
	enum dxa_outcome outcome;
	int err; /* errno, positive, as the audited kernel numbers it; 0 for none */
	const struct dxa_event *story;
	size_t story_len;
	size_t story_cut; /* events left out, because the story was full */
	size_t dax_events; /* number of DAX calls in the story; 0: a probe without DAX */
};

/* The identity of a device's life. The slab reuses addresses, so the address is not enough. */
struct dxa_life_id {
	uint64_t dax; /* pointer in the kernel; 0 when no device is concerned */
	uint32_t generation; /* number of this life at its address, from 1; 0: older than the audit */
	uint32_t rdev; /* the minor number is unique among live devices */
	enum dxa_driver driver;
	char disk[DXA_NAME_LEN]; /* disk or device name where one is known, else empty */
};

/*
 * What a policy file says about a finding. The engine leaves it empty. The
 * strings are borrowed; NULL: the policy does not say.
 */
struct dxa_finding_policy {
	const char *severity_from; /* "FILE:LINE" that changed the severity */
	const char *allowed_by; /* "FILE:LINE" that allows it: it is reported and does not fail */
	const char *expired; /* "FILE:LINE" of an allowance that has expired */
	const char *reason; /* of the allowance, expired or not */
	const char *until; /* its last day, "2027-03-31" */
};

/*
 * One root cause. context is where it happened; its id is 0 and its strings are
 * empty when it happened outside of any context.
 */
struct dxa_finding {
	uint64_t id; /* from 1; withdrawn() refers to it */
	enum dxa_rule rule;
	enum dxa_severity severity; /* the rule's own; policy may change it later */
	bool provisional; /* it may be withdrawn, when its condition ends */
	struct dxa_finding_policy policy;
	struct dxa_life_id life;
	struct dxa_context context; /* its story is NULL */
	int err; /* errno, positive; 0: none */
	char detail[256]; /* one sentence for people, with the names of this case */
	const struct dxa_event *evidence; /* the events that show it, in order */
	size_t evidence_len;
};

/* The name of the driver that a finding concerns; NULL when it is not known. Static. */
const char *dxa_finding_driver(const struct dxa_finding *finding);

/*
 * Where the engine reports. The arguments are valid until the callback returns.
 * context_closed is called for every outermost bracket when it closes, also for
 * one without a DAX call, and before the findings about it. withdrawn, which may
 * be NULL, takes back the finding with that rule and id: its condition has ended.
 */
struct dxa_engine_sink {
	void (*context_closed)(void *priv, const struct dxa_context *ctx);
	void (*finding)(void *priv, const struct dxa_finding *finding);
	void (*withdrawn)(void *priv, enum dxa_rule rule, uint64_t id);
	void *priv;
};

/*
 * Why something could not be checked. dxa_engine_stats counts each.
 *
 * X(ID, name, one, many): name is a stable word for machines; for people, one is
 * the sentence for 1, and a number with many is the sentence for more.
 */
#define DXA_GAPS(X)                                                                           \
	X(LOST, "lost", "a record is missing from the stream",                                \
	  "records are missing from the stream")                                              \
	X(RETURN, "return", "the return of a function was not recorded",                      \
	  "returns of functions were not recorded")                                           \
	X(OPEN, "open", "a probe was still running when the audit ended",                     \
	  "probes were still running when the audit ended")                                   \
	X(GONE, "gone",                                                                       \
	  "a task died inside a probe or an unbind, or its return was missed: see the "       \
	  "kernel's log",                                                                     \
	  "tasks died inside probes or unbinds, or their returns were missed")                \
	/* Not counted at the start of the stream. */                                         \
	X(UNPAIRED, "unpaired", "the entry of a function was not recorded",                   \
	  "entries of functions were not recorded")                                           \
	X(UNKNOWN_KIND, "kind", "a record is of a kind that this version does not know",      \
	  "records are of kinds that this version does not know")                             \
	X(LIMIT, "limit", "a limit of the engine, or of memory, was reached",                 \
	  "times a limit of the engine, or of memory, was reached")                           \
	X(STATE, "state", "the kernel's present state could not be read, or was ambiguous",   \
	  "times the kernel's present state could not be read, or was ambiguous")             \
	X(UNCERTAIN, "uncertain", "the records of a device do not suffice to check its life", \
	  "devices have too few records to check their lives")                                \
	X(PENDING, "pending", "the audit ended before the end of a device was certain",       \
	  "times the audit ended before the end of a device was certain")                     \
	X(REFERENCE, "reference", "a device has a reference that nobody accounts for",        \
	  "devices have references that nobody accounts for")                                 \
	X(INSIDE, "inside", "a task may be about to end what looks like a violation",         \
	  "tasks may be about to end what looks like violations")                             \
	X(UNSEEN, "unseen",                                                                   \
	  "a device appeared or disappeared without a record: hooks missed calls",            \
	  "devices appeared or disappeared without a record: hooks missed calls")

enum dxa_gap {
#define DXA_ENUM(id, ...) DXA_GAP_##id,
	DXA_GAPS(DXA_ENUM)
#undef DXA_ENUM
		DXA_GAP_COUNT,
};

/* The name of a gap: a stable word for machines. Static. */
const char *dxa_gap_name(enum dxa_gap gap);

/* Write one line for people to buf: what a count of n of this gap means. Returns buf. */
#define DXA_GAP_LEN 96
const char *dxa_gap_text(char buf[DXA_GAP_LEN], enum dxa_gap gap, uint64_t n);

struct dxa_engine_stats {
	uint64_t events;
	uint64_t contexts; /* outermost, closed */
	uint64_t contexts_open;
	uint64_t snapshots;
	uint64_t lives; /* dax_devices seen, those before the audit included */
	uint64_t lives_now; /* not destroyed yet */
	uint64_t allocs[DXA_DRIVER_COUNT]; /* alloc_dax calls by owner, refusals included */
	uint64_t lives_of[DXA_DRIVER_COUNT]; /* of lives_now, by owner */
	uint64_t seen_of[DXA_DRIVER_COUNT]; /* of lives, by owner */
	/* By owner: probes, binds and runs of devices, and calls of alloc_dax. */
	uint64_t exercised[DXA_DRIVER_COUNT];
	char unseen[DXA_NAME_LEN]; /* the first device that DXA_GAP_UNSEEN counts; may be empty */
	uint32_t available; /* drivers of this kernel that can allocate: bits 1 << driver */
	uint64_t findings[DXA_RULE_COUNT];
	uint64_t gaps[DXA_GAP_COUNT];
};

/*
 * A new engine. config and sink are copied; what they point to is borrowed. NULL
 * without memory.
 */
struct dxa_engine *dxa_engine_new(const struct dxa_engine_config *config,
				  const struct dxa_engine_sink *sink);

/* Free an engine, which may be NULL. Reports nothing: call dxa_engine_finish() first. */
void dxa_engine_free(struct dxa_engine *e);

/*
 * Process the next event. Events come in the order in which the kernel submitted
 * them. Returns 0, or -ENOMEM: then this event was not fully processed and a gap is
 * counted; the engine stays usable.
 */
int dxa_engine_feed(struct dxa_engine *e, const struct dxa_event *ev);

/*
 * The audit ends at ktime now (ns). Runs the checks that need the end of the
 * stream, and reports the contexts that are still open. Call once; afterwards only
 * the stats may be read.
 */
void dxa_engine_finish(struct dxa_engine *e, uint64_t now);

/*
 * The ktime (ns) from which on the next suspicion can be checked. A live audit feeds
 * the events up to then before it ends and, if *look is set, a snapshot that it takes
 * then. 0: there is no suspicion.
 */
uint64_t dxa_engine_due(const struct dxa_engine *e, bool *look);

/* The number of outermost contexts that are open now. */
size_t dxa_engine_open_contexts(const struct dxa_engine *e);

/*
 * Call fn for each context that was opened before ktime `since` (ns). A live
 * audit then reads the state of its task and feeds a TASK_STATE event.
 */
void dxa_engine_each_open(const struct dxa_engine *e, uint64_t since,
			  void (*fn)(void *priv, const struct dxa_context *ctx), void *priv);

/* A dax_device in the last snapshot. */
struct dxa_device {
	struct dxa_life_id id; /* disk: name of the gendisk, or of the device on the dax bus */
	char module[DXA_NAME_LEN]; /* that contains the ops; "": built in, or not known */
	char bound[DXA_DRIVER_LEN]; /* the driver of its device on the dax bus; "": none */
	uint64_t ops;
	uint64_t host; /* its gendisk in dax_hosts, or 0 */
	uint64_t holder;
	int refs; /* -1: only sysfs could be read; then only id and bound are known */
	int cdev_refs;
	bool alive;
	const char *why; /* why it has no owner, as the predicate of a sentence, or NULL; static */
};

/*
 * Call fn for every device of the last snapshot (which ends with a SNAP_END
 * event), in the order of the kernel's list.
 */
void dxa_engine_each_device(const struct dxa_engine *e,
			    void (*fn)(void *priv, const struct dxa_device *device), void *priv);

/*
 * The number of anomalies in the last snapshot, and whether a suspicion needs one. An
 * anomaly is reported when the next snapshot shows it again; with 0 no further snapshot
 * is needed.
 */
size_t dxa_engine_anomalies(const struct dxa_engine *e);

/* The counters so far. Valid until the engine is freed. */
const struct dxa_engine_stats *dxa_engine_stats(const struct dxa_engine *e);

#endif
