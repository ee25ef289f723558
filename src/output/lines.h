/* SPDX-License-Identifier: GPL-2.0-only */
/* Events as lines of the text report: with offsets, changes of the device's state, wrapped. */
#ifndef DAXAUDIT_OUTPUT_LINES_H
#define DAXAUDIT_OUTPUT_LINES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/map.h"
#include "engine/engine.h"
#include "output/story.h"
#include "output/wrap.h"

/* The number of devices whose state is kept for a block of lines. */
#define DXA_LINES_STATES 8

/* What a block of lines has shown so far. Zero-initialised, it is empty. */
struct dxa_lines {
	struct {
		uint64_t dax;
		int32_t refs;
		uint32_t flags;
	} states[DXA_LINES_STATES];
	size_t next;
	bool who; /* show the task of the next event */
};

/*
 * Write one event. why: the reason for its mark; NULL: no mark. depth: its nesting.
 */
void dxa_lines_event(struct dxa_lines *l, struct dxa_wrap *w, const struct dxa_event *ev,
		     const struct dxa_story_env *env, int depth, const char *why);

/* Offset from the audit's start: "+0.040210". Returns buf. */
#define DXA_OFFSET_LEN 32
const char *dxa_lines_offset(char buf[DXA_OFFSET_LEN], uint64_t ts, uint64_t start);

/* A span of time: "0.763 s", "12 us". Returns buf. */
#define DXA_SPAN_LEN 32
const char *dxa_lines_span(char buf[DXA_SPAN_LEN], uint64_t ns);

/* The identity of an event in an audit: a key for dxa_map. */
uint64_t dxa_lines_identity(const struct dxa_event *ev);

#endif
