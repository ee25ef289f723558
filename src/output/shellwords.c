// SPDX-License-Identifier: GPL-2.0-only
#include "output/shellwords.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLAIN                        \
	"abcdefghijklmnopqrstuvwxyz" \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZ" \
	"0123456789_@%+=:,./-"

static bool is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

static bool has_control(const char *word)
{
	for (; *word; word++)
		if (is_control(*word))
			return true;
	return false;
}

static void put_quoted(FILE *to, const char *word)
{
	putc('\'', to);
	for (; *word; word++)
		if (*word == '\'')
			fputs("'\\''", to);
		else
			putc(*word, to);
	putc('\'', to);
}

static void put_escaped(FILE *to, const char *word)
{
	fputs("$'", to);
	for (; *word; word++)
		if (*word == '\n')
			fputs("\\n", to);
		else if (*word == '\t')
			fputs("\\t", to);
		else if (is_control(*word))
			fprintf(to, "\\x%02x", (unsigned char)*word);
		else
			fprintf(to, "%s%c", *word == '\'' || *word == '\\' ? "\\" : "", *word);
	putc('\'', to);
}

char *dxa_shellwords(const char *const *argv)
{
	char *line = NULL;
	size_t size;
	FILE *to = open_memstream(&line, &size);
	bool failed;

	if (!to)
		return NULL;
	for (const char *const *word = argv; *word; word++) {
		if (word != argv)
			putc(' ', to);
		if (has_control(*word))
			put_escaped(to, *word);
		else if (**word && !(*word)[strspn(*word, PLAIN)])
			fputs(*word, to);
		else
			put_quoted(to, *word);
	}
	failed = ferror(to);
	if (!fclose(to) && !failed)
		return line;
	free(line);
	return NULL;
}
