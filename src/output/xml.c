// SPDX-License-Identifier: GPL-2.0-only
#include "output/xml.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/utf8.h"

/* XML 1.0, section 2.2: even as a reference no other character may appear. */
static bool is_xml_char(uint32_t cp)
{
	return (cp >= 0x20 && cp <= 0xd7ff) || (cp >= 0xe000 && cp <= 0xfffd) || cp >= 0x10000;
}

void dxa_xml_put(FILE *out, const char *text)
{
	uint32_t cp;
	size_t n;

	for (; (n = dxa_utf8_next(text, &cp)); text += n) {
		if (cp == '&')
			fputs("&amp;", out);
		else if (cp == '<')
			fputs("&lt;", out);
		else if (cp == '>')
			fputs("&gt;", out);
		else if (cp == '"')
			fputs("&quot;", out);
		else if (cp == '\t' || cp == '\r')
			fprintf(out, "&#%u;", (unsigned int)cp);
		else if (cp == '\n')
			fputc('\n', out);
		else
			dxa_utf8_put(out, is_xml_char(cp) ? dxa_utf8_printable(cp) : DXA_UTF8_BAD);
	}
}
