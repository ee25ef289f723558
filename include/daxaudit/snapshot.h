/* SPDX-License-Identifier: GPL-2.0-only */
/* The interface between bpf/snapshot.bpf.h and user space. */
#ifndef DAXAUDIT_SNAPSHOT_H
#define DAXAUDIT_SNAPSHOT_H

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

/*
 * X(ID, program, variable, config, what)
 *
 * The walks. Each starts from a kernel variable that must be in kallsyms; config: the
 * kernel option that hides it. The order is part of the recording format: see the arg
 * of SNAP_END below. A new walk gets a bit of its own there.
 */
#define DXA_WALKS(X)                                                                   \
	X(DEVICES, snapshot_devices, dax_superblock, "CONFIG_KALLSYMS_ALL=n",          \
	  "every dax_device: the inodes of the DAX pseudo file system")                \
	X(HOSTS, snapshot_hosts, dax_hosts, "CONFIG_FS_DAX=n",                         \
	  "the xarray in which file systems look devices up by their disks")           \
	X(HOLDERS, snapshot_holders, blockdev_superblock, "CONFIG_KALLSYMS_ALL=n",     \
	  "every block device that a file system, dm, md, ... has opened for itself: " \
	  "it may hold the dax_device of the disk, removed or not")

/* The variable by which HOLDERS names file systems; without it they have no name. */
#define DXA_SUPERS_VARIABLE "super_blocks"

enum dxa_walk {
#define DXA_ENUM(id, ...) DXA_WALK_##id,
	DXA_WALKS(DXA_ENUM)
#undef DXA_ENUM
		DXA_WALK_COUNT,
	/* Recordings before DXA_SNAP_HOLDERS: removed disks under mounted file systems only. */
	DXA_WALK_SUPERS = DXA_WALK_HOLDERS,
};

/* The complete parts of a snapshot, as bits of SNAP_END's arg: 1 << enum dxa_walk, and these. */
#define DXA_SNAP_SYSFS (1 << DXA_WALK_COUNT) /* disks and buses in sysfs were read */
#define DXA_SNAP_NO_HOSTS (2 << DXA_WALK_COUNT) /* this kernel has no dax_hosts: CONFIG_FS_DAX=n */
#define DXA_SNAP_NO_STACKS (4 << DXA_WALK_COUNT) /* the stack of a sleeping task was not read */
#define DXA_SNAP_HOLDERS (8 << DXA_WALK_COUNT) /* has DISK_USED, and USED_GONE for any opener */
/*
 * Since the end of the snapshot before, every task was outside the functions in which a device may
 * legally have no owner, or a reference that nobody accounts for. Or it is not known that it
 * was. Neither bit: the tasks were not looked at, because the snapshot before showed no anomaly,
 * or the recording is from before these bits.
 */
#define DXA_SNAP_OUTSIDE (16 << DXA_WALK_COUNT)
#define DXA_SNAP_MAYBE_INSIDE (32 << DXA_WALK_COUNT)
_Static_assert(DXA_WALK_COUNT == 3, "these bits are part of the recording format");

/* SNAP_DEVICE's arg: is this device-dax fully bound to a driver of the dax bus? */
enum dxa_bound {
	DXA_BOUND_UNKNOWN,
	DXA_BOUND_NO,
	DXA_BOUND_YES,
};

enum dxa_snapshot_state {
	DXA_SNAPSHOT_NONE, /* the program did not run */
	DXA_SNAPSHOT_COMPLETE, /* the walk reached the end */
	DXA_SNAPSHOT_LOST, /* the list changed during the walk: try again */
};

struct dxa_snapshot {
	__u64 start; /* in: the address of the variable */
	__u64 supers; /* in: of DXA_SUPERS_VARIABLE, 0: not known */
	__u64 marker; /* in: of bd_may_claim(), which is not a holder; 0: not known */
	__u32 records; /* out: records written */
	__u32 dropped; /* out: records for which the ring buffer had no room */
	__u32 state; /* out: enum dxa_snapshot_state */
	__u32 reserved;
};

_Static_assert(sizeof(struct dxa_snapshot) == 40, "shared between BPF and user space");

#endif
