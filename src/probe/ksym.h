/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of addresses, asked of the kernel one by one. Internal to src/probe. */
#ifndef DAXAUDIT_PROBE_KSYM_H
#define DAXAUDIT_PROBE_KSYM_H

#include <bpf/libbpf.h>

#include "probe/kallsyms.h"

/*
 * The kernel finds a name among its sorted symbols in microseconds; reading
 * /proc/kallsyms for it takes a tenth of a second or more, after every module that comes
 * or goes, while records wait. That is what happens where there is no program.
 */
struct dxa_ksym_reader {
	struct dxa_kallsyms *kallsyms; /* borrowed */
	struct bpf_program *prog; /* NULL: none */
};

/* Choose to load obj's program, if this kernel can run it: v5.14 and later. */
void dxa_ksym_select(struct dxa_ksym_reader *n, const struct bpf_object *obj);

/* A dxa_symbols_source_fn; priv is the struct dxa_ksym_reader. */
bool dxa_ksym_source(void *priv, uint64_t addr, struct dxa_symbol *ret);

#endif
