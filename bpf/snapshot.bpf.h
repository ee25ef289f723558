/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The programs of a snapshot. User space runs them after the hooks are attached, so
 * that no device is missed in between. They walk the kernel's structures without
 * locks: an element may be freed meanwhile, so they check that each one still belongs
 * to the list, and report when they cannot continue.
 */
#ifndef DAXAUDIT_SNAPSHOT_BPF_H
#define DAXAUDIT_SNAPSHOT_BPF_H

#include "daxaudit/snapshot.h"
#include "emit.bpf.h"

/* Bounds of the walks, which might cycle. A walk of dax_hosts takes some hundred steps per disk. */
#define ENTRIES_MAX (1 << 20)
#define SUPERS_MAX (1 << 16)
#define SLOTS_MAX (1 << 23) /* bpf_loop takes no more (BPF_MAX_LOOPS in include/linux/bpf.h) */

/*
 * Each walk keeps its position in a global variable and not on the stack: the verifier
 * assumes nothing about memory, and so does not follow every iteration (on 7.2 that
 * took minutes). bpf_loop accepts only a context on the stack, which is a pointer here.
 */

/* The result of a walk so far. */
struct progress {
	__u32 records;
	__u32 dropped;
	__u32 state; /* enum dxa_snapshot_state */
};

static __always_inline struct dxa_event *snapshot_reserve(struct progress *p, __u16 kind)
{
	struct call c = { .kind = kind };
	struct dxa_event *ev = event_reserve(&c, 0);

	if (ev)
		p->records++;
	else
		p->dropped++;
	return ev;
}

static __always_inline void snapshot_done(struct dxa_snapshot *s, const struct progress *p)
{
	s->records = p->records;
	s->dropped = p->dropped;
	s->state = p->state;
}

/* ---- dax_superblock (drivers/dax/super.c): the inode of every dax_device ---- */

struct inode_walk {
	struct progress progress;
	const struct list_head *head;
	const struct list_head *at;
	const struct super_block *sb;
	__u64 named; /* the ops table that was named last: its name is the same for thousands */
};
static struct inode_walk inodes;

struct klist_node___dxa {
	void *n_klist;
} __attribute__((preserve_access_index));

struct device_private___dxa {
	struct klist_node___dxa knode_driver;
} __attribute__((preserve_access_index));

struct device___dxa {
	struct device_private___dxa *p;
} __attribute__((preserve_access_index));

/*
 * Is the device-dax bound, as enum dxa_bound? The driver link in sysfs exists already
 * during the probe and still during the removal; the driver's list has the device only
 * between the two (driver_bound() and __device_release_driver() in drivers/base/dd.c).
 */
static __always_inline __u64 is_bound(const struct dax_device *dax)
{
	const struct dev_dax *dev_dax = READ_PTR(dax, private);
	const struct device___dxa *dev;
	const struct device_private___dxa *p = NULL;
	__u64 list;

	if (!dev_dax || !bpf_core_field_exists(p->knode_driver))
		return DXA_BOUND_UNKNOWN;
	dev = (const void *)((__u64)dev_dax + bpf_core_field_offset(struct dev_dax, dev));
	p = READ_PTR(dev, p);
	if (!p)
		return DXA_BOUND_UNKNOWN;
	list = READ_WORD(p, knode_driver.n_klist);
	/* Bit 0: the element is being removed (KNODE_DEAD in lib/klist.c). */
	return list && !(list & 1) ? DXA_BOUND_YES : DXA_BOUND_NO;
}

static __always_inline void snapshot_device(struct inode_walk *w, const struct inode *inode)
{
	struct dxa_event *ev = snapshot_reserve(&w->progress, DXA_KIND_SNAP_DEVICE);

	if (!ev)
		return;
	read_dax(ev, dax_of_inode((__u64)inode));
	if (!ev->ops)
		ev->arg = is_bound((const void *)ev->dax);
	/* %ps of an address without module and symbol prints the number: the module is gone. */
	if (ev->ops && ev->ops != w->named &&
	    bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_snprintf)) {
		BPF_SNPRINTF(ev->driver, sizeof(ev->driver), "%ps", ev->ops);
		w->named = ev->ops;
	}
	bpf_ringbuf_submit(ev, 0);
}

static long inode_step(__u32 i, struct inode_walk **ctx)
{
	struct inode_walk *w = *ctx;
	const struct list_head *at = w->at, *next;
	const struct inode *inode;

	if (at == w->head) {
		w->progress.state = DXA_SNAPSHOT_COMPLETE;
		return 1;
	}
	inode = (const void *)((__u64)at - bpf_core_field_offset(struct inode, i_sb_list));
	if (!at || READ_PTR(inode, i_sb) != w->sb)
		return 1;
	/* The root directory of the file system is not a device. */
	if (BPF_CORE_READ(inode, i_rdev))
		snapshot_device(w, inode);
	/* An element that was removed meanwhile points to itself (list_del_init). */
	next = READ_PTR(at, next);
	w->at = next;
	return next == at;
}

SEC("?syscall")
int snapshot_devices(struct dxa_snapshot *s)
{
	const struct super_block *sb = (const void *)read_word((const void *)s->start);
	struct inode_walk *w = &inodes;
	const struct list_head *head;

	if (!sb)
		return 0;
	head = (const void *)((__u64)sb + bpf_core_field_offset(struct super_block, s_inodes));
	inodes = (struct inode_walk){ .progress.state = DXA_SNAPSHOT_LOST,
				      .head = head,
				      .at = READ_PTR(head, next),
				      .sb = sb };
	bpf_loop(ENTRIES_MAX, inode_step, &w, 0);
	snapshot_done(s, &inodes.progress);
	return 0;
}

/* ---- dax_hosts (drivers/dax/super.c): an xarray, indexed by the address of the gendisk ---- */

#define SLOTS 64 /* XA_CHUNK_SIZE; less in a kernel for small memories */

struct host_walk {
	struct progress progress;
	const struct xarray *xa;
	const struct xa_node *node;
	__u64 index; /* of the node's first slot */
	__u32 shift; /* of the node */
	__u32 slot;
	/* The node's slots, copied at once: nearly all of them are empty. */
	union {
		__u64 wide[SLOTS];
		__u32 narrow[SLOTS];
	};
};
static struct host_walk hosts;

/* include/linux/xarray.h: xa_is_node() and xa_to_node(); smaller ones are retry or sibling marks. */
#define XA_INTERNAL 2
#define XA_NODE_MIN 4096

static __always_inline int is_node(__u64 entry)
{
	return (entry & 3) == XA_INTERNAL && entry > XA_NODE_MIN;
}

static __always_inline void snapshot_host(struct progress *p, __u64 disk, __u64 dax)
{
	struct dxa_event *ev = snapshot_reserve(p, DXA_KIND_SNAP_HOST);

	if (!ev)
		return;
	read_dax(ev, dax);
	read_disk(ev, disk);
	bpf_ringbuf_submit(ev, 0);
}

/* Go to this slot of the node. False if it belongs to no xarray, or to another one. */
static __always_inline int host_enter(struct host_walk *w, const struct xa_node *node, __u32 slot)
{
	__u32 size = bpf_core_field_size(node->slots);

	w->node = node;
	w->slot = slot;
	w->shift = BPF_CORE_READ(node, shift) & 63;
	if (size > sizeof(w->wide) ||
	    bpf_probe_read_kernel(w->wide, size,
				  (const void *)node + bpf_core_field_offset(node->slots)))
		return 0;
	/* A node that was freed before the copy was made. */
	return READ_PTR(node, array) == w->xa;
}

/* Go up to the parent, behind the node. 1 at the end of the walk. */
static __always_inline long host_leave(struct host_walk *w, __u32 slots)
{
	const struct xa_node *node = w->node, *parent = READ_PTR(node, parent);
	__u32 offset = BPF_CORE_READ(node, offset);

	if (READ_PTR(node, array) != w->xa)
		return 1;
	if (!parent) {
		w->progress.state = DXA_SNAPSHOT_COMPLETE;
		return 1;
	}
	if (!host_enter(w, parent, offset + 1))
		return 1;
	w->index &= ~((__u64)(slots - 1) << w->shift);
	return 0;
}

static long host_step(__u32 i, struct host_walk **ctx)
{
	struct host_walk *w = *ctx;
	const struct xa_node *node = w->node;
	__u32 slots = bpf_core_field_size(node->slots) / bpf_core_field_size(node->parent);
	__u32 slot = w->slot;
	__u64 entry;

	if (slot >= slots || slot >= SLOTS)
		return host_leave(w, slots);
	entry = KERNEL_IS_32BIT ? w->narrow[slot] : w->wide[slot];
	if (is_node(entry)) {
		w->index |= (__u64)slot << w->shift;
		return !host_enter(w, (const void *)(entry - XA_INTERNAL), 0);
	}
	if (entry && !(entry & 3))
		snapshot_host(&w->progress, w->index | (__u64)slot << w->shift, entry);
	w->slot = slot + 1;
	return 0;
}

SEC("?syscall")
int snapshot_hosts(struct dxa_snapshot *s)
{
	const struct xarray *xa = (const void *)s->start;
	__u64 head = READ_WORD(xa, xa_head);
	struct host_walk *w = &hosts;

	hosts = (struct host_walk){ .progress.state = DXA_SNAPSHOT_LOST, .xa = xa };
	if (!head) {
		hosts.progress.state = DXA_SNAPSHOT_COMPLETE;
	} else if (is_node(head)) {
		if (host_enter(&hosts, (const void *)(head - XA_INTERNAL), 0))
			bpf_loop(SLOTS_MAX, host_step, &w, 0);
	}
	snapshot_done(s, &hosts.progress);
	return 0;
}

/* ---- block devices (block/bdev.c) that are open exclusively ---- */

/* A bit number of gendisk.state (include/linux/blkdev.h), set by del_gendisk(). */
#define GD_DEAD 2

struct block_device___opened {
	__u32 bd_dev;
	struct {
		int counter;
	} bd_openers;
	void *bd_claiming;
	void *bd_holder;
} __attribute__((preserve_access_index));

struct bdev_inode___dxa {
	struct block_device bdev;
	struct inode vfs_inode;
} __attribute__((preserve_access_index));

struct super_block___info {
	void *s_fs_info;
} __attribute__((preserve_access_index));

struct holder_walk {
	struct progress progress;
	const struct list_head *head;
	const struct list_head *at;
	const struct super_block *sb; /* blockdev_superblock */
	const struct list_head *supers; /* super_blocks, or NULL */
	__u64 marker;
	/* The search for the user of a holder. */
	__u64 holder;
	const struct list_head *super;
	const char *user; /* the name of its file system type, or NULL */
};
static struct holder_walk holders;

/*
 * The holder of a file system is its super_block, its type, or what s_fs_info points
 * to: setup_bdev_super() (get_tree_bdev() in 6.1) in fs/super.c,
 * ext4_get_journal_blkdev(), xfs_blkdev_get(), btrfs_open_devices(),
 * erofs_init_device(), read in 6.1.192, 6.12.117 and 7.2.13.
 */
static long user_step(__u32 i, struct holder_walk **ctx)
{
	struct holder_walk *w = *ctx;
	const struct list_head *at = w->super;
	const struct file_system_type *type;
	const struct super_block *sb;

	if (!at || at == w->supers)
		return 1;
	sb = (const void *)((__u64)at - bpf_core_field_offset(struct super_block, s_list));
	type = READ_PTR(sb, s_type);
	if (w->holder == (__u64)sb || w->holder == (__u64)type ||
	    w->holder == READ_WORD((const struct super_block___info *)sb, s_fs_info)) {
		w->user = READ_PTR(type, name);
		return 1;
	}
	w->super = READ_PTR(at, next);
	return 0;
}

static __always_inline void find_user(struct holder_walk *w)
{
	const struct list_head *head = w->supers;
	struct holder_walk *ctx = &holders;

	w->user = NULL;
	if (!head)
		return;
	w->super = READ_PTR(head, next);
	bpf_loop(SUPERS_MAX, user_step, &ctx, 0);
}

/*
 * bd_claiming: it is being opened. The holder of a whole disk is bd_may_claim if one
 * of its partitions is held.
 */
static __always_inline __u64 read_holder(const struct holder_walk *w,
					 const struct block_device___opened *bdev)
{
	__u64 holder = READ_WORD(bdev, bd_holder);

	return holder && holder != w->marker ? holder : READ_WORD(bdev, bd_claiming);
}

static __always_inline void snapshot_holder(struct holder_walk *w, const struct inode *inode)
{
	const struct block_device___opened *bdev =
		(const void *)((__u64)inode -
			       bpf_core_field_offset(struct bdev_inode___dxa, vfs_inode) +
			       bpf_core_field_offset(struct bdev_inode___dxa, bdev));
	const struct gendisk *disk = READ_PTR((const struct block_device *)bdev, bd_disk);
	struct dxa_event *ev;
	int gone;

	w->holder = read_holder(w, bdev);
	if (!w->holder || !disk)
		return;
	find_user(w);
	gone = READ_WORD(disk, state) >> GD_DEAD & 1;
	ev = snapshot_reserve(&w->progress, gone ? DXA_KIND_USED_GONE : DXA_KIND_DISK_USED);
	if (!ev)
		return;
	read_disk(ev, (__u64)disk);
	ev->arg = w->holder;
	ev->ret = BPF_CORE_READ(bdev, bd_openers.counter);
	ev->rdev = BPF_CORE_READ(bdev, bd_dev);
	read_name(ev->driver, sizeof(ev->driver), w->user);
	bpf_ringbuf_submit(ev, 0);
}

static long holder_step(__u32 i, struct holder_walk **ctx)
{
	struct holder_walk *w = *ctx;
	const struct list_head *at = w->at, *next;
	const struct inode *inode;

	if (at == w->head) {
		w->progress.state = DXA_SNAPSHOT_COMPLETE;
		return 1;
	}
	inode = (const void *)((__u64)at - bpf_core_field_offset(struct inode, i_sb_list));
	if (!at || READ_PTR(inode, i_sb) != w->sb)
		return 1;
	snapshot_holder(w, inode);
	/* An element that was removed meanwhile points to itself (list_del_init). */
	next = READ_PTR(at, next);
	w->at = next;
	return next == at;
}

SEC("?syscall")
int snapshot_holders(struct dxa_snapshot *s)
{
	const struct super_block *sb = (const void *)read_word((const void *)s->start);
	struct holder_walk *w = &holders;
	const struct list_head *head;

	if (!sb)
		return 0;
	head = (const void *)((__u64)sb + bpf_core_field_offset(struct super_block, s_inodes));
	holders = (struct holder_walk){ .progress.state = DXA_SNAPSHOT_LOST,
					.head = head,
					.at = READ_PTR(head, next),
					.sb = sb,
					.supers = (const void *)s->supers,
					.marker = s->marker };
	bpf_loop(ENTRIES_MAX, holder_step, &w, 0);
	snapshot_done(s, &holders.progress);
	return 0;
}

#endif
