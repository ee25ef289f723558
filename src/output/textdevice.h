/* SPDX-License-Identifier: GPL-2.0-only */
/* The text report by device: each life from its beginning to its end, in one list. */
#ifndef DAXAUDIT_OUTPUT_TEXTDEVICE_H
#define DAXAUDIT_OUTPUT_TEXTDEVICE_H

#include "output/lives.h"
#include "output/show.h"
#include "output/story.h"
#include "output/wrap.h"

/*
 * Write all lives that show shows (NULL: all). marks: why an event is marked (char *), by
 * dxa_lines_identity(); shown: gets those that are written.
 */
void dxa_textdevice_write(struct dxa_wrap *w, const struct dxa_lives *lives,
			  const struct dxa_show *show, const struct dxa_story_env *env,
			  const struct dxa_map *marks, struct dxa_map *shown);

#endif
