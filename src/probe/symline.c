// SPDX-License-Identifier: GPL-2.0-only
#include "probe/symline.h"

#include <string.h>

/* Parse hexadecimal digits; *end is after them. strtoull() takes three times as long. */
static uint64_t parse_address(char *text, char **end)
{
	uint64_t addr = 0;

	for (;; text++) {
		unsigned int digit = (unsigned char)*text - '0';

		if (digit > 9) {
			digit = ((unsigned char)*text | 0x20) - 'a' + 10u;
			if (digit < 10 || digit > 15)
				break;
		}
		addr = addr << 4 | digit;
	}
	*end = text;
	return addr;
}

bool dxa_symline_split(char *text, struct dxa_symline *ret)
{
	char *p, *name;

	*ret = (struct dxa_symline){ .addr = parse_address(text, &p) };
	if (p == text || p[0] != ' ' || !p[1] || p[2] != ' ')
		return false;
	ret->type = p[1];
	ret->name = name = p + 3;
	name[strcspn(name, "\n")] = '\0';
	p = strchr(name, '\t');
	if (p) {
		*p++ = '\0';
		ret->module = p + (*p == '[');
		p[strcspn(p, "]")] = '\0';
	}
	return true;
}

bool dxa_symline_is_label(const char *name)
{
	return !name[0] || name[0] == '$' || !strncmp(name, ".L", 2);
}
