/* SPDX-License-Identifier: GPL-2.0-only */
/* Common to both fuzz targets: a whole analysis of events, with an output of any format or none. */
#ifndef DAXAUDIT_TESTS_FUZZ_AUDIT_H
#define DAXAUDIT_TESTS_FUZZ_AUDIT_H

#include "base/hookstat.h"
#include "base/symbols.h"
#include "engine/engine.h"
#include "output/sink.h"

struct audit {
	struct dxa_engine *engine;
	uint64_t pick; /* which output format, if any: a hash of the input, set by the caller */
	struct dxa_sink *sink; /* NULL: none */
	struct dxa_run run;
	uint64_t findings[DXA_RULE_COUNT];
};

/* Begin; run's machine strings, aliasing and story are set by the caller. */
void audit_begin(struct audit *a, const struct dxa_engine_config *config);

/* Pass the next event to the output and the engine. Returns the result of dxa_engine_feed(). */
int audit_feed(struct audit *a, const struct dxa_event *ev);

/* End it at ktime now, check the invariants, and free everything. */
void audit_end(struct audit *a, uint64_t now, const struct dxa_hook_status *hooks, size_t n_hooks,
	       const char *cut);

#endif
