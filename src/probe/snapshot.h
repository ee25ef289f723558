/* SPDX-License-Identifier: GPL-2.0-only */
/* Snapshots: BPF programs that walk lists of the kernel. Internal to src/probe. */
#ifndef DAXAUDIT_PROBE_SNAPSHOT_H
#define DAXAUDIT_PROBE_SNAPSHOT_H

#include <bpf/libbpf.h>

#include "daxaudit/snapshot.h"
#include "probe/kallsyms.h"

/* A walk. */
struct dxa_walker {
	struct bpf_program *prog; /* NULL: not selected */
	uint64_t start; /* the address of the variable */
	uint64_t supers, marker; /* HOLDERS: see struct dxa_snapshot */
	bool delayed; /* DEVICES: the kernel releases objects seconds after their last reference */
	char reason[160]; /* why there is no program, or why its last run is not complete */
};

/*
 * Select the programs of obj that this kernel can run for loading: they need bpf_loop
 * (commit e6f2dd0f8067, in v5.17) and the address of a variable. Fills
 * walkers[DXA_WALK_COUNT].
 */
void dxa_snapshot_select(struct dxa_walker *walkers, const struct bpf_object *obj,
			 const struct dxa_kallsyms *syms);

/*
 * Deselect all programs, after dxa_snapshot_select(): the kernel refuses them. Callbacks
 * need the BPF JIT (fixup_call_args() in kernel/bpf/verifier.c, read in 6.12.107), which
 * Debian's s390x kernel does not have.
 */
void dxa_snapshot_refuse(struct dxa_walker *walkers);

/*
 * Run the walks, which write records to the ring buffer. Returns the complete walks,
 * DXA_SNAP_NO_HOSTS, and DXA_SNAP_MAYBE_INSIDE on a kernel that delays releases, as bits.
 */
uint32_t dxa_snapshot_run(struct dxa_walker *walkers);

#endif
