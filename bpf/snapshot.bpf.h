/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every dax_device that is there now: a program that user space runs once, after
 * the hooks are attached, so that nothing falls between. It walks the inodes of
 * the DAX pseudo file system (dax_superblock in drivers/dax/super.c) without a
 * lock: whatever it reads may be gone, so it only follows what still claims to
 * belong to that file system, and says when it lost its way.
 */
#ifndef DAXAUDIT_SNAPSHOT_BPF_H
#define DAXAUDIT_SNAPSHOT_BPF_H

#include "daxaudit/snapshot.h"
#include "emit.bpf.h"

#define SNAPSHOT_MAX (1 << 20)

struct walk {
	const struct list_head *head;
	const struct list_head *at;
	const struct super_block *sb;
	void *ctx;
	__u32 devices;
	__u32 dropped;
	__u32 state; /* enum dxa_snapshot_state */
};

static __always_inline void snapshot_device(struct walk *w, const struct inode *inode)
{
	struct call c = { .kind = DXA_KIND_SNAP_DEVICE };
	struct dxa_event *ev = event_reserve(&c, 0);

	if (!ev) {
		w->dropped++;
		return;
	}
	read_dax(ev, dax_of_inode((__u64)inode));
	bpf_ringbuf_submit(ev, 0);
	w->devices++;
}

static long snapshot_step(__u32 i, struct walk *w)
{
	const struct list_head *at = w->at;
	const struct inode *inode;

	if (at == w->head) {
		w->state = DXA_SNAPSHOT_COMPLETE;
		return 1;
	}
	inode = (const void *)((__u64)at - bpf_core_field_offset(struct inode, i_sb_list));
	if (!at || BPF_CORE_READ(inode, i_sb) != w->sb) {
		w->state = DXA_SNAPSHOT_LOST;
		return 1;
	}
	/* The root of the file system is no device. */
	if (BPF_CORE_READ(inode, i_rdev))
		snapshot_device(w, inode);
	w->at = BPF_CORE_READ(at, next);
	return 0;
}

SEC("?syscall")
int snapshot_devices(struct dxa_snapshot *s)
{
	const struct super_block *sb = NULL;
	const struct list_head *head;
	struct walk w = { .state = DXA_SNAPSHOT_LOST };

	if (bpf_probe_read_kernel(&sb, sizeof(sb), (const void *)s->dax_superblock) || !sb)
		return 0;
	w.sb = sb;
	head = (const void *)((__u64)sb + bpf_core_field_offset(struct super_block, s_inodes));
	w.head = head;
	w.at = BPF_CORE_READ(head, next);
	bpf_loop(SNAPSHOT_MAX, snapshot_step, &w, 0);
	s->devices = w.devices;
	s->dropped = w.dropped;
	s->state = w.state;
	return 0;
}

#endif
