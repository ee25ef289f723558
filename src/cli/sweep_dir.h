/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The directory of `sweep --record`. Beside the recordings it has what outlives a kernel that
 * dies: `progress`, the number of the round that runs, and `rounds.jsonl`, a line for each round
 * that has ended.
 */
#ifndef DAXAUDIT_CLI_SWEEP_DIR_H
#define DAXAUDIT_CLI_SWEEP_DIR_H

#include "base/err.h"
#include "cli/opts.h"
#include "output/sweepdoc.h"

/* All of these do nothing without --record. */

/*
 * Make the directory. INPUT if that cannot be, if it is another user's, or if an earlier sweep
 * died there and neither --from nor --only was given.
 */
struct dxa_err *dxa_sweep_dir_check(const struct dxa_opts *opts);

/* Before round `number`, on disk when this returns. What cannot be written is warned of. */
void dxa_sweep_dir_begin(const struct dxa_opts *opts, unsigned int number);

/*
 * Append the round to rounds.jsonl, on disk when this returns. It may be called again when more
 * is known of the round: the last line of a number holds.
 */
void dxa_sweep_dir_add(const struct dxa_opts *opts, const struct dxa_sweep_round *round);

/* The sweep has ended: no round runs. */
void dxa_sweep_dir_end(const struct dxa_opts *opts);

#endif
