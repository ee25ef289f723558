/* SPDX-License-Identifier: GPL-2.0-only */
/* What is played: two tasks that meet, with what has happened before and what follows. */
#ifndef DAXAUDIT_MODEL_SCENARIOS_H
#define DAXAUDIT_MODEL_SCENARIOS_H

#include "ops.h"

struct scenario {
	const char *name;
	const struct op *before; /* one task plays it to its end, then the two come */
	const struct op *task[2];
	const struct op *after; /* and then this */
};

extern const struct scenario scenarios[];
extern const size_t n_scenarios;

#endif
