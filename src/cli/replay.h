/* SPDX-License-Identifier: GPL-2.0-only */
/* Replays for commands that combine several recordings. */
#ifndef DAXAUDIT_CLI_REPLAY_H
#define DAXAUDIT_CLI_REPLAY_H

#include "cli/opts.h"
#include "output/sink.h"

/*
 * Replay the recording at path into a sink of the caller (dxa_sink_new(), without a
 * stream) only. Errors are those of 'daxaudit replay'.
 */
struct dxa_err *dxa_replay_into(const struct dxa_opts *opts, const char *path,
				const struct dxa_sink_ops *ops, void *state);

#endif
