/* SPDX-License-Identifier: GPL-2.0-only */
/* The running kernel's own types, read once. Internal to src/probe. */
#ifndef DAXAUDIT_PROBE_KERNELBTF_H
#define DAXAUDIT_PROBE_KERNELBTF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vec.h"

struct bpf_object;
struct dxa_kernelbtf;

/* Add the names of an object's types to names (char *; the caller frees each). */
void dxa_kernelbtf_note(struct dxa_vec *names, const struct bpf_object *obj);

/*
 * Read the kernel's BTF: the functions of probe/wanted.h, and the types called `names`. NULL
 * if it cannot be read; free it with dxa_kernelbtf_free().
 */
struct dxa_kernelbtf *dxa_kernelbtf_read(const char *const *types, size_t n);

/*
 * A file of the types that the programs read, in place of all, or NULL. Types of modules are
 * not in it. Valid until free.
 */
const char *dxa_kernelbtf_types(const struct dxa_kernelbtf *k);

/*
 * The BTF id of a function of probe/wanted.h, or of one that shows what the kernel can do
 * (`features` in kernelbtf.c); 0: not in the kernel's BTF.
 */
uint32_t dxa_kernelbtf_function(const struct dxa_kernelbtf *k, const char *name);

/* Free it. NULL is allowed. */
void dxa_kernelbtf_free(struct dxa_kernelbtf *k);

#endif
