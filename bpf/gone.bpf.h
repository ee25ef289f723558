/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The dax_devices that are not alive (--deep). Calls on devices that are alive are not
 * recorded: they cost a lookup in a map that is almost empty, and a load.
 */
#ifndef DAXAUDIT_GONE_BPF_H
#define DAXAUDIT_GONE_BPF_H

#include "emit.bpf.h"

#include "daxaudit/gone.h"

/* Are the users of devices hooked? Set by the loader. */
const volatile __u32 deep = 0;

struct gone {
	__u32 state; /* enum dxa_gone */
	__u32 told; /* bits, by hook: a call was recorded */
};

/* By the address of the last dax_device there. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, DXA_GONE_MAX);
	__type(key, __u64);
	__type(value, struct gone);
} gone SEC(".maps");

/* The offset of the inode in struct dax_device comes from BTF. */
static __always_inline __u64 dax_of_inode(__u64 inode)
{
	return inode - bpf_core_field_offset(struct dax_device, inode);
}

/* The map is full: calls on this address may not be recorded, which counts as a loss. */
static __always_inline void gone_forgotten(const struct call *c)
{
	struct dxa_hook_count *count;
	__u32 key = c->kind;

	count = bpf_map_lookup_elem(&counts, &key);
	if (!count)
		return;
	__sync_fetch_and_add(&count->seen, 1);
	__sync_fetch_and_add(&next_seq, 1);
	__sync_fetch_and_add(&count->dropped, 1);
	__sync_fetch_and_add(&dropped_so_far, 1);
}

static __always_inline void gone_set(const struct call *c, __u64 dax, __u32 state)
{
	struct gone now = { .state = state };

	if (!is_err_or_null(dax) && bpf_map_update_elem(&gone, &dax, &now, BPF_ANY))
		gone_forgotten(c);
}

static __always_inline void gone_clear(__u64 dax)
{
	bpf_map_delete_elem(&gone, &dax);
}

/*
 * Track where lives begin and end. Called after the record of that is submitted: the
 * record of a call that uses the new state then follows it.
 */
static __always_inline void gone_note(const struct call *c)
{
	if (!deep)
		return;
	switch (c->kind) {
	case DXA_KIND_ALLOC_DAX:
		if (c->phase & DXA_PHASE_RET)
			gone_clear(c->ret);
		break;
	case DXA_KIND_RUN_DAX:
		if (c->phase & DXA_PHASE_ARGS)
			gone_clear(c->arg[0]);
		break;
	case DXA_KIND_DAX_DESTROY_INODE:
		gone_set(c, dax_of_inode(c->arg[0]), DXA_GONE_DESTROYED);
		break;
	case DXA_KIND_DAX_FREE_INODE:
		gone_set(c, dax_of_inode(c->arg[0]), DXA_GONE_FREED);
		break;
	}
}

static __always_inline int is_alive(const struct call *c)
{
	const struct dax_device *dax = (const void *)c->arg[0];
	__u64 flags = c->typed ? dax->flags : READ_WORD(dax, flags);

	return flags >> DXA_DAXDEV_ALIVE & 1;
}

/* The state of the device of this call; DXA_GONE_NOT if it needs no record. */
static __always_inline __u32 gone_state(const struct call *c)
{
	struct gone fresh = { .state = DXA_GONE_DEAD };
	__u64 dax = c->arg[0];
	__u32 bit = 1u << (c->kind & 31);
	struct gone *g;

	if (!deep || !enabled || is_err_or_null(dax))
		return DXA_GONE_NOT;
	g = bpf_map_lookup_elem(&gone, &dax);
	/* Flags of a destroyed device mean nothing: its memory may have a new owner. */
	if ((!g || g->state == DXA_GONE_DEAD) && is_alive(c))
		return DXA_GONE_NOT;
	if (!g) {
		bpf_map_update_elem(&gone, &dax, &fresh, BPF_NOEXIST);
		g = bpf_map_lookup_elem(&gone, &dax);
		if (!g)
			return DXA_GONE_DEAD;
	}
	if (g->told & bit || __sync_fetch_and_or(&g->told, bit) & bit)
		return DXA_GONE_NOT;
	return g->state;
}

#endif
