/* SPDX-License-Identifier: GPL-2.0-only */
/* Many tasks, long histories, by lot. */
#ifndef DAXAUDIT_MODEL_RANDOM_H
#define DAXAUDIT_MODEL_RANDOM_H

#include "explore.h"

/*
 * Play and judge the history of that seed: of `size` parts, one of them broken when
 * the seed is odd. What goes wrong is played again without one part after the other,
 * and kept as short as it gets.
 */
void play_random(uint64_t seed, unsigned int size, wrong_fn wrong, struct tally *tally);

#endif
