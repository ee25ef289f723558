/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tells the engine what happens in a kernel, in words: each function below is
 * one thing that a driver, a file system or the driver core does, and emits the
 * records that the hooks would. A small model of the devices keeps references,
 * flags and destruction true to the kernel's rules, so that a story holds only
 * what matters to it.
 *
 * Every story is told twice: with calls in one record each (fexit) and in two
 * (kprobe and kretprobe), and must come to the same findings.
 */
#ifndef DAXAUDIT_TESTS_STORY_H
#define DAXAUDIT_TESTS_STORY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/map.h"
#include "base/symbols.h"
#include "base/vec.h"
#include "engine/engine.h"

#define EOPNOTSUPP_HERE 95

enum story_mode { STORY_CALLS, STORY_PAIRS, STORY_MODES };

/* The driver that requests a device: the ops that alloc_dax gets. */
enum asker { ASK_PMEM, ASK_DM, ASK_VIRTIOFS, ASK_DCSSBLK, ASK_DEVICE_DAX, ASK_FAMFS, ASK_NAMELESS };

struct story_device {
	uint64_t addr;
	uint64_t ops;
	uint64_t holder;
	uint32_t rdev;
	uint32_t flags;
	int32_t refs;
	int32_t cdev_refs;
	bool destroyed; /* and not freed yet */
};

struct story_finding {
	struct dxa_finding finding;
	struct dxa_event evidence[64];
	bool withdrawn;
};

struct story {
	enum story_mode mode;
	struct dxa_engine *engine;
	struct dxa_engine_config config;
	struct dxa_symbols *symbols;
	struct dxa_map devices; /* struct story_device by address */
	struct dxa_vec findings; /* struct story_finding */
	struct dxa_vec contexts; /* struct dxa_context, without their stories */
	struct dxa_vec fed; /* struct dxa_event: all that was fed */
	uint64_t now;
	uint64_t seq;
	uint32_t next_minor;
	uint32_t tid; /* of the task that acts */
	const char *comm;
	const char *expected; /* rules, sorted by name; NULL: not given */
	uint64_t gaps; /* expected */
	uint64_t gaps_of[DXA_GAP_COUNT]; /* expected by name */
	void (*meanwhile)(struct story *s); /* what other tasks do between the halves of a call */
	void *priv;
	bool finished;
};

/* ---- running ---- */

/* Begin and end a story. At the end the findings must be the expected ones, and the gaps too. */
void story_begin(struct story *s, enum story_mode mode);
void story_end(struct story *s);

/* Add the names of the drivers' ops to the story's symbols. */
void name_askers(struct story *s);

/* The number of findings of that rule so far. */
uint64_t story_count(const struct story *s, const char *rule);

/* Begin anew with another configuration; no event may have been fed yet. */
void story_configure(struct story *s, const struct dxa_engine_config *config);

/* Run a story in every mode. */
void story_run(void (*tell)(struct story *s));

/* Define a cmocka test whose body is the story. */
#define STORY(name)                               \
	static void tell_##name(struct story *s); \
	static void name(void **state)            \
	{                                         \
		(void)state;                      \
		story_run(tell_##name);           \
	}                                         \
	static void tell_##name(struct story *s)

/*
 * The findings must be of these rules, separated by blanks, and of no others: "" for none. The
 * order does not matter; repeats count.
 */
void expect(struct story *s, const char *rules);

/* The story must leave n gaps. */
void expect_gaps(struct story *s, uint64_t n);

/* Of these, n must have that name. */
void expect_gap(struct story *s, const char *name, uint64_t n);

/* End the audit now, without waiting for what is still due. */
void cut_here(struct story *s);

/* End the audit now, and return the only finding of that rule. */
const struct dxa_finding *finding_of(struct story *s, const char *rule);

/* Its evidence must be these kinds in this order, separated by blanks. */
void expect_evidence(struct story *s, const char *rule, const char *kinds);

/* ---- the stage ---- */

void as(struct story *s, uint32_t tid, const char *comm);
void pass_ms(struct story *s, uint64_t ms);

/* Feed a record as it is; time and sequence are set where they are 0. */
void feed(struct story *s, struct dxa_event ev);

/* ---- brackets ---- */

/* The driver core probes a device; `dax` is its device-dax on the dax bus, else 0. */
void probe(struct story *s, uint64_t dev, const char *name, const char *bus, const char *driver);
void probe_dax(struct story *s, uint64_t dev, const char *name, const char *driver, uint64_t dax);
void probed(struct story *s, uint64_t dev, int ret);
void unbind(struct story *s, uint64_t dev, const char *name, const char *bus, const char *driver);
void unbound(struct story *s, uint64_t dev);

/* Any other bracket. */
void enter(struct story *s, enum dxa_kind kind, uint64_t obj);
void leave(struct story *s, enum dxa_kind kind, uint64_t obj, int64_t ret);

/* ---- calls ---- */

void alloc(struct story *s, enum asker who, uint64_t addr);
void alloc_with_flags(struct story *s, enum asker who, uint64_t addr, uint32_t flags);
void alloc_fails(struct story *s, enum asker who, int err);
void alloc_null(struct story *s, enum asker who);
void set_flags(struct story *s, uint64_t addr, uint32_t flags);

/* The driver declares all these flags (as in dax_device.flags) itself, each by its call. */
void declare(struct story *s, uint64_t addr, uint32_t flags);
void add_host(struct story *s, uint64_t addr, uint64_t disk, const char *name);
void add_host_fails(struct story *s, uint64_t addr, uint64_t disk, const char *name, int err);
void remove_host(struct story *s, uint64_t disk, const char *name);
void add_disk(struct story *s, uint64_t disk, const char *name, int ret);
void kill_dax(struct story *s, uint64_t addr);
void run_dax(struct story *s, uint64_t addr);
void put_dax(struct story *s, uint64_t addr);
void fs_put_dax(struct story *s, uint64_t addr, uint64_t holder);
void get_by_bdev(struct story *s, uint64_t addr, uint64_t disk, const char *name, uint64_t holder);
void get_nothing(struct story *s, uint64_t disk, const char *name, uint64_t holder);
void fs_get(struct story *s, uint64_t addr, uint64_t holder, int ret);

/* A reference that no hook sees. */
void ref_unseen(struct story *s, uint64_t addr);
void put_unseen(struct story *s, uint64_t addr);

/* RCU frees a destroyed device, in any task that it interrupts. */
void rcu(struct story *s);

void module_gone(struct story *s, const char *module);
void lost(struct story *s, int64_t n);

/* A call is missed at some time after this point. */
void missed_within(struct story *s, uint64_t ms);
void task_state(struct story *s, uint32_t tid, char state);

/* Samples, for two seconds, of a task that sleeps uninterruptibly and never runs. */
void task_sleeps(struct story *s, uint32_t tid);
void disk_state(struct story *s, uint64_t disk, const char *name, int dax);
void snap_device(struct story *s, uint64_t addr);
void snap_host(struct story *s, uint64_t addr, uint64_t disk, const char *name);

/*
 * What sysfs shows in a snapshot: a disk that advertises DAX, a device on a bus, a disk that was
 * removed.
 */
void sysfs_disk(struct story *s, const char *name);
void bus_device(struct story *s, const char *name, const char *bus, const char *driver,
		uint64_t dax);
void disk_used(struct story *s, uint64_t disk, const char *name, const char *by);
void used_gone(struct story *s, const char *name, const char *by);

/* A task whose stack shows that it waits for its own lock, in the error path of a creation. */
void task_waits(struct story *s, uint32_t tid);

/* The snapshot ends; known: the parts that are complete. */
void snap_end(struct story *s, uint64_t known);

/* A snapshot of the existing devices, used only to confirm suspicions. */
void look_again(struct story *s);
void snap_end_asked(struct story *s, uint64_t known);

/* A device that exists before the audit: nothing is recorded. */
void lives_already(struct story *s, enum asker who, uint64_t addr, int32_t refs, uint32_t flags);

#endif
