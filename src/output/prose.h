/* SPDX-License-Identifier: GPL-2.0-only */
/* Events and findings as text, for several formats. */
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

/* The colour of a severity. */
enum dxa_colour dxa_severity_colour(enum dxa_severity severity);

/*
 * A commit in the format of kernel messages: "Fixes: fb08a1908cb1 ("dax: simplify ...")" if
 * it introduced the defect, else "fixed by: ...". Returns buf.
 */
const char *dxa_prose_commit(char *buf, size_t size, const struct dxa_rule_commit *c);

/* The word before a commit's release: "since" if it introduced something, else "in". Static. */
const char *dxa_prose_since(const struct dxa_rule_commit *c);

/*
 * The device of a finding: "device: ffff888004ccf0c0, pmem pmem0". Returns buf, or NULL
 * when no device is concerned.
 */
const char *dxa_prose_device(char *buf, size_t size, const struct dxa_finding *f,
			     const struct dxa_story_env *env);

/* "data cache does not alias", ... Static. */
const char *dxa_prose_aliasing(enum dxa_aliasing aliasing);

/* One event on a line: offset, the call indented by nesting, state and caller. */
void dxa_prose_event(FILE *out, const struct dxa_event *ev, const struct dxa_story_env *env,
		     int depth, bool colour);

/* The story of a context, one event on each line, indented by nesting. */
void dxa_prose_story(FILE *out, const struct dxa_context *ctx, const struct dxa_story_env *env,
		     bool colour);

/* One finding on several lines: rule, policy, detail, device, commits, evidence. */
void dxa_prose_finding(FILE *out, const struct dxa_finding *f, const struct dxa_story_env *env,
		       bool colour);

#endif
