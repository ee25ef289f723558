/* SPDX-License-Identifier: GPL-2.0-only */
/* Joins the two records that a call has when kprobes record it. */
#ifndef DAXAUDIT_OUTPUT_PAIR_H
#define DAXAUDIT_OUTPUT_PAIR_H

#include <stdbool.h>

#include "base/map.h"
#include "daxaudit/event.h"

/* Zero-initialised, it is empty. Free with dxa_pairs_free(). */
struct dxa_pairs {
	struct dxa_map calls; /* struct dxa_event *, owned: entries of open calls, by tid */
};

/*
 * The next event. The entry of an acquire has the arguments, its return the result: keep the
 * entry, and return false. *ret gets the return with the fields of its entry, and any other
 * event unchanged; then true.
 */
bool dxa_pair_event(struct dxa_pairs *p, const struct dxa_event *ev, struct dxa_event *ret);

/* Free all entries. */
void dxa_pairs_free(struct dxa_pairs *p);

#endif
