/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The state of the engine. Private to src/engine.
 */
#ifndef DAXAUDIT_ENGINE_CORE_H
#define DAXAUDIT_ENGINE_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "base/map.h"
#include "base/slab.h"
#include "base/vec.h"
#include "engine/engine.h"
#include "engine/track/bounds.h"
#include "engine/track/history.h"
#include "engine/track/hosts.h"
#include "engine/track/life.h"
#include "engine/track/task.h"

/* More than the number of tasks that usually have open frames. */
#define TASK_SLOTS 32
#define RECENT_LIVES 16

/* What the kernel's name of a dax_operations means. */
struct ops_owner {
	char ops[DXA_NAME_LEN]; /* "pmem_dax_ops [nd_pmem]" */
	char module[DXA_NAME_LEN];
	enum dxa_driver driver;
};

struct dxa_engine {
	struct dxa_engine_config cfg;
	struct dxa_engine_sink sink;
	struct dxa_engine_stats stats;
	struct dxa_map lives; /* by address: the current or the last life there */
	struct life *recent_lives[RECENT_LIVES]; /* of `lives`, by a hash of the address; or NULL */
	struct dxa_map hosts; /* by gendisk: struct life */
	struct task *tasks[TASK_SLOTS]; /* by tid modulo the size; NULL: none */
	struct dxa_map more_tasks; /* by tid: those whose slot was taken */
	struct dxa_map born; /* by struct device: the last life that its probe allocated */
	struct dxa_slab life_slab;
	struct templates templates; /* of all histories, with their last records */
	struct dxa_vec modules; /* char[DXA_NAME_LEN]: see name_id() */
	struct ops_owner ops_owner; /* of the last alloc_dax */
	struct dxa_list live, ended; /* struct life */
	struct dxa_list suspects; /* checked after a grace period; oldest first */
	struct dxa_list unshown; /* suspects that need snapshots; oldest first */
	uint64_t looked_at; /* ktime of the end of the last snapshot */
	size_t n_ended;
	struct dxa_list busy; /* struct task: the ones that have open frames */
	struct dxa_list spare; /* struct task */
	size_t n_spare;
	struct refused_disk *refused; /* ring of REFUSED_DISKS_MAX, allocated on first use */
	size_t n_refused;
	struct dxa_map advertised; /* by hash of the name: disks with a finding already */
	struct dxa_vec evidence; /* struct rec, of the current finding */
	struct dxa_vec evidence_out; /* struct dxa_event */
	uint64_t n; /* events processed */
	uint64_t context_ids;
	uint64_t epoch; /* incremented whenever records may be missing */
	uint64_t lost_until; /* ktime until which records may be missing; 0: none */
	bool in_loss_window; /* the newest event is not later than lost_until */
	uint64_t unpaired_since; /* ktime; shortly after it, returns without entries are expected */
	uint64_t last_ts;
	uint64_t err_ptr_reported; /* outside of contexts: the last ERR_PTR with a finding ... */
	uint32_t err_ptr_tid; /* ... and the task that passed it */
	struct dxa_map left; /* by gendisk: struct left_disk */
	struct dxa_list left_order;
	uint64_t hosts_changed; /* number of the last record that changed dax_hosts or the disks */
	struct dxa_map left_behind; /* by gendisk and by dax: has a host-left-behind finding */
	uint64_t finding_ids;
	bool all_shown; /* a complete snapshot was taken */
	bool forgot_ended; /* ended lives were evicted */
	size_t gets_pending; /* lookups that have not returned */
	size_t allocs_pending; /* alloc_dax calls that have not returned */
	struct snapshot *snapshot; /* the last one; NULL: none was taken */
	struct anomalies *anomalies; /* of the snapshot (rules/anomaly.c); NULL: never any */
	bool destroys_seen; /* dax_destroy_inode is hooked and was called */
	bool frees_seen; /* the same of dax_free_inode */
	bool has_gap; /* a gap was counted */
	bool nomem; /* an allocation failed during the current event */
	struct rec *cur; /* the current event */
};

/* Does this kernel have the function, without a hook on it? */
static inline bool unobserved(const struct dxa_engine *e, enum dxa_kind hook)
{
	return e->cfg.unobserved_hooks & (1ULL << hook);
}

/* A device of this driver was allocated, probed, bound or run. */
static inline void exercised(struct dxa_engine *e, enum dxa_driver driver)
{
	e->stats.exercised[driver]++;
}

#endif
