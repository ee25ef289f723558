/* SPDX-License-Identifier: GPL-2.0-only */
/* From findings, losses and gaps to one answer. Pure. */
#ifndef DAXAUDIT_ENGINE_VERDICT_H
#define DAXAUDIT_ENGINE_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hookstat.h"
#include "base/vec.h"
#include "engine/engine.h"

enum dxa_verdict_kind {
	DXA_VERDICT_PASS,
	DXA_VERDICT_FINDINGS, /* something at or above the failing severity: outranks all */
	DXA_VERDICT_INCONCLUSIVE, /* not all was seen: outranks pass */
};

/* Findings, counted as policy left them. */
struct dxa_tally {
	uint64_t findings[DXA_SEVERITY_COUNT][DXA_RULE_COUNT][DXA_DRIVER_COUNT];
	uint64_t allowed; /* by policy: not in findings */
};

/* Zero-initialised, it owns nothing. */
struct dxa_verdict {
	enum dxa_verdict_kind kind;
	bool complete; /* all that had to be seen was seen; else the reasons from first_doubt on
			  say why not */
	size_t first_doubt;
	struct dxa_vec reasons; /* char *, owned; read with dxa_verdict_reason() */
};

struct dxa_verdict_input {
	const struct dxa_engine_stats *stats;
	uint64_t by_severity[DXA_SEVERITY_COUNT]; /* findings, after policy had its say */
	uint64_t allowed; /* findings that policy allows; not in by_severity */
	const struct dxa_tally *tally; /* the same by rule; NULL: the rules are not named */
	enum dxa_severity failing; /* findings of this severity and above fail */
	uint32_t required; /* drivers that must have been exercised: bits 1 << driver */
	const struct dxa_hook_status *hooks;
	size_t n_hooks;
	bool interrupted; /* the audit was cut short */
	const char *const *argv; /* the audited command, NULL-terminated; NULL without one */
	bool has_cmd_status;
	int cmd_status; /* its wait status */
	uint64_t dax_calls; /* records of calls with a dax_device */
	bool must_exercise; /* a command that exercised no dax_device makes it inconclusive */
	const char *cut; /* one line: what of a recording is missing; NULL when it is whole */
};

/* Judge. Writes *ret, which the caller frees with dxa_verdict_deinit(). */
void dxa_verdict_judge(const struct dxa_verdict_input *in, struct dxa_verdict *ret);

/*
 * Reason i, one line for people, most important first; NULL behind the last one.
 * A verdict that is not complete has at least one reason from first_doubt on.
 * Owned by the verdict.
 */
const char *dxa_verdict_reason(const struct dxa_verdict *v, size_t i);

/* Add a reason, printf-style; kind and complete stay as they are. */
__attribute__((format(printf, 2, 3))) void dxa_verdict_add(struct dxa_verdict *v, const char *fmt,
							   ...);

/*
 * The reasons from index `from` on, joined by "; ": empty when there are none. The
 * caller frees it. NULL without memory.
 */
char *dxa_verdict_join(const struct dxa_verdict *v, size_t from);

/* Free the reasons. */
void dxa_verdict_deinit(struct dxa_verdict *v);

/* "pass", "findings", "inconclusive". Static. */
const char *dxa_verdict_name(enum dxa_verdict_kind kind);

#endif
