/* SPDX-License-Identifier: GPL-2.0-only */
/* From a hooked call to a record in the ring buffer, with exact counts. */
#ifndef DAXAUDIT_EMIT_BPF_H
#define DAXAUDIT_EMIT_BPF_H

#include "read.bpf.h"
#include "regs.bpf.h"

#include <bpf/bpf_tracing.h>

#include "daxaudit/event.h"
#include "daxaudit/hooks.h"

/* The size is the loader's to set, before load. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, DXA_HOOK_MAX);
	__type(key, __u32);
	__type(value, struct dxa_hook_count);
} counts SEC(".maps");

/* Hooks fire while others are still being attached; nothing is recorded until all are. */
__u32 enabled = 0;
__u64 next_seq = 0;
__u32 dropped_so_far = 0;

/* One call as a wrapper saw it, whichever way it was hooked. */
struct call {
	void *ctx;
	__u64 arg[4];
	__s64 ret;
	__u16 kind;
	__u8 phase;
	__u8 skip; /* innermost stack frames that are the hook's own */
};

/* Reserve a record and fill what every record has; NULL when the ring buffer is full. */
static __always_inline struct dxa_event *event_reserve(const struct call *c, __u64 seq)
{
	__u32 dropped = dropped_so_far;
	/*
	 * Not after the place in the ring buffer is taken: a task that is preempted in
	 * between would have a time later than those of the records behind it, and end
	 * for them a doubt that is about them.
	 */
	__u64 ts = bpf_ktime_get_ns();
	struct dxa_event *ev;
	__u64 id;

	ev = bpf_ringbuf_reserve(&events, sizeof(*ev), 0);
	if (!ev)
		return NULL;
	__builtin_memset(ev, 0, sizeof(*ev));
	ev->seq = seq;
	ev->ts = ts;
	ev->dropped = dropped;
	ev->kind = c->kind;
	ev->phase = c->phase;
	ev->ret = c->ret;
	id = bpf_get_current_pid_tgid();
	ev->tgid = id >> 32;
	ev->tid = (__u32)id;
	ev->cpu = bpf_get_smp_processor_id();
	bpf_get_current_comm(ev->comm, sizeof(ev->comm));
	return ev;
}

/*
 * A record of a hooked call, counted; NULL when it is not to be recorded or
 * cannot be. Atomic adds, because BPF programs can preempt one another on a CPU.
 *
 * The call is counted before `enabled` is read, with a full barrier between them
 * (an atomic operation that returns a value is one): user space clears `enabled`,
 * then reads the counters, and so knows of every call that may still submit a record.
 */
static __always_inline struct dxa_event *event_begin(const struct call *c)
{
	struct dxa_hook_count *count;
	struct dxa_event *ev;
	__u32 key = c->kind;
	__u64 seq;

	count = bpf_map_lookup_elem(&counts, &key);
	if (!count)
		return NULL;
	seq = __sync_fetch_and_add(&count->seen, 1);
	/* Without a use of the value the compiler takes an operation without a barrier. */
	asm volatile("" : : "r"(seq) : "memory");
	if (!enabled) {
		__sync_fetch_and_add(&count->seen, -1);
		return NULL;
	}
	seq = __sync_fetch_and_add(&next_seq, 1);
	ev = event_reserve(c, seq);
	if (!ev) {
		__sync_fetch_and_add(&count->dropped, 1);
		__sync_fetch_and_add(&dropped_so_far, 1);
		return NULL;
	}
	__sync_fetch_and_add(&count->submitted, 1);
	return ev;
}

/*
 * At the first instruction of a function its caller may be in a register alone:
 * unwinding by frames then begins with the caller's caller, or does not begin.
 */
static __always_inline void event_link(struct dxa_event *ev, const struct call *c)
{
#ifdef REG_LINK
	/* Not c->ctx below: that struct would be looked for in the kernel, too. */
	const void *regs = c->ctx;
	__u64 link;

	/* A trampoline's context is no registers. */
	if (c->skip)
		return;
	link = record_ptr(READ_REG(regs, REG_LINK));
	if (!link || ev->stack[0] == link || ev->stack[1] == link)
		return;
#pragma unroll
	for (int i = DXA_STACK_MAX - 1; i > 0; i--)
		ev->stack[i] = ev->stack[i - 1];
	ev->stack[0] = link;
	ev->has |= DXA_HAS_STACK;
#endif
}

static __always_inline void event_stack(struct dxa_event *ev, const struct call *c)
{
	if (bpf_get_stack(c->ctx, ev->stack, sizeof(ev->stack), c->skip) > 0)
		ev->has |= DXA_HAS_STACK;
	event_link(ev, c);
}

/*
 * The symbol of an ops table, "pmem_dax_ops [nd_pmem]", in the kernel's words:
 * by the time the record is read the module may be gone. bpf_snprintf: commit
 * 7b15523a989b ("bpf: Add a bpf_snprintf helper") (in v5.13).
 */
static __always_inline void read_ops_name(struct dxa_event *ev)
{
	if (ev->ops && bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_snprintf))
		BPF_SNPRINTF(ev->name, sizeof(ev->name), "%ps", ev->ops);
}

static __always_inline void read_dax(struct dxa_event *ev, __u64 ptr)
{
	const struct dax_device *dax = (const void *)ptr;

	ev->dax = ptr;
	if (is_err_or_null(ptr))
		return;
	ev->rdev = BPF_CORE_READ(dax, inode.i_rdev);
	ev->refs = BPF_CORE_READ(dax, inode.i_count.counter);
	ev->cdev_refs = BPF_CORE_READ(dax, cdev.kobj.kref.refcount.refs.counter);
	ev->dax_flags = (__u32)READ_WORD(dax, flags);
	ev->ops = READ_WORD(dax, ops);
	/* commit 8012b8660855 ("dax: introduce holder for dax_device") (in v6.0) */
	if (bpf_core_field_exists(dax->holder_data))
		ev->holder = READ_WORD(dax, holder_data);
	ev->has |= DXA_HAS_DAX;
}

static __always_inline void read_disk(struct dxa_event *ev, __u64 ptr)
{
	const struct gendisk *disk = (const void *)ptr;

	ev->obj = ptr;
	if (is_err_or_null(ptr))
		return;
	bpf_core_read_str(ev->name, sizeof(ev->name), &disk->disk_name);
	ev->has |= DXA_HAS_DISK;
}

static __always_inline void read_name(char *to, __u32 size, const char *from)
{
	if (from)
		bpf_probe_read_kernel_str(to, size, from);
}

static __always_inline void read_device(struct dxa_event *ev, __u64 ptr)
{
	const struct device *dev = (const void *)ptr;
	const struct device_driver *drv;
	const struct bus_type *bus;
	const char *name;

	ev->obj = ptr;
	if (is_err_or_null(ptr))
		return;
	name = READ_PTR(dev, init_name);
	if (!name)
		name = READ_PTR(dev, kobj.name);
	read_name(ev->name, sizeof(ev->name), name);
	bus = READ_PTR(dev, bus);
	if (bus)
		read_name(ev->bus, sizeof(ev->bus), READ_PTR(bus, name));
	drv = READ_PTR(dev, driver);
	if (drv)
		read_name(ev->driver, sizeof(ev->driver), READ_PTR(drv, name));
	ev->has |= DXA_HAS_DEVICE;
}

#endif
