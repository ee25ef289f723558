/* SPDX-License-Identifier: GPL-2.0-only */
/* The text report's probes: a line each, and the story of those that are opened. */
#ifndef DAXAUDIT_OUTPUT_TEXTPROBE_H
#define DAXAUDIT_OUTPUT_TEXTPROBE_H

#include "base/map.h"
#include "engine/engine.h"
#include "output/wrap.h"

/* The head of the table. */
void dxa_textprobe_head(struct dxa_wrap *w);

/*
 * One line: when, what, which device, driver and disk, how long, how it ended; and the
 * rules that it broke ("", or joined by ", "). mark: what the line begins with.
 */
void dxa_textprobe_row(struct dxa_wrap *w, const struct dxa_context *ctx,
		       const struct dxa_story_env *env, const char *mark, const char *rules);

/*
 * The story of a context, an event a line. marks: why an event is marked (char *), by
 * dxa_lines_identity(); shown: gets those that are written.
 */
void dxa_textprobe_story(struct dxa_wrap *w, const struct dxa_context *ctx,
			 const struct dxa_story_env *env, const struct dxa_map *marks,
			 struct dxa_map *shown);

#endif
