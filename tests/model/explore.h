/* SPDX-License-Identifier: GPL-2.0-only */
/* All interleavings of a scenario's tasks. */
#ifndef DAXAUDIT_MODEL_EXPLORE_H
#define DAXAUDIT_MODEL_EXPLORE_H

#include "judge.h"
#include "scenarios.h"

struct tally {
	uint64_t histories; /* their number, as far as they were counted */
	uint64_t judged; /* of them */
	uint64_t judgements;
};

/*
 * Check every history of a scenario in the current mode (history.mode), or at most
 * `most` of them, spread over all; most 0: all. Of very many, they are chosen at
 * random. False without memory.
 */
bool explore(const struct scenario *s, uint64_t most, wrong_fn wrong, struct tally *tally);

#endif
