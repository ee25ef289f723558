/* SPDX-License-Identifier: GPL-2.0-only */
/* Reduce a kernel's BTF to the types that the programs read. */
#ifndef DAXAUDIT_PROBE_BTFCUT_H
#define DAXAUDIT_PROBE_BTFCUT_H

#include "probe/btfscan.h"

/*
 * Copy the types called `names` (n; structures, unions, enumerations, typedefs, integers) and
 * all types that their layout needs; pointers become pointers to void. libbpf searches a BTF by
 * name for each type that a program reads, which is slow in the kernel's whole BTF. *ret
 * (*size bytes) is raw BTF; the caller frees it. False without memory, or if a type refers to a
 * type that does not exist.
 */
bool dxa_btfcut(const struct dxa_btf *btf, const char *const *names, size_t n, void **ret,
		size_t *size);

#endif
