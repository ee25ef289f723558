// SPDX-License-Identifier: GPL-2.0-only
#include "base/suggest.h"

#include <string.h>

/* Longer than every name; longer text matches none. */
#define NAME_MAX_LEN 64

static size_t min(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * The edit distance: how many letters must be added, removed, changed or exchanged with
 * their neighbour to make b from a.
 */
static size_t distance(const char *a, const char *b)
{
	size_t rows[3][NAME_MAX_LEN + 1], len = strlen(b);
	size_t *before = rows[0], *above = rows[1], *row = rows[2];

	if (len > NAME_MAX_LEN)
		return NAME_MAX_LEN;
	for (size_t j = 0; j <= len; j++)
		above[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t *spare = before;

		row[0] = i;
		for (size_t j = 1; j <= len; j++) {
			row[j] = min(above[j - 1] + (a[i - 1] != b[j - 1]),
				     min(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = min(row[j], before[j - 2] + 1);
		}
		before = above;
		above = row;
		row = spare;
	}
	return above[len];
}

/* Is name the last word of given, like pmem of nd_pmem? */
static bool ends_in(const char *given, const char *name)
{
	size_t all = strlen(given), len = strlen(name);

	return len >= 3 && all > len && !strcmp(given + all - len, name);
}

bool dxa_suggest_matches(const char *given, const char *name)
{
	return !strcmp(name, given) ||
	       (strlen(given) >= 3 && (strstr(name, given) || ends_in(given, name) ||
				       distance(name, given) <= strlen(name) / 3));
}

static void append(char *buf, size_t size, const char *s)
{
	strncat(buf, s, size - strlen(buf) - 1);
}

static void append_similar(char *buf, size_t size, const char *given, const char *name)
{
	if (!name[0] || !dxa_suggest_matches(given, name))
		return;
	append(buf, size, buf[0] ? ", " : ": did you mean ");
	append(buf, size, name);
}

const char *dxa_suggest_names(char *buf, size_t size, const char *given,
			      const char *(*names)(int i))
{
	const char *name;

	buf[0] = '\0';
	for (int i = 0; (name = names(i)); i++)
		append_similar(buf, size, given, name);
	if (buf[0])
		append(buf, size, "?");
	return buf;
}

const char *dxa_suggest_of(char *buf, size_t size, const char *given, const char *const *names,
			   size_t n)
{
	buf[0] = '\0';
	for (size_t i = 0; i < n; i++)
		append_similar(buf, size, given, names[i]);
	if (buf[0])
		append(buf, size, "?");
	return buf;
}
