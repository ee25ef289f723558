/* SPDX-License-Identifier: GPL-2.0-only */
/* A table of the kernel's symbols: by address, and functions by name. Internal to src/probe. */
#ifndef DAXAUDIT_PROBE_SYMTAB_H
#define DAXAUDIT_PROBE_SYMTAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dxa_symtab_symbol {
	uint64_t addr;
	uint32_t name; /* offset in pool */
	uint16_t module; /* index in modules; 0: the kernel proper */
	uint16_t data; /* a variable: matches its exact address only */
	uint32_t next; /* another function with the same hash, at a higher address; 0: none */
};

struct dxa_symtab_module {
	char name[56];
};

/* Zero is empty. */
struct dxa_symtab {
	struct dxa_symtab_symbol *syms; /* by address, once it is sorted */
	size_t n, cap;
	uint32_t *chains; /* index in syms plus one */
	char *pool;
	size_t pool_len, pool_cap;
	struct dxa_symtab_module *modules; /* the first is the kernel proper */
	size_t n_modules, cap_modules;
};

/* Add a symbol; module: NULL for the kernel proper. False without memory. */
bool dxa_symtab_add(struct dxa_symtab *t, uint64_t addr, bool data, const char *name,
		    const char *module);

/* Is it the name of a module in the table? */
bool dxa_symtab_has_module(const struct dxa_symtab *t, const char *module);

/* Add a module without symbols. False without memory. */
bool dxa_symtab_add_module(struct dxa_symtab *t, const char *module);

/* Copy the first n symbols of `from`, whose names end at pool_len. False without memory. */
bool dxa_symtab_take(struct dxa_symtab *t, const struct dxa_symtab *from, size_t n,
		     size_t pool_len);

/* Sort it by address. Returns how many symbols of the kernel proper were in order at its start. */
size_t dxa_symtab_sort(struct dxa_symtab *t);

/* Build the index by name of a sorted table. False without memory. */
bool dxa_symtab_index(struct dxa_symtab *t);

/* The function `name`, else a variant of it (dxa_kallsyms_by_name()), or NULL. */
const struct dxa_symtab_symbol *dxa_symtab_by_name(const struct dxa_symtab *t, const char *name);

/* The last symbol at or below addr, or NULL. */
const struct dxa_symtab_symbol *dxa_symtab_below(const struct dxa_symtab *t, uint64_t addr);

/* A symbol's name, and its module's, NULL for the kernel proper. Valid as long as the table. */
const char *dxa_symtab_name(const struct dxa_symtab *t, const struct dxa_symtab_symbol *s);
const char *dxa_symtab_module(const struct dxa_symtab *t, const struct dxa_symtab_symbol *s);

/* Free what it holds; it is empty then. */
void dxa_symtab_clear(struct dxa_symtab *t);

#endif
