// SPDX-License-Identifier: GPL-2.0-only
#include "probe/attach.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/caps.h"
#include "base/log.h"
#include "probe/kprobesafe.h"
#include "probe/preflight.h"
#include "probe/shared.h"

static const struct dxa_hows trampolines[] = {
	[DXA_SHAPE_ACQUIRE] = { { "fexit" } },
	[DXA_SHAPE_RELEASE] = { { "fentry" } },
	[DXA_SHAPE_BRACKET] = { { "fentry", "fexit" } },
	[DXA_SHAPE_TRACEPOINT] = { { "tp" } },
};

/*
 * Of several probes at one address the newest runs first (add_new_kprobe() in
 * kernel/kprobes.c, 6.12.107), and a kretprobe replaces the return address. So the
 * kprobe, which reads it, must be added after the kretprobe.
 */
static const struct dxa_hows kprobes[] = {
	[DXA_SHAPE_ACQUIRE] = { { "kretprobe", "kprobe" } },
	[DXA_SHAPE_RELEASE] = { { "kprobe" } },
	[DXA_SHAPE_BRACKET] = { { "kretprobe", "kprobe" } },
	[DXA_SHAPE_TRACEPOINT] = { { NULL } },
};

const struct dxa_hows *dxa_hook_hows(enum dxa_hook_shape shape, bool trampoline)
{
	return trampoline ? &trampolines[shape] : &kprobes[shape];
}

struct bpf_program *dxa_hook_program(const struct dxa_hook *hook, const char *how,
				     const struct bpf_object *obj)
{
	char name[64];

	snprintf(name, sizeof(name), "%s_%s", hook->status.info->id, how);
	return bpf_object__find_program_by_name(obj, name);
}

#define REASON(hook, ...) \
	snprintf((hook)->status.reason, sizeof((hook)->status.reason), __VA_ARGS__)

/* How often, and after which time, a function of a module is tried again. */
#define TRIES 10
#define TRY_AFTER_US 20000

/* A hook that is tried only where the function of another is absent. */
static const struct {
	unsigned int kind;
	unsigned int instead_of;
} alternatives[] = {
	/* commit c05ae9d85b47 ("dax/bus.c: replace driver-core lock usage by a local rwsem") (in
	   v6.9) */
	{ DXA_KIND_CREATE_DEV_DAX_OLD, DXA_KIND_CREATE_DEV_DAX },
};

static bool is_superseded(const struct dxa_hook *hook, const struct dxa_kallsyms *syms)
{
	struct dxa_kallsym sym;

	for (size_t i = 0; i < sizeof(alternatives) / sizeof(alternatives[0]); i++)
		if (alternatives[i].kind == hook->status.info->kind &&
		    dxa_kallsyms_by_name(syms, dxa_kind_name(alternatives[i].instead_of), &sym))
			return true;
	return false;
}

/* Is the module built in? Another hook's function in it shows that. */
static bool module_built_in(const struct dxa_hook *hook, const struct dxa_hook *hooks, size_t n,
			    const struct dxa_kallsyms *syms)
{
	const char *module = hook->status.info->module;
	struct dxa_kallsym sym;

	for (size_t i = 0; i < n; i++)
		if (!strcmp(hooks[i].status.info->module, module) &&
		    dxa_kallsyms_by_name(syms, hooks[i].status.info->name, &sym) && !sym.module)
			return true;
	return false;
}

static void no_such_function(struct dxa_hook *hook)
{
	hook->status.mode = DXA_ATTACH_NONE;
	hook->status.symbol[0] = '\0';
	REASON(hook, "no such function in this kernel: absent, inlined or configured out");
}

static void plan_absent(struct dxa_hook *hook, const struct dxa_hook *hooks, size_t n,
			const struct dxa_kallsyms *syms)
{
	const struct dxa_kind_info *info = hook->status.info;

	if (info->module[0] && !module_built_in(hook, hooks, n, syms)) {
		hook->status.mode = DXA_ATTACH_PENDING;
		/* The function may be configured out, or the module is being loaded or unloaded. */
		hook->doubtful = dxa_kallsyms_has_module(syms, info->module);
		snprintf(hook->module, sizeof(hook->module), "%s", info->module);
		snprintf(hook->status.symbol, sizeof(hook->status.symbol), "%s", info->name);
		REASON(hook, "armed when module %s is loaded", info->module);
		return;
	}
	no_such_function(hook);
}

static void plan_found(struct dxa_hook *hook, const struct dxa_kallsym *sym,
		       const char *kprobes_why)
{
	snprintf(hook->status.symbol, sizeof(hook->status.symbol), "%s", sym->name);
	snprintf(hook->module, sizeof(hook->module), "%s", sym->module ? sym->module : "");
	hook->address = sym->addr;
	hook->status.mode = DXA_ATTACH_KPROBE;
	if (sym->module)
		REASON(hook, "in module %s, which a trampoline would pin", sym->module);
	else if (kprobes_why)
		REASON(hook, "%s", kprobes_why);
	else
		hook->status.mode = DXA_ATTACH_FENTRY;
}

/* A trampoline needs the function in the BTF of the kernel. */
static void plan_trampoline(struct dxa_hook *hook, const struct dxa_kernelbtf *btf)
{
	const char *name = hook->status.info->name;

	/* A variant's name is not that of the function that the BTF describes. */
	if (hook->status.mode == DXA_ATTACH_FENTRY &&
	    (strcmp(hook->status.symbol, name) != 0 || !dxa_kernelbtf_function(btf, name)))
		dxa_attach_no_trampoline(hook, btf ? "the function is not in the kernel's BTF" :
						     "the kernel's BTF cannot be read");
}

void dxa_attach_plan(struct dxa_hook *hooks, size_t n, const struct dxa_kallsyms *syms,
		     const struct dxa_kernelbtf *btf, const char *kprobes_why)
{
	for (size_t i = 0; i < n; i++) {
		struct dxa_hook *hook = &hooks[i];
		const struct dxa_kind_info *info = hook->status.info;
		struct dxa_kallsym sym;

		if (info->shape == DXA_SHAPE_TRACEPOINT) {
			hook->status.mode = DXA_ATTACH_TRACEPOINT;
			snprintf(hook->status.symbol, sizeof(hook->status.symbol), "%s",
				 info->name);
		} else if (is_superseded(hook, syms)) {
			hook->status.mode = DXA_ATTACH_NONE;
			REASON(hook, "its successor is hooked");
		} else if (dxa_kallsyms_by_name(syms, info->name, &sym)) {
			plan_found(hook, &sym, kprobes_why);
		} else {
			plan_absent(hook, hooks, n, syms);
		}
	}
	for (size_t i = 0; i < n; i++)
		plan_trampoline(&hooks[i], btf);
}

/* Is this trampoline replaced by the shared link? */
static bool is_replaced(const struct dxa_hook *hook, const char *how)
{
	return dxa_shared_has(hook) && !strcmp(how, "fentry");
}

static void select_hows(struct dxa_hook *hook, bool trampoline, struct bpf_object *obj)
{
	const struct dxa_hows *hows = dxa_hook_hows(hook->status.info->shape, trampoline);

	for (const char *const *how = hows->how; *how; how++) {
		struct bpf_program *prog = dxa_hook_program(hook, *how, obj);

		if (prog && !is_replaced(hook, *how))
			bpf_program__set_autoload(prog, true);
	}
}

void dxa_attach_select(struct dxa_hook *hooks, size_t n, struct bpf_object *obj)
{
	for (size_t i = 0; i < n; i++) {
		enum dxa_attach_mode mode = hooks[i].status.mode;

		if (mode == DXA_ATTACH_NONE)
			continue;
		select_hows(&hooks[i], mode == DXA_ATTACH_FENTRY || mode == DXA_ATTACH_TRACEPOINT,
			    obj);
	}
}

void dxa_attach_no_trampoline(struct dxa_hook *hook, const char *reason)
{
	if (hook->status.mode != DXA_ATTACH_FENTRY)
		return;
	hook->status.mode = DXA_ATTACH_KPROBE;
	REASON(hook, "%s", reason);
}

void dxa_attach_settle(struct dxa_hook *hooks, size_t n, const struct dxa_kallsyms *syms)
{
	struct dxa_kallsym sym;

	for (size_t i = 0; i < n; i++)
		if (hooks[i].status.mode == DXA_ATTACH_PENDING &&
		    dxa_kallsyms_has_module(syms, hooks[i].module) &&
		    !dxa_kallsyms_by_name(syms, hooks[i].status.symbol, &sym))
			no_such_function(&hooks[i]);
}

void dxa_attach_add_link(struct dxa_hook *hook, struct bpf_program *prog, struct bpf_link *link)
{
	hook->progs[hook->n_links] = prog;
	hook->links[hook->n_links++] = link;
}

static struct bpf_link *attach(const struct dxa_hook *hook, const struct bpf_program *prog)
{
	return hook->status.mode == DXA_ATTACH_FENTRY ? bpf_program__attach_trace(prog) :
							bpf_program__attach(prog);
}

/* Attach all trampolines of a hook, or its tracepoint. 0 or -errno, then nothing is attached. */
static int attach_direct(struct dxa_hook *hook, struct bpf_object *obj)
{
	const struct dxa_hows *hows = dxa_hook_hows(hook->status.info->shape, true);

	for (const char *const *how = hows->how; *how; how++) {
		struct bpf_program *prog = dxa_hook_program(hook, *how, obj);
		struct bpf_link *link;

		if (is_replaced(hook, *how))
			continue;
		link = prog ? attach(hook, prog) : NULL;
		if (!link) {
			int err = prog ? -errno : -ENOENT;

			dxa_detach_hook(hook);
			return err;
		}
		dxa_attach_add_link(hook, prog, link);
	}
	return 0;
}

/* Attach prog to the kprobe event `id`; it runs on every CPU. */
static struct bpf_link *attach_event(struct bpf_program *prog, int id)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_TRACEPOINT,
					.size = sizeof(attr),
					.config = (unsigned int)id };
	struct bpf_link *link;
	int fd, err;

	fd = (int)syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0)
		return NULL;
	link = bpf_program__attach_perf_event(prog, fd);
	if (!link) {
		err = errno;
		close(fd);
		errno = err;
	}
	return link;
}

/* Attach the kprobes of a hook. 0 or -errno, then nothing is attached. */
static int attach_kprobes(struct dxa_hook *hook, struct bpf_object *obj,
			  struct dxa_tracefs *tracefs)
{
	const struct dxa_hows *hows = dxa_hook_hows(hook->status.info->shape, false);
	size_t made = dxa_tracefs_made(tracefs);

	for (const char *const *how = hows->how; *how; how++) {
		struct bpf_program *prog = dxa_hook_program(hook, *how, obj);
		struct bpf_link *link;
		char name[64];
		int id;

		if (!prog)
			return -ENOENT;
		snprintf(name, sizeof(name), "%s_%s", hook->status.info->id, *how);
		id = dxa_tracefs_add(tracefs, name, hook->module[0] ? hook->module : NULL,
				     hook->status.symbol, !strcmp(*how, "kretprobe"));
		link = id < 0 ? NULL : attach_event(prog, id);
		if (!link) {
			int err = id < 0 ? id : -errno;

			dxa_detach_hook(hook);
			dxa_tracefs_undo(tracefs, made);
			return err;
		}
		dxa_attach_add_link(hook, prog, link);
	}
	return 0;
}

/*
 * Debian's kernels have perf_event_paranoid=3 as default: perf_event_open() then needs
 * CAP_SYS_ADMIN (security-perf-allow-further-restriction-of-perf_event_open.patch).
 */
static const char *what_lacks(int err)
{
	bool admin = dxa_caps_effective() & DXA_CAP(CAP_SYS_ADMIN);

	return err == -EACCES && !admin ?
		       ", without CAP_SYS_ADMIN: sysctl kernel.perf_event_paranoid=2" :
		       "";
}

/* A hook in a module cannot use a trampoline, which would pin the module. */
static void kprobe_refused(struct dxa_hook *hook, int err)
{
	const char *pins = hook->module[0] ? "; a trampoline would pin module " : "";

	hook->status.mode = DXA_ATTACH_NONE;
	if (hook->unsafe)
		REASON(hook, "%s%s%s", hook->unsafe, pins, hook->module);
	else
		REASON(hook, "kprobe refused: %s%s%s%s", strerror(-err), what_lacks(err), pins,
		       hook->module);
}

/* The module of a pending hook is not loaded yet, and its kprobe will not be attached. */
static void cannot_be_armed(struct dxa_hook *hook)
{
	REASON(hook, "cannot be armed when module %s is loaded: %s%s", hook->module,
	       hook->unsafe ? "" : "kprobe refused: ",
	       hook->unsafe ? hook->unsafe : strerror(-hook->refused));
}

/* Does this kernel accept a kprobe at the entry of a traced function? 0 or -errno. */
static int try_kprobe(struct dxa_tracefs *tracefs)
{
	size_t made = dxa_tracefs_made(tracefs);
	int id = dxa_tracefs_add(tracefs, "try", NULL, dxa_kind_name(DXA_KIND_REALLY_PROBE), false);

	dxa_tracefs_undo(tracefs, made);
	return id < 0 ? id : 0;
}

/*
 * A kprobe that is refused in the kernel proper is refused in a module, too, without an error.
 */
void dxa_attach_try_kprobes(struct dxa_hook *hooks, size_t n, const char *btf,
			    struct dxa_tracefs *tracefs)
{
	const char *unsafe = dxa_kprobes_unsafe(btf);
	int refused = unsafe ? -EPERM : try_kprobe(tracefs);

	for (size_t i = 0; i < n; i++) {
		hooks[i].unsafe = unsafe;
		hooks[i].refused = refused;
	}
}

void dxa_attach_module_came(struct dxa_hook *hook, const char *module)
{
	if (hook->status.mode != DXA_ATTACH_PENDING || !hook->refused ||
	    strcmp(hook->module, module) != 0)
		return;
	dxa_detach_hook(hook);
	kprobe_refused(hook, hook->refused);
}

/* Change the plan to kprobes, for which other programs must be loaded. */
static void trampoline_refused(struct dxa_hook *hook, int err)
{
	hook->status.mode = DXA_ATTACH_KPROBE;
	/* 524 is the kernel's internal ENOTSUPP, for which libc has no text. */
	REASON(hook, "trampoline refused: %s", err == -524 ? "not supported" : strerror(-err));
}

bool dxa_attach_hook(struct dxa_hook *hook, struct bpf_object *obj, struct dxa_tracefs *tracefs)
{
	int err;

	if (hook->status.mode == DXA_ATTACH_NONE)
		return true;
	if (hook->status.mode == DXA_ATTACH_PENDING && hook->refused) {
		cannot_be_armed(hook);
		return true;
	}
	if (hook->status.mode == DXA_ATTACH_TRACEPOINT) {
		err = attach_direct(hook, obj);
		if (err) {
			hook->status.mode = DXA_ATTACH_NONE;
			REASON(hook, "raw tracepoint refused: %s", strerror(-err));
		}
		return true;
	}
	if (hook->status.mode == DXA_ATTACH_FENTRY) {
		err = attach_direct(hook, obj);
		if (err)
			trampoline_refused(hook, err);
		return !err;
	}
	if (hook->unsafe) {
		kprobe_refused(hook, hook->refused);
		return true;
	}
	err = attach_kprobes(hook, obj, tracefs);
	/*
	 * While a module is loaded or unloaded, the kernel knows it but not its symbols, and
	 * accepts a kprobe event neither as armed nor as pending (validate_probe_symbol()
	 * in kernel/trace/trace_kprobe.c).
	 */
	for (int i = 0; i < TRIES && err && err != -EACCES && hook->module[0]; i++) {
		usleep(TRY_AFTER_US);
		err = attach_kprobes(hook, obj, tracefs);
	}
	if (err && hook->doubtful)
		no_such_function(hook);
	else if (err)
		kprobe_refused(hook, err);
	return true;
}

struct dxa_err *dxa_attach_check_core(const struct dxa_hook *hooks, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct dxa_hook_status *s = &hooks[i].status;

		if (s->info->need == DXA_NEED_CORE && s->mode == DXA_ATTACH_NONE)
			return dxa_err_new(
				DXA_ERR_REFUSED, 0,
				"cannot hook %s, without which nothing can be checked: %s",
				s->info->name, s->reason);
	}
	return NULL;
}

void dxa_detach_hook(struct dxa_hook *hook)
{
	while (hook->n_links)
		bpf_link__destroy(hook->links[--hook->n_links]);
	hook->shares = NULL;
}
