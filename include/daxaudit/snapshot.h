/* SPDX-License-Identifier: GPL-2.0-only */
/* What the snapshot programs are given and give back; shared by BPF and user space. */
#ifndef DAXAUDIT_SNAPSHOT_H
#define DAXAUDIT_SNAPSHOT_H

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

/*
 * X(ID, program, variable, config, what)
 *
 * One walk each, from a variable of the kernel that kallsyms must tell;
 * config: what hides it when others are there.
 */
#define DXA_WALKS(X)                                                            \
	X(DEVICES, snapshot_devices, dax_superblock, "CONFIG_KALLSYMS_ALL=n",   \
	  "every dax_device: the inodes of the DAX pseudo file system")         \
	X(HOSTS, snapshot_hosts, dax_hosts, "CONFIG_FS_DAX=n",                  \
	  "the xarray in which file systems look devices up by their disks")    \
	X(SUPERS, snapshot_supers, super_blocks, "CONFIG_KALLSYMS_ALL=n",       \
	  "the file systems, for those whose disk is gone: they may still hold" \
	  " a device")

enum dxa_walk {
#define DXA_ENUM(id, ...) DXA_WALK_##id,
	DXA_WALKS(DXA_ENUM)
#undef DXA_ENUM
		DXA_WALK_COUNT,
};

/* What a complete snapshot knows, as bits of SNAP_END's arg: 1 << enum dxa_walk, and these. */
#define DXA_SNAP_SYSFS (1 << DXA_WALK_COUNT) /* what sysfs shows of disks and buses was read */
#define DXA_SNAP_NO_HOSTS (2 << DXA_WALK_COUNT) /* this kernel has no dax_hosts: CONFIG_FS_DAX=n */
#define DXA_SNAP_NO_STACKS (4 << DXA_WALK_COUNT) /* where some task sleeps could not be read */

enum dxa_snapshot_state {
	DXA_SNAPSHOT_NONE, /* the program did not run */
	DXA_SNAPSHOT_COMPLETE, /* everything was seen */
	DXA_SNAPSHOT_LOST, /* what is walked changed under the walk: try again */
};

struct dxa_snapshot {
	__u64 start; /* in: the address of the variable */
	__u32 records; /* out: records written */
	__u32 dropped; /* out: records for which the ring buffer had no room */
	__u32 state; /* out: enum dxa_snapshot_state */
	__u32 reserved;
};

_Static_assert(sizeof(struct dxa_snapshot) == 24, "shared between BPF and user space");

#endif
