/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Findings that the engine may withdraw. A format that cannot withdraw a finding gets
 * such a finding at the end, if it was not withdrawn.
 */
#ifndef DAXAUDIT_CLI_PROVISIONAL_H
#define DAXAUDIT_CLI_PROVISIONAL_H

#include "base/vec.h"
#include "engine/engine.h"

/* Zero-initialised, it is empty. */
struct dxa_provisional {
	struct dxa_vec findings; /* struct dxa_finding, with copies of their evidence */
};

/* Add a copy; the strings of its policy are borrowed. False without memory. */
bool dxa_provisional_add(struct dxa_provisional *p, const struct dxa_finding *finding);

/* Move the finding with this id to *ret; free it with dxa_provisional_drop(). False: none. */
bool dxa_provisional_take(struct dxa_provisional *p, uint64_t id, struct dxa_finding *ret);

/* Free what a moved finding owns. */
void dxa_provisional_drop(struct dxa_finding *finding);

/* Free all findings. */
void dxa_provisional_deinit(struct dxa_provisional *p);

#endif
