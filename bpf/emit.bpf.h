/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes the record of a hooked call to the ring buffer, and counts it. */
#ifndef DAXAUDIT_EMIT_BPF_H
#define DAXAUDIT_EMIT_BPF_H

#include "read.bpf.h"
#include "regs.bpf.h"

#include <bpf/bpf_tracing.h>

#include "daxaudit/event.h"
#include "daxaudit/hooks.h"

/* The loader sets the size before loading. */
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

/* Hooks run while others are still being attached; nothing is recorded until all are. */
__u32 enabled = 0;
__u64 next_seq = 0;
__u32 dropped_so_far = 0;

/* Recorded calls, except for those that can be repeated. User space adds one when it begins. */
__u64 changes = 0;

/* A record with this number or a higher one wakes the reader, who sets it before it sleeps. */
__u64 wake_seq = 0;

/*
 * The functions whose addresses return tracers put on the stack instead of a return
 * address: where one is found, the caller is not known. Set by the loader; unused: 0.
 */
const volatile __u64 return_hooks[DXA_RETURN_HOOKS] = {};

/*
 * Does the kernel have BTF of its own? Without it check_helper_call() of kernel/bpf/verifier.c
 * refuses helpers that return a pointer to a type; set by the loader.
 */
const volatile __u8 kernel_has_btf = 1;

/* The ops table that was named last, while modules are watched; 0: none. */
__u32 modules_watched = 0;
__u64 named_ops = 0;

/* A hooked call, independent of the kind of hook. */
struct call {
	void *ctx;
	__u64 arg[4];
	__s64 ret;
	__u16 kind;
	__u8 phase;
	__u8 skip; /* innermost stack frames that are the hook's own */
	__u8 typed; /* the verifier knows the types of the arguments: plain loads are allowed */
};

#define HAS_HELPER(name) bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_##name)

struct task_struct___dxa {
	char comm[DXA_COMM_LEN];
} __attribute__((preserve_access_index));

/* The name of the task. Plain loads, where possible, take a quarter of bpf_get_current_comm(). */
static __always_inline void read_comm(struct dxa_event *ev)
{
	const __u64 *from;

	/* commit 3ca1032ab7ab ("bpf: Implement get_current_task_btf and RET_PTR_TO_BTF_ID") (in
	 * v5.11) */
	if (!kernel_has_btf || !HAS_HELPER(get_current_task_btf)) {
		bpf_get_current_comm(ev->comm, sizeof(ev->comm));
		return;
	}
	from = (const void *)bpf_get_current_task_btf() +
	       bpf_core_field_offset(struct task_struct___dxa, comm);
	for (int i = 0; i < DXA_COMM_LEN / 8; i++)
		((__u64 *)ev->comm)[i] = from[i];
	ev->comm[DXA_COMM_LEN - 1] = '\0';
}

/* Reserve a record and fill the common fields; NULL when the ring buffer is full. */
static __always_inline struct dxa_event *event_reserve(const struct call *c, __u64 seq)
{
	__u32 dropped = dropped_so_far;
	/*
	 * Timestamp before reserving: otherwise a task that is preempted in between would
	 * have a later stamp than the records after its own, which would close the loss
	 * window too early.
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
	read_comm(ev);
	return ev;
}

/*
 * Count a hooked call; NULL when nothing is recorded now. Atomic adds, because BPF programs can
 * preempt each other.
 *
 * The call is counted before `enabled` is read, with a full barrier between them
 * (an atomic operation that returns a value is one): user space clears `enabled`,
 * then reads the counters, and so knows about every call that may still submit a record.
 */
static __always_inline struct dxa_hook_count *call_begin(const struct call *c)
{
	struct dxa_hook_count *count;
	__u32 key = c->kind;
	__u64 seq;

	count = bpf_map_lookup_elem(&counts, &key);
	if (!count)
		return NULL;
	seq = __sync_fetch_and_add(&count->seen, 1);
	/* Without a use of the value the compiler chooses an operation without a barrier. */
	asm volatile("" : : "r"(seq) : "memory");
	if (!enabled) {
		__sync_fetch_and_add(&count->seen, -1);
		return NULL;
	}
	return count;
}

/* Reserve the record of a counted call; NULL when the ring buffer is full. */
static __always_inline struct dxa_event *call_record(const struct call *c,
						     struct dxa_hook_count *count)
{
	struct dxa_event *ev = event_reserve(c, __sync_fetch_and_add(&next_seq, 1));

	if (!ev) {
		__sync_fetch_and_add(&count->dropped, 1);
		__sync_fetch_and_add(&dropped_so_far, 1);
		return NULL;
	}
	__sync_fetch_and_add(&count->submitted, 1);
	return ev;
}

/* Count a hooked call and reserve its record; NULL if there is none. */
static __always_inline struct dxa_event *event_begin(const struct call *c)
{
	struct dxa_hook_count *count = call_begin(c);

	if (!count)
		return NULL;
	__sync_fetch_and_add(&changes, 1);
	return call_record(c, count);
}

/*
 * Submit a record of event_begin(). Waking the reader takes more than everything else, so it
 * decides when it wants that: see dxa_wakeup_arm() in src/probe/drain.h. The number of the
 * record was taken, with a full barrier, before wake_seq is read.
 */
static __always_inline void event_submit(struct dxa_event *ev)
{
	if (ev->seq < wake_seq) {
		bpf_ringbuf_submit(ev, BPF_RB_NO_WAKEUP);
		return;
	}
	/* Once is enough: the reader sets it again. */
	wake_seq = (__u64)-1;
	bpf_ringbuf_submit(ev, BPF_RB_FORCE_WAKEUP);
}

/*
 * At the first instruction of a function the return address may be in a register only:
 * unwinding by frames then begins with the caller's caller, or fails.
 */
static __always_inline void event_link(struct dxa_event *ev, const struct call *c)
{
#ifdef REG_LINK
	/* c->ctx in READ_REG() would add a CO-RE relocation for struct call. */
	const void *regs = c->ctx;
	__u64 link;

	/* The context of a trampoline does not contain registers. */
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

/* Is it a return address, and not a function of a return tracer? */
static __always_inline int is_caller(__u64 address)
{
	if (!address)
		return 0;
#pragma unroll
	for (int i = 0; i < DXA_RETURN_HOOKS; i++)
		if (address == return_hooks[i])
			return 0;
	return 1;
}

#ifndef REG_LINK

/* The call of the trampoline is the first instruction of the function, or after endbr64. */
#define CALL_END_MAX 16

#define FRAME_WORDS 4
/* Where the return address of a function is that jumps to its trampoline: see below. */
#define FRAME_JUMPED 2

/* What is behind the arguments in the frame of the trampoline; 0, or an error. */
static __always_inline long read_frame(void *ctx, __u64 frame[FRAME_WORDS])
{
	__u64 arguments;

	/* commit f92c1e183604 ("bpf: Add get_func_[arg|ret|arg_cnt] helpers") (in v5.17) */
	if (!HAS_HELPER(get_func_arg_cnt))
		return -1;
	/* The verifier needs a bound; a trampoline has at most twelve arguments. */
	arguments = bpf_get_func_arg_cnt(ctx) & 15;
	return bpf_probe_read_kernel(frame, FRAME_WORDS * sizeof(*frame), ctx + 8 * arguments);
}

/*
 * By the kind of the event: does the function jump to its trampoline? The unwinder found the
 * caller of a call where it must be then.
 */
__u8 jumps[DXA_HOOK_MAX] = {};

/*
 * The caller of the traced function, from the frame of the trampoline; 0 when it is not
 * found. The frame contains, after the arguments: the result, if a program of the function
 * uses it; the frame pointer; the address after the call of the trampoline, which
 * identifies the frame; and the return address of the function. See
 * arch_prepare_bpf_trampoline() in arch/x86/net/bpf_jit_comp.c, 6.1.176, 6.12.107, 7.2.13.
 *
 * A function with fexit programs jumps to the trampoline since commit 402e44b31e9d ("bpf:
 * implement "jmp" mode for trampoline") (in v6.19). Then nothing identifies the frame.
 */
static __always_inline __u64 frame_caller(const struct call *c)
{
	__u64 frame[FRAME_WORDS] = {}, function;

	if (read_frame(c->ctx, frame))
		return 0;
	function = bpf_get_func_ip(c->ctx);
	if (frame[1] - function <= CALL_END_MAX)
		return frame[2];
	if (frame[2] - function <= CALL_END_MAX)
		return frame[3];
	return jumps[c->kind] ? frame[FRAME_JUMPED] : 0;
}

/* The unwinder has found the caller of a traced function. */
static __always_inline void frame_learn(const struct call *c, __u64 caller)
{
	__u64 frame[FRAME_WORDS] = {};

	if (!c->typed || jumps[c->kind] || read_frame(c->ctx, frame))
		return;
	if (caller && frame[FRAME_JUMPED] == caller)
		jumps[c->kind] = 1;
}

/*
 * Only the caller, without unwinding, which takes ten times as long as everything else;
 * 0 when it is not found.
 */
static __always_inline __u64 quick_caller(const struct call *c)
{
	const void *ctx = c->ctx;
	__u64 caller;

	if (KERNEL_IS_32BIT)
		return 0;
	caller = c->typed ? frame_caller(c) : read_word((const void *)READ_REG(ctx, REG_STACK));
	return is_caller(caller) ? caller : 0;
}

#else

static __always_inline __u64 quick_caller(const struct call *c)
{
	return 0;
}

static __always_inline void frame_learn(const struct call *c, __u64 caller)
{
}

#endif

static __always_inline void event_caller(struct dxa_event *ev, const struct call *c, __u64 caller)
{
	if (caller) {
		ev->stack[0] = caller;
		ev->has |= DXA_HAS_STACK;
		return;
	}
	if (bpf_get_stack(c->ctx, ev->stack, sizeof(ev->stack), c->skip) > 0) {
		ev->has |= DXA_HAS_STACK;
		frame_learn(c, ev->stack[0]);
	}
	event_link(ev, c);
}

static __always_inline void event_stack(struct dxa_event *ev, const struct call *c)
{
	event_caller(ev, c, quick_caller(c));
}

static __always_inline int is_repeated(const struct dxa_hook_count *count,
				       const struct dxa_null_call *call)
{
	if (!call->caller)
		return 0;
#pragma unroll
	for (int i = 0; i < DXA_NULL_CALLS; i++) {
		const struct dxa_null_call *last = &count->last[i];

		if (last->caller == call->caller && last->task == call->task &&
		    last->changes == call->changes)
			return 1;
	}
	return 0;
}

/*
 * Record a call whose device is NULL. It changes nothing, so in a loop of them the first
 * one from each address tells all but the number: the others are only counted (struct
 * dxa_hook_count).
 */
static __always_inline void event_of_null(const struct call *c)
{
	struct dxa_hook_count *count = call_begin(c);
	struct dxa_null_call call;
	struct dxa_event *ev;

	if (!count)
		return;
	call.caller = quick_caller(c);
	call.task = bpf_get_current_pid_tgid();
	call.changes = changes;
	if (is_repeated(count, &call)) {
		__sync_fetch_and_add(&count->repeated, 1);
		return;
	}
	ev = call_record(c, count);
	/* What was lost is not repeated. */
	if (!ev)
		return;
	if (call.caller)
		count->last[count->next++ % DXA_NULL_CALLS] = call;
	event_caller(ev, c, call.caller);
	event_submit(ev);
}

/*
 * The symbol of an ops table as the kernel prints it, "pmem_dax_ops [nd_pmem]": the module
 * may be gone when the record is read. It is recorded once until a module is unloaded; the
 * reader remembers it. bpf_snprintf: commit 7b15523a989b ("bpf: Add a bpf_snprintf helper")
 * (in v5.13).
 */
static __always_inline void read_ops_name(struct dxa_event *ev)
{
	if (!ev->ops || !HAS_HELPER(snprintf) || ev->ops == named_ops)
		return;
	BPF_SNPRINTF(ev->name, sizeof(ev->name), "%ps", ev->ops);
	/* The reader gets this record before any that is reserved later. */
	if (modules_watched)
		named_ops = ev->ops;
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

/* The same for the first argument; a typed one is read with plain loads. */
static __always_inline void read_dax_arg(struct dxa_event *ev, const struct call *c)
{
	const struct dax_device *dax = (const void *)c->arg[0];

	if (!c->typed) {
		read_dax(ev, c->arg[0]);
		return;
	}
	ev->dax = c->arg[0];
	if (is_err_or_null(c->arg[0]))
		return;
	ev->rdev = dax->inode.i_rdev;
	ev->refs = dax->inode.i_count.counter;
	ev->cdev_refs = dax->cdev.kobj.kref.refcount.refs.counter;
	ev->dax_flags = (__u32)dax->flags;
	ev->ops = (__u64)dax->ops;
	if (bpf_core_field_exists(dax->holder_data))
		ev->holder = (__u64)dax->holder_data;
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
