/* SPDX-License-Identifier: GPL-2.0-only */
/* Events and findings for people: what several formats print alike. */
#ifndef DAXAUDIT_OUTPUT_PROSE_H
#define DAXAUDIT_OUTPUT_PROSE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "engine/engine.h"
#include "output/story.h"

enum dxa_colour { DXA_RED, DXA_YELLOW, DXA_GREEN, DXA_BOLD, DXA_DIM, DXA_RESET };

/* The terminal's code for a colour; empty unless on. Static. */
const char *dxa_paint(bool on, enum dxa_colour c);

/* "data cache does not alias", ... Static. */
const char *dxa_prose_aliasing(enum dxa_aliasing aliasing);

/* One event on a line: time since start (ns), the call indented by nesting, state and caller. */
void dxa_prose_event(FILE *out, const struct dxa_event *ev, const struct dxa_story_env *env,
		     uint64_t start, int depth, bool colour);

/* The story of a context, an event on a line, indented by nesting. */
void dxa_prose_story(FILE *out, const struct dxa_context *ctx, const struct dxa_story_env *env,
		     bool colour);

/* One finding on several lines: rule, policy's word, detail, device, commits, evidence. */
void dxa_prose_finding(FILE *out, const struct dxa_finding *f, const struct dxa_story_env *env,
		       bool colour);

#endif
