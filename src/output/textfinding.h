/* SPDX-License-Identifier: GPL-2.0-only */
/* A finding in the text report. */
#ifndef DAXAUDIT_OUTPUT_TEXTFINDING_H
#define DAXAUDIT_OUTPUT_TEXTFINDING_H

#include "base/map.h"
#include "engine/engine.h"
#include "output/wrap.h"

/*
 * Write it: rule, what happened, what policy says, the device, those events of the
 * evidence that are not in `shown` (they are put there), the commits and where to read
 * on. known: the rule is explained above, so its title, commits and where to read on are not.
 */
void dxa_textfinding_write(struct dxa_wrap *w, const struct dxa_finding *f,
			   const struct dxa_story_env *env, struct dxa_map *shown, bool known);

#endif
