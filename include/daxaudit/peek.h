/* SPDX-License-Identifier: GPL-2.0-only */
/* The interface between bpf/peek.bpf.c, which reads a kernel variable, and user space. */
#ifndef DAXAUDIT_PEEK_H
#define DAXAUDIT_PEEK_H

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

/* What to read. */
enum dxa_peek_what {
	DXA_PEEK_NONE,
	DXA_PEEK_U32, /* an int or unsigned int at the address */
	DXA_PEEK_MIPS_DCACHE_FLAGS, /* cpu_data[0].dcache.flags; the address is cpu_data's */
};

struct dxa_peek {
	__u64 address; /* in: of the variable */
	__u64 value; /* out */
	__u32 what; /* in: enum dxa_peek_what */
	__u32 found; /* out: 1 when value was read */
};

_Static_assert(sizeof(struct dxa_peek) == 24, "shared between BPF and user space");

#endif
