/* SPDX-License-Identifier: GPL-2.0-only */
/* The interface between find_symbol in bpf/symwalk.bpf.c and user space. */
#ifndef DAXAUDIT_SYMFIND_H
#define DAXAUDIT_SYMFIND_H

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

/* The longest is a name of a module (56 characters), a colon and one of a symbol. */
#define DXA_SYMFIND_WORDS 16

struct dxa_symfind {
	union { /* in: "put_dax", "nd_pmem:pmem_attach_disk" */
		char name[8 * DXA_SYMFIND_WORDS];
		__u64 words[DXA_SYMFIND_WORDS];
	};
	__u32 length; /* in: of the name with its zero byte */
	__u32 is_module; /* in: the symbol is the struct module of a module */
	__u64 address; /* out */
	__u64 start, size; /* out: of the module's code, in bytes */
	__s64 result; /* out: 0, or -errno; -ENOENT: there is no such symbol */
};

_Static_assert(sizeof(struct dxa_symfind) == 40 + 8 * DXA_SYMFIND_WORDS,
	       "shared between BPF and user space");

#endif
