/* SPDX-License-Identifier: GPL-2.0-only */
/* Events as lines of the text report: one clock, the state where it changes, wrapped. */
#ifndef DAXAUDIT_OUTPUT_LINES_H
#define DAXAUDIT_OUTPUT_LINES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/map.h"
#include "engine/engine.h"
#include "output/story.h"
#include "output/wrap.h"

/* Devices whose state a block of lines remembers. */
#define DXA_LINES_STATES 8

/* What a block of lines has shown so far. Zero-initialised, it is nothing. */
struct dxa_lines {
	struct {
		uint64_t dax;
		int32_t refs;
		uint32_t flags;
	} states[DXA_LINES_STATES];
	size_t next;
	bool who; /* of the next event: the task is named */
};

/*
 * Write one event. why: the reason for which it is marked; NULL: it is not. depth: how
 * deep it is nested.
 */
void dxa_lines_event(struct dxa_lines *l, struct dxa_wrap *w, const struct dxa_event *ev,
		     const struct dxa_story_env *env, int depth, const char *why);

/* Offset from the audit's start: "+0.040210". Returns buf. */
#define DXA_OFFSET_LEN 32
const char *dxa_lines_offset(char buf[DXA_OFFSET_LEN], uint64_t ts, uint64_t start);

/* A span of time: "0.763 s", "12 us". Returns buf. */
#define DXA_SPAN_LEN 32
const char *dxa_lines_span(char buf[DXA_SPAN_LEN], uint64_t ns);

/* What identifies an event in an audit: a key for dxa_map. */
uint64_t dxa_lines_identity(const struct dxa_event *ev);

#endif
