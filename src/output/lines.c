// SPDX-License-Identifier: GPL-2.0-only
#include "output/lines.h"

#include <inttypes.h>
#include <stdio.h>

/* Columns: the mark, the offset, the call. */
#define OFFSET_AT 3
#define CALL_AT 14
/* The column of continuation lines. */
#define MORE_AT 16
/* Deeper than this nothing is indented further. */
#define DEPTH_MAX 6

const char *dxa_lines_offset(char buf[DXA_OFFSET_LEN], uint64_t ts, uint64_t start)
{
	/* Records of two CPUs can be stamped a moment before the audit is said to start. */
	uint64_t us = ts > start ? (ts - start) / 1000 : 0;

	snprintf(buf, DXA_OFFSET_LEN, "+%" PRIu64 ".%06" PRIu64, us / 1000000, us % 1000000);
	return buf;
}

const char *dxa_lines_span(char buf[DXA_SPAN_LEN], uint64_t ns)
{
	uint64_t us = ns / 1000;

	if (us < 1000)
		snprintf(buf, DXA_SPAN_LEN, "%" PRIu64 " us", us);
	else if (us >= 10000 && us < 1000000)
		snprintf(buf, DXA_SPAN_LEN, "%" PRIu64 " ms", us / 1000);
	else if (us < 10000)
		snprintf(buf, DXA_SPAN_LEN, "%" PRIu64 ".%" PRIu64 " ms", us / 1000,
			 us % 1000 / 100);
	else
		snprintf(buf, DXA_SPAN_LEN, "%" PRIu64 ".%02" PRIu64 " s", us / 1000000,
			 us % 1000000 / 10000);
	return buf;
}

/* Does the state of the device differ from the last one that was shown? Keeps it. */
static bool is_new_state(struct dxa_lines *l, const struct dxa_event *ev)
{
	uint64_t dax = ev->kind == DXA_KIND_ALLOC_DAX ? (uint64_t)ev->ret : ev->dax;
	size_t i;

	for (i = 0; i < DXA_LINES_STATES && l->states[i].dax != dax; i++)
		;
	if (i < DXA_LINES_STATES && l->states[i].refs == ev->refs &&
	    !((l->states[i].flags ^ ev->dax_flags) & 1u << DXA_DAXDEV_ALIVE))
		return false;
	if (i == DXA_LINES_STATES)
		i = l->next++ % DXA_LINES_STATES;
	l->states[i].dax = dax;
	l->states[i].refs = ev->refs;
	l->states[i].flags = ev->dax_flags;
	return true;
}

static void put_state(struct dxa_lines *l, struct dxa_wrap *w, const struct dxa_event *ev)
{
	char state[DXA_WORDS_LEN], note[DXA_WORDS_LEN + 2];

	if (!dxa_story_state(state, ev) || !is_new_state(l, ev))
		return;
	snprintf(note, sizeof(note), "(%s)", state);
	dxa_wrap_piece(w, note, 2, DXA_DIM);
}

void dxa_lines_event(struct dxa_lines *l, struct dxa_wrap *w, const struct dxa_event *ev,
		     const struct dxa_story_env *env, int depth, const char *why)
{
	char call[DXA_WORDS_LEN], caller[DXA_WORDS_LEN], from[DXA_WORDS_LEN + 8];
	char offset[DXA_OFFSET_LEN];
	unsigned int at = CALL_AT + 2 * (unsigned int)(depth < DEPTH_MAX ? depth : DEPTH_MAX);
	bool fact = dxa_story_fact(call, ev, env);

	dxa_wrap_begin(w, 0, at);
	dxa_wrap_piece(w, why ? ">>" : "", 0, DXA_RED);
	dxa_wrap_to(w, OFFSET_AT);
	dxa_wrap_piece(w, dxa_lines_offset(offset, ev->ts, env->start), 0, DXA_DIM);
	dxa_wrap_to(w, w->column + 2 > at ? w->column + 2 : at);
	if (!fact)
		dxa_story_call(call, ev, env);
	dxa_wrap_piece(w, call, 0, why ? DXA_BOLD : DXA_RESET);
	w->indent = MORE_AT;
	if (why)
		dxa_wrap_piece(w, why, 2, DXA_RED);
	put_state(l, w, ev);
	if (dxa_story_caller(caller, ev, env)) {
		snprintf(from, sizeof(from), "from %s", caller);
		dxa_wrap_piece(w, from, 2, DXA_DIM);
	}
	/* A fact was read by daxaudit, not caused by a task. */
	if (l->who && !fact) {
		snprintf(from, sizeof(from), "by %s[%u]", ev->comm, ev->tid);
		dxa_wrap_piece(w, from, 2, DXA_DIM);
	}
	dxa_wrap_end(w);
}

/* Records have a sequence number; synthetic events have only their time. */
uint64_t dxa_lines_identity(const struct dxa_event *ev)
{
	return ev->seq ? ev->seq << 1 | 1 : (ev->ts << 8 ^ ev->kind ^ ev->dax << 1) << 1;
}
