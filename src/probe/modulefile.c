// SPDX-License-Identifier: GPL-2.0-only
#include "probe/modulefile.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/cleanup.h"

/* Is path the path of NAME.ko, NAME.ko.xz, ...? */
static bool is_of(const char *path, const char *name)
{
	const char *base = strrchr(path, '/');

	base = base ? base + 1 : path;
	for (; *name; name++, base++)
		if (*name != *base && !(strchr("-_", *name) && *base && strchr("-_", *base)))
			return false;
	return !strncmp(base, ".ko", 3);
}

bool dxa_module_find(const char *name, char *path, size_t size)
{
	_cleanup_free_ char *line = NULL;
	struct utsname uts;
	char list[256];
	size_t cap = 0;

	if (uname(&uts))
		return false;
	snprintf(list, sizeof(list), "/lib/modules/%s/modules.dep", uts.release);
	_cleanup_fclose_ FILE *f = fopen(list, "re");
	while (f && getline(&line, &cap, f) > 0) {
		char *end = strchr(line, ':');

		if (!end)
			continue;
		*end = '\0';
		if (!is_of(line, name))
			continue;
		snprintf(path, size, "/lib/modules/%s/%s", uts.release, line);
		return true;
	}
	return false;
}
