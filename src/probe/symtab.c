// SPDX-License-Identifier: GPL-2.0-only
#include "probe/symtab.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

/* Chains of functions by the hash of their bare names; as many as a kernel's functions need. */
#define CHAINS_MAX (1u << 16)
#define CHAINS_MIN (1u << 10)

/* Make room for one element more than *n; doubles. */
static bool reserve(void **array, size_t *cap, size_t need, size_t size)
{
	size_t to = *cap ? *cap : 1024;
	void *p;

	if (need <= *cap)
		return true;
	while (to < need)
		to *= 2;
	p = realloc(*array, to * size);
	if (!p)
		return false;
	*array = p;
	*cap = to;
	return true;
}

/* The kernel proper has a place among the modules, too. */
static bool begin(struct dxa_symtab *t)
{
	if (t->n_modules)
		return true;
	if (!reserve((void **)&t->modules, &t->cap_modules, 1, sizeof(*t->modules)))
		return false;
	t->modules[0].name[0] = '\0';
	t->n_modules = 1;
	return true;
}

/* Index of a module's name; added if new. Symbols are listed by module, so try the last one first. */
static int module_index(struct dxa_symtab *t, const char *name)
{
	for (size_t i = t->n_modules; i-- > 1;)
		if (!strcmp(t->modules[i].name, name))
			return (int)i;
	if (!reserve((void **)&t->modules, &t->cap_modules, t->n_modules + 1, sizeof(*t->modules)))
		return -1;
	snprintf(t->modules[t->n_modules].name, sizeof(t->modules[0].name), "%s", name);
	return (int)t->n_modules++;
}

bool dxa_symtab_has_module(const struct dxa_symtab *t, const char *module)
{
	for (size_t i = 1; i < t->n_modules; i++)
		if (!strcmp(t->modules[i].name, module))
			return true;
	return false;
}

bool dxa_symtab_add_module(struct dxa_symtab *t, const char *module)
{
	return begin(t) && module_index(t, module) >= 0;
}

bool dxa_symtab_add(struct dxa_symtab *t, uint64_t addr, bool data, const char *name,
		    const char *module)
{
	size_t len = strlen(name) + 1;
	int mod;

	if (!begin(t))
		return false;
	mod = module ? module_index(t, module) : 0;
	if (mod < 0 || !reserve((void **)&t->syms, &t->cap, t->n + 1, sizeof(*t->syms)) ||
	    !reserve((void **)&t->pool, &t->pool_cap, t->pool_len + len, 1))
		return false;
	t->syms[t->n++] =
		(struct dxa_symtab_symbol){ addr, (uint32_t)t->pool_len, (uint16_t)mod, data, 0 };
	memcpy(t->pool + t->pool_len, name, len);
	t->pool_len += len;
	return true;
}

bool dxa_symtab_take(struct dxa_symtab *t, const struct dxa_symtab *from, size_t n, size_t pool_len)
{
	if (!begin(t) || !reserve((void **)&t->syms, &t->cap, n, sizeof(*t->syms)) ||
	    !reserve((void **)&t->pool, &t->pool_cap, pool_len, 1))
		return false;
	memcpy(t->syms, from->syms, n * sizeof(*t->syms));
	memcpy(t->pool, from->pool, pool_len);
	t->n = n;
	t->pool_len = pool_len;
	return true;
}

static int by_addr(const void *a, const void *b)
{
	const struct dxa_symtab_symbol *x = a, *y = b;

	return x->addr < y->addr ? -1 : x->addr > y->addr;
}

/* The kernel proper is listed by address, and its modules are above it nearly everywhere. */
static size_t sorted_length(const struct dxa_symtab *t)
{
	size_t n = 0;

	while (n < t->n && !t->syms[n].module && (!n || t->syms[n - 1].addr <= t->syms[n].addr))
		n++;
	for (size_t i = n; n && i < t->n; i++)
		if (t->syms[i].addr < t->syms[n - 1].addr)
			return 0;
	return n;
}

size_t dxa_symtab_sort(struct dxa_symtab *t)
{
	size_t n = sorted_length(t);

	if (n < t->n)
		qsort(t->syms + n, t->n - n, sizeof(*t->syms), by_addr);
	return n;
}

/* The number of hash chains for n symbols, a power of two. */
static uint32_t n_chains(const struct dxa_symtab *t)
{
	uint32_t n = CHAINS_MIN;

	while (n < CHAINS_MAX && n < t->n)
		n *= 2;
	return n;
}

static uint32_t chain_of(const struct dxa_symtab *t, const char *name)
{
	size_t len = strcspn(name, ".");

	return (uint32_t)dxa_hash(DXA_HASH_START, name, len) & (n_chains(t) - 1);
}

/* In descending order, so that each chain begins with its lowest address. */
bool dxa_symtab_index(struct dxa_symtab *t)
{
	t->chains = calloc(n_chains(t), sizeof(*t->chains));
	if (!t->chains)
		return false;
	for (size_t i = t->n; i--;) {
		struct dxa_symtab_symbol *s = &t->syms[i];
		uint32_t *chain;

		if (s->data)
			continue;
		chain = &t->chains[chain_of(t, t->pool + s->name)];
		s->next = *chain;
		*chain = (uint32_t)i + 1;
	}
	return true;
}

/* Is `name` the function `want`, or a specialised copy of it that the compiler made? */
static bool is_variant(const char *name, const char *want)
{
	size_t n = strlen(want);

	if (strncmp(name, want, n) != 0)
		return false;
	name += n;
	return !strncmp(name, ".isra.", 6) || !strncmp(name, ".part.", 6) ||
	       !strncmp(name, ".constprop.", 11);
}

const struct dxa_symtab_symbol *dxa_symtab_by_name(const struct dxa_symtab *t, const char *name)
{
	const struct dxa_symtab_symbol *found = NULL;

	for (uint32_t i = t->chains ? t->chains[chain_of(t, name)] : 0; i;
	     i = t->syms[i - 1].next) {
		const struct dxa_symtab_symbol *s = &t->syms[i - 1];
		const char *have = t->pool + s->name;

		if (!strcmp(have, name))
			return s;
		if (!found && is_variant(have, name))
			found = s;
	}
	return found;
}

const struct dxa_symtab_symbol *dxa_symtab_below(const struct dxa_symtab *t, uint64_t addr)
{
	size_t lo = 0, hi = t->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (t->syms[mid].addr <= addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo ? &t->syms[lo - 1] : NULL;
}

const char *dxa_symtab_name(const struct dxa_symtab *t, const struct dxa_symtab_symbol *s)
{
	return t->pool + s->name;
}

const char *dxa_symtab_module(const struct dxa_symtab *t, const struct dxa_symtab_symbol *s)
{
	return s->module ? t->modules[s->module].name : NULL;
}

void dxa_symtab_clear(struct dxa_symtab *t)
{
	free(t->syms);
	free(t->chains);
	free(t->pool);
	free(t->modules);
	*t = (struct dxa_symtab){ 0 };
}
