/* SPDX-License-Identifier: GPL-2.0-only */
/* One round of a sweep: the command with its fault, the reset, what the kernel said. */
#ifndef DAXAUDIT_CLI_SWEEP_RUN_H
#define DAXAUDIT_CLI_SWEEP_RUN_H

#include "cli/opts.h"
#include "cli/sweep_plan.h"
#include "cli/sweep_watch.h"
#include "probe/faults.h"

/* What all rounds share. */
struct dxa_sweep_rig {
	const struct dxa_opts *opts;
	struct dxa_probe *probe;
	struct dxa_faults *faults;
	int kmsg; /* -1: not open */
	int kmemleak; /* -1: this kernel has none */
	bool silent; /* of the newest round, and of the reset after it */
	bool interrupted; /* a signal has asked to end */
	bool stuck; /* the newest command or reset does not end, or the kernel had an oops */
};

/*
 * Run the command once, with this fault. watch gets what was seen; a recording is kept in
 * record, NULL for none. Errors are those of dxa_live_run().
 */
struct dxa_err *dxa_sweep_play(struct dxa_sweep_rig *rig, enum dxa_fault_mode mode,
			       const struct dxa_sweep_target *target, const char *record,
			       struct dxa_sweep_watch *watch);

/* Run the reset, if there is one; it may fail, as after a probe that did not succeed. */
struct dxa_err *dxa_sweep_reset(struct dxa_sweep_rig *rig);

/* Append what the kernel has complained about since the last call to v (complaints). */
void dxa_sweep_listen(const struct dxa_sweep_rig *rig, struct dxa_vec *v);

/* Open kmemleak's file, and forget what it suspects so far. */
void dxa_sweep_kmemleak_open(struct dxa_sweep_rig *rig);

/*
 * Wait until what leaked is old enough, let kmemleak scan, append what it suspects to v
 * (complaints), and forget it. False if it cannot: it switches itself off when it has no memory.
 */
bool dxa_sweep_kmemleak_scan(const struct dxa_sweep_rig *rig, struct dxa_vec *v);

#endif
