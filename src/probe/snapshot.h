/* SPDX-License-Identifier: GPL-2.0-only */
/* What is there now: records written by programs that are run once. Internal to src/probe. */
#ifndef DAXAUDIT_PROBE_SNAPSHOT_H
#define DAXAUDIT_PROBE_SNAPSHOT_H

#include <bpf/libbpf.h>

#include "daxaudit/snapshot.h"
#include "probe/kallsyms.h"

/* One walk: its program, and why it cannot be had. */
struct dxa_walker {
	struct bpf_program *prog; /* NULL: not chosen */
	uint64_t start; /* the address of the variable */
	uint64_t supers, marker; /* HOLDERS: see struct dxa_snapshot */
	char reason[160]; /* why there is no program, or why its last run is not complete */
};

/*
 * Choose to load the programs of obj that this kernel can run: they need
 * bpf_loop (commit e6f2dd0f8067, in v5.17) and the address of a variable. Fills
 * walkers[DXA_WALK_COUNT].
 */
void dxa_snapshot_select(struct dxa_walker *walkers, const struct bpf_object *obj,
			 const struct dxa_kallsyms *syms);

/*
 * After dxa_snapshot_select(): this kernel takes none of the programs. It lets
 * only compiled ones call back (fixup_call_args() in kernel/bpf/verifier.c, read
 * in 6.12.107), and Debian's s390x has no BPF JIT.
 */
void dxa_snapshot_refuse(struct dxa_walker *walkers);

/*
 * Write a record for everything that the walks find into the ring buffer.
 * Returns the walks that are complete, and DXA_SNAP_NO_HOSTS, as bits.
 */
uint32_t dxa_snapshot_run(struct dxa_walker *walkers);

#endif
