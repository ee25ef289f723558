/* SPDX-License-Identifier: GPL-2.0-only */
/* What the naming program is given and gives back; shared by BPF and user space. */
#ifndef DAXAUDIT_NAMING_H
#define DAXAUDIT_NAMING_H

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

#define DXA_NAMING_WORDS 24

struct dxa_naming {
	__u64 address; /* in */
	__u64 length; /* out: of the text with its zero byte; 0: the kernel cannot tell */
	union { /* out, cut to what fits: "pmem_attach_disk+0x303/0x650 [nd_pmem]" */
		char text[8 * DXA_NAMING_WORDS];
		__u64 words[DXA_NAMING_WORDS];
	};
};

_Static_assert(sizeof(struct dxa_naming) == 16 + 8 * DXA_NAMING_WORDS,
	       "shared between BPF and user space");

#endif
