/* SPDX-License-Identifier: GPL-2.0-only */
/* Many tasks, long histories, at random. */
#ifndef DAXAUDIT_MODEL_RANDOM_H
#define DAXAUDIT_MODEL_RANDOM_H

#include "explore.h"

/*
 * Run and check the history of that seed: `size` parts, one of them with a bug if the
 * seed is odd. A failing history is repeated without one part after the other, and the
 * shortest is kept.
 */
void play_random(uint64_t seed, unsigned int size, wrong_fn wrong, struct tally *tally);

#endif
