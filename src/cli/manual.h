/* SPDX-License-Identifier: GPL-2.0-only */
/* The manual pages, generated from the same tables as --help. */
#ifndef DAXAUDIT_CLI_MANUAL_H
#define DAXAUDIT_CLI_MANUAL_H

#include <stddef.h>

struct dxa_manual {
	const char *name; /* "daxaudit-policy" */
	int section;
	const char *title; /* one line, as apropos(1) shows it */
	void (*print)(void); /* the sections between NAME and SEE ALSO, to standard output */
};

/* Page i, daxaudit(8) first; NULL after the last one. Static. */
const struct dxa_manual *dxa_manual_at(size_t i);

/* The bodies of the pages. */
void dxa_manual_print_daxaudit(void);
void dxa_manual_print_policy(void);
void dxa_manual_print_rules(void);
void dxa_manual_print_recording(void);

/* ---- troff ---- */

/* Print text as lines of a paragraph, escaped for troff. */
void dxa_troff_prose(const char *text);

/* Print a tag in bold and its text, which may be NULL. */
void dxa_troff_item(const char *tag, const char *text);

/* Print lines of an example, not filled. */
void dxa_troff_example(const char *const *lines);

#endif
