/* SPDX-License-Identifier: GPL-2.0-only */
/* The full-screen view: live devices, who uses them, what just happened, what was found. */
#ifndef DAXAUDIT_OUTPUT_TOPVIEW_H
#define DAXAUDIT_OUTPUT_TOPVIEW_H

#include <stdint.h>
#include <stdio.h>

#include "engine/engine.h"
#include "output/lives.h"
#include "output/story.h"

#define DXA_TOP_EVENTS 64
#define DXA_TOP_FINDINGS 8

/* What the view knows. Zero-initialised it is empty. */
struct dxa_topview {
	struct dxa_lives lives;
	struct dxa_event events[DXA_TOP_EVENTS]; /* a ring: the newest is before next */
	size_t next;
	char findings[DXA_TOP_FINDINGS][320]; /* a ring, as lines */
	size_t found;
};

/* What stands on the first line, and how large the screen is. */
struct dxa_topframe {
	const char *release;
	uint64_t seconds; /* since the audit began */
	size_t watched, hooks;
	unsigned int rows, columns;
};

void dxa_topview_event(struct dxa_topview *t, const struct dxa_event *ev,
		       const struct dxa_story_env *env);
void dxa_topview_finding(struct dxa_topview *t, const struct dxa_finding *f);
void dxa_topview_free(struct dxa_topview *t);

/*
 * Write a screen: frame->rows lines of at most frame->columns characters, each cleared to
 * its end, from the terminal's first line on.
 */
void dxa_topview_draw(const struct dxa_topview *t, FILE *out, const struct dxa_topframe *frame,
		      const struct dxa_story_env *env);

#endif
