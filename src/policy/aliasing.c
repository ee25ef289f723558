// SPDX-License-Identifier: GPL-2.0-only
#include "policy/aliasing.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FROM(ret, ...) snprintf((ret)->from, sizeof((ret)->from), __VA_ARGS__)

static enum dxa_aliasing yes_or_no(bool yes)
{
	return yes ? DXA_ALIASING_YES : DXA_ALIASING_NO;
}

static bool by_variable(const struct dxa_arch_runtime *r, const struct dxa_aliasing_facts *facts,
			struct dxa_aliasing_answer *ret)
{
	if (!r->variable || !facts->has_value || (!r->mask && !facts->page_size))
		return false;
	ret->aliasing =
		yes_or_no(r->mask ? facts->value & r->mask : facts->value > facts->page_size);
	FROM(ret, "%s = 0x%" PRIx64, r->variable, facts->value);
	return true;
}

/* Is word one of the words of the n characters at line? */
static bool has_word(const char *line, size_t n, const char *word)
{
	size_t len = strlen(word);

	for (size_t i = 0; i + len <= n; i++)
		if (!strncmp(line + i, word, len) && (i + len == n || line[i + len] == ' ') &&
		    (!i || strchr(" \t:", line[i - 1])))
			return true;
	return false;
}

static bool by_cpuinfo(const struct dxa_arch_runtime *r, const struct dxa_aliasing_facts *facts,
		       struct dxa_aliasing_answer *ret)
{
	const char *line;
	bool has;

	if (!r->cpuinfo_key || !facts->cpuinfo)
		return false;
	line = strstr(facts->cpuinfo, r->cpuinfo_key);
	if (!line)
		return false;
	has = has_word(line, strcspn(line, "\n"), r->cpuinfo_word);
	ret->aliasing = yes_or_no(has);
	FROM(ret, "/proc/cpuinfo: %s%s", has ? "" : "no ", r->cpuinfo_word);
	return true;
}

/* The text without the commas around it that only serve to find it. */
static void name_log_line(struct dxa_aliasing_answer *ret, const char *text)
{
	const char *start = text + strspn(text, ", ");

	FROM(ret, "boot log: %.*s", (int)strcspn(start, ","), start);
}

/* A size behind the text, which the kernel compares with that of a page. */
static bool by_size(const char *size, const char *text, const struct dxa_aliasing_facts *facts,
		    struct dxa_aliasing_answer *ret)
{
	char *end;
	unsigned long long bytes = strtoull(size, &end, 10);

	if (end == size || !facts->page_size)
		return false;
	ret->aliasing = yes_or_no(bytes > facts->page_size);
	FROM(ret, "boot log: %s%llu", text, bytes);
	return true;
}

static bool by_log(const struct dxa_arch_runtime *r, const struct dxa_aliasing_facts *facts,
		   struct dxa_aliasing_answer *ret)
{
	if (!r->log || !facts->log)
		return false;
	for (const struct dxa_arch_log *l = r->log; l->text; l++) {
		const char *at = strstr(facts->log, l->text);

		if (!at)
			continue;
		if (l->aliasing == DXA_ALIASING_UNKNOWN)
			return by_size(at + strlen(l->text), l->text, facts, ret);
		ret->aliasing = l->aliasing;
		name_log_line(ret, l->text);
		return true;
	}
	return false;
}

void dxa_aliasing_decide(const struct dxa_arch *arch, const struct dxa_aliasing_facts *facts,
			 struct dxa_aliasing_answer *ret)
{
	const struct dxa_arch_runtime *r = arch ? arch->runtime : NULL;

	*ret = (struct dxa_aliasing_answer){ .aliasing = DXA_ALIASING_UNKNOWN };
	if (!arch) {
		FROM(ret, "unknown: an architecture this version does not know");
		return;
	}
	if (arch->aliasing != DXA_ALIASING_UNKNOWN) {
		ret->aliasing = arch->aliasing;
		FROM(ret, "%s", arch->how);
		return;
	}
	if (r && (by_cpuinfo(r, facts, ret) || by_variable(r, facts, ret) || by_log(r, facts, ret)))
		return;
	FROM(ret, "unknown: cannot find out whether %s", arch->how);
}
