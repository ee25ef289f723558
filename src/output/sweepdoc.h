/* SPDX-License-Identifier: GPL-2.0-only */
/* The results of a sweep, as text, JSON, JUnit XML, KTAP and HTML. */
#ifndef DAXAUDIT_OUTPUT_SWEEPDOC_H
#define DAXAUDIT_OUTPUT_SWEEPDOC_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/vec.h"
#include "engine/engine.h"
#include "engine/verdict.h"

struct json_object;

/* A finding of daxaudit in one round. */
struct dxa_sweep_finding {
	enum dxa_rule rule;
	enum dxa_severity severity;
	bool fails; /* at or above the failing severity, and not allowed */
	char *detail; /* owned */
};

/* A complaint of the kernel in one round. */
struct dxa_sweep_complaint {
	const char *who; /* "kasan", "lockdep", ...; static */
	char *line; /* owned */
};

/* A round: one call fails, or all calls from it on. */
struct dxa_sweep_round {
	unsigned int number; /* from 1, over the whole plan */
	bool from; /* all calls from it on failed, until the innermost watched call returned */
	char site[32]; /* the function that was made to fail */
	uint32_t before; /* the number of calls with the same callers before it */
	char *chain; /* the callers, innermost first, joined by " < "; owned */
	size_t failed; /* calls that failed; 0: the call did not happen this time */
	char outcome[64]; /* of the probe */
	enum dxa_verdict_kind verdict; /* daxaudit's */
	char *why; /* why it is inconclusive; owned, else NULL */
	struct dxa_vec findings; /* struct dxa_sweep_finding */
	struct dxa_vec complaints; /* struct dxa_sweep_complaint */
	char *state; /* the difference of the state after it and the reset; owned, NULL: none */
	uint64_t ns;
};

/* Who noticed something in a round. */
enum dxa_sweep_agreement {
	DXA_SWEEP_NEITHER,
	DXA_SWEEP_BOTH,
	DXA_SWEEP_KERNEL_ONLY,
	DXA_SWEEP_DAXAUDIT_ONLY,
	DXA_SWEEP_AGREEMENTS,
};

/* A whole sweep. Strings are borrowed. */
struct dxa_sweep {
	const char *release, *machine;
	const char *const *argv; /* the command, NULL-terminated */
	const char *drivers; /* as given; NULL: all */
	size_t calls; /* fallible, in the round without a fault */
	size_t stacks; /* different call stacks among them */
	size_t planned; /* rounds */
	struct dxa_vec rounds; /* struct dxa_sweep_round: those that were run */
	bool interrupted;
	bool unfaithful; /* the command did not succeed any more without a fault, at the end */
	bool stuck; /* the last round's command or reset does not end, or the kernel had an oops */
	bool leaks_known; /* kmemleak was asked at the end */
	struct dxa_vec leaks; /* struct dxa_sweep_complaint: what it suspects */
	uint64_t start, end; /* ktime, ns */
	const struct dxa_refusal *refused; /* it could not begin; NULL: it did */
};

/* "neither", "both", "kernel-only", "daxaudit-only". Static. */
const char *dxa_sweep_agreement_name(enum dxa_sweep_agreement a);

/* What it means, as a clause. Static. */
const char *dxa_sweep_agreement_words(enum dxa_sweep_agreement a);

/* Sums over all rounds. */
struct dxa_sweep_totals {
	size_t agreed[DXA_SWEEP_AGREEMENTS]; /* rounds */
	size_t faults; /* calls that failed */
	size_t unreached; /* rounds without such a call */
};

/* Add them up. */
void dxa_sweep_count(const struct dxa_sweep *s, struct dxa_sweep_totals *ret);

/* "not reached", "FINDING", "doubt" or "clean": the worst that is known of a round. Static. */
const char *dxa_sweep_round_word(const struct dxa_sweep_round *round);

/* Who noticed something in this round. */
enum dxa_sweep_agreement dxa_sweep_agreement(const struct dxa_sweep_round *round);

/* The verdict of all rounds together. */
enum dxa_verdict_kind dxa_sweep_verdict(const struct dxa_sweep *s);

/* One round as it is in the JSON of the sweep; the caller's. */
struct json_object *dxa_sweep_round_json(const struct dxa_sweep_round *round);

/* Free a sweep's rounds and what they own. */
void dxa_sweep_free(struct dxa_sweep *s);

/* Write it. priv is a struct dxa_sweep. The JSON object is the caller's. */
void dxa_sweep_text(FILE *out, const void *priv);
struct json_object *dxa_sweep_json(const void *priv);
void dxa_sweep_junit(FILE *out, const void *priv);
void dxa_sweep_ktap(FILE *out, const void *priv);
void dxa_sweep_html(FILE *out, const void *priv);

#endif
