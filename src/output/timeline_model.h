/* SPDX-License-Identifier: GPL-2.0-only */
/* The contents of a timeline, for drawing. */
#ifndef DAXAUDIT_OUTPUT_TIMELINE_MODEL_H
#define DAXAUDIT_OUTPUT_TIMELINE_MODEL_H

#include "base/map.h"
#include "base/vec.h"
#include "output/timeline.h"

/*
 * The marks on a lane.
 *
 * X(ID, id of the SVG symbol, class, path in a square from -5 to 5, words)
 */
#define DXA_MARKS(X)                                                                           \
	X(ALLOC, "ma", "mark", "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z", "allocated")              \
	X(HOST, "mh", "mark", "M0-5L5 4H-5z", "disk added to dax_hosts")                       \
	X(UNHOST, "mu", "mark", "M0 5L5-4H-5z", "disk removed")                                \
	X(KILL, "mk", "mark", "M-4-2L-2-4 0-2 2-4 4-2 2 0 4 2 2 4 0 2-2 4-4 2-2 0z", "killed") \
	X(RUN, "mr", "mark", "M-3-5L5 0L-3 5z", "alive again")                                 \
	X(GET, "mg", "mark", "M-1-5H1V0H4L0 5L-4 0H-1z", "reference taken")                    \
	X(PUT, "mp", "mark", "M-1 5H1V0H4L0-5L-4 0H-1z", "reference dropped")                  \
	X(FREE, "mf", "mark", "M-4-4H4V4H-4z", "freed")                                        \
	X(REFUSED, "mx", "mark bad", "M-2-5H2V5H-2z", "a call failed")                         \
	X(NULLED, "mn", "mark bad", "M-5-2L-2-5 0-3 2-5 5-2 3 0 5 2 2 5 0 3-2 5-5 2-3 0z",     \
	  "kill_dax or put_dax got no device")                                                 \
	X(FOUND, "mo", "mark found", "M0-8L7 0L0 8L-7 0z", "finding")

enum dxa_mark_kind {
#define DXA_ENUM(id, ...) DXA_MARK_##id,
	DXA_MARKS(DXA_ENUM)
#undef DXA_ENUM
		DXA_MARK_COUNT,
};

/* A life or a context. */
struct dxa_bar {
	uint64_t start, end; /* ktime, ns; start 0: before the audit; end 0: not ended */
	uint64_t dax; /* 0: a context */
	char label[DXA_WORDS_LEN];
	const char *class; /* static */
	char link[DXA_LINK_LEN]; /* empty: none */
	size_t id; /* counts in the order in which bars were added */
	size_t lane;
};

/* A mark on a bar. */
struct dxa_mark {
	uint64_t ts;
	size_t bar; /* its id */
	int kind; /* enum dxa_mark_kind; -1: only a number of references */
	int refs_before, refs; /* before and after the event; -1: not known */
	const char *call; /* the function's name; static */
	char link[DXA_LINK_LEN]; /* empty: none */
};

struct dxa_timeline {
	struct dxa_vec bars; /* struct dxa_bar, sorted when they are drawn */
	struct dxa_vec marks; /* struct dxa_mark, in the order of the stream */
	struct dxa_map living; /* index in bars plus one, by dax */
	struct dxa_map hosts; /* the same, by gendisk, as in dax_hosts */
	size_t cut_bars, cut_marks; /* left out, because a bound was reached */
};

#endif
