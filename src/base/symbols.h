/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A cache of the names of kernel addresses. In a live audit a miss asks a source
 * (kallsyms). A recording contains the cached names, so a replay on another machine,
 * which has no source, prints the same names.
 */
#ifndef DAXAUDIT_BASE_SYMBOLS_H
#define DAXAUDIT_BASE_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daxaudit/event.h"

struct dxa_symbols;

struct dxa_symbol {
	const char *name; /* without a .cold, .isra.N, .part.N or .constprop.N suffix */
	const char *module; /* NULL for the kernel proper */
	uint64_t offset; /* address minus the symbol's address */
};

/* The struct dax_operations of the drivers in src/engine/owner.c. */
#define DXA_OPS_PMEM "pmem_dax_ops"
#define DXA_OPS_DM "dm_dax_ops"
#define DXA_OPS_VIRTIOFS "virtio_fs_dax_ops"
#define DXA_OPS_DCSSBLK "dcssblk_dax_ops"
#define DXA_OPS_FSDEV "dev_dax_ops"

/* Is it a name of a struct dax_operations, such as pmem_dax_ops? */
bool dxa_symbol_is_ops(const char *name);

/*
 * Look addr up in the source. Returns true and fills *ret (the strings belong to the
 * source and are valid until its next call), or false when no symbol contains addr.
 */
typedef bool (*dxa_symbols_source_fn)(void *priv, uint64_t addr, struct dxa_symbol *ret);

/* A new, empty cache, or NULL without memory. source may be NULL. Free with dxa_symbols_free(). */
struct dxa_symbols *dxa_symbols_new(dxa_symbols_source_fn source, void *priv);

/* Free the cache and all its names. NULL is allowed. */
void dxa_symbols_free(struct dxa_symbols *s);

/*
 * Add a name for addr, which replaces an older one (a module can be loaded at the
 * former address of another). Copies the strings. 0 or -ENOMEM.
 */
int dxa_symbols_add(struct dxa_symbols *s, uint64_t addr, const struct dxa_symbol *sym);

/*
 * The name of addr from the cache, else from the source; false if there is none. The
 * strings are valid until dxa_symbols_free(). Address 0 has no name.
 */
bool dxa_symbols_find(struct dxa_symbols *s, uint64_t addr, struct dxa_symbol *ret);

/*
 * The caller of the hooked function: the first return address of the record that is not
 * part of the hook (the hooked function, a return trampoline, BPF code, JITed or
 * interpreted). *ret gets its symbol, name NULL if it has none. 0 when it is not known.
 */
uint64_t dxa_symbols_caller(struct dxa_symbols *s, const struct dxa_event *ev,
			    struct dxa_symbol *ret);

/*
 * Split the output of the kernel's %ps, "pmem_dax_ops [nd_pmem]"; module is "" for the
 * kernel proper. False when it is an address without a name, or too long.
 */
bool dxa_symbol_split(const char *words, char name[DXA_NAME_LEN], char module[DXA_NAME_LEN]);

/*
 * Remove the names of a module that was unloaded: its addresses can be reused. Strings
 * that were returned stay valid.
 */
void dxa_symbols_forget_module(struct dxa_symbols *s, const char *module);

/* Call fn for every cached name, in the order in which they were added. */
void dxa_symbols_each(const struct dxa_symbols *s,
		      void (*fn)(void *priv, uint64_t addr, const struct dxa_symbol *sym),
		      void *priv);

/* The size of the cache in bytes, for a caller that limits it. */
size_t dxa_symbols_memory(const struct dxa_symbols *s);

#endif
