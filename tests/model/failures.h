/* SPDX-License-Identifier: GPL-2.0-only */
/* Wrong answers, one of each kind: the shortest is kept, as a story. */
#ifndef DAXAUDIT_MODEL_FAILURES_H
#define DAXAUDIT_MODEL_FAILURES_H

#include "judge.h"

/* Describes the following histories; note is written into their stories ("seed 17"). */
void failures_scenario(const char *name, const char *note);

/* Record a wrong answer (a wrong_fn). */
void failures_add(const struct trial *t, const struct world *end);

/* The number of wrong answers so far. */
uint64_t failures_count(void);

/* The number of their kinds. */
size_t failures_kinds(void);

/* Print one line for each kind, and write stories and INDEX.md to that folder. False: I/O error. */
bool failures_write(const char *folder);

#endif
