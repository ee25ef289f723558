/* SPDX-License-Identifier: GPL-2.0-only */
/* Symbols of single addresses, from the kernel. Internal to src/probe. */
#ifndef DAXAUDIT_PROBE_KSYM_H
#define DAXAUDIT_PROBE_KSYM_H

#include <bpf/libbpf.h>

#include "probe/kallsyms.h"

/*
 * The kernel finds the symbol of an address in microseconds. Reading /proc/kallsyms takes
 * 0.1 s or more after each module that is loaded or unloaded, while records wait; that is
 * the fallback without the program.
 */
struct dxa_ksym_reader {
	struct dxa_kallsyms *kallsyms; /* borrowed */
	struct bpf_program *prog; /* NULL: none */
};

/* Select the program of obj for loading, if this kernel can run it: v5.14 and later. */
void dxa_ksym_select(struct dxa_ksym_reader *n, const struct bpf_object *obj);

/* A dxa_symbols_source_fn; priv is the struct dxa_ksym_reader. */
bool dxa_ksym_source(void *priv, uint64_t addr, struct dxa_symbol *ret);

#endif
