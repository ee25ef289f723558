// SPDX-License-Identifier: GPL-2.0-only
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

/* The length of a character by its first byte, and the bits of the code point in that. */
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
		/* The final NUL is not a continuation byte, so this never reads past it. */
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

bool dxa_utf8_is_control(uint32_t cp)
{
	/* Categories Cc, Cf, Zl and Zp of Unicode 15.0, UnicodeData.txt. */
	static const struct {
		uint32_t first, last;
	} ranges[] = { { 0x0, 0x1f },	     { 0x7f, 0x9f },	   { 0xad, 0xad },
		       { 0x600, 0x605 },     { 0x61c, 0x61c },	   { 0x6dd, 0x6dd },
		       { 0x70f, 0x70f },     { 0x890, 0x891 },	   { 0x8e2, 0x8e2 },
		       { 0x180e, 0x180e },   { 0x200b, 0x200f },   { 0x2028, 0x202e },
		       { 0x2060, 0x2064 },   { 0x2066, 0x206f },   { 0xfeff, 0xfeff },
		       { 0xfff9, 0xfffb },   { 0x110bd, 0x110bd }, { 0x110cd, 0x110cd },
		       { 0x13430, 0x1343f }, { 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a },
		       { 0xe0001, 0xe0001 }, { 0xe0020, 0xe007f } };

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]) && cp >= ranges[i].first; i++)
		if (cp <= ranges[i].last)
			return true;
	return false;
}

uint32_t dxa_utf8_printable(uint32_t cp)
{
	return cp == '\t' ? ' ' : dxa_utf8_is_control(cp) ? DXA_UTF8_BAD : cp;
}

void dxa_utf8_print(FILE *out, const char *s)
{
	uint32_t cp;
	size_t n;

	for (; (n = dxa_utf8_next(s, &cp)); s += n)
		dxa_utf8_put(out, dxa_utf8_printable(cp));
}

void dxa_utf8_make_line(char *s)
{
	uint32_t cp;
	size_t n;

	for (; (n = dxa_utf8_next(s, &cp)); s += n)
		if (dxa_utf8_is_control(cp) || cp == DXA_UTF8_BAD)
			memset(s, cp == '\t' ? ' ' : '?', n);
}

char *dxa_utf8_clean(const char *s)
{
	/* An invalid byte becomes three bytes. */
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
