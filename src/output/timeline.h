/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A picture of an audit over time, as SVG: a lane per device with its lives, their
 * references and what was done to them, and a lane per probe or other context.
 */
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

/*
 * An event: devices' lives begin, end, and get their names, marks and references by
 * events. Returns the number of the life that it is about, from 1 on; 0: it is about none
 * that is in the picture.
 */
size_t dxa_timeline_event(struct dxa_timeline *t, const struct dxa_event *ev,
			  const struct dxa_story_env *env);

/* Where something in the picture leads: the element of id "c1", "f1", ... NULL: nowhere. */
#define DXA_LINK_LEN 24

/* A context that has ended, or that the audit left open. */
void dxa_timeline_context(struct dxa_timeline *t, const struct dxa_context *ctx, const char *link);

/*
 * A finding: its moment is marked, and the life that it is about. Returns the life's
 * number, or 0.
 */
size_t dxa_timeline_finding(struct dxa_timeline *t, const struct dxa_finding *f, const char *link,
			    const struct dxa_story_env *env);

/* What is known of a life. */
struct dxa_timeline_life {
	const char *label;
	uint64_t start, end; /* ktime, ns; start 0: before the audit; end 0: it lasts */
};

/* The life of that number. */
struct dxa_timeline_life dxa_timeline_life(const struct dxa_timeline *t, size_t number);

/* Let the bar of a life lead somewhere, unless it does already. */
void dxa_timeline_link(struct dxa_timeline *t, size_t number, const char *link);

/*
 * Write what dxa_timeline_write() refers to, and a legend: once for each page, before
 * the first picture.
 */
void dxa_timeline_write_marks(FILE *out);

/*
 * Write the picture as an SVG element, clipped to the time in which something
 * happened. Its bars are rect elements of the classes "life" and "broken" for lives,
 * and dxa_outcome_name() for contexts. start (ktime, ns) is the moment from which the
 * axis counts. Writes nothing when there is nothing to show.
 */
void dxa_timeline_write(struct dxa_timeline *t, FILE *out, uint64_t start);

#endif
