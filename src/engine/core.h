/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The engine's memory. Private to src/engine.
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
	struct snapshot *snapshot; /* the snapshot taken last; NULL: none was */
	struct odds *odds; /* what is odd in it (rules/odd.c); NULL: nothing ever was */
	bool destroys_seen; /* such hooks are at work */
	bool frees_seen;
	bool has_gap; /* any was counted */
	bool nomem; /* while the current event was judged */
	struct rec cur; /* the current event */
};

/* Is this function there, but not watched? */
static inline bool blind(const struct dxa_engine *e, enum dxa_kind hook)
{
	return e->cfg.blind_hooks & (1U << hook);
}

/* A driver's device was allocated, probed, bound or run. */
static inline void exercised(struct dxa_engine *e, enum dxa_driver driver)
{
	e->stats.exercised[driver]++;
}

#endif
