/* SPDX-License-Identifier: GPL-2.0-only */
/* "Did you mean ...?" */
#ifndef DAXAUDIT_BASE_SIMILAR_H
#define DAXAUDIT_BASE_SIMILAR_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Was name probably meant by given: does it contain it, end in it, or differ in
 * few letters, of which two neighbours may have changed places?
 */
bool dxa_similar(const char *given, const char *name);

/*
 * Write ": did you mean A, B?" with those of names that are similar to given,
 * or "" when none is. names(i) is the i-th name, NULL behind the last; an empty
 * one is passed over. Returns buf.
 */
const char *dxa_similar_names(char *buf, size_t size, const char *given,
			      const char *(*names)(int i));

/* The same with an array of n names. */
const char *dxa_similar_of(char *buf, size_t size, const char *given, const char *const *names,
			   size_t n);

#endif
