/* SPDX-License-Identifier: GPL-2.0-only */
/* Wrong answers, one of each kind: the shortest is kept, as a story. */
#ifndef DAXAUDIT_MODEL_FAILURES_H
#define DAXAUDIT_MODEL_FAILURES_H

#include "judge.h"

/* Of what follows, until the next call; note is said in its stories ("seed 17"). */
void failures_scenario(const char *name, const char *note);

/* Take note of a wrong answer (a wrong_fn). */
void failures_add(const struct trial *t, const struct world *end);

/* How many there were so far. */
uint64_t failures_count(void);

/* How many kinds of them. */
size_t failures_kinds(void);

/* Print one line for each kind, and write stories and INDEX.md to that folder. False: I/O error. */
bool failures_write(const char *folder);

#endif
