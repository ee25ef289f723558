/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's symbols by BPF: found by name, or by an iterator. Internal to src/probe. */
#ifndef DAXAUDIT_PROBE_SYMWALK_H
#define DAXAUDIT_PROBE_SYMWALK_H

#include "probe/kallsyms.h"
#include "probe/kernelbtf.h"

/* The section of the iterator's program, and its function in the kernel's BTF. */
#define DXA_SYMWALK_SECTION "iter/ksym"
#define DXA_SYMWALK_TARGET "bpf_iter_ksym"

struct dxa_symwalk;

/*
 * Load the iterator; the kernel must be v6.0 or later and have BTF. btf is borrowed. NULL if
 * this kernel or this process cannot load it; free it with dxa_symwalk_close().
 */
struct dxa_symwalk *dxa_symwalk_open(const struct dxa_kernelbtf *btf);

/* What dxa_kallsyms_open() takes; valid until close, NULL for no walk. */
const struct dxa_kallsyms_walk *dxa_symwalk_walk(const struct dxa_symwalk *w);

/* Add the types that its program names to names, as dxa_kernelbtf_note() does. */
void dxa_symwalk_note_types(struct dxa_vec *names);

/* Unload it. NULL is allowed. */
void dxa_symwalk_close(struct dxa_symwalk *w);

#endif
