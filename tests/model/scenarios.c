// SPDX-License-Identifier: GPL-2.0-only
/*
 * The drivers' sequences, from their sources in 6.1, 6.12 and 7.2: drivers/nvdimm/pmem.c,
 * drivers/md/dm.c, drivers/dax/bus.c, drivers/dax/device.c, fs/fuse/virtio_fs.c.
 */
#include "scenarios.h"

#define OP0(code)                 \
	{                         \
		O_##code, 0, 0, 0 \
	}
#define OP1(code, a)              \
	{                         \
		O_##code, a, 0, 0 \
	}
#define OP2(code, a, b)           \
	{                         \
		O_##code, a, b, 0 \
	}
#define OP3(code, a, b, c)        \
	{                         \
		O_##code, a, b, c \
	}

/* ---- pmem ---- */

#define ATTACH_IN(ns) OP2(ENTER, DXA_KIND_PMEM_ATTACH_DISK, ns)
#define ATTACH_OUT(ns, ret) OP3(LEAVE, DXA_KIND_PMEM_ATTACH_DISK, ns, ret)

#define PMEM_PROBE(ns, disk)                                                                    \
	OP2(PROBE, ns, DRV_PMEM), ATTACH_IN(ns), OP2(ALLOC, OWN_PMEM, ns), OP1(ADD_HOST, disk), \
		OP2(ADD_DISK, disk, 1), ATTACH_OUT(ns, 0), OP2(PROBED, ns, 0)
#define PMEM_UNBIND(ns, disk)                                                                      \
	OP3(RELEASE, ns, DRV_PMEM, 6), OP1(LOAD, ns), OP1(REMOVE_HOST, disk), OP0(KILL), OP0(PUT), \
		OP1(DEL_DISK, disk), OP1(GONE, ns), OP1(RELEASED, ns)
/* dax_add_host() fails and the clean-up is right (v6.9); the disk fails; alloc_dax() fails. */
#define PMEM_HOST_FAILS(ns, disk)                                                                 \
	OP2(PROBE, ns, DRV_PMEM), ATTACH_IN(ns), OP2(ALLOC, OWN_PMEM, ns), OP1(HOST_FAILS, disk), \
		OP0(KILL), OP0(PUT), ATTACH_OUT(ns, -12), OP2(PROBED, ns, 12)
#define PMEM_DISK_FAILS(ns, disk)                                                               \
	OP2(PROBE, ns, DRV_PMEM), ATTACH_IN(ns), OP2(ALLOC, OWN_PMEM, ns), OP1(ADD_HOST, disk), \
		OP1(DISK_FAILS, disk), OP1(REMOVE_HOST, disk), OP0(KILL), OP0(PUT),             \
		ATTACH_OUT(ns, -12), OP2(PROBED, ns, 12)
#define PMEM_NO_MEMORY(ns)                                                                      \
	OP2(PROBE, ns, DRV_PMEM), ATTACH_IN(ns), OP2(REFUSED, OWN_PMEM, 12), OP1(KILL_NONE, 0), \
		OP1(PUT_NONE, 0), ATTACH_OUT(ns, -12), OP2(PROBED, ns, 12)

/* Broken: NULL teardown; no clean-up; each call of the clean-up omitted, or made twice. */
#define PMEM_F1(ns, disk)                                                                         \
	OP2(PROBE, ns, DRV_PMEM), ATTACH_IN(ns), OP2(ALLOC, OWN_PMEM, ns), OP1(HOST_FAILS, disk), \
		OP1(KILL_NONE, 0), OP1(PUT_NONE, 0), ATTACH_OUT(ns, -12), OP2(PROBED, ns, 12)
#define PMEM_LEAKS(ns, disk)                                                                      \
	OP2(PROBE, ns, DRV_PMEM), ATTACH_IN(ns), OP2(ALLOC, OWN_PMEM, ns), OP1(HOST_FAILS, disk), \
		ATTACH_OUT(ns, -12), OP2(PROBED, ns, 12)
#define PMEM_REFUSED(ns, disk, ret)                                          \
	OP2(PROBE, ns, DRV_PMEM), ATTACH_IN(ns), OP2(REFUSED, OWN_PMEM, 95), \
		OP2(ADD_DISK, disk, 0), ATTACH_OUT(ns, -(ret)), OP2(PROBED, ns, ret)
#define PMEM_REFUSED_UNBIND(ns, disk)                                             \
	OP3(RELEASE, ns, DRV_PMEM, 4), OP1(REMOVE_HOST, disk), OP1(KILL_NONE, 0), \
		OP1(PUT_NONE, 0), OP1(DEL_DISK, disk), OP1(RELEASED, ns)
#define PMEM_FAILS_BY(ns, error, pointer)                                             \
	OP2(PROBE, ns, DRV_PMEM), ATTACH_IN(ns), OP2(REFUSED, OWN_PMEM, error),       \
		OP1(KILL_NONE, pointer), OP1(PUT_NONE, pointer), ATTACH_OUT(ns, -12), \
		OP2(PROBED, ns, 12)
#define UNBIND_NO_KILL(ns, disk)                                                        \
	OP3(RELEASE, ns, DRV_PMEM, 5), OP1(LOAD, ns), OP1(REMOVE_HOST, disk), OP0(PUT), \
		OP1(DEL_DISK, disk), OP1(GONE, ns), OP1(RELEASED, ns)
#define UNBIND_NO_PUT(ns, disk)                                                          \
	OP3(RELEASE, ns, DRV_PMEM, 5), OP1(LOAD, ns), OP1(REMOVE_HOST, disk), OP0(KILL), \
		OP1(DEL_DISK, disk), OP1(GONE, ns), OP1(RELEASED, ns)
#define UNBIND_NOTHING(ns, disk)                                                                   \
	OP3(RELEASE, ns, DRV_PMEM, 4), OP1(LOAD, ns), OP1(REMOVE_HOST, disk), OP1(DEL_DISK, disk), \
		OP1(GONE, ns), OP1(RELEASED, ns)
#define UNBIND_NO_UNHOST(ns, disk)                                                              \
	OP3(RELEASE, ns, DRV_PMEM, 5), OP1(LOAD, ns), OP0(KILL), OP0(PUT), OP1(DEL_DISK, disk), \
		OP1(GONE, ns), OP1(RELEASED, ns)
#define UNBIND_PUT_TWICE(ns, disk)                                                                 \
	OP3(RELEASE, ns, DRV_PMEM, 7), OP1(LOAD, ns), OP1(REMOVE_HOST, disk), OP0(KILL), OP0(PUT), \
		OP0(PUT), OP1(DEL_DISK, disk), OP1(GONE, ns), OP1(RELEASED, ns)
#define UNBIND_KILL_LATE(ns, disk)                                                                 \
	OP3(RELEASE, ns, DRV_PMEM, 6), OP1(LOAD, ns), OP1(REMOVE_HOST, disk), OP0(PUT), OP0(KILL), \
		OP1(DEL_DISK, disk), OP1(GONE, ns), OP1(RELEASED, ns)
#define UNBIND_KILL_TWICE(ns, disk)                                                                \
	OP3(RELEASE, ns, DRV_PMEM, 7), OP1(LOAD, ns), OP1(REMOVE_HOST, disk), OP0(KILL), OP0(PUT), \
		OP0(KILL), OP1(DEL_DISK, disk), OP1(GONE, ns), OP1(RELEASED, ns)

/* ---- dm ---- */

#define DM_CREATE                                                                                 \
	OP2(ENTER, DXA_KIND_DM_DEV_CREATE, -1), OP2(ENTER, DXA_KIND_DM_CREATE, -1),               \
		OP2(ALLOC, OWN_DM, DM0), OP1(ADD_HOST, 2), OP3(LEAVE, DXA_KIND_DM_CREATE, -1, 0), \
		OP3(LEAVE, DXA_KIND_DM_DEV_CREATE, -1, 0)
#define DM_REMOVE OP1(LOAD, DM0), OP1(REMOVE_HOST, 2), OP0(KILL), OP0(PUT), OP1(GONE, DM0)
#define DM_CLASH                                                                                  \
	OP2(ENTER, DXA_KIND_DM_DEV_CREATE, -1), OP2(ENTER, DXA_KIND_DM_CREATE, -1),               \
		OP2(ALLOC, OWN_DM, DM0), OP1(ADD_HOST, 2), OP3(LEAVE, DXA_KIND_DM_CREATE, -1, 0), \
		OP1(REMOVE_HOST, 2), OP0(KILL), OP0(PUT), OP1(GONE, DM0),                         \
		OP3(LEAVE, DXA_KIND_DM_DEV_CREATE, -1, -16)
#define DM_HOST_FAILS                                                                        \
	OP2(ENTER, DXA_KIND_DM_DEV_CREATE, -1), OP2(ENTER, DXA_KIND_DM_CREATE, -1),          \
		OP2(ALLOC, OWN_DM, DM0), OP1(HOST_FAILS, 2), OP1(REMOVE_HOST, 2), OP0(KILL), \
		OP0(PUT), OP1(GONE, DM0), OP3(LEAVE, DXA_KIND_DM_CREATE, -1, -6),            \
		OP3(LEAVE, DXA_KIND_DM_DEV_CREATE, -1, -6)
#define TABLE_LOAD(disk, m) OP3(GET, disk, m, 0)
#define TABLE_DROP(m) OP1(TABLE_PUT, m)

/* ---- file systems: ext4 has no holder, xfs has ---- */

#define MOUNT(disk, m) OP3(GET, disk, m, 0)
#define UMOUNT(m) OP1(FS_PUT, m)
#define MOUNT_XFS(disk, m) OP3(GET, disk, m, (m) + 1)
#define UMOUNT_XFS(m) OP2(FS_PUT, m, (m) + 1)

/* ---- virtiofs ---- */

#define VIRTIOFS_PROBE                                                                    \
	OP2(PROBE, VIRTIO0, DRV_VIRTIOFS), OP2(ENTER, DXA_KIND_VIRTIO_FS_PROBE, VIRTIO0), \
		OP2(ALLOC, OWN_VIRTIOFS, VIRTIO0),                                        \
		OP3(LEAVE, DXA_KIND_VIRTIO_FS_PROBE, VIRTIO0, 0), OP2(PROBED, VIRTIO0, 0)
#define VIRTIOFS_NO_WINDOW                                                                  \
	OP2(PROBE, VIRTIO0, DRV_VIRTIOFS), OP2(ENTER, DXA_KIND_VIRTIO_FS_PROBE, VIRTIO0),   \
		OP2(ALLOC, OWN_VIRTIOFS, VIRTIO0), OP0(KILL), OP0(PUT), OP1(GONE, VIRTIO0), \
		OP3(LEAVE, DXA_KIND_VIRTIO_FS_PROBE, VIRTIO0, 0), OP2(PROBED, VIRTIO0, 0)
#define VIRTIOFS_UNBIND                                                                  \
	OP3(RELEASE, VIRTIO0, DRV_VIRTIOFS, 4), OP1(LOAD, VIRTIO0), OP0(KILL), OP0(PUT), \
		OP1(GONE, VIRTIO0), OP1(RELEASED, VIRTIO0)

/* ---- device-dax ---- */

#define BIND OP2(PROBE, DAX0, DRV_DEVICE_DAX), OP1(LOAD, DAX0), OP0(RUN), OP2(PROBED, DAX0, 0)
#define BIND_KMEM OP2(PROBE, DAX0, DRV_KMEM), OP2(PROBED, DAX0, 0)
#define UNBIND                                                                             \
	OP3(RELEASE, DAX0, 0, 3), OP3(IF_BOUND, DAX0, DRV_DEVICE_DAX, 2), OP1(LOAD, DAX0), \
		OP0(KILL), OP1(RELEASED, DAX0)
#define REGION_IN                                                               \
	OP2(PROBE, NS0, DRV_DAX_PMEM), OP2(ENTER, DXA_KIND_CREATE_DEV_DAX, -1), \
		OP2(ALLOC, OWN_DEVICE_DAX, DAX0), OP0(KILL), OP1(ADD_DEV, DAX0)
#define REGION_OUT OP3(LEAVE, DXA_KIND_CREATE_DEV_DAX, -1, 0), OP2(PROBED, NS0, 0)
#define REGION REGION_IN, BIND, REGION_OUT
#define REGION_KMEM REGION_IN, BIND_KMEM, REGION_OUT
#define REGION_GO                                                               \
	OP3(RELEASE, NS0, DRV_DAX_PMEM, 9), OP1(LOAD, DAX0), OP0(KILL), UNBIND, \
		OP1(DEL_DEV, DAX0), OP1(DEV_PUT, DAX0), OP1(RELEASED, NS0)

#define REGION_REFUSED                                                                          \
	OP2(PROBE, NS0, DRV_DAX_PMEM), OP2(ENTER, DXA_KIND_CREATE_DEV_DAX, -1),                 \
		OP2(REFUSED, OWN_DEVICE_DAX, 95), OP3(LEAVE, DXA_KIND_CREATE_DEV_DAX, -1, -95), \
		OP2(PROBED, NS0, 95)
#define DM_REFUSED                                                                  \
	OP2(ENTER, DXA_KIND_DM_DEV_CREATE, -1), OP2(ENTER, DXA_KIND_DM_CREATE, -1), \
		OP2(REFUSED, OWN_DM, 95), OP3(LEAVE, DXA_KIND_DM_CREATE, -1, -6),   \
		OP3(LEAVE, DXA_KIND_DM_DEV_CREATE, -1, -6)

/* Another driver's module is unloaded: driver_detach() */
#define DETACH_OTHER(ns) OP3(RELEASE, ns, DRV_BTT, 0), OP1(RELEASED, ns)

#define PROGRAM(name, ...) static const struct op name[] = { __VA_ARGS__, { O_END, 0, 0, 0 } }

PROGRAM(p_nothing, OP0(END));
PROGRAM(p_probe0, PMEM_PROBE(NS0, 0));
PROGRAM(p_probe1, PMEM_PROBE(NS1, 1));
PROGRAM(p_unbind0, PMEM_UNBIND(NS0, 0));
PROGRAM(p_unbind1, PMEM_UNBIND(NS1, 1));
PROGRAM(p_probe_unbind0, PMEM_PROBE(NS0, 0), PMEM_UNBIND(NS0, 0));
PROGRAM(p_unbind_probe0, PMEM_UNBIND(NS0, 0), PMEM_PROBE(NS0, 0));
PROGRAM(p_host_fails0, PMEM_HOST_FAILS(NS0, 0));
PROGRAM(p_disk_fails0, PMEM_DISK_FAILS(NS0, 0));
PROGRAM(p_no_memory0, PMEM_NO_MEMORY(NS0));
PROGRAM(p_null_teardown, PMEM_F1(NS0, 0));
PROGRAM(p_leaks, PMEM_LEAKS(NS0, 0));
PROGRAM(p_no_kill, UNBIND_NO_KILL(NS0, 0));
PROGRAM(p_no_put, UNBIND_NO_PUT(NS0, 0));
PROGRAM(p_no_kill_put, UNBIND_NOTHING(NS0, 0));
PROGRAM(p_no_unhost, UNBIND_NO_UNHOST(NS0, 0));
PROGRAM(p_put_twice, UNBIND_PUT_TWICE(NS0, 0));
PROGRAM(p_kill_late, UNBIND_KILL_LATE(NS0, 0));
PROGRAM(p_kill_twice, UNBIND_KILL_TWICE(NS0, 0));
PROGRAM(p_refused, PMEM_REFUSED(NS0, 0, 0), PMEM_REFUSED_UNBIND(NS0, 0));
PROGRAM(p_refused_fatal, PMEM_REFUSED(NS0, 0, 95));
PROGRAM(p_err_ptr, PMEM_FAILS_BY(NS0, 12, 12));
PROGRAM(p_alloc_null, PMEM_FAILS_BY(NS0, 0, 0));
PROGRAM(p_region_refused, REGION_REFUSED);
PROGRAM(p_dm_refused, DM_REFUSED);
PROGRAM(p_unload, OP1(MODULE_FREE, OWN_PMEM));
PROGRAM(p_unbind_unload, PMEM_UNBIND(NS0, 0), OP1(MODULE_FREE, OWN_PMEM));
PROGRAM(p_mount, MOUNT(0, 0));
PROGRAM(p_umount, UMOUNT(0));
PROGRAM(p_mount_umount, MOUNT(0, 0), UMOUNT(0));
PROGRAM(p_mount_umount1, MOUNT(0, 1), UMOUNT(1));
PROGRAM(p_xfs0_in_out, MOUNT_XFS(0, 0), UMOUNT_XFS(0));
PROGRAM(p_xfs1_in_out, MOUNT_XFS(0, 1), UMOUNT_XFS(1));
PROGRAM(p_xfs0_out, UMOUNT_XFS(0));
PROGRAM(p_xfs1_and_unbind, MOUNT_XFS(0, 1), UMOUNT_XFS(1), UMOUNT_XFS(0), PMEM_UNBIND(NS0, 0));
PROGRAM(p_table, TABLE_LOAD(0, 0));
PROGRAM(p_table_drop, TABLE_DROP(0));
PROGRAM(p_table_in_out, TABLE_LOAD(0, 0), TABLE_DROP(0));
PROGRAM(p_dm_create, DM_CREATE);
PROGRAM(p_dm_remove, DM_REMOVE);
PROGRAM(p_dm_life, DM_CREATE, DM_REMOVE);
PROGRAM(p_dm_clash, DM_CLASH);
PROGRAM(p_dm_host_fails, DM_HOST_FAILS);
PROGRAM(p_virtiofs, VIRTIOFS_PROBE);
PROGRAM(p_virtiofs_no_window, VIRTIOFS_NO_WINDOW);
PROGRAM(p_virtiofs_unbind, VIRTIOFS_UNBIND);
PROGRAM(p_region, REGION);
PROGRAM(p_region_kmem, REGION_KMEM);
PROGRAM(p_region_go, REGION_GO);
PROGRAM(p_region_open, REGION, OP1(OPEN, DAX0));
PROGRAM(p_bind, BIND);
PROGRAM(p_unbind, UNBIND);
PROGRAM(p_rebind, UNBIND, BIND);
PROGRAM(p_region_unbound, REGION, UNBIND);
PROGRAM(p_close, OP1(CLOSE, DAX0));
PROGRAM(p_open_close, OP1(OPEN, DAX0), OP1(CLOSE, DAX0));
PROGRAM(p_detach_other, DETACH_OTHER(NS0));
PROGRAM(p_walk, OP0(WALK_GET), OP0(WALK_PUT));
PROGRAM(p_snapshot, OP0(SNAPSHOT));
PROGRAM(p_probe_both, PMEM_PROBE(NS0, 0), PMEM_PROBE(NS1, 1));
PROGRAM(p_probe_mount, PMEM_PROBE(NS0, 0), MOUNT(0, 0));
PROGRAM(p_probe_xfs, PMEM_PROBE(NS0, 0), MOUNT_XFS(0, 0));
PROGRAM(p_probe_dm, PMEM_PROBE(NS0, 0), DM_CREATE);
PROGRAM(p_umount_unbind, UMOUNT(0), PMEM_UNBIND(NS0, 0));
PROGRAM(p_unbind_both, PMEM_UNBIND(NS0, 0), PMEM_UNBIND(NS1, 1));

#define S(name, before, a, b, after)                          \
	{                                                     \
		name, p_##before, { p_##a, p_##b }, p_##after \
	}

const struct scenario scenarios[] = {
	/* No overlap: every life alone. */
	S("pmem life", probe_unbind0, nothing, nothing, nothing),
	S("pmem probe that fails for its host", host_fails0, nothing, nothing, nothing),
	S("pmem probe that fails for its disk", disk_fails0, nothing, nothing, nothing),
	S("pmem probe without memory", no_memory0, nothing, nothing, nothing),
	S("dm life", dm_life, nothing, nothing, nothing),
	S("dm name clash", dm_clash, nothing, nothing, nothing),
	S("dm without a host", dm_host_fails, nothing, nothing, nothing),
	S("virtiofs life", virtiofs, virtiofs_unbind, nothing, nothing),
	S("virtiofs without a window", virtiofs_no_window, nothing, nothing, nothing),
	S("device-dax life", region, region_go, nothing, nothing),
	S("kmem life", region_kmem, region_go, nothing, nothing),
	/* One device. */
	S("mount against unbind", probe0, mount, unbind0, umount),
	S("mount and umount against unbind", probe0, mount_umount, unbind0, nothing),
	S("umount against unbind", probe_mount, umount, unbind0, nothing),
	S("mount against unbind and probe", probe0, mount, unbind_probe0, umount_unbind),
	S("umount against unbind and probe", probe_mount, umount, unbind_probe0, unbind0),
	S("two mounts", probe0, mount_umount, mount_umount1, unbind0),
	S("xfs mount against unbind", probe0, xfs0_in_out, unbind0, nothing),
	S("xfs umount against unbind", probe_xfs, xfs0_out, unbind0, nothing),
	S("dm table load against unbind", probe0, table, unbind0, table_drop),
	S("dm table life against unbind", probe0, table_in_out, unbind0, nothing),
	S("two unbinds", probe0, unbind0, unbind0, nothing),
	S("probe against mount", nothing, probe0, mount_umount, unbind0),
	S("probe against unbind", nothing, probe0, unbind0, unbind0),
	S("failing probe against inode walk", nothing, disk_fails0, walk, nothing),
	S("unbind and probe against unbind", probe0, unbind_probe0, unbind0, unbind0),
	S("another driver's detach against probe", nothing, probe0, detach_other, unbind0),
	S("another driver's detach against unbind", probe0, unbind0, detach_other, nothing),
	S("inode walk against unbind", probe0, walk, unbind0, nothing),
	S("inode walk against umount", probe_mount, umount_unbind, walk, nothing),
	S("inode walk against unload", probe0, unbind_unload, walk, nothing),
	S("inode walk against mount", probe0, mount_umount, walk, unbind0),
	S("inode walk against a second xfs", probe_xfs, xfs1_and_unbind, walk, nothing),
	S("inode walk against dm", nothing, dm_life, walk, nothing),
	S("inode walk against device-dax", region, region_go, walk, nothing),
	S("mount against unload", probe0, unbind_unload, mount_umount, nothing),
	/* Two devices: addresses are reused. */
	S("probe against the other's unbind", probe1, probe0, unbind1, unbind0),
	S("two probes", nothing, probe0, probe1, unbind_both),
	S("two unbinds of two", probe_both, unbind0, unbind1, nothing),
	S("dm creation against unbind", probe0, dm_create, unbind0, dm_remove),
	S("dm life against unbind", probe0, dm_life, unbind0, nothing),
	S("dm life against probe", nothing, dm_life, probe0, unbind0),
	S("dm removal against unbind", probe_dm, dm_remove, unbind0, nothing),
	S("dm name clash against unbind", probe0, dm_clash, unbind0, nothing),
	S("dm name clash against probe", nothing, dm_clash, probe0, unbind0),
	S("dm without a host against unbind", probe0, dm_host_fails, unbind0, nothing),
	S("virtiofs without a window against unbind", probe0, virtiofs_no_window, unbind0, nothing),
	S("virtiofs against unbind", probe0, virtiofs, unbind0, virtiofs_unbind),
	S("failing probe against the other's unbind", probe1, host_fails0, unbind1, nothing),
	S("failing probe against dm", nothing, disk_fails0, dm_life, nothing),
	/* device-dax */
	S("bind against open", region_unbound, bind, open_close, region_go),
	S("unbind against open", region, unbind, open_close, region_go),
	S("close against the region's end", region_open, close, region_go, nothing),
	S("rebind against close", region_open, rebind, close, region_go),
	S("unbind against the region's end", region, unbind, region_go, nothing),
	S("bind against the region's unbinding", region_unbound, bind, unbind, region_go),
	S("region against dm", nothing, region, dm_life, region_go),
	S("region's end against dm", region, region_go, dm_life, nothing),
	/* The first look, at any moment. */
	S("snapshot in probe", nothing, probe0, snapshot, unbind0),
	S("snapshot in unbind", probe0, unbind0, snapshot, nothing),
	S("snapshot in mount", probe0, mount_umount, snapshot, unbind0),
	S("snapshot in umount after unbind", probe_mount, umount_unbind, snapshot, nothing),
	S("snapshot in dm life", nothing, dm_life, snapshot, nothing),
	S("snapshot in region", nothing, region, snapshot, region_go),
	S("snapshot in the region's end", region, region_go, snapshot, nothing),
	S("snapshot in virtiofs", nothing, virtiofs_no_window, snapshot, nothing),
	S("snapshot in a failing probe", nothing, disk_fails0, snapshot, nothing),
	S("snapshot in a NULL teardown", nothing, null_teardown, snapshot, nothing),
	/* Broken lives, alone and against others. */
	S("NULL teardown", nothing, null_teardown, nothing, nothing),
	S("NULL teardown against dm", nothing, null_teardown, dm_life, nothing),
	S("NULL teardown against the other's unbind", probe1, null_teardown, unbind1, nothing),
	S("leak in a failed probe against dm", nothing, leaks, dm_life, nothing),
	S("unbind without kill", probe0, no_kill, nothing, nothing),
	S("unbind without kill against mount", probe0, no_kill, mount_umount, nothing),
	S("unbind without kill against umount", probe_mount, no_kill, umount, nothing),
	S("unbind without kill against table", probe0, no_kill, table_in_out, nothing),
	S("unbind without put", probe0, no_put, mount_umount, nothing),
	S("unbind without kill and put", probe0, no_kill_put, mount_umount, nothing),
	S("unbind without put, then unload", probe0, no_put, nothing, unload),
	S("unbind without remove_host", probe0, no_unhost, nothing, nothing),
	S("unbind without remove_host against umount", probe_mount, no_unhost, umount, nothing),
	S("double put", probe0, put_twice, nothing, nothing),
	S("double put against dm", probe0, put_twice, dm_life, nothing),
	S("double put against walk", probe0, put_twice, walk, nothing),
	S("put before kill", probe0, kill_late, nothing, nothing),
	S("put before kill against dm", probe0, kill_late, dm_life, nothing),
	S("kill after put", probe0, kill_twice, dm_life, nothing),
	S("unload of a bound module", probe0, unload, mount_umount, nothing),
	S("two xfs on one disk", probe0, xfs0_in_out, xfs1_in_out, unbind0),
	S("two xfs against unbind", probe_xfs, xfs1_in_out, unbind0, xfs0_out),
	S("rebind of an open device-dax", region_open, rebind, nothing, close),
	/* Refusals where no data cache aliases, and what drivers make of an error. */
	S("pmem refused", refused, nothing, nothing, nothing),
	S("pmem refused, fatally, against unbind", probe1, refused_fatal, unbind1, nothing),
	S("pmem refused against dm", nothing, refused, dm_create, dm_remove),
	S("dm refused against unbind", probe0, dm_refused, unbind0, nothing),
	S("device-dax refused", nothing, region_refused, dm_create, dm_remove),
	S("alloc_dax returns NULL", probe1, alloc_null, unbind1, nothing),
	S("an ERR_PTR in clean-up", probe1, err_ptr, unbind1, nothing),
};

const size_t n_scenarios = sizeof(scenarios) / sizeof(scenarios[0]);

/* ---- parts of the random play ---- */

static bool ns0_free(const struct world *w)
{
	return !w->dev[NS0].driver && !(w->gone >> OWN_PMEM & 1);
}

static bool ns0_free_for_dax(const struct world *w)
{
	return !w->dev[NS0].driver && !w->dev[DAX0].there && !w->dev[DAX0].opened &&
	       !w->dev[DAX0].put_due;
}

static bool ns1_free(const struct world *w)
{
	return !w->dev[NS1].driver && !(w->gone >> OWN_PMEM & 1);
}

static bool ns0_pmem(const struct world *w)
{
	return w->dev[NS0].driver == DRV_PMEM;
}

static bool ns1_pmem(const struct world *w)
{
	return w->dev[NS1].driver == DRV_PMEM;
}

static bool ns0_dax(const struct world *w)
{
	return w->dev[NS0].driver == DRV_DAX_PMEM;
}

static bool dax_free(const struct world *w)
{
	return w->dev[DAX0].there && !w->dev[DAX0].driver && !w->dev[DAX0].opened;
}

static bool dax_bound(const struct world *w)
{
	return w->dev[DAX0].driver == DRV_DEVICE_DAX;
}

static bool dax_openable(const struct world *w)
{
	return dax_bound(w) && !w->dev[DAX0].opened;
}

static bool dax_opened(const struct world *w)
{
	return w->dev[DAX0].opened;
}

static bool virtio_free(const struct world *w)
{
	return !w->dev[VIRTIO0].driver;
}

static bool virtio_bound(const struct world *w)
{
	return w->dev[VIRTIO0].driver && w->dev[VIRTIO0].dax.slot >= 0;
}

static bool dm_free(const struct world *w)
{
	return w->dev[DM0].dax.slot < 0;
}

static bool dm_there(const struct world *w)
{
	return w->dev[DM0].dax.slot >= 0;
}

static bool mount0_free(const struct world *w)
{
	return !w->mount[0].there;
}

static bool mount1_free(const struct world *w)
{
	return !w->mount[1].there;
}

static bool mount2_free(const struct world *w)
{
	return !w->mount[2].there;
}

static bool mount0_there(const struct world *w)
{
	return w->mount[0].there;
}

/* Where that leaks a reference, it is no legal part. */
static bool mount1_mended(const struct world *w)
{
	return mount1_free(w) && history.mode.mended;
}

static bool mount1_there(const struct world *w)
{
	return w->mount[1].there;
}

static bool mount2_there(const struct world *w)
{
	return w->mount[2].there;
}

static bool pmem_idle(const struct world *w)
{
	return !(w->gone >> OWN_PMEM & 1) && w->dev[NS0].driver != DRV_PMEM &&
	       w->dev[NS1].driver != DRV_PMEM;
}

static bool pmem_gone(const struct world *w)
{
	return w->gone >> OWN_PMEM & 1;
}

static bool always(const struct world *w)
{
	(void)w;
	return true;
}

PROGRAM(p_load, OP1(MODULE_LOAD, OWN_PMEM));
PROGRAM(p_deferred, OP2(PROBE, NS1, DRV_PMEM), OP2(PROBED, NS1, 517));
PROGRAM(p_foreign, OP2(PROBE, FOREIGN, DRV_BTT), OP2(PROBED, FOREIGN, 19));
PROGRAM(p_table1, TABLE_LOAD(1, 1));
PROGRAM(p_table1_drop, TABLE_DROP(1));
PROGRAM(p_xfs2, MOUNT_XFS(0, 2));
PROGRAM(p_xfs2_out, UMOUNT_XFS(2));
PROGRAM(p_second_xfs, MOUNT_XFS(0, 1), UMOUNT_XFS(1));
PROGRAM(p_open0, OP1(OPEN, DAX0));
PROGRAM(p_virtiofs_go, VIRTIOFS_UNBIND);

#define P(name, program, claims, yields, can)                 \
	{                                                     \
		name, p_##program, claims, yields, can, false \
	}
#define B(name, program, claims, yields, can)                \
	{                                                    \
		name, p_##program, claims, yields, can, true \
	}

const struct part parts[] = {
	P("probe 0", probe0, CLAIM_NS0, CLAIM_PMEM, ns0_free),
	P("probe 0 fails", host_fails0, CLAIM_NS0, CLAIM_PMEM, ns0_free),
	P("probe 0 fails late", disk_fails0, CLAIM_NS0, CLAIM_PMEM, ns0_free),
	P("probe 0 without memory", no_memory0, CLAIM_NS0, CLAIM_PMEM, ns0_free),
	P("unbind 0", unbind0, 0, CLAIM_PMEM, ns0_pmem),
	P("probe 1", probe1, CLAIM_NS1, CLAIM_PMEM, ns1_free),
	P("unbind 1", unbind1, 0, CLAIM_PMEM, ns1_pmem),
	P("deferred probe", deferred, CLAIM_NS1, CLAIM_PMEM, ns1_free),
	P("foreign probe", foreign, CLAIM_FOREIGN, 0, always),
	P("foreign detach", detach_other, 0, 0, always),
	P("mount", mount, CLAIM_MOUNT0, 0, mount0_free),
	P("umount", umount, CLAIM_MOUNT0, 0, mount0_there),
	P("table", table1, CLAIM_MOUNT1, 0, mount1_free),
	P("table goes", table1_drop, CLAIM_MOUNT1, 0, mount1_there),
	P("xfs", xfs2, CLAIM_MOUNT2, 0, mount2_free),
	P("xfs goes", xfs2_out, CLAIM_MOUNT2, 0, mount2_there),
	P("second xfs", second_xfs, CLAIM_MOUNT1, 0, mount1_mended),
	P("dm", dm_create, CLAIM_DM0, 0, dm_free),
	P("dm name clash", dm_clash, CLAIM_DM0, 0, dm_free),
	P("dm fails", dm_host_fails, CLAIM_DM0, 0, dm_free),
	P("dm goes", dm_remove, CLAIM_DM0, 0, dm_there),
	P("virtiofs", virtiofs, CLAIM_VIRTIO0, 0, virtio_free),
	P("virtiofs without window", virtiofs_no_window, CLAIM_VIRTIO0, 0, virtio_free),
	P("virtiofs goes", virtiofs_go, CLAIM_VIRTIO0, 0, virtio_bound),
	P("region", region, CLAIM_NS0 | CLAIM_DAX0, 0, ns0_free_for_dax),
	P("region of kmem", region_kmem, CLAIM_NS0 | CLAIM_DAX0, 0, ns0_free_for_dax),
	P("region goes", region_go, CLAIM_NS0, 0, ns0_dax),
	P("bind", bind, CLAIM_DAX0 | CLAIM_NS0, 0, dax_free),
	P("unbind", unbind, 0, CLAIM_NS0, dax_bound),
	P("open", open0, CLAIM_DAX0, 0, dax_openable),
	P("close", close, CLAIM_DAX0, 0, dax_opened),
	P("inode walk", walk, 0, 0, always),
	P("snapshot", snapshot, CLAIM_LOOK, 0, always),
	P("unload", unload, CLAIM_PMEM, CLAIM_NS0 | CLAIM_NS1, pmem_idle),
	P("load", load, CLAIM_PMEM, 0, pmem_gone),
	B("NULL teardown", null_teardown, CLAIM_NS0, CLAIM_PMEM, ns0_free),
	B("leak in a probe", leaks, CLAIM_NS0, CLAIM_PMEM, ns0_free),
	B("refused", refused, CLAIM_NS0, CLAIM_PMEM, ns0_free),
	B("refused, fatally", refused_fatal, CLAIM_NS0, CLAIM_PMEM, ns0_free),
	B("ERR_PTR", err_ptr, CLAIM_NS0, CLAIM_PMEM, ns0_free),
	B("alloc_dax returns NULL", alloc_null, CLAIM_NS0, CLAIM_PMEM, ns0_free),
	B("unbind 0 without kill", no_kill, CLAIM_NS0, CLAIM_PMEM, ns0_pmem),
	B("unbind 0 without put", no_put, CLAIM_NS0, CLAIM_PMEM, ns0_pmem),
	B("unbind 0 without both", no_kill_put, CLAIM_NS0, CLAIM_PMEM, ns0_pmem),
	B("unbind 0 without remove_host", no_unhost, CLAIM_NS0, CLAIM_PMEM, ns0_pmem),
	B("double put", put_twice, CLAIM_NS0, CLAIM_PMEM, ns0_pmem),
	B("late kill", kill_late, CLAIM_NS0, CLAIM_PMEM, ns0_pmem),
	B("double kill", kill_twice, CLAIM_NS0, CLAIM_PMEM, ns0_pmem),
};

const size_t n_parts = sizeof(parts) / sizeof(parts[0]);
