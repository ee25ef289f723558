/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of kernel addresses, remembered. Live, a miss asks a source (the
 * kernel's kallsyms); in a replay the recording has filled the memory and
 * there is no source. A recording saves what was remembered, so that a replay
 * on another machine prints the same names.
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

/* Is it how drivers call their struct dax_operations, pmem_dax_ops and so on? */
bool dxa_symbol_is_ops(const char *name);

/*
 * Look addr up in the source. Returns true and fills *ret (strings owned by
 * the source, valid until its next call) or false when the address is in no
 * known symbol.
 */
typedef bool (*dxa_symbols_source_fn)(void *priv, uint64_t addr, struct dxa_symbol *ret);

/* A new, empty memory, or NULL without memory. source may be NULL. Free with dxa_symbols_free(). */
struct dxa_symbols *dxa_symbols_new(dxa_symbols_source_fn source, void *priv);

/* Free the memory and all names it handed out. NULL is allowed. */
void dxa_symbols_free(struct dxa_symbols *s);

/*
 * Remember a name for addr, replacing an older one (a module can be loaded at
 * another's old address). Copies the strings. 0 or -ENOMEM.
 */
int dxa_symbols_add(struct dxa_symbols *s, uint64_t addr, const struct dxa_symbol *sym);

/*
 * The name of addr: remembered, else from the source, else false. The strings
 * stay valid until dxa_symbols_free(). Address 0 has no name.
 */
bool dxa_symbols_find(struct dxa_symbols *s, uint64_t addr, struct dxa_symbol *ret);

/*
 * Who called the hooked function: the first return address of the record that is
 * not the hook's own (the hooked function, a return trampoline, BPF, JITed or
 * interpreted), and in *ret its name, name NULL where it has none. 0 when the
 * record does not tell.
 */
uint64_t dxa_symbols_caller(struct dxa_symbols *s, const struct dxa_event *ev,
			    struct dxa_symbol *ret);

/*
 * Split what the kernel's %ps prints, "pmem_dax_ops [nd_pmem]"; module is "" for the
 * kernel proper. False when it is an address, which is no name, or too long.
 */
bool dxa_symbol_split(const char *words, char name[DXA_NAME_LEN], char module[DXA_NAME_LEN]);

/*
 * Forget what belongs to a module that went away, so that the addresses can be
 * named anew. The strings handed out stay valid.
 */
void dxa_symbols_forget_module(struct dxa_symbols *s, const char *module);

/* Call fn for every remembered name, in the order in which they came. */
void dxa_symbols_each(const struct dxa_symbols *s,
		      void (*fn)(void *priv, uint64_t addr, const struct dxa_symbol *sym),
		      void *priv);

/* Bytes that the memory holds, for a caller that bounds it. */
size_t dxa_symbols_memory(const struct dxa_symbols *s);

#endif
