// SPDX-License-Identifier: GPL-2.0-only
#include "base/errinject.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* enum error_injection_type in include/asm-generic/error-injection.h, as written in the list. */
static const struct {
	const char *kind;
	int64_t value;
} kinds[] = {
	{ "NULL", 0 },
	{ "ERRNO", -ENOMEM },
	{ "ERRNO_NULL", -ENOMEM },
	{ "TRUE", 1 },
};

static const struct {
	const char *site, *function;
} shorts[] = {
	{ "slab", "should_failslab" },
	{ "page", "should_fail_alloc_page" },
};

bool dxa_errinject_parse(const char *line, struct dxa_errinject *ret)
{
	size_t name = strcspn(line, " \t\n"), kind;
	const char *tab = strrchr(line, '\t');

	if (!tab || !name || name >= sizeof(ret->function))
		return false;
	kind = strcspn(++tab, "\n");
	*ret = (struct dxa_errinject){ 0 };
	memcpy(ret->function, line, name);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strlen(kinds[i].kind) != kind || strncmp(tab, kinds[i].kind, kind) != 0)
			continue;
		ret->value = kinds[i].value;
		return true;
	}
	return false;
}

const char *dxa_errinject_function(const char *site)
{
	for (size_t i = 0; i < sizeof(shorts) / sizeof(shorts[0]); i++)
		if (!strcmp(site, shorts[i].site))
			return shorts[i].function;
	return site;
}
