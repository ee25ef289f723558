// SPDX-License-Identifier: GPL-2.0-only
#include "base/similar.h"

#include <string.h>

/* Longer than every name: what is longer still is close to none. */
#define NAME_MAX_LEN 64

static size_t min(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* How many letters must be added, removed or changed to make b from a. */
static size_t distance(const char *a, const char *b)
{
	size_t row[NAME_MAX_LEN + 1], len = strlen(b);

	if (len > NAME_MAX_LEN)
		return NAME_MAX_LEN;
	for (size_t j = 0; j <= len; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= len; j++) {
			size_t changed = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			row[j] = min(changed, min(row[j], row[j - 1]) + 1);
		}
	}
	return row[len];
}

bool dxa_similar(const char *given, const char *name)
{
	return strlen(given) >= 3 &&
	       (strstr(name, given) || distance(name, given) <= strlen(name) / 3);
}

static void append(char *buf, size_t size, const char *s)
{
	strncat(buf, s, size - strlen(buf) - 1);
}

const char *dxa_similar_names(char *buf, size_t size, const char *given,
			      const char *(*names)(int i))
{
	const char *name;

	buf[0] = '\0';
	for (int i = 0; (name = names(i)); i++) {
		if (!name[0] || !dxa_similar(given, name))
			continue;
		append(buf, size, buf[0] ? ", " : ": did you mean ");
		append(buf, size, name);
	}
	if (buf[0])
		append(buf, size, "?");
	return buf;
}
