/* SPDX-License-Identifier: GPL-2.0-only */
/* The frame of an HTML page, valid as HTML and as XML: head, verdict, table of facts, script. */
#ifndef DAXAUDIT_OUTPUT_HTML_PAGE_H
#define DAXAUDIT_OUTPUT_HTML_PAGE_H

#include <stdio.h>

#include "engine/verdict.h"

/* The page up to its first heading; verdict, a word, is in its title. */
void dxa_html_begin(FILE *out, const char *verdict);

/* The end of the page, with its script. */
void dxa_html_end(FILE *out);

/* A word in the colour of a verdict, and why; NULL: no reason. */
void dxa_html_closing(FILE *out, enum dxa_verdict_kind colour, const char *word, const char *why);

/* The verdict, and why: allocated, and freed here; NULL: no reason. */
void dxa_html_verdict(FILE *out, enum dxa_verdict_kind kind, char *why);

/* A row of a table of facts; none if value is NULL or empty. name: without special characters. */
void dxa_html_row(FILE *out, const char *name, const char *value);

/* The row of a command; none if argv (NULL-terminated) is NULL. */
void dxa_html_command(FILE *out, const char *const *argv);

#endif
