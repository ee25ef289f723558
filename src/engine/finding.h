/* SPDX-License-Identifier: GPL-2.0-only */
/* How a rule makes a finding: who is concerned, one sentence, and the evidence. */
#ifndef DAXAUDIT_ENGINE_FINDING_H
#define DAXAUDIT_ENGINE_FINDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/fact.h"

/* Start a finding; life and ctx may be NULL. The detail is written with say(). */
void report_begin(struct dxa_engine *e, struct dxa_finding *f, const struct dxa_rule_info *rule,
		  const struct life *l, const struct dxa_context *ctx);

/* Append to the detail, printf-style; what does not fit is cut. */
void say(struct dxa_finding *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Append a name: of a device, of an error, of a bracket, of the caller of a record. */
void say_life(struct dxa_finding *f, const struct dxa_life_id *id);
void say_errno(const struct dxa_engine *e, struct dxa_finding *f, int err);
void say_place(struct dxa_finding *f, const struct dxa_event *entry);
void say_outcome(const struct dxa_engine *e, struct dxa_finding *f, const struct decider *d);
void say_caller(const struct dxa_engine *e, struct dxa_finding *f, const struct dxa_event *ev);

/* Add evidence: one record, what is kept of a life, a bracket's entry and return. */
void prove(struct dxa_engine *e, const struct rec *r);
void prove_life(struct dxa_engine *e, const struct life *l);
void prove_decider(struct dxa_engine *e, const struct decider *d);

/* Sort the evidence and hand the finding out, which gets an id. Returns broken(). */
struct answer report(struct dxa_engine *e, struct dxa_finding *f);

/* What this finding said has come to an end by itself. */
void withdraw(struct dxa_engine *e, enum dxa_rule rule, uint64_t id);

#endif
