/* SPDX-License-Identifier: GPL-2.0-only */
/* The parts of an HTML page that show events, contexts and findings. */
#ifndef DAXAUDIT_OUTPUT_HTML_PARTS_H
#define DAXAUDIT_OUTPUT_HTML_PARTS_H

#include <stdio.h>

#include "base/vec.h"
#include "output/sink.h"

/* An event that breaks a rule, and why. */
struct dxa_html_mark {
	struct dxa_event ev;
	const char *why; /* static */
};

/* One event as a row of a table of class "story". why: it breaks a rule; NULL: it does not. */
void dxa_html_event(FILE *out, const struct dxa_event *ev, const struct dxa_run *run, int depth,
		    const char *why);

/* A moment as an offset from the audit's start, in seconds. */
void dxa_html_time(FILE *out, uint64_t ts, uint64_t start);

/*
 * A context as a details element of class "probe", open if asked; `id` is that of an
 * element in it, so that a browser opens it by itself. Events of which `marks`
 * (struct dxa_html_mark) has a copy are marked.
 */
void dxa_html_context(FILE *out, const struct dxa_context *ctx, const struct dxa_run *run,
		      const char *id, bool open, const struct dxa_vec *marks);

/* The meaning of a finding's rule, and its commits. */
void dxa_html_rule(FILE *out, enum dxa_rule rule, const char *driver);

/*
 * A finding as a details element of class "finding": detail, device, policy and
 * evidence. `context` is the id of its probe, or NULL.
 */
void dxa_html_finding(FILE *out, const struct dxa_finding *f, const struct dxa_run *run,
		      const char *id, bool open, const char *context);

#endif
