/* SPDX-License-Identifier: GPL-2.0-only */
/* Functions for building a policy, private to src/policy. */
#ifndef DAXAUDIT_POLICY_BUILD_H
#define DAXAUDIT_POLICY_BUILD_H

#include "policy/policy.h"

/* Initialise an empty row of a section. */
void policy_row_init(struct dxa_policy_row *row, enum dxa_policy_section_id section);

/* Give a string to the policy, which frees it. Returns it, or NULL without memory. */
const char *policy_keep(struct dxa_policy *policy, char *string);

/* Add a copy of row, whose strings are the policy's. False without memory. */
bool policy_add_row(struct dxa_policy *policy, struct dxa_policy_row *row);

#endif
