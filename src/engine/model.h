/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the engine remembers: lives, tasks with their nested calls, contexts.
 * Private to src/engine. task.c keeps tasks and pairs records, context.c
 * delimits what belongs together, life.c keeps lives, history.c their events;
 * alloc.c, stale.c, leak.c, teardown.c, watch.c, state.c and odds.c judge; report.c
 * words what they found.
 */
#ifndef DAXAUDIT_ENGINE_MODEL_H
#define DAXAUDIT_ENGINE_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "base/map.h"
#include "base/slab.h"
#include "base/vec.h"
#include "engine/engine.h"
#include "engine/history.h"

/* Bounds. What does not fit is left out and, where it matters, counted. */
#define STORY_MAX 512 /* events of one context that are kept */
#define FRAMES_MAX 64 /* brackets and calls nested in one task */
#define CONTEXT_LIST_MAX 4096 /* allocations and the like that one context remembers */
#define MODULES_MAX 256 /* names of modules that own devices */
#define ENDED_MAX 2048 /* addresses whose last life is over and still remembered */
#define REFUSED_DISKS_MAX 256 /* disks that came up after alloc_dax had refused */
#define SPARE_TASKS_MAX 64 /* task records kept for the next task */

/*
 * How long an unaccounted reference may be the kernel's passing use of the inode,
 * and a device be seen before the record of its allocation.
 */
#define GRACE_NS 1000000000ULL
/* Where the stream ends, so long after the record of a put that one has long returned. */
#define END_GRACE_NS (GRACE_NS / 2)
/* How much later than the first record after the grace the proof is complete. */
#define STANDSTILL_NS (GRACE_NS / 20)
/* What was begun so long ago has ended: lookups, snapshots, puts, drivers' teardowns. */
#define LONG_AGO_NS (10 * GRACE_NS)
#define STUCK_AFTER_NS 30000000000ULL
/* So many samples of a task that does not move, so far apart in all, make it stuck. */
#define STUCK_SAMPLES 3
#define STUCK_SPAN_NS 1000000000ULL

/* What is suspected of a life and waits for proof by time. */
enum suspicion {
	SUSPECT_REFERENCE_LEAK, /* all known references are dropped, it is not destroyed */
	SUSPECT_PUT_ALIVE, /* the last reference went while alive; its destroy is not seen yet */
	SUSPECT_LEAK, /* its creation failed, outside of any probe that we saw */
};

struct stale;
struct life;
struct state;

struct suspect {
	struct dxa_link link; /* oldest first */
	struct life *life;
	enum suspicion what;
	uint64_t since;
	uint64_t ripe; /* ktime of the first record behind the grace; 0: none was */
	bool in_context;
	struct dxa_context ctx; /* in which it happened */
};

/* There may be very many: what few lives need is held apart. */
struct life {
	struct dxa_life_id id;
	struct dxa_link link; /* live ones by birth, ended ones by end */
	uint64_t epoch; /* of the engine when the life was first seen, or ended */
	uint64_t host; /* the gendisk it is registered for, or 0 */
	uint64_t host_since; /* ktime at which that was shown, not done; 0: it was done */
	uint64_t holder;
	uint64_t born_in; /* id of the context that allocated it */
	uint64_t born_for; /* struct device whose probe allocated it */
	uint64_t first; /* number of the record that began it */
	uint64_t last_at; /* ktime of the last that is not of a snapshot */
	uint64_t incarnation; /* of its disk or bus device in sysfs; 0: not known */
	uint64_t last_kill_in; /* context id */
	struct suspect *suspect; /* owned; NULL: nothing is suspected */
	struct stale *stale; /* owned: flags of the former life that nobody has declared since */
	struct rec *holder_taken; /* owned: a lookup that found the holder taken */
	int32_t refs; /* that are accounted for; valid with refs_known */
	int32_t gets; /* lookups seen before a snapshot told refs */
	int32_t last_put_refs;
	int32_t extra; /* references that nobody accounts for, puts under way left out */
	uint64_t last_put_at; /* ktime; while puts may be under way */
	uint16_t puts_under_way; /* at most: their records are there, their effect was not seen */
	uint32_t kills;
	uint32_t last_kill_tid;
	uint32_t last_put_tid;
	uint32_t shown_in; /* the last snapshot that showed it, by number; 0: none */
	uint32_t shown_first; /* the snapshot that began it; 0: the first one that showed all */
	uint16_t module; /* that holds the ops, see life_module() */
	uint16_t born_by; /* name of the driver whose probe allocated it, as module */
	bool from_alloc : 1; /* the audit saw it begin */
	bool snapshotted : 1;
	bool shown_only : 1; /* a snapshot showed it, and nothing else tells of it */
	bool refs_known : 1;
	bool alive : 1;
	bool alive_known : 1;
	bool owner_put : 1; /* its driver has dropped its reference */
	bool missed : 1; /* the last snapshot did not show it */
	bool put_last : 1; /* the last event of this life was a put */
	bool ended : 1;
	bool freed : 1;
	bool told_after : 1; /* its use after its end was told */
	bool told : 1; /* a finding about how this life ends, or does not, is out */
	struct history hist;
};

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

/* A disk that has left dax_hosts. */
struct left_disk {
	struct dxa_link link; /* oldest first */
	uint64_t disk;
	uint64_t since; /* ktime */
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

struct life_ref {
	uint64_t dax;
	uint32_t generation;
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

/* A disk that came up although alloc_dax had refused its driver. */
struct refused_disk {
	uint64_t disk; /* 0: none */
	enum dxa_driver driver;
	struct rec alloc;
	struct rec up;
	struct dxa_context ctx;
	uint64_t epoch;
};

struct dxa_engine {
	struct dxa_engine_config cfg;
	struct dxa_engine_sink sink;
	struct dxa_engine_stats stats;
	struct dxa_map lives; /* by address: the current or the last life there */
	struct dxa_map hosts; /* by gendisk: struct life */
	struct dxa_map tasks; /* by tid */
	struct dxa_map born; /* by struct device: the life its probe allocated last */
	struct dxa_slab life_slab;
	struct templates templates; /* of all histories */
	struct dxa_vec modules; /* char[DXA_NAME_LEN]: names, numbered from 1 */
	struct dxa_list live, ended; /* struct life */
	struct dxa_list suspects;
	size_t n_ended;
	struct dxa_list busy; /* struct task: those in `tasks` */
	struct dxa_list spare; /* struct task */
	size_t n_spare;
	struct refused_disk *refused; /* ring of REFUSED_DISKS_MAX, allocated when needed */
	size_t n_refused;
	struct dxa_map advertised; /* by hash of its name: a disk reported when it came up */
	struct dxa_vec evidence; /* struct rec, of the finding being made */
	struct dxa_vec evidence_out; /* struct dxa_event */
	uint64_t n; /* events fed */
	uint64_t context_ids;
	uint64_t epoch; /* raised whenever something may have been missed */
	uint64_t lost_until; /* ktime until which records are missing; 0: none are */
	bool in_doubt; /* the newest event was of that time */
	uint64_t blind_since; /* returns may come without entries for a while after this */
	uint64_t last_ts;
	uint64_t err_ptr_told; /* outside of contexts: the ERR_PTR told last ... */
	uint32_t err_ptr_tid; /* ... and by whom it was used */
	struct dxa_map left; /* by gendisk: struct left_disk */
	struct dxa_list left_order;
	uint64_t hosts_changed; /* number of the last record that changed dax_hosts or the disks */
	struct dxa_map host_told; /* by gendisk: it was told that its device has left it behind */
	uint64_t finding_ids;
	bool all_shown; /* by a complete snapshot */
	bool forgot_ended; /* ended lives, of which there are too many to remember */
	size_t gets_pending; /* lookups entered and not yet returned */
	size_t allocs_pending; /* alloc_dax calls entered and not yet returned */
	struct state *state; /* the snapshot taken last; NULL: none was */
	bool destroys_seen; /* such hooks are at work */
	bool frees_seen;
	bool nomem; /* while the current event was judged */
	struct rec cur; /* the current event */
};

/* Handle one event; t is its task when that has something open, else NULL. */
typedef void (*handler_fn)(struct dxa_engine *e, struct task *t, const struct rec *r);

/* ---- life.c ---- */

/* The life at this address, ended or not, or NULL. */
struct life *life_at(const struct dxa_engine *e, uint64_t dax);

/* The life of this identity if it has not ended, else NULL. */
struct life *life_alive(const struct dxa_engine *e, uint64_t dax, uint32_t generation);

/*
 * Is it this alloc_dax that returned the life which l is? A snapshot that walks
 * while alloc_dax runs may show the device before that one's record comes.
 */
bool life_awaits(const struct dxa_engine *e, const struct life *l, const struct rec *alloc);

/* Begin a life at an address that alloc_dax returned. NULL without memory. */
struct life *life_begin(struct dxa_engine *e, const struct rec *r);

/*
 * The life that an event concerns: the current one, or one that must have begun
 * unseen. NULL when the life at this address is over, as far as all was seen,
 * or without memory.
 */
struct life *life_touch(struct dxa_engine *e, const struct rec *r);

/* Add the event to its history and learn what the record tells of the device. */
void life_note(struct dxa_engine *e, struct life *l, const struct rec *r);

/* Remember which probe it was allocated in, by its entry, so that the unbinding can be judged. */
void life_born_in(struct dxa_engine *e, struct life *l, const struct dxa_event *probe);

/* The number of a name of a module or driver; 0 for "", or when there are too many. */
uint16_t name_number(struct dxa_engine *e, const char *name);

/* Learn the owner from a record that tells the ops. */
void life_set_owner(struct dxa_engine *e, struct life *l, const struct dxa_event *ev);

/* The module that holds the life's ops; "" when built in or not known. */
const char *life_module(const struct dxa_engine *e, const struct life *l);

/* The life is over: no host, no suspicion; its address is remembered for a while. */
void life_end(struct dxa_engine *e, struct life *l);

/* Could something about this life have been missed? Then only what was seen counts. */
bool life_unsure(const struct dxa_engine *e, const struct life *l);

/* Suspect a life of something that time must prove; ctx, if any, is copied. */
void life_suspect(struct dxa_engine *e, struct life *l, enum suspicion what,
		  const struct dxa_context *ctx, uint64_t now);
void life_suspect_again(struct dxa_engine *e, struct life *l, uint64_t now);
void life_acquit(struct dxa_engine *e, struct life *l);

/* The context of what a life is suspected of, or NULL. */
const struct dxa_context *life_suspect_context(const struct life *l);

/* Change a count of references, which a recording can give any value: it stops at its limits. */
static inline void add_refs(int32_t *refs, int32_t by)
{
	if (__builtin_add_overflow(*refs, by, refs))
		*refs = by > 0 ? INT32_MAX : INT32_MIN;
}

/* Free every life. */
void lives_free(struct dxa_engine *e);

/* ---- task.c ---- */

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

/* Is it a bracket, and not a call? */
static inline bool is_bracket(uint16_t kind)
{
	return kind >= DXA_KIND_REALLY_PROBE && kind <= DXA_KIND_CREATE_DEV_DAX_OLD;
}

/* The i-th frame of a task, outermost first. */
static inline struct frame *frame_at(const struct task *t, size_t i)
{
	return dxa_vec_at(&t->frames, i);
}

/* Free every task. */
void tasks_free(struct dxa_engine *e);

/* ---- context.c ---- */

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

/* The decider with that number, or NULL for 0. */
const struct decider *task_decider(const struct task *t, size_t number);

/* May something of this task's context have been missed? */
bool task_unsure(const struct dxa_engine *e, const struct task *t);

/* How a bracket of this kind ended, by its result; *err is the positive error or 0. */
enum dxa_outcome bracket_outcome(const struct dxa_event *ret, int *err);

/* ---- alloc.c ---- */

void on_alloc_dax(struct dxa_engine *e, struct task *t, const struct rec *r);
void on_add_host(struct dxa_engine *e, struct task *t, const struct rec *r);
void on_device_add_disk(struct dxa_engine *e, struct task *t, const struct rec *r);
void on_disk_state(struct dxa_engine *e, struct task *t, const struct rec *r);

/* The outermost bracket has closed: judge what was allocated in it. */
void judge_allocs(struct dxa_engine *e, struct task *t);

/* ---- stale.c ---- */

/* A device was allocated: remember which flags it did not get from its driver. */
void stale_begin(struct dxa_engine *e, struct life *l, const struct rec *alloc,
		 const struct dxa_life_id *former, const struct rec *former_end);
void stale_forget(struct life *l);

/* The driver declares a property itself. */
void on_declare(struct dxa_engine *e, struct task *t, const struct rec *r);

/* The device goes into use: whatever is still stale is a finding. */
void judge_stale(struct dxa_engine *e, struct task *t, struct life *l);

/* The same for all that was allocated in the context that has closed. */
void judge_all_stale(struct dxa_engine *e, struct task *t);

/* ---- leak.c ---- */

/* What was allocated in a bracket that failed must be gone. */
void judge_leaks(struct dxa_engine *e, struct task *t);

/* What was allocated in the probe of a device that was unbound must be gone. */
void judge_unbound(struct dxa_engine *e, struct task *t);

/* A creation that failed outside of every probe left its device behind for good. */
void judge_late_leak(struct dxa_engine *e, struct life *l);

void on_module_free(struct dxa_engine *e, struct task *t, const struct rec *r);

/* ---- teardown.c ---- */

void on_kill_dax(struct dxa_engine *e, struct task *t, const struct rec *r);
void on_put_dax(struct dxa_engine *e, struct task *t, const struct rec *r);
void on_destroy(struct dxa_engine *e, struct task *t, const struct rec *r);
void on_free(struct dxa_engine *e, struct task *t, const struct rec *r);
void on_remove_host(struct dxa_engine *e, struct task *t, const struct rec *r);

/* Devices that their owners put in this context must have left dax_hosts. */
void judge_released(struct dxa_engine *e, struct task *t);

/* Tell what is proven of suspects from before ktime now less the grace; all: of every suspect. */
void judge_suspects(struct dxa_engine *e, uint64_t now, bool all);

/* ---- hosts.c ---- */

/* The life is registered for a gendisk: seen to be done, or shown at ktime since (ns). */
void life_set_host(struct dxa_engine *e, struct life *l, uint64_t disk, uint64_t since);
void life_clear_host(struct dxa_engine *e, struct life *l);

/* Has the disk left dax_hosts lately? A lookup or a snapshot may still show it. */
bool host_has_left(const struct dxa_engine *e, uint64_t disk);

/* A life is over, or released by its owner (r NULL), at ktime now: is dax_hosts rid of it? */
void judge_host(struct dxa_engine *e, const struct dxa_context *ctx, struct life *l,
		const struct rec *r, uint64_t now);

/* Free it. */
void hosts_free(struct dxa_engine *e);

/* ---- watch.c ---- */

void on_run_dax(struct dxa_engine *e, struct task *t, const struct rec *r);
void on_get(struct dxa_engine *e, struct task *t, const struct rec *r);
void on_snap_device(struct dxa_engine *e, struct task *t, const struct rec *r);
void on_snap_host(struct dxa_engine *e, struct task *t, const struct rec *r);
void on_task_state(struct dxa_engine *e, struct task *t, const struct rec *r);

/* A driver is about to be probed in the frame on top of the task. */
void watch_probe(struct dxa_engine *e, struct task *t, const struct rec *r);

/* The task's context is over: it was not stuck. */
void watch_ended(struct dxa_engine *e, struct task *t);

/* The bracket of that frame has closed well. */
void watch_probed(struct dxa_engine *e, struct task *t, const struct frame *f);

/* ---- state.c ---- */

/* What a snapshot shows: a device (l: its life, or NULL), an entry of dax_hosts, a disk in sysfs. */
void state_device(struct dxa_engine *e, const struct rec *r, const struct life *l);
void state_host(struct dxa_engine *e, const struct rec *r);
void state_disk(struct dxa_engine *e, const struct rec *r);
void on_disk_used(struct dxa_engine *e, struct task *t, const struct rec *r);
void on_bus_device(struct dxa_engine *e, struct task *t, const struct rec *r);
void on_used_gone(struct dxa_engine *e, struct task *t, const struct rec *r);
void on_task_waits(struct dxa_engine *e, struct task *t, const struct rec *r);

/* It is complete: judge it, and tell what the snapshot before it showed, too. */
void on_snap_end(struct dxa_engine *e, struct task *t, const struct rec *r);

/* The audit ends: what only a further snapshot could have confirmed is a gap. */
void state_finish(struct dxa_engine *e);

/* Free it. */
void state_free(struct dxa_engine *e);

/* ---- report.c ---- */

/* Start a finding; life and ctx may be NULL. The detail is written with say(). */
void report_begin(struct dxa_engine *e, struct dxa_finding *f, enum dxa_rule rule,
		  const struct life *l, const struct dxa_context *ctx);

/* Append to the detail, printf-style; what does not fit is cut. */
void say(struct dxa_finding *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Append a name: of a device, of an error, of a bracket, of the caller of a record. */
void say_life(struct dxa_finding *f, const struct dxa_life_id *id);
void say_errno(const struct dxa_engine *e, struct dxa_finding *f, int err);
void say_place(struct dxa_finding *f, const struct dxa_event *entry);
void say_outcome(const struct dxa_engine *e, struct dxa_finding *f, const struct decider *d);
void say_caller(const struct dxa_engine *e, struct dxa_finding *f, const struct dxa_event *ev);

/* Add evidence: one record, what is kept of a life, a bracket's entry and return. */
void prove(struct dxa_engine *e, const struct rec *r);
void prove_life(struct dxa_engine *e, const struct life *l);
void prove_decider(struct dxa_engine *e, const struct decider *d);

/* Sort the evidence and hand the finding out, which gets an id. */
void report(struct dxa_engine *e, struct dxa_finding *f);

/* Is this function there, but not watched? */
static inline bool blind(const struct dxa_engine *e, enum dxa_kind hook)
{
	return e->cfg.blind_hooks & (1U << hook);
}

/* Count a gap. */
void gap(struct dxa_engine *e, enum dxa_gap which);

/* Count a device that came or went unseen. */
void gap_unseen(struct dxa_engine *e, const char *name);

/* A driver's device was allocated, probed, bound or run. */
static inline void exercised(struct dxa_engine *e, enum dxa_driver driver)
{
	e->stats.exercised[driver]++;
}

#endif
