/* SPDX-License-Identifier: GPL-2.0-only */
/* The interface between bpf/ksym.bpf.h, which reads the symbol of an address, and user space. */
#ifndef DAXAUDIT_KSYM_H
#define DAXAUDIT_KSYM_H

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

#define DXA_KSYM_WORDS 24

struct dxa_ksym {
	__u64 address; /* in */
	__u64 length; /* out: of the text with its zero byte; 0: not known */
	union { /* out, cut to what fits: "pmem_attach_disk+0x303/0x650 [nd_pmem]" */
		char text[8 * DXA_KSYM_WORDS];
		__u64 words[DXA_KSYM_WORDS];
	};
};

_Static_assert(sizeof(struct dxa_ksym) == 16 + 8 * DXA_KSYM_WORDS,
	       "shared between BPF and user space");

#endif
