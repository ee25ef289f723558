/* SPDX-License-Identifier: GPL-2.0-only */
/* The marked calls in the evidence of a finding. */
#ifndef DAXAUDIT_OUTPUT_MARK_H
#define DAXAUDIT_OUTPUT_MARK_H

#include "daxaudit/event.h"
#include "daxaudit/hooks.h"
#include "engine/engine.h"
#include "engine/rules.h"

/*
 * Why an event in the evidence breaks the rule: "not stored yet: the device is not killed".
 * NULL for an event that does not. Static.
 */
const char *dxa_mark_why(enum dxa_rule rule, const struct dxa_event *ev);

/*
 * The same for evidence[i] of a finding. NULL also for an info, which breaks nothing, and for
 * what an earlier snapshot shows: the device may have been in order then.
 */
const char *dxa_mark_evidence(const struct dxa_finding *f, size_t i);

#endif
