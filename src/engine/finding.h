/* SPDX-License-Identifier: GPL-2.0-only */
/* Making a finding: the device and context concerned, one sentence, and the evidence. */
#ifndef DAXAUDIT_ENGINE_FINDING_H
#define DAXAUDIT_ENGINE_FINDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/fact.h"

/* Start a finding; l and ctx may be NULL. */
void finding_begin(struct dxa_engine *e, struct dxa_finding *f, const struct dxa_rule_info *rule,
		   const struct life *l, const struct dxa_context *ctx);

/* Append to the detail, printf-style; what does not fit is cut. */
void finding_append(struct dxa_finding *f, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Append the name of a device, of an error, of a bracket, the outcome of a bracket, a caller. */
void finding_append_life(struct dxa_finding *f, const struct dxa_life_id *id);
void finding_append_errno(const struct dxa_engine *e, struct dxa_finding *f, int err);
void finding_append_bracket(struct dxa_finding *f, const struct dxa_event *entry);
void finding_append_outcome(const struct dxa_engine *e, struct dxa_finding *f,
			    const struct bracket_outcome *o);
void finding_append_caller(const struct dxa_engine *e, struct dxa_finding *f,
			   const struct dxa_event *ev);

/* Add evidence: one record; the history of a life; the entry and return of a bracket. */
void finding_add(struct dxa_engine *e, const struct rec *r);
void finding_add_life(struct dxa_engine *e, const struct life *l);
void finding_add_outcome(struct dxa_engine *e, const struct bracket_outcome *o);

/* Sort the evidence, give the finding its id and report it. Returns broken(). */
struct result finding_report(struct dxa_engine *e, struct dxa_finding *f);

/* Withdraw a finding: its condition has ended. */
void finding_withdraw(struct dxa_engine *e, enum dxa_rule rule, uint64_t id);

#endif
