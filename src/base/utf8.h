/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Makes UTF-8 from any bytes: task names, command lines and device names are arbitrary
 * bytes, but JSON and XML need Unicode.
 */
#ifndef DAXAUDIT_BASE_UTF8_H
#define DAXAUDIT_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* U+FFFD, the replacement for invalid bytes. */
#define DXA_UTF8_BAD 0xfffdu

/*
 * The first character of a string. *cp gets its code point, or DXA_UTF8_BAD for an
 * invalid byte (overlong forms, surrogates and numbers above U+10FFFF included; RFC
 * 3629). Returns its length in bytes, at least 1, or 0 at the end of the string.
 */
size_t dxa_utf8_next(const char *s, uint32_t *cp);

/* Write a code point as UTF-8, without a final NUL. Returns its length, 1 to 4. */
size_t dxa_utf8_encode(char buf[4], uint32_t cp);

/* The same to a stream; errors are in the stream's error indicator. */
void dxa_utf8_put(FILE *out, uint32_t cp);

/*
 * Is it a control character, with which a name could move the cursor of a terminal, start
 * a line or reorder the text around it? These are C0, DEL, C1, the separators of lines
 * and paragraphs, and format characters such as U+202E.
 */
bool dxa_utf8_is_control(uint32_t cp);

/* The code point to print for cp: U+FFFD for a control character, a blank for a tab. */
uint32_t dxa_utf8_printable(uint32_t cp);

/* Write a string for people: dxa_utf8_printable() of every character. */
void dxa_utf8_print(FILE *out, const char *s);

/*
 * Make it one line, in place: invalid bytes and control characters become '?', a tab
 * becomes a blank. For messages with names, which may contain any bytes.
 */
void dxa_utf8_make_line(char *s);

/* A copy with every invalid byte replaced. The caller frees it; NULL without memory. */
char *dxa_utf8_clean(const char *s);

#endif
