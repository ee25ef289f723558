/* SPDX-License-Identifier: GPL-2.0-only */
/* From findings, losses and gaps to one answer. Pure. */
#ifndef DAXAUDIT_ENGINE_VERDICT_H
#define DAXAUDIT_ENGINE_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hookstat.h"
#include "engine/engine.h"

enum dxa_verdict_kind {
	DXA_VERDICT_PASS,
	DXA_VERDICT_FINDINGS, /* something at or above the failing severity: outranks all */
	DXA_VERDICT_INCONCLUSIVE, /* not all was seen: outranks pass */
};

#define DXA_VERDICT_REASONS 16

struct dxa_verdict {
	enum dxa_verdict_kind kind;
	bool complete; /* all that had to be seen was seen; else reasons from first_doubt on say why
			  not */
	size_t first_doubt;
	size_t n_reasons;
	char reasons[DXA_VERDICT_REASONS][160]; /* for people, most important first */
};

struct dxa_verdict_input {
	const struct dxa_engine_stats *stats;
	uint64_t by_severity[DXA_SEVERITY_COUNT]; /* findings, after policy had its say */
	uint64_t allowed; /* findings that policy allows; not in by_severity */
	enum dxa_severity failing; /* findings of this severity and above fail */
	uint32_t required; /* drivers that must have been exercised: bits 1 << driver */
	const struct dxa_hook_status *hooks;
	size_t n_hooks;
	bool interrupted; /* the audit was cut short */
	const char *cut; /* one line: what of a recording is missing; NULL when it is whole */
};

/* Judge. Writes *ret. */
void dxa_verdict_judge(const struct dxa_verdict_input *in, struct dxa_verdict *ret);

/* "pass", "findings", "inconclusive". Static. */
const char *dxa_verdict_name(enum dxa_verdict_kind kind);

#endif
