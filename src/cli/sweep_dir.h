/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The directory of `sweep --record`. Besides the recordings it has two files that survive a
 * crash of the kernel: `progress`, the number of the current round, and `rounds.jsonl`, a line
 * for each finished round.
 */
#ifndef DAXAUDIT_CLI_SWEEP_DIR_H
#define DAXAUDIT_CLI_SWEEP_DIR_H

#include "base/err.h"
#include "cli/opts.h"
#include "output/sweepdoc.h"

/* All of these do nothing without --record. */

/*
 * Make the directory. INPUT error if that fails, if another user owns it, or if an earlier
 * sweep in it was interrupted and neither --from nor --only was given.
 */
struct dxa_err *dxa_sweep_dir_check(const struct dxa_opts *opts);

/* Write the number of the round that begins; synced. A failure is logged as a warning. */
void dxa_sweep_dir_begin(const struct dxa_opts *opts, unsigned int number);

/*
 * Append the round to rounds.jsonl; synced. It may be called again with more results: the last
 * line of a round counts.
 */
void dxa_sweep_dir_add(const struct dxa_opts *opts, const struct dxa_sweep_round *round);

/* The sweep has ended: no round is running. */
void dxa_sweep_dir_end(const struct dxa_opts *opts);

#endif
