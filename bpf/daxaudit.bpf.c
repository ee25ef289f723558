// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hooks. One filler for each hook fills its record; the wrapper below it defines
 * the programs: fentry/fexit for kernels with trampolines, kprobe/kretprobe for
 * others.
 */
#include "emit.bpf.h"
#include "gone.bpf.h"
#include "modtext.bpf.h"
#include "regs.bpf.h"

char LICENSE[] SEC("license") = "GPL";

#define RET_PTR(v) ((__s64)record_ptr(v))
#define RET_LONG(v) record_long(v)
#define RET_INT(v) ((__s64)(__s32)(v))
#define RET_VOID(v) 0

/* clang-format off */
#define ARGS_0(ctx) {}
#define ARGS_1(ctx) { ctx[0] }
#define ARGS_2(ctx) { ctx[0], ctx[1] }
#define ARGS_3(ctx) { ctx[0], ctx[1], ctx[2] }
#define REGS_0(ctx) {}
#define ARG(ctx, n) record_ptr(READ_ARG(ctx, n))
#define REGS_1(ctx) { ARG(ctx, 1) }
#define REGS_2(ctx) { ARG(ctx, 1), ARG(ctx, 2) }
#define REGS_3(ctx) { ARG(ctx, 1), ARG(ctx, 2), ARG(ctx, 3) }
/* clang-format on */

/* A kprobe has no frame on the stack. */
#define SKIP_fentry TRAMPOLINE_FRAMES
#define SKIP_fexit TRAMPOLINE_FRAMES
#define SKIP_kprobe 0
#define SKIP_kretprobe 0

#define TYPED_fentry 1
#define TYPED_fexit 1
#define TYPED_kprobe 0
#define TYPED_kretprobe 0

/*
 * WRAP(ID, section, symbol, how, context type, phase, arguments, result): a
 * program that turns its context into a struct call and hands it to
 * record_ID().
 */
#define WRAP(ID, sec, sym, how, ctx_t, ph, args, result) \
	SEC("?" #sec "/" #sym)                           \
	int ID##_##how(ctx_t *ctx)                       \
	{                                                \
		struct call c = { .ctx = ctx,            \
				  .kind = DXA_KIND_##ID, \
				  .phase = ph,           \
				  .skip = SKIP_##how,    \
				  .typed = TYPED_##how,  \
				  .arg = args,           \
				  .ret = result };       \
		record_##ID(&c);                         \
		return 0;                                \
	}

static __always_inline __u64 func_ret(void *ctx)
{
	__u64 ret = 0;

	bpf_get_func_ret(ctx, &ret);
	return ret;
}

#define AT_ENTRY(ID, sym, n)                                                                \
	WRAP(ID, fentry, sym, fentry, unsigned long long, DXA_PHASE_ARGS, ARGS_##n(ctx), 0) \
	WRAP(ID, kprobe, sym, kprobe, void, DXA_PHASE_ARGS, REGS_##n(ctx), 0)

/* The return alone, seen by kretprobe, which has no arguments. */
#define AT_RETURN(ID, sym, ret_t)                                    \
	WRAP(ID, kretprobe, sym, kretprobe, void, DXA_PHASE_RET, {}, \
	     RET_##ret_t(READ_REG(ctx, REG_RESULT)))

#define RELEASE(ID, sym, n) AT_ENTRY(ID, sym, n)

#define ACQUIRE(ID, sym, n, ret_t)                                                     \
	WRAP(ID, fexit, sym, fexit, unsigned long long, DXA_PHASE_CALL, ARGS_##n(ctx), \
	     RET_##ret_t(func_ret(ctx)))                                               \
	WRAP(ID, kprobe, sym, kprobe, void, DXA_PHASE_ARGS, REGS_##n(ctx), 0)          \
	AT_RETURN(ID, sym, ret_t)

#define BRACKET(ID, sym, n, ret_t)                                                    \
	AT_ENTRY(ID, sym, n)                                                          \
	WRAP(ID, fexit, sym, fexit, unsigned long long, DXA_PHASE_RET, ARGS_##n(ctx), \
	     RET_##ret_t(func_ret(ctx)))                                              \
	AT_RETURN(ID, sym, ret_t)

/* RECORD(ID) { fill ev from c }: the body runs only if a record could be reserved. */
#define RECORD(ID)                                                                         \
	static __always_inline void fill_##ID(struct dxa_event *ev, const struct call *c); \
	static __always_inline void record_##ID(const struct call *c)                      \
	{                                                                                  \
		struct dxa_event *ev = event_begin(c);                                     \
                                                                                           \
		if (ev) {                                                                  \
			fill_##ID(ev, c);                                                  \
			event_submit(ev);                                                  \
		}                                                                          \
		gone_note(c);                                                              \
	}                                                                                  \
	static __always_inline void fill_##ID(struct dxa_event *ev, const struct call *c)

/* ---- the life of a dax_device ---- */

RECORD(ALLOC_DAX)
{
	if (c->phase & DXA_PHASE_ARGS) {
		ev->arg = c->arg[0];
		ev->ops = c->arg[1];
		read_ops_name(ev);
		event_stack(ev, c);
	}
	if (c->phase & DXA_PHASE_RET)
		read_dax(ev, c->ret);
}
ACQUIRE(ALLOC_DAX, alloc_dax, 2, PTR)

static __always_inline void record_release(const struct call *c)
{
	struct dxa_event *ev;

	if (!c->arg[0]) {
		event_of_null(c);
		return;
	}
	ev = event_begin(c);
	if (!ev)
		return;
	read_dax_arg(ev, c);
	event_stack(ev, c);
	event_submit(ev);
}

static __always_inline void record_KILL_DAX(const struct call *c)
{
	record_release(c);
}
RELEASE(KILL_DAX, kill_dax, 1)

static __always_inline void record_PUT_DAX(const struct call *c)
{
	record_release(c);
}
RELEASE(PUT_DAX, put_dax, 1)

RECORD(RUN_DAX)
{
	if (c->phase & DXA_PHASE_ARGS) {
		read_dax_arg(ev, c);
		event_stack(ev, c);
	}
}
ACQUIRE(RUN_DAX, run_dax, 1, VOID)

RECORD(DAX_ADD_HOST)
{
	if (c->phase & DXA_PHASE_ARGS) {
		read_dax_arg(ev, c);
		read_disk(ev, c->arg[1]);
		event_stack(ev, c);
	}
}
ACQUIRE(DAX_ADD_HOST, dax_add_host, 2, INT)

RECORD(DAX_REMOVE_HOST)
{
	read_disk(ev, c->arg[0]);
	event_stack(ev, c);
}
RELEASE(DAX_REMOVE_HOST, dax_remove_host, 1)

RECORD(FS_DAX_GET_BY_BDEV)
{
	if (c->phase & DXA_PHASE_ARGS) {
		const struct block_device *bdev = (const void *)c->arg[0];

		if (bdev)
			read_disk(ev, READ_WORD(bdev, bd_disk));
		ev->arg = c->arg[2];
		event_stack(ev, c);
	}
	if (c->phase & DXA_PHASE_RET)
		read_dax(ev, c->ret);
}
ACQUIRE(FS_DAX_GET_BY_BDEV, fs_dax_get_by_bdev, 3, PTR)

RECORD(FS_DAX_GET)
{
	if (c->phase & DXA_PHASE_ARGS) {
		read_dax_arg(ev, c);
		ev->arg = c->arg[1];
		event_stack(ev, c);
	}
}
ACQUIRE(FS_DAX_GET, fs_dax_get, 2, INT)

RECORD(FS_PUT_DAX)
{
	read_dax_arg(ev, c);
	ev->arg = c->arg[1];
	event_stack(ev, c);
}
RELEASE(FS_PUT_DAX, fs_put_dax, 2)

RECORD(DAX_DESTROY_INODE)
{
	read_dax(ev, dax_of_inode(c->arg[0]));
	event_stack(ev, c);
}
RELEASE(DAX_DESTROY_INODE, dax_destroy_inode, 1)

/* Runs from RCU, in any task, so it has no stack of interest. */
RECORD(DAX_FREE_INODE)
{
	read_dax(ev, dax_of_inode(c->arg[0]));
}
RELEASE(DAX_FREE_INODE, dax_free_inode, 1)

/* ---- flags that drivers set ---- */

RECORD(SET_DAX_SYNCHRONOUS)
{
	read_dax_arg(ev, c);
}
RELEASE(SET_DAX_SYNCHRONOUS, set_dax_synchronous, 1)

RECORD(SET_DAX_NOCACHE)
{
	read_dax_arg(ev, c);
}
RELEASE(SET_DAX_NOCACHE, set_dax_nocache, 1)

RECORD(SET_DAX_NOMC)
{
	read_dax_arg(ev, c);
}
RELEASE(SET_DAX_NOMC, set_dax_nomc, 1)

RECORD(DAX_WRITE_CACHE)
{
	read_dax_arg(ev, c);
	ev->arg = c->arg[1] & 1;
}
RELEASE(DAX_WRITE_CACHE, dax_write_cache, 2)

/* ---- uses of devices that are not alive ---- */

static __always_inline void record_use(const struct call *c)
{
	__u32 state = gone_state(c);
	struct dxa_event *ev;

	if (!state)
		return;
	ev = event_begin(c);
	if (!ev)
		return;
	read_dax_arg(ev, c);
	ev->arg = state;
	event_stack(ev, c);
	event_submit(ev);
}

#define USE(ID, number, sym, ...)                                     \
	static __always_inline void record_##ID(const struct call *c) \
	{                                                             \
		record_use(c);                                        \
	}                                                             \
	RELEASE(ID, sym, 1)
DXA_DEEP_HOOKS(USE)

/* ---- contexts ---- */

static __always_inline int is_dax_bus(const struct dxa_event *ev)
{
	return ev->bus[0] == 'd' && ev->bus[1] == 'a' && ev->bus[2] == 'x' && !ev->bus[3];
}

/*
 * A bracket on a struct device. Entry and, where it is known, return record the device,
 * because returns can be missed; only the entry records its name.
 */
static __always_inline void read_bracket(struct dxa_event *ev, const struct call *c)
{
	ev->obj = c->arg[0];
	if (c->phase & DXA_PHASE_ARGS)
		read_device(ev, c->arg[0]);
}

RECORD(REALLY_PROBE)
{
	const struct device_driver *drv = (const void *)c->arg[1];

	read_bracket(ev, c);
	if (!(c->phase & DXA_PHASE_ARGS))
		return;
	ev->arg = c->arg[1];
	/* really_probe itself sets dev->driver: before, only the argument has the driver. */
	if (drv)
		read_name(ev->driver, sizeof(ev->driver), READ_PTR(drv, name));
	/* Before the driver's probe, its dax_device shows whether the cdev is still open. */
	if (is_dax_bus(ev)) {
		const struct dev_dax *dev_dax =
			(const void *)(c->arg[0] - bpf_core_field_offset(struct dev_dax, dev));

		read_dax(ev, READ_WORD(dev_dax, dax_dev));
	}
}
BRACKET(REALLY_PROBE, really_probe, 2, INT)

RECORD(RELEASE_DRIVER)
{
	const struct device *dev = (const void *)c->arg[0];

	read_bracket(ev, c);
	if (!(c->phase & DXA_PHASE_ARGS))
		return;
	ev->arg = c->arg[1];
	/* It does not unbind another driver than the one in arg: drivers/base/dd.c. */
	if (ev->arg && dev && ev->arg != (__u64)READ_PTR(dev, driver))
		ev->driver[0] = 0;
}
BRACKET(RELEASE_DRIVER, device_release_driver_internal, 2, VOID)

RECORD(PMEM_ATTACH_DISK)
{
	read_bracket(ev, c);
}
BRACKET(PMEM_ATTACH_DISK, pmem_attach_disk, 1, INT)

RECORD(DM_CREATE)
{
}
BRACKET(DM_CREATE, dm_create, 0, INT)

RECORD(DM_DEV_CREATE)
{
}
BRACKET(DM_DEV_CREATE, dev_create, 0, INT)

RECORD(VIRTIO_FS_PROBE)
{
	ev->obj = c->arg[0];
}
BRACKET(VIRTIO_FS_PROBE, virtio_fs_probe, 1, INT)

RECORD(DCSSBLK_ADD)
{
	read_bracket(ev, c);
}
BRACKET(DCSSBLK_ADD, dcssblk_add_store, 1, LONG)

RECORD(CREATE_DEV_DAX)
{
}
BRACKET(CREATE_DEV_DAX, __devm_create_dev_dax, 0, PTR)

RECORD(CREATE_DEV_DAX_OLD)
{
}
BRACKET(CREATE_DEV_DAX_OLD, devm_create_dev_dax, 0, PTR)

RECORD(DEVICE_ADD_DISK)
{
	if (c->phase & DXA_PHASE_ARGS)
		read_disk(ev, c->arg[1]);
}
ACQUIRE(DEVICE_ADD_DISK, device_add_disk, 2, INT)

/* ---- modules ---- */

/* ktime, ns; also set if the record is lost. Read by user space. */
__u64 module_freed_at = 0;
__u64 module_loaded_at = 0;

static __always_inline void record_module(__u16 kind, const struct module *mod)
{
	struct call c = { .kind = kind, .phase = DXA_PHASE_ARGS };
	struct dxa_event *ev;

	if (kind == DXA_KIND_MODULE_FREE)
		module_freed_at = bpf_ktime_get_ns();
	else
		module_loaded_at = bpf_ktime_get_ns();

	/* The addresses of its ops tables may be reused soon. */
	named_ops = 0;
	ev = event_begin(&c);
	if (!ev)
		return;
	bpf_core_read_str(ev->name, sizeof(ev->name), &mod->name);
	read_module_text(mod, &ev->obj, &ev->arg);
	event_submit(ev);
}

SEC("?raw_tp/module_load")
int MODULE_LOAD_tp(struct bpf_raw_tracepoint_args *ctx)
{
	record_module(DXA_KIND_MODULE_LOAD, (const void *)ctx->args[0]);
	return 0;
}

SEC("?raw_tp/module_free")
int MODULE_FREE_tp(struct bpf_raw_tracepoint_args *ctx)
{
	record_module(DXA_KIND_MODULE_FREE, (const void *)ctx->args[0]);
	return 0;
}

/* ---- switches that silence hooks ---- */

/* struct ctl_table of all releases. */
struct ctl_table___name {
	const char *procname;
} __attribute__((preserve_access_index));

#define SWITCH "ftrace_enabled"

static __always_inline int is_ftrace_switch(__u64 table)
{
	const struct ctl_table___name *t = (const void *)table;
	char name[sizeof(SWITCH)] = {};

	if (bpf_probe_read_kernel(name, sizeof(name), READ_PTR(t, procname)))
		return 0;
	for (unsigned int i = 0; i < sizeof(name); i++)
		if (name[i] != SWITCH[i])
			return 0;
	return 1;
}

static __always_inline void record_switch(const struct call *c, int on)
{
	struct dxa_event *ev = event_begin(c);

	if (!ev)
		return;
	ev->arg = on;
	event_submit(ev);
}

/*
 * ftrace_enable_sysctl() in kernel/trace/ftrace.c cannot be hooked; it calls this function
 * to parse the number, and then acts on it. The buffer is kernel memory since commit
 * 32927393dc1c ("sysctl: pass kernel pointers to ->proc_handler", v5.8). Text that does
 * not begin with a digit from 1 to 9 counts as off.
 */
static __always_inline void record_FTRACE_SWITCH(const struct call *c)
{
	char digit = 0;

	if (!(__s32)c->arg[1] || !is_ftrace_switch(c->arg[0]))
		return;
	bpf_probe_read_kernel(&digit, sizeof(digit), (const void *)c->arg[2]);
	record_switch(c, digit >= '1' && digit <= '9');
}
RELEASE(FTRACE_SWITCH, proc_dointvec, 3)

/* On is what kstrtobool() in lib/kstrtox.c accepts as true; everything else counts as off. */
static __always_inline void record_KPROBES_SWITCH(const struct call *c)
{
	char word[2] = {};

	bpf_probe_read_user(word, sizeof(word), (const void *)c->arg[1]);
	/* Bit 5 makes a letter lower case. */
	record_switch(c, word[0] == '1' || (word[0] | 32) == 'y' || (word[0] | 32) == 't' ||
				 (word[0] | 32) == 'e' ||
				 ((word[0] | 32) == 'o' && (word[1] | 32) == 'n'));
}
RELEASE(KPROBES_SWITCH, write_enabled_file_bool, 2)

/* ---- entries that share a link ---- */

/* One program of few instructions: the verifier takes time for each. */
static __always_inline void record_shared(const struct call *c)
{
	struct dxa_event *ev = event_begin(c);

	if (!ev)
		return;
	if (c->kind == DXA_KIND_REALLY_PROBE)
		fill_REALLY_PROBE(ev, c);
	else if (c->kind == DXA_KIND_RELEASE_DRIVER)
		fill_RELEASE_DRIVER(ev, c);
	else if (c->kind == DXA_KIND_VIRTIO_FS_PROBE)
		fill_VIRTIO_FS_PROBE(ev, c);
	event_submit(ev);
}

/*
 * The entries of DXA_SHARED_ENTRIES. The cookie of each function is the kind of its event: commit
 * ca74823c6e16 ("bpf: Add cookie support to programs attached with kprobe multi link") (in v5.18).
 */
SEC("?kprobe.multi")
int shared_entry(void *ctx)
{
	struct call c = { .ctx = ctx,
			  .kind = bpf_get_attach_cookie(ctx),
			  .phase = DXA_PHASE_ARGS,
			  .arg = REGS_3(ctx) };

	if (c.kind == DXA_KIND_FTRACE_SWITCH)
		record_FTRACE_SWITCH(&c);
	else if (c.kind == DXA_KIND_KPROBES_SWITCH)
		record_KPROBES_SWITCH(&c);
	else
		record_shared(&c);
	return 0;
}

/* ---- programs that user space runs ---- */

#include "ksym.bpf.h"
#include "snapshot.bpf.h"
