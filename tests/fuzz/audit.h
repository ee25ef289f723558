/* SPDX-License-Identifier: GPL-2.0-only */
/* What both fuzz targets do with events: a whole analysis, with outputs that look at everything. */
#ifndef DAXAUDIT_TESTS_FUZZ_AUDIT_H
#define DAXAUDIT_TESTS_FUZZ_AUDIT_H

#include "base/hookstat.h"
#include "base/symbols.h"
#include "engine/engine.h"
#include "output/sink.h"

struct audit {
	struct dxa_engine *engine;
	struct dxa_sink *sinks[2];
	struct dxa_run run;
	uint64_t findings[DXA_RULE_COUNT];
};

/* Begin; run's machine strings, aliasing and story are set by the caller. */
void audit_begin(struct audit *a, const struct dxa_engine_config *config);

/* End it at ktime now, check what must always hold, and free everything. */
void audit_end(struct audit *a, uint64_t now, const struct dxa_hook_status *hooks, size_t n_hooks,
	       const char *cut);

#endif
