/* SPDX-License-Identifier: GPL-2.0-only */
/* Symbols of single addresses, from the kernel. Internal to src/probe. */
#ifndef DAXAUDIT_PROBE_KSYM_H
#define DAXAUDIT_PROBE_KSYM_H

#include <bpf/libbpf.h>

#include "probe/kallsyms.h"

/* Addresses that are remembered as known. */
#define DXA_KSYM_KNOWN 64

/*
 * The kernel finds the symbol of an address in microseconds. Reading /proc/kallsyms takes
 * 0.1 s or more after each module that is loaded or unloaded, while records wait; that is
 * the fallback without the program.
 */
struct dxa_ksym_reader {
	struct dxa_kallsyms *kallsyms; /* borrowed */
	struct bpf_program *prog; /* NULL: none */
	/* When a module was freed and loaded last, ktime in ns, 0: not yet; in the loaded object. */
	const volatile __u64 *freed_at, *loaded_at;
	uint64_t at; /* ktime of the record whose addresses are looked up, ns */
	uint64_t known[DXA_KSYM_KNOWN]; /* addresses whose symbols are in the cache; 0: none */
};

/* A module was unloaded: the cache has lost symbols. */
void dxa_ksym_forget(struct dxa_ksym_reader *n);

/* Select the program of obj for loading, if this kernel can run it: v5.14 and later. */
void dxa_ksym_select(struct dxa_ksym_reader *n, const struct bpf_object *obj);

/*
 * Put the symbols of the record's addresses into the cache: a module may be unloaded soon.
 * If a module was freed and one loaded after the record, its module addresses may have new
 * owners: of addresses that are not in the cache, only the module is named, if it is known.
 */
void dxa_ksym_look_up(struct dxa_ksym_reader *n, struct dxa_symbols *symbols,
		      const struct dxa_event *ev);

/* A dxa_symbols_source_fn; priv is the struct dxa_ksym_reader. */
bool dxa_ksym_source(void *priv, uint64_t addr, struct dxa_symbol *ret);

#endif
