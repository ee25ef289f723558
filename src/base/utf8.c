// SPDX-License-Identifier: GPL-2.0-only
#include "base/utf8.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* How many bytes the first one announces, and what it holds of the code point. */
static size_t lead(unsigned char c, uint32_t *bits)
{
	if (c < 0x80) {
		*bits = c;
		return 1;
	}
	if ((c & 0xe0) == 0xc0) {
		*bits = c & 0x1f;
		return 2;
	}
	if ((c & 0xf0) == 0xe0) {
		*bits = c & 0x0f;
		return 3;
	}
	*bits = c & 0x07;
	return (c & 0xf8) == 0xf0 ? 4 : 0;
}

size_t dxa_utf8_next(const char *s, uint32_t *cp)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t value;
	size_t len;

	if (!*s)
		return 0;
	len = lead((unsigned char)*s, &value);
	*cp = DXA_UTF8_BAD;
	for (size_t i = 1; i < len; i++) {
		/* The final NUL is no continuation, so this never reads behind it. */
		if (((unsigned char)s[i] & 0xc0) != 0x80)
			return 1;
		value = value << 6 | ((unsigned char)s[i] & 0x3f);
	}
	if (!len || value < least[len] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000))
		return 1;
	*cp = value;
	return len;
}

size_t dxa_utf8_encode(char buf[4], uint32_t cp)
{
	size_t len = cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
	static const unsigned char marks[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

	for (size_t i = len; --i > 0; cp >>= 6)
		buf[i] = (char)(0x80 | (cp & 0x3f));
	buf[0] = (char)(marks[len] | cp);
	return len;
}

void dxa_utf8_put(FILE *out, uint32_t cp)
{
	char buf[4] = { 0 };

	fwrite(buf, 1, dxa_utf8_encode(buf, cp), out);
}

static bool is_control(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp < 0xa0);
}

void dxa_utf8_print(FILE *out, const char *s)
{
	uint32_t cp;
	size_t n;

	for (; (n = dxa_utf8_next(s, &cp)); s += n)
		dxa_utf8_put(out, cp == '\t' ? ' ' : is_control(cp) ? DXA_UTF8_BAD : cp);
}

void dxa_utf8_make_line(char *s)
{
	uint32_t cp;
	size_t n;

	for (; (n = dxa_utf8_next(s, &cp)); s += n)
		if (is_control(cp) || cp == DXA_UTF8_BAD)
			memset(s, cp == '\t' ? ' ' : '?', n);
}

char *dxa_utf8_clean(const char *s)
{
	/* A bad byte becomes three. */
	char *ret = malloc(3 * strlen(s) + 1), *at = ret;
	uint32_t cp;
	size_t n;

	if (!ret)
		return NULL;
	for (; (n = dxa_utf8_next(s, &cp)); s += n)
		at += dxa_utf8_encode(at, cp);
	*at = '\0';
	return ret;
}
