/* SPDX-License-Identifier: GPL-2.0-only */
/* "Did you mean ...?" */
#ifndef DAXAUDIT_BASE_SUGGEST_H
#define DAXAUDIT_BASE_SUGGEST_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Is given probably a misspelling of name: is it a part of name, does it end in name, or do
 * few letters differ? Two exchanged neighbours count as one.
 */
bool dxa_suggest_matches(const char *given, const char *name);

/*
 * Write ": did you mean A, B?" with the names that match given, or "" if none does.
 * names(i) is the i-th name, NULL after the last; empty ones are skipped. Returns buf.
 */
const char *dxa_suggest_names(char *buf, size_t size, const char *given,
			      const char *(*names)(int i));

/* The same with an array of n names. */
const char *dxa_suggest_of(char *buf, size_t size, const char *given, const char *const *names,
			   size_t n);

#endif
