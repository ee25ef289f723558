/* SPDX-License-Identifier: GPL-2.0-only */
/* Records as a story, the readable form of tests/golden. */
#ifndef DAXAUDIT_MODEL_STORY_OUT_H
#define DAXAUDIT_MODEL_STORY_OUT_H

#include <stdio.h>

#include "world.h"

/* "X", "Y", ... Static. */
const char *slot_name(int slot);

void story_events(FILE *f, const struct dxa_event *ev, size_t n);

#endif
