/* SPDX-License-Identifier: GPL-2.0-only */
/* What the trackers could not see or remember: each is a gap, and no audit with a gap passes. */
#ifndef DAXAUDIT_ENGINE_TRACK_LOSS_H
#define DAXAUDIT_ENGINE_TRACK_LOSS_H

#include "engine/engine.h"

/* Count a gap. Rules do not: they answer that they do not know. */
void gap(struct dxa_engine *e, enum dxa_gap which);

/* Count a device that came or went unseen. name: its disk's, may be empty. */
void gap_unseen(struct dxa_engine *e, const char *name);

#endif
