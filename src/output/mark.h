/* SPDX-License-Identifier: GPL-2.0-only */
/* Which calls of a finding's evidence break its rule, and why, in a few words. */
#ifndef DAXAUDIT_OUTPUT_MARK_H
#define DAXAUDIT_OUTPUT_MARK_H

#include "daxaudit/event.h"
#include "daxaudit/hooks.h"
#include "engine/rules.h"

/*
 * Why an event of the evidence for a rule is one that breaks it: "not stored yet: the
 * device is not killed". NULL for an event that only belongs to the story. Static.
 */
const char *dxa_mark_why(enum dxa_rule rule, const struct dxa_event *ev);

#endif
