/* SPDX-License-Identifier: GPL-2.0-only */
/* All interleavings of a scenario's tasks. */
#ifndef DAXAUDIT_MODEL_EXPLORE_H
#define DAXAUDIT_MODEL_EXPLORE_H

#include "judge.h"
#include "scenarios.h"

struct tally {
	uint64_t states;
	uint64_t histories;
	uint64_t judgements;
};

/*
 * Judge every history of a scenario in the current mode (history.mode), or the first
 * so many of them; most 0: all. False without memory.
 */
bool explore(const struct scenario *s, uint64_t most, wrong_fn wrong, struct tally *tally);

#endif
