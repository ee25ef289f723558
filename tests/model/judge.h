/* SPDX-License-Identifier: GPL-2.0-only */
/* Feeds the engine with complete and incomplete histories, and checks its answer. */
#ifndef DAXAUDIT_MODEL_JUDGE_H
#define DAXAUDIT_MODEL_JUDGE_H

#include "ops.h"

#define FED_MAX (2 * LOG_MAX)
#define DETAIL_LEN 256

/* X(ID, words): the part of a history that the engine got */
#define VIEWS(X)                                                                               \
	X(WHOLE, "whole")                                                                      \
	X(CUT, "cut: no record after this one reached the engine")                             \
	X(ENDED, "the audit ends here; the last snapshots show the state at this moment")      \
	X(BEGUN, "begun here without a snapshot")                                              \
	X(BEGUN_LOOKED, "begun here with a snapshot")                                          \
	X(LOOKED, "two snapshots at this moment, and no record at all")                        \
	X(WATCHED, "two snapshots at this moment, as a daemon takes them, and two at the end") \
	X(LOST, "one record is lost, and counted as dropped")                                  \
	X(MISSED, "one call is missed, and reported as lost until a later time")               \
	X(RETURN, "one return is missed, and not reported")

enum view {
#define VIEW_ENUM(id, words) VIEW_##id,
	VIEWS(VIEW_ENUM)
#undef VIEW_ENUM
		VIEW_COUNT,
};

/* X(ID, words): the kind of a wrong answer */
#define WRONGS(X)                  \
	X(INVENTED, "invented")    \
	X(TWICE, "reported twice") \
	X(NOT_FOUND, "not found")  \
	X(PASS, "passed")

enum wrong {
#define WRONG_ENUM(id, words) WRONG_##id,
	WRONGS(WRONG_ENUM)
#undef WRONG_ENUM
		WRONG_COUNT,
};

/* The input of the engine, and the result. */
struct trial {
	enum view view;
	int at; /* the record at which it is cut, begins or has a hole */
	size_t n;
	struct dxa_event fed[FED_MAX];
	uint64_t end;
	size_t n_findings;
	struct {
		enum dxa_rule rule;
		uint64_t dax;
		char detail[DETAIL_LEN];
	} finding[16];
	uint64_t gaps;
	enum wrong wrong;
	enum dxa_rule rule;
	char detail[DETAIL_LEN];
};

extern const char *const view_names[VIEW_COUNT], *const view_words[VIEW_COUNT],
							 *const wrong_words[WRONG_COUNT];

/* Called with each trial that the engine answered wrongly. */
typedef void (*wrong_fn)(const struct trial *t, const struct world *end);

/*
 * Check the history that ends in this state in every view, but cuts only from record
 * `from` on. Returns the number of answers.
 */
uint64_t judge_history(const struct world *end, int from, wrong_fn wrong);

bool judge_open(void);
void judge_close(void);

#endif
