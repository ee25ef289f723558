/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hook table: which kernel functions are hooked. Attaching, event kinds, names,
 * help and documentation are generated from it.
 */
#ifndef DAXAUDIT_HOOKS_H
#define DAXAUDIT_HOOKS_H

/*
 * When a function is recorded: an acquire at its return, a release at its entry.
 * Otherwise an address that the slab reuses on another CPU would appear to be
 * allocated before it was released.
 */
enum dxa_hook_shape {
	DXA_SHAPE_ACQUIRE, /* at return, with arguments and result */
	DXA_SHAPE_RELEASE, /* at entry; also for calls whose result does not matter */
	DXA_SHAPE_BRACKET, /* at entry and at return: delimits a context */
	DXA_SHAPE_TRACEPOINT, /* a tracepoint, not a function */
};

/* What follows when a hook cannot be attached. */
enum dxa_hook_need {
	DXA_NEED_CORE, /* no lifetime can be checked: the audit is refused */
	DXA_NEED_VERDICT, /* the audit cannot pass: it is inconclusive */
	DXA_NEED_EXTRA, /* a name, a story line or one rule is missing */
	DXA_NEED_DEEP, /* hooked with --deep only; then as VERDICT, where the function exists */
};

/*
 * Functions that use a dax_device. File systems call them all the time, so only calls on a
 * device that is not alive are recorded, and only the first one of each function in each
 * state of the device. arg=that state, enum dxa_gone (daxaudit/gone.h). Rows as below.
 */
#define DXA_DEEP_HOOKS(X)                                                                         \
	X(DAX_DIRECT_ACCESS, 30, dax_direct_access, "dax", RELEASE, DEEP,                         \
	  "the address of pages of dax is looked up")                                             \
	X(DAX_ZERO_PAGE_RANGE, 31, dax_zero_page_range, "dax", RELEASE, DEEP,                     \
	  "pages of dax are zeroed")                                                              \
	X(DAX_RECOVERY_WRITE, 32, dax_recovery_write, "dax", RELEASE, DEEP,                       \
	  "bad memory of dax is overwritten")                                                     \
	X(DAX_COPY_FROM_ITER, 33, dax_copy_from_iter, "dax", RELEASE, DEEP,                       \
	  "data are written to dax")                                                              \
	X(DAX_COPY_TO_ITER, 34, dax_copy_to_iter, "dax", RELEASE, DEEP, "data are read from dax") \
	X(DAX_FLUSH, 35, dax_flush, "dax", RELEASE, DEEP, "a range of dax is written back")       \
	X(DAX_HOLDER_NOTIFY_FAILURE, 36, dax_holder_notify_failure, "dax", RELEASE, DEEP,         \
	  "the holder of dax is notified of bad memory")                                          \
	X(DAX_WRITE_CACHE_ENABLED, 37, dax_write_cache_enabled, "dax", RELEASE, DEEP,             \
	  "flag WRITE_CACHE of dax is read")                                                      \
	X(DAX_SYNCHRONOUS, 38, dax_synchronous, "dax", RELEASE, DEEP, "flag SYNC of dax is read")

/*
 * X(ID, number, symbol, module, shape, need, what)
 *
 * number: the event kind; part of the recording format, never reused.
 * module: where the function lives when it is not built in.
 * what: the meaning of the event, and of dax, obj, arg and ret in its record.
 *
 * Symbols: drivers/dax/super.c, drivers/dax/bus.c, drivers/base/dd.c,
 * drivers/nvdimm/pmem.c, drivers/md/dm.c, drivers/md/dm-ioctl.c,
 * fs/fuse/virtio_fs.c, drivers/s390/block/dcssblk.c, block/genhd.c, kernel/sysctl.c,
 * kernel/kprobes.c; checked in 6.1.176, 6.12.107 and 7.2.13.
 */
#define DXA_HOOKS(X)                                                                               \
	X(ALLOC_DAX, 1, alloc_dax, "dax", ACQUIRE, CORE,                                           \
	  "a dax_device was created, or refused; arg=private, ops (its symbol in name), ret=dax")  \
	X(KILL_DAX, 2, kill_dax, "dax", RELEASE, CORE, "dax is marked dead")                       \
	X(PUT_DAX, 3, put_dax, "dax", RELEASE, CORE, "a reference to dax is dropped")              \
	X(RUN_DAX, 4, run_dax, "dax", ACQUIRE, VERDICT, "dax is alive again (device-dax bind)")    \
	X(DAX_ADD_HOST, 5, dax_add_host, "dax", ACQUIRE, VERDICT,                                  \
	  "dax was registered in dax_hosts for the disk in obj; absent when CONFIG_FS_DAX=n")      \
	X(DAX_REMOVE_HOST, 6, dax_remove_host, "dax", RELEASE, VERDICT,                            \
	  "the disk in obj is removed from dax_hosts; absent when CONFIG_FS_DAX=n")                \
	X(FS_DAX_GET_BY_BDEV, 7, fs_dax_get_by_bdev, "dax", ACQUIRE, VERDICT,                      \
	  "a file system or dm table looked up the dax_device of the disk in obj; arg=holder, "    \
	  "ret=dax")                                                                               \
	X(FS_DAX_GET, 8, fs_dax_get, "dax", ACQUIRE, EXTRA,                                        \
	  "a file system took dax itself; arg=holder; since eec38f5d86d2, between v6.12 and v7.2") \
	X(FS_PUT_DAX, 9, fs_put_dax, "dax", RELEASE, VERDICT,                                      \
	  "a file system puts dax; put_dax is inlined in it; arg=holder")                          \
	X(DAX_DESTROY_INODE, 10, dax_destroy_inode, "dax", RELEASE, VERDICT,                       \
	  "the last reference was dropped: synchronous, in the task that dropped it")              \
	X(DAX_FREE_INODE, 11, dax_free_inode, "dax", RELEASE, VERDICT,                             \
	  "the memory is freed to the slab, from RCU, in any task")                                \
	X(REALLY_PROBE, 12, really_probe, "", BRACKET, CORE,                                       \
	  "the driver core probes the struct device in obj; arg=driver; errors are returned "      \
	  "as positive numbers")                                                                   \
	X(RELEASE_DRIVER, 13, device_release_driver_internal, "", BRACKET, VERDICT,                \
	  "the driver core unbinds the struct device in obj, devm actions included; driver is "    \
	  "empty when no driver is bound, or another than arg")                                    \
	X(PMEM_ATTACH_DISK, 14, pmem_attach_disk, "nd_pmem", BRACKET, EXTRA,                       \
	  "pmem creates its disk for the struct device in obj")                                    \
	X(DM_CREATE, 15, dm_create, "dm_mod", BRACKET, VERDICT, "dm creates a mapped device")      \
	X(DM_DEV_CREATE, 16, dev_create, "dm_mod", BRACKET, EXTRA,                                 \
	  "dm's create ioctl, clean-up after a name clash included")                               \
	X(VIRTIO_FS_PROBE, 17, virtio_fs_probe, "virtiofs", BRACKET, EXTRA,                        \
	  "virtio_fs sets up the virtio device in obj")                                            \
	X(DCSSBLK_ADD, 18, dcssblk_add_store, "dcssblk", BRACKET, VERDICT,                         \
	  "dcssblk adds a segment (a sysfs write, never a driver-core probe)")                     \
	X(CREATE_DEV_DAX, 19, __devm_create_dev_dax, "", BRACKET, EXTRA,                           \
	  "the dax bus creates a device; devm_create_dev_dax before v6.9 (c05ae9d85b47)")          \
	X(CREATE_DEV_DAX_OLD, 20, devm_create_dev_dax, "", BRACKET, EXTRA,                         \
	  "the same on kernels without __devm_create_dev_dax")                                     \
	X(DEVICE_ADD_DISK, 21, device_add_disk, "", ACQUIRE, EXTRA, "the disk in obj was added")   \
	X(MODULE_LOAD, 22, module_load, "", TRACEPOINT, EXTRA,                                     \
	  "the module in name is loading; its code: obj=start, arg=size")                          \
	X(MODULE_FREE, 23, module_free, "", TRACEPOINT, VERDICT, "the module in name is unloaded") \
	X(SET_DAX_SYNCHRONOUS, 24, set_dax_synchronous, "dax", RELEASE, EXTRA,                     \
	  "the driver sets flag SYNC of dax; without these four hooks stale flags cannot be "      \
	  "recognised")                                                                            \
	X(SET_DAX_NOCACHE, 25, set_dax_nocache, "dax", RELEASE, EXTRA,                             \
	  "the driver sets flag NOCACHE of dax: copies to it bypass the cache")                    \
	X(SET_DAX_NOMC, 26, set_dax_nomc, "dax", RELEASE, EXTRA,                                   \
	  "the driver sets flag NOMC of dax: reads from it recover from machine checks")           \
	X(DAX_WRITE_CACHE, 27, dax_write_cache, "dax", RELEASE, EXTRA,                             \
	  "the driver sets or clears flag WRITE_CACHE of dax; arg=on")                             \
	X(FTRACE_SWITCH, 28, proc_dointvec, "", RELEASE, EXTRA,                                    \
	  "kernel.ftrace_enabled is written; arg=0: from now on only tracepoints are called")      \
	X(KPROBES_SWITCH, 29, write_enabled_file_bool, "", RELEASE, EXTRA,                         \
	  "kprobes/enabled of debugfs is written; arg=0: no kprobe is called from now on")         \
	DXA_DEEP_HOOKS(X)

/*
 * X(ID): functions whose entries share one link where the kernel has kprobe.multi. They are called
 * rarely, by tasks, and their entries record no stack. A trampoline takes half as many instructions
 * a call, but more to attach.
 */
#define DXA_SHARED_ENTRIES(X) \
	X(REALLY_PROBE)       \
	X(RELEASE_DRIVER)     \
	X(VIRTIO_FS_PROBE)    \
	X(CREATE_DEV_DAX)     \
	X(FTRACE_SWITCH)      \
	X(KPROBES_SWITCH)

/* Synthetic kinds: events that user space adds to the stream, in order. */
#define DXA_SYNTHETIC_KINDS(X)                                                                    \
	X(SNAP_DEVICE, 64, snap_device, "a dax_device exists; arg: enum dxa_bound")               \
	X(SNAP_HOST, 65, snap_host, "dax was in dax_hosts for the disk in obj before the audit")  \
	X(DISK_STATE, 66, disk_state,                                                             \
	  "ret is the queue/dax attribute of the disk in name; obj=0: from a snapshot, then "     \
	  "arg=the inode of its directory in sysfs, 0: not known")                                \
	X(TASK_STATE, 67, task_state,                                                             \
	  "ret is the state letter of task tid in /proc/TID/stat; arg=its context switches, 0: "  \
	  "not known; name=the innermost function of its kernel stack, empty: not known")         \
	X(LOST, 69, lost, "ret records are missing: here, or until the ktime in arg")             \
	X(DRIVER, 70, driver,                                                                     \
	  "this kernel has the driver whose ops symbol is in name; empty: device-dax")            \
	X(BUS_DEVICE, 71, bus_device,                                                             \
	  "the device in name is on the bus in bus, bound to driver; "                            \
	  "arg=the inode of its directory in sysfs, 0: not known")                                \
	X(USED_GONE, 72, used_gone,                                                               \
	  "the disk in name is gone, but driver still uses it; obj, arg, ret, rdev as in "        \
	  "disk_used, or 0")                                                                      \
	X(DISK_USED, 75, disk_used,                                                               \
	  "driver (\"xfs\", \"dm-3\"; empty: not known) has opened the block device rdev of the " \
	  "disk in name and obj for itself; arg=holder, ret=openers; several for one disk, a "    \
	  "repeated one included")                                                                \
	X(TASK_WAITS, 74, task_waits,                                                             \
	  "task tid sleeps in the function in name for a lock that its caller in driver holds")   \
	X(FAULT, 76, fault,                                                                       \
	  "the function in name was made to return ret; arg=the number of the fallible call")     \
	X(SNAP_END, 73, snap_end,                                                                 \
	  "the snapshot ends; arg=its complete parts, as bits; ret=1: the audit is about it")

enum dxa_kind {
	DXA_KIND_NONE = 0,
#define DXA_ENUM(id, num, ...) DXA_KIND_##id = num,
	DXA_HOOKS(DXA_ENUM) DXA_SYNTHETIC_KINDS(DXA_ENUM)
#undef DXA_ENUM
};

/* One more than the largest number of a hook: sizes arrays indexed by hook. */
#define DXA_HOOK_MAX 39

#endif
