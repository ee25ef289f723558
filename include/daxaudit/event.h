/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The record of an event: in the kernel's ring buffer, in the engine and in a
 * recording. It compiles for BPF and for user space, 32 and 64 bit, in both byte
 * orders. It has fixed-width fields and explicit padding only, so its layout is
 * the same everywhere, except for the byte order.
 */
#ifndef DAXAUDIT_EVENT_H
#define DAXAUDIT_EVENT_H

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

/* Incremented whenever a field of struct dxa_event moves or changes its meaning. */
#define DXA_EVENT_VERSION 1

/* A dev_t as the kernel has it: MINORBITS in include/linux/kdev_t.h. */
#define DXA_DEV_MINOR_BITS 20
#define DXA_DEV(major, minor) ((major) << DXA_DEV_MINOR_BITS | (minor))
#define DXA_DEV_MAJOR(dev) ((dev) >> DXA_DEV_MINOR_BITS)
#define DXA_DEV_MINOR(dev) ((dev) & ((1u << DXA_DEV_MINOR_BITS) - 1))

#define DXA_STACK_MAX 6
#define DXA_COMM_LEN 16
#define DXA_NAME_LEN 32
#define DXA_BUS_LEN 16
#define DXA_DRIVER_LEN 32

/* How many functions can replace a return address on the stack; see src/probe/load.c. */
#define DXA_RETURN_HOOKS 4

/*
 * Which half of a call a record describes. fexit gives one record with both bits
 * for an acquire; kprobe and kretprobe give two records with one bit each, which
 * are paired by task. A bracket always gives two.
 */
enum dxa_phase {
	DXA_PHASE_ARGS = 1 << 0, /* the arguments: the call was entered */
	DXA_PHASE_RET = 1 << 1, /* the result: the call has returned */
	DXA_PHASE_CALL = DXA_PHASE_ARGS | DXA_PHASE_RET,
};

/* Which groups of fields a record fills. */
enum dxa_has {
	DXA_HAS_DAX = 1 << 0, /* rdev, refs, dax_flags, ops, holder, cdev_refs of *dax */
	DXA_HAS_DEVICE = 1 << 1, /* name, bus, driver of the struct device in obj */
	DXA_HAS_DISK = 1 << 2, /* name of the gendisk in obj */
	DXA_HAS_STACK = 1 << 3, /* stack[], innermost first */
};

/* struct dax_device.flags, as bit numbers (enum dax_device_flags in drivers/dax/super.c). */
#define DXA_DAXDEV_ALIVE 0
#define DXA_DAXDEV_WRITE_CACHE 1
#define DXA_DAXDEV_SYNC 2
#define DXA_DAXDEV_NOCACHE 3
#define DXA_DAXDEV_NOMC 4

/*
 * One event. The meaning of dax, obj, arg and ret depends on the kind; see
 * hooks.h. Unused fields are zero.
 */
struct dxa_event {
	__u64 seq; /* global; also counts lost records, so a gap is a loss */
	__u64 ts; /* ktime, ns (CLOCK_MONOTONIC) */
	__u64 dax; /* the struct dax_device, as passed or returned: NULL and ERR_PTR included */
	__u64 obj; /* the other object: gendisk, struct device, ... */
	__u64 arg; /* a further pointer: holder, private, ... */
	__s64 ret; /* result, sign-extended also on 32-bit kernels */
	__u64 ops; /* dax->ops: identifies the owning driver; NULL is device-dax */
	__u64 holder; /* dax->holder_data */
	__u64 stack[DXA_STACK_MAX]; /* return addresses */
	__u32 tgid;
	__u32 tid;
	__u32 cpu;
	__u32 rdev; /* dax inode's i_rdev, or its device's by sysfs (kernel's MAJOR:20 encoding) */
	__s32 refs; /* dax inode's i_count when the hook ran */
	__s32 cdev_refs; /* refcount of the kobject in dax->cdev; 0 when not live */
	__u32 dax_flags; /* low 32 bits of dax->flags; see DXA_DAXDEV_* */
	__u32 dropped; /* records dropped before this one, since the audit began; wraps */
	__u32 reserved; /* zero */
	__u16 kind; /* enum dxa_kind */
	__u8 phase; /* enum dxa_phase */
	__u8 has; /* enum dxa_has */
	char comm[DXA_COMM_LEN]; /* of the task; NUL-terminated like all names here */
	char name[DXA_NAME_LEN]; /* device, disk or module */
	char bus[DXA_BUS_LEN];
	char driver[DXA_DRIVER_LEN];
};

_Static_assert(sizeof(struct dxa_event) == 248, "struct dxa_event is an exchange format");
_Static_assert(sizeof(struct dxa_event) % 8 == 0, "records follow one another without padding");

/* A recorded call of kill_dax(NULL) or put_dax(NULL). */
struct dxa_null_call {
	__u64 caller; /* 0: there is none */
	__u64 task; /* tgid and tid */
	__u64 changes; /* the number of other calls that were recorded before */
};

/* As many are remembered. A power of two. */
#define DXA_NULL_CALLS 2

/*
 * The counters of a hook, one set for each CPU; the reader sums them. Always
 * seen = submitted + dropped + repeated.
 */
struct dxa_hook_count {
	__u64 seen;
	__u64 submitted;
	__u64 dropped; /* the ring buffer was full */
	/*
	 * kill_dax(NULL) and put_dax(NULL) only: calls like one of those that this hook recorded
	 * last on this CPU, of the same task and from the same address, since which no other
	 * call was recorded on any CPU, except for such. They have no record of their own.
	 */
	__u64 repeated;
	/*
	 * Those calls; the next one replaces the oldest. Only programs of this hook use them, and
	 * a program does not interrupt itself.
	 */
	struct dxa_null_call last[DXA_NULL_CALLS];
	__u64 next;
};

#endif
