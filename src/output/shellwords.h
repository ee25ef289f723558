/* SPDX-License-Identifier: GPL-2.0-only */
/* A command as a line that a shell reads as the same words. */
#ifndef DAXAUDIT_OUTPUT_SHELLWORDS_H
#define DAXAUDIT_OUTPUT_SHELLWORDS_H

/*
 * Join the NULL-terminated words with blanks. Words with characters that a shell interprets are
 * quoted, those with control characters as $'...'. NULL without memory; the caller frees it.
 */
char *dxa_shellwords(const char *const *argv);

#endif
