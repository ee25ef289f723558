/* SPDX-License-Identifier: GPL-2.0-only */
/* A sink that collects the results of a round of a sweep. */
#ifndef DAXAUDIT_CLI_SWEEP_WATCH_H
#define DAXAUDIT_CLI_SWEEP_WATCH_H

#include <stdbool.h>

#include "base/vec.h"
#include "output/sink.h"
#include "output/sweepdoc.h"

/* Zero-initialised, except for round. Free with dxa_sweep_watch_free(). */
struct dxa_sweep_watch {
	struct dxa_sweep_round *round; /* NULL: a round without a fault */
	struct dxa_vec state; /* char *, owned, sorted: the state at the begin of the round */
	bool settled; /* state is complete */
	bool interrupted;
	bool has_status;
	int status; /* the command's wait status */
	bool hangs; /* a stuck probe was found */
	const struct dxa_run *run;
};

/* The sink's callbacks; its state is the struct dxa_sweep_watch. */
extern const struct dxa_sink_ops dxa_sweep_watch_ops;

/*
 * The difference between two states as one line: "more: pmem0 in dax_hosts; less: ...". NULL if
 * there is none, or without memory. The caller frees it.
 */
char *dxa_sweep_state_diff(const struct dxa_vec *before, const struct dxa_vec *after);

/* Free what it owns. */
void dxa_sweep_watch_free(struct dxa_sweep_watch *w);

#endif
