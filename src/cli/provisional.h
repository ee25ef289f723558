/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Findings that the engine may withdraw. A format that cannot take a finding back is
 * told of such a one at the end, when it still stands.
 */
#ifndef DAXAUDIT_CLI_PROVISIONAL_H
#define DAXAUDIT_CLI_PROVISIONAL_H

#include "base/vec.h"
#include "engine/engine.h"

/* Zero-initialised, it is empty. */
struct dxa_provisional {
	struct dxa_vec findings; /* struct dxa_finding, with copies of their evidence */
};

/* Keep a copy, strings of its policy aside, which are borrowed. False without memory. */
bool dxa_provisional_add(struct dxa_provisional *p, const struct dxa_finding *finding);

/* Take the finding of that id out, to *ret; the caller calls dxa_provisional_drop(). False: none. */
bool dxa_provisional_take(struct dxa_provisional *p, uint64_t id, struct dxa_finding *ret);

/* Free what a finding that was taken out owns. */
void dxa_provisional_drop(struct dxa_finding *finding);

/* Forget all. */
void dxa_provisional_deinit(struct dxa_provisional *p);

#endif
