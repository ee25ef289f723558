/* SPDX-License-Identifier: GPL-2.0-only */
/* A round of a sweep: the command with its fault, the reset, and the kernel's messages. */
#ifndef DAXAUDIT_CLI_SWEEP_RUN_H
#define DAXAUDIT_CLI_SWEEP_RUN_H

#include "cli/opts.h"
#include "cli/sweep_plan.h"
#include "cli/sweep_watch.h"
#include "probe/faults.h"

/* Common to all rounds. */
struct dxa_sweep_rig {
	const struct dxa_opts *opts;
	struct dxa_probe *probe;
	struct dxa_faults *faults;
	int kmsg; /* -1: not open */
	int kmemleak; /* -1: this kernel has none */
	bool silent; /* of the newest round, and of the reset after it */
	bool interrupted; /* a signal asks to end */
	bool stuck; /* the last command or reset did not end, or the kernel had an oops */
};

/*
 * Run the command once, with this fault. watch gets the results; record: the path of a
 * recording, or NULL. Errors are those of dxa_live_run().
 */
struct dxa_err *dxa_sweep_round_run(struct dxa_sweep_rig *rig, enum dxa_fault_mode mode,
				    const struct dxa_sweep_target *target, const char *record,
				    struct dxa_sweep_watch *watch);

/* Run the reset, if there is one; it may fail, for instance after a failed probe. */
struct dxa_err *dxa_sweep_reset(struct dxa_sweep_rig *rig);

/* Append the kernel's complaints since the last call to v (complaints). */
void dxa_sweep_listen(const struct dxa_sweep_rig *rig, struct dxa_vec *v);

/* Open kmemleak's file, and clear its suspects. */
void dxa_sweep_kmemleak_open(struct dxa_sweep_rig *rig);

/*
 * Wait until a leak is old enough, let kmemleak scan, append its suspects to v (complaints),
 * and clear them. False if kmemleak is off: it switches itself off without memory.
 */
bool dxa_sweep_kmemleak_scan(const struct dxa_sweep_rig *rig, struct dxa_vec *v);

#endif
