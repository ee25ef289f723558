/* SPDX-License-Identifier: GPL-2.0-only */
/* The marked calls in the evidence of a finding. */
#ifndef DAXAUDIT_OUTPUT_MARK_H
#define DAXAUDIT_OUTPUT_MARK_H

#include "daxaudit/event.h"
#include "daxaudit/hooks.h"
#include "engine/rules.h"

/*
 * Why an event in the evidence breaks the rule: "not stored yet: the device is not killed".
 * NULL for an event that does not. Static.
 */
const char *dxa_mark_why(enum dxa_rule rule, const struct dxa_event *ev);

#endif
