/* SPDX-License-Identifier: GPL-2.0-only */
/* The verdict: from findings, losses and gaps. Pure. */
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
	DXA_VERDICT_FINDINGS, /* a finding of the failing severity or above; has precedence */
	DXA_VERDICT_INCONCLUSIVE, /* no such finding, and the audit is not complete */
};

/* Counts of findings, with the severities that policy gave them. */
struct dxa_tally {
	uint64_t findings[DXA_SEVERITY_COUNT][DXA_RULE_COUNT][DXA_DRIVER_COUNT];
	uint64_t allowed; /* by policy: not in findings */
};

/* Zero-initialised, it owns nothing. */
struct dxa_verdict {
	enum dxa_verdict_kind kind;
	bool complete; /* nothing was missed; else the reasons from first_incomplete on say what */
	size_t first_incomplete;
	struct dxa_vec reasons; /* char *, owned; read with dxa_verdict_reason() */
};

struct dxa_verdict_input {
	const struct dxa_engine_stats *stats;
	uint64_t by_severity[DXA_SEVERITY_COUNT]; /* findings, after policy */
	uint64_t allowed; /* findings that policy allows; not in by_severity */
	const struct dxa_tally *tally; /* the same by rule; NULL: do not name the rules */
	enum dxa_severity failing; /* findings of this severity and above fail */
	uint32_t required; /* drivers that must have been exercised: bits 1 << driver */
	const struct dxa_hook_status *hooks;
	size_t n_hooks;
	bool interrupted; /* the audit ended early */
	const char *const *argv; /* the audited command, NULL-terminated; NULL without one */
	bool has_cmd_status;
	int cmd_status; /* its wait status */
	uint64_t dax_calls; /* records of calls with a dax_device */
	bool must_exercise; /* a command that exercised no dax_device makes it inconclusive */
	const char *cut; /* one line: which part of a recording is missing; NULL: none */
	bool unread; /* what follows in the recording, and its counters, are not known */
};

/* Write the verdict to *ret, which the caller frees with dxa_verdict_deinit(). */
void dxa_verdict_judge(const struct dxa_verdict_input *in, struct dxa_verdict *ret);

/*
 * Reason i, one line for people, most important first; NULL after the last one.
 * A verdict that is not complete has at least one reason from first_incomplete on.
 * Owned by the verdict.
 */
const char *dxa_verdict_reason(const struct dxa_verdict *v, size_t i);

/* Add a reason, printf-style; does not change kind and complete. */
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
