// SPDX-License-Identifier: GPL-2.0-only
#include "probe/symfind.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "probe/wanted.h"

/* The struct module of a module, among its symbols. */
#define SELF "__this_module"

/*
 * Static functions that are called directly, not by a pointer: the compiler may leave only a
 * specialised copy with another name. Such a function exists if `with` does (NULL: always) and
 * `without` does not.
 */
static const struct {
	const char *function, *with, *without;
} may_be_renamed[] = {
	{ "really_probe", NULL, NULL },
	{ "__devm_create_dev_dax", NULL, "devm_create_dev_dax" },
	{ "pmem_attach_disk", DXA_OPS_PMEM, NULL },
};

static bool look_up(const struct dxa_symfind_source *s, const char *module, const char *name,
		    struct dxa_symfind *q)
{
	int length = snprintf(q->name, sizeof(q->name), "%s%s%s", module, *module ? ":" : "", name);

	if (length < 0 || (size_t)length >= sizeof(q->name))
		return false;
	q->length = (uint32_t)length + 1;
	return s->look_up(s->priv, q) && (!q->result || q->result == -ENOENT);
}

/* A module that is being loaded or unloaded has other code, too, or lacks symbols. */
static bool add_module(const struct dxa_symfind_source *s, const char *line, struct dxa_kallsyms *k)
{
	struct dxa_symfind q = { .is_module = 1 };
	char name[56], state[16];
	uint64_t address;

	/* "nd_pmem 28672 1 - Live 0xffffffffc0a1b000" */
	if (sscanf(line, "%55s %*s %*s %*s %15s %" SCNx64, name, state, &address) != 3 ||
	    strcmp(state, "Live") != 0)
		return false;
	return look_up(s, name, SELF, &q) && q.address && q.start == address &&
	       dxa_kallsyms_add_module(k, name, q.start, q.size);
}

static bool add_modules(const struct dxa_symfind_source *s, struct dxa_kallsyms *k)
{
	_cleanup_fclose_ FILE *f = fopen(s->modules, "re");
	_cleanup_free_ char *line = NULL;
	size_t cap = 0;

	/* A kernel without modules does not have the file. */
	if (!f)
		return errno == ENOENT;
	while (getline(&line, &cap, f) > 0)
		if (!add_module(s, line, k))
			return false;
	return !ferror(f);
}

/* A function of a module need not be the only one of that name. */
static bool add_symbol(const struct dxa_symfind_source *s, size_t i, struct dxa_kallsyms *k)
{
	const char *name = dxa_wanted_name(i), *module = dxa_wanted_module(i);
	struct dxa_symfind q = { 0 };

	if (module && dxa_kallsyms_has_module(k, module) && !look_up(s, module, name, &q))
		return false;
	if (!q.address && !look_up(s, "", name, &q))
		return false;
	if (!q.address)
		return !s->in_btf(s->priv, name);
	return dxa_kallsyms_add(k, q.address, name);
}

static bool none_is_renamed(const struct dxa_kallsyms *k)
{
	for (size_t i = 0; i < sizeof(may_be_renamed) / sizeof(may_be_renamed[0]); i++) {
		const char *with = may_be_renamed[i].with, *without = may_be_renamed[i].without;

		if (!dxa_kallsyms_has(k, may_be_renamed[i].function) &&
		    (!with || dxa_kallsyms_has(k, with)) &&
		    (!without || !dxa_kallsyms_has(k, without)))
			return false;
	}
	return true;
}

bool dxa_symfind_all(const struct dxa_symfind_source *s, struct dxa_kallsyms *k)
{
	if (!add_modules(s, k))
		return false;
	for (size_t i = 0; dxa_wanted_name(i); i++)
		if (!add_symbol(s, i, k))
			return false;
	return none_is_renamed(k);
}
