/* SPDX-License-Identifier: GPL-2.0-only */
/* A small BTF: of a kernel's types those that our programs read, and what these contain. */
#ifndef DAXAUDIT_PROBE_BTFCUT_H
#define DAXAUDIT_PROBE_BTFCUT_H

#include "probe/btfscan.h"

/*
 * The library looks for each type that a program reads among all of the kernel's, by name. Here
 * are those of `names` (n; structures, unions, enumerations, typedefs, integers), with all that
 * their layout takes: what a pointer points to is void. *ret (*size bytes) is raw BTF, for free().
 * False without memory, or when a type refers to none.
 */
bool dxa_btfcut(const struct dxa_btf *btf, const char *const *names, size_t n, void **ret,
		size_t *size);

#endif
