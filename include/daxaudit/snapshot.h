/* SPDX-License-Identifier: GPL-2.0-only */
/* What the snapshot program is given and gives back; shared by BPF and user space. */
#ifndef DAXAUDIT_SNAPSHOT_H
#define DAXAUDIT_SNAPSHOT_H

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

enum dxa_snapshot_state {
	DXA_SNAPSHOT_NONE, /* the program did not run */
	DXA_SNAPSHOT_COMPLETE, /* every device was seen */
	DXA_SNAPSHOT_LOST, /* the list changed under the walk: try again */
};

struct dxa_snapshot {
	__u64 dax_superblock; /* in: the address of that variable */
	__u32 devices; /* out: records written */
	__u32 dropped; /* out: records for which the ring buffer had no room */
	__u32 state; /* out: enum dxa_snapshot_state */
	__u32 reserved;
};

_Static_assert(sizeof(struct dxa_snapshot) == 24, "shared between BPF and user space");

#endif
