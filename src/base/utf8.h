/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * UTF-8 out of whatever bytes a name holds: a comm, a command line and a
 * device's name are bytes to the kernel, but JSON and XML are Unicode.
 */
#ifndef DAXAUDIT_BASE_UTF8_H
#define DAXAUDIT_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* U+FFFD, which stands for bytes that are no character. */
#define DXA_UTF8_BAD 0xfffdu

/*
 * The character that a string begins with. *cp gets its code point, or
 * DXA_UTF8_BAD for a byte that begins no character (overlong forms, surrogates
 * and numbers above U+10FFFF are none; RFC 3629). Returns how many bytes it
 * takes: at least 1, or 0 at the string's end.
 */
size_t dxa_utf8_next(const char *s, uint32_t *cp);

/* Write a code point as UTF-8, without a final NUL. Returns its length, 1 to 4. */
size_t dxa_utf8_encode(char buf[4], uint32_t cp);

/* The same to a stream; what fails is the stream's to remember. */
void dxa_utf8_put(FILE *out, uint32_t cp);

/*
 * Is it a control character, with which a name could move a terminal's cursor, begin
 * a line or reorder what stands beside it? Those are C0, DEL, C1, the separators of
 * lines and paragraphs, and the format characters such as U+202E.
 */
bool dxa_utf8_is_control(uint32_t cp);

/* What stands for a code point in text for people: U+FFFD for a control, a blank for a tab. */
uint32_t dxa_utf8_printable(uint32_t cp);

/* Write a string for people: dxa_utf8_printable() of every character, U+FFFD for a bad byte. */
void dxa_utf8_print(FILE *out, const char *s);

/*
 * Make it one line, in place: bad bytes and control characters become '?', a
 * tab a blank. For messages with names in them, which may hold anything.
 */
void dxa_utf8_make_line(char *s);

/* The string with every bad byte replaced. The caller frees it; NULL without memory. */
char *dxa_utf8_clean(const char *s);

#endif
