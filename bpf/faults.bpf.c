// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes fallible calls fail, one at a time, inside the brackets of chosen drivers, for
 * `daxaudit sweep`. Only that command loads this object. The stack pointer decides
 * whether a call is inside a bracket: an interrupt has another stack and is not
 * affected.
 *
 * bpf_override_return: CONFIG_BPF_KPROBE_OVERRIDE; only functions that the kernel
 * lists in debugfs' error_injection/list (within_error_injection_list() in
 * lib/error-inject.c) can be overridden.
 */
#include "emit.bpf.h"
#include "regs.bpf.h"

#include "daxaudit/faults.h"

char LICENSE[] SEC("license") = "GPL";

/* Watched functions, brackets included, that are open in one task. */
#define DEPTH_MAX 16
/* No kernel stack is larger (THREAD_SIZE of 64 bits with KASAN). */
#define STACK_BYTES 32768
/* The smallest page size of all architectures. */
#define PAGE_BYTES 4096
#define FNV_PRIME 0x100000001b3ull
#define FNV_OFFSET 0xcbf29ce484222325ull

struct caller {
	__u64 sp[DEPTH_MAX]; /* at the function's entry; outermost first */
	__u32 depth;
	__u32 failing; /* all calls fail while depth is at least this; 0: none */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, struct caller);
} callers SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, DXA_FAULT_CALLS_MAX);
	__type(key, __u32);
	__type(value, struct dxa_fault_call);
} calls SEC(".maps");

/* Set by user space before a round. */
__u32 mode = DXA_FAULT_OFF;
__u64 wanted_key = 0; /* the key of the call that shall fail ... */
__u32 wanted_before = 0; /* ... after this many calls with the same key */
/* Set once, before the programs run. */
__u64 gfp_nofail = 0;
__u64 text_start = 0; /* of the kernel proper */
__u64 text_bytes = 0;
struct dxa_fault_forced forced[DXA_FAULT_SITES_MAX] = {};
__u64 probes[DXA_FAULT_PROBES_MAX][DXA_FAULT_DRIVER_LEN / 8] = {};
/* Counted in a round. */
__u32 n_calls = 0;
__u32 n_wanted = 0;
__u32 n_failed = 0;
__u32 n_entered = 0; /* brackets */

/* ---- brackets ---- */

/* Remove the functions below sp: they return now, or their return was missed. */
static __always_inline void pop_below(struct caller *c, __u64 sp)
{
#pragma unroll
	for (int i = 0; i < DEPTH_MAX; i++) {
		__u32 top = c->depth - 1;

		if (top >= DEPTH_MAX || c->sp[top] > sp)
			break;
		c->depth = top;
	}
	if (c->depth < c->failing)
		c->failing = 0;
}

static __always_inline void push(struct caller *c, __u64 sp)
{
	__u32 depth = c->depth;

	pop_below(c, sp);
	depth = c->depth;
	if (depth >= DEPTH_MAX)
		return;
	c->sp[depth] = sp;
	c->depth = depth + 1;
}

static __always_inline int enter(void *ctx, int is_bracket)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid();
	struct caller *c = bpf_map_lookup_elem(&callers, &tid), fresh = {};

	if (mode == DXA_FAULT_OFF)
		return 0;
	if (!c && is_bracket) {
		bpf_map_update_elem(&callers, &tid, &fresh, BPF_ANY);
		c = bpf_map_lookup_elem(&callers, &tid);
	}
	if (!c)
		return 0;
	if (is_bracket)
		__sync_fetch_and_add(&n_entered, 1);
	push(c, READ_REG(ctx, REG_STACK));
	return 0;
}

SEC("kprobe")
int enter_bracket(void *ctx)
{
	return enter(ctx, 1);
}

SEC("kprobe")
int enter_watched(void *ctx)
{
	return enter(ctx, 0);
}

/* really_probe(dev, drv) is a bracket if drv is one of the chosen drivers. */
SEC("kprobe")
int enter_probe(void *ctx)
{
	const struct device_driver *drv = (const void *)READ_ARG(ctx, 2);
	__u64 name[DXA_FAULT_DRIVER_LEN / 8] = {};
	int chosen = 0;

	read_name((char *)name, sizeof(name), READ_PTR(drv, name));
#pragma unroll
	for (int i = 0; i < DXA_FAULT_PROBES_MAX; i++)
		chosen |= probes[i][0] && name[0] == probes[i][0] && name[1] == probes[i][1] &&
			  name[2] == probes[i][2] && name[3] == probes[i][3];
	return enter(ctx, chosen);
}

SEC("kretprobe")
int leave(void *ctx)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid();
	struct caller *c = bpf_map_lookup_elem(&callers, &tid);

	if (!c)
		return 0;
	pop_below(c, READ_REG(ctx, REG_STACK));
	if (!c->depth)
		bpf_map_delete_elem(&callers, &tid);
	return 0;
}

/* ---- fallible calls ---- */

struct kmem_cache___dxa {
	const char *name;
} __attribute__((preserve_access_index));

/* Are the first seven letters equal? BPF has no memcmp(). */
static __always_inline int is_called(const char *name, const char *begins)
{
	int same = 1;

#pragma unroll
	for (int i = 0; i < 7; i++)
		same &= name[i] == begins[i];
	return same;
}

/*
 * Allocations of kmemleak and debugobjects do not belong to the driver; and a call
 * that must not fail (__GFP_NOFAIL) has no error path.
 */
static __always_inline int out_of_bounds(void *ctx, __u32 filter)
{
	__u64 first = READ_ARG(ctx, 1), gfp = first;
	const struct kmem_cache___dxa *cache = (const void *)first;
	char name[8] = {};

	if (filter == DXA_FAULT_ANY)
		return 0;
	if (filter == DXA_FAULT_SLAB)
		gfp = READ_ARG(ctx, 2);
	if (gfp & gfp_nofail)
		return 1;
	if (filter != DXA_FAULT_SLAB)
		return 0;
	read_name(name, sizeof(name), READ_PTR(cache, name));
	return is_called(name, "kmemlea") || is_called(name, "debug_o");
}

/* A reloaded module has another address, but its code has the same offset within a page. */
static __always_inline __u64 stable(__u64 addr)
{
	return addr - text_start < text_bytes ? addr : addr & (PAGE_BYTES - 1);
}

static __always_inline void read_call(struct dxa_fault_call *call, void *ctx, __u32 site)
{
	long bytes = bpf_get_stack(ctx, call->stack, sizeof(call->stack), 0);
	__u64 key = FNV_OFFSET ^ site;
	__u32 frames = bytes > 0 ? (__u32)bytes / 8 : 0;

	for (__u32 i = 0; i < DXA_FAULT_FRAMES; i++) {
		if (i >= frames)
			break;
		key = (key ^ stable(call->stack[i])) * FNV_PRIME;
	}
	call->key = key;
	call->site = site;
	call->tid = (__u32)bpf_get_current_pid_tgid();
	call->frames = frames;
	call->failed = 0;
}

/* Shall this call fail? */
static __always_inline int shall_fail(struct caller *c, const struct dxa_fault_call *call)
{
	if (c->failing)
		return 1;
	if (mode < DXA_FAULT_ONCE || call->key != wanted_key)
		return 0;
	if (__sync_fetch_and_add(&n_wanted, 1) != wanted_before)
		return 0;
	if (mode == DXA_FAULT_FROM)
		c->failing = c->depth;
	return 1;
}

/* Submit a FAULT event. */
static __always_inline void submit_fault(void *ctx, const struct dxa_fault_forced *f, __u32 number)
{
	struct call c = { .ctx = ctx, .kind = DXA_KIND_FAULT, .ret = f->value };
	struct dxa_event *ev = event_reserve(&c, 0);

	if (!ev)
		return;
	ev->arg = number;
	__builtin_memcpy(ev->name, f->function, sizeof(ev->name));
	event_stack(ev, &c);
	bpf_ringbuf_submit(ev, 0);
}

SEC("kprobe")
int fallible(void *ctx)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid(), number;
	__u32 site = (__u32)bpf_get_attach_cookie(ctx);
	struct caller *c;
	struct dxa_fault_call *call;

	if (mode == DXA_FAULT_OFF || site >= DXA_FAULT_SITES_MAX)
		return 0;
	c = bpf_map_lookup_elem(&callers, &tid);
	if (!c || !c->depth || c->sp[0] - READ_REG(ctx, REG_STACK) >= STACK_BYTES ||
	    out_of_bounds(ctx, forced[site].filter))
		return 0;
	number = __sync_fetch_and_add(&n_calls, 1);
	call = bpf_map_lookup_elem(&calls, &number);
	if (!call)
		return 0;
	read_call(call, ctx, site);
	if (!shall_fail(c, call))
		return 0;
	call->failed = 1;
	__sync_fetch_and_add(&n_failed, 1);
	bpf_override_return(ctx, forced[site].value);
	submit_fault(ctx, &forced[site], number + 1);
	return 0;
}
