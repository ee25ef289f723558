/* SPDX-License-Identifier: GPL-2.0-only */
/* A picture of an audit: every device's life and every probe as a bar over time, as SVG. */
#ifndef DAXAUDIT_OUTPUT_TIMELINE_H
#define DAXAUDIT_OUTPUT_TIMELINE_H

#include <stdio.h>

#include "engine/engine.h"
#include "output/story.h"

struct dxa_timeline;

/* An empty one; NULL without memory. Free with dxa_timeline_free(). */
struct dxa_timeline *dxa_timeline_new(void);

/* NULL is allowed. */
void dxa_timeline_free(struct dxa_timeline *t);

/* Forget everything: another audit begins. */
void dxa_timeline_reset(struct dxa_timeline *t);

/* An event: devices' lives begin, end and get their names by events. */
void dxa_timeline_event(struct dxa_timeline *t, const struct dxa_event *ev,
			const struct dxa_story_env *env);

/*
 * A context that has ended; `number` is what the bar leads to: the element of id
 * "cNUMBER". 0: it leads nowhere.
 */
void dxa_timeline_context(struct dxa_timeline *t, const struct dxa_context *ctx, size_t number);

/* A finding: the life that it is about is marked. It leads to the element of id "fNUMBER". */
void dxa_timeline_finding(struct dxa_timeline *t, const struct dxa_finding *f, size_t number);

/*
 * Write it as an SVG element, of classes that the page colours: "life", "broken",
 * and dxa_outcome_name() of contexts. start and end (ktime, ns) are the audit's;
 * lives that have not ended last to end. Writes nothing when there is nothing to show.
 */
void dxa_timeline_write(struct dxa_timeline *t, FILE *out, uint64_t start, uint64_t end);

#endif
