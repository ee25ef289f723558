/* SPDX-License-Identifier: GPL-2.0-only */
/* Gaps: what could not be recorded or kept. An audit with a gap does not pass. */
#ifndef DAXAUDIT_ENGINE_TRACK_LOSS_H
#define DAXAUDIT_ENGINE_TRACK_LOSS_H

#include "engine/engine.h"

/* Count a gap. For trackers; a check returns unknown() instead. */
void gap(struct dxa_engine *e, enum dxa_gap which);

/* Count a device that appeared or disappeared without a record. name: of its disk, or "". */
void gap_unseen(struct dxa_engine *e, const char *name);

#endif
