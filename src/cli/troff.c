// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include "cli/manual.h"

/* Print one line with minus signs and backslashes escaped. */
static void print_escaped(const char *text)
{
	/* A dot or quote at the start of a line would begin a request. */
	if (*text == '.' || *text == '\'')
		fputs("\\&", stdout);
	for (; *text; text++) {
		if (*text == '\\')
			fputs("\\e", stdout);
		else if (*text == '-')
			fputs("\\-", stdout);
		else
			putchar(*text == '\n' ? ' ' : *text);
	}
	putchar('\n');
}

void dxa_troff_prose(const char *text)
{
	print_escaped(text);
}

void dxa_troff_item(const char *tag, const char *text)
{
	printf(".TP\n.B ");
	print_escaped(tag);
	if (text && *text)
		print_escaped(text);
}

void dxa_troff_example(const char *const *lines)
{
	printf(".PP\n.nf\n.RS 4\n");
	for (; *lines; lines++)
		print_escaped(*lines);
	printf(".RE\n.fi\n");
}
