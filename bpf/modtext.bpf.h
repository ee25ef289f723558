/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the code of a module is. */
#ifndef DAXAUDIT_MODTEXT_BPF_H
#define DAXAUDIT_MODTEXT_BPF_H

#include "read.bpf.h"

/*
 * Since commit ac3b43283923 ("module: replace module_layout with module_memory") (in v6.4),
 * and before it.
 */
struct module_memory___new {
	void *base;
	unsigned int size;
} __attribute__((preserve_access_index));

struct module___new {
	struct module_memory___new mem[1]; /* MOD_TEXT is the first */
} __attribute__((preserve_access_index));

struct module_layout___old {
	void *base;
	unsigned int size;
} __attribute__((preserve_access_index));

struct module___old {
	struct module_layout___old core_layout;
} __attribute__((preserve_access_index));

static __always_inline void read_module_text(const void *mod, __u64 *start, __u64 *size)
{
	const struct module___new *new = mod;
	const struct module___old *old = mod;

	if (bpf_core_field_exists(new->mem)) {
		*start = READ_WORD(new, mem[0].base);
		*size = BPF_CORE_READ(new, mem[0].size);
	} else if (bpf_core_field_exists(old->core_layout)) {
		*start = READ_WORD(old, core_layout.base);
		*size = BPF_CORE_READ(old, core_layout.size);
	}
}

#endif
