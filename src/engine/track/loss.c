// SPDX-License-Identifier: GPL-2.0-only
#include "engine/track/loss.h"

#include <stdio.h>

#include "engine/core.h"

void gap(struct dxa_engine *e, enum dxa_gap which)
{
	e->stats.gaps[which]++;
	e->has_gap = true;
}

void gap_unseen(struct dxa_engine *e, const char *name)
{
	if (!e->stats.gaps[DXA_GAP_UNSEEN])
		snprintf(e->stats.unseen, sizeof(e->stats.unseen), "%.*s", DXA_NAME_LEN - 1, name);
	gap(e, DXA_GAP_UNSEEN);
}
