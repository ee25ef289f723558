/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Per-hook attachment: plan what to try on this kernel, try it, fall back, and
 * write down why. Internal to src/probe.
 */
#ifndef DAXAUDIT_PROBE_ATTACH_H
#define DAXAUDIT_PROBE_ATTACH_H

#include <bpf/libbpf.h>

#include "probe/kallsyms.h"
#include "probe/probe.h"
#include "probe/tracefs.h"

#define DXA_HOOK_LINKS 2

/* One hook while it is attached. */
struct dxa_hook {
	struct dxa_hook_status status;
	char module[56]; /* where its function lives or will live; empty: built in */
	int refused; /* what the kernel says to kprobes: -errno, or 0 if it takes them */
	__u32 btf_id; /* of its function in the kernel's own BTF; 0: not there, or not asked for */
	bool doubtful; /* the module was there when this was planned, the function was not */
	struct bpf_link *links[DXA_HOOK_LINKS];
	struct bpf_program *progs[DXA_HOOK_LINKS]; /* those that are attached */
	unsigned int n_links;
};

/* The way a hook's programs are called in the BPF object: "<ID>_<how>". */
struct dxa_hows {
	const char *how[DXA_HOOK_LINKS + 1]; /* NULL-terminated */
};

/*
 * Decide how each hook shall be attached, from the kernel's symbols and its
 * BTF. kprobes_why: NULL, or why there shall be no trampolines. Fills mode, symbol,
 * module and reason.
 */
void dxa_attach_plan(struct dxa_hook *hooks, size_t n, const struct dxa_kallsyms *syms,
		     const char *kprobes_why);

/*
 * Choose which programs of obj will be loaded: those of the plan.
 */
void dxa_attach_select(struct dxa_hook *hooks, size_t n, struct bpf_object *obj);

/* No trampolines after all: change the plan to kprobes, for this reason. */
void dxa_attach_no_trampoline(struct dxa_hook *hook, const char *reason);

/*
 * Attach one hook as planned. False when its trampoline is refused: its plan is now
 * kprobes, whose programs must be loaded before it is tried again. A hook that cannot be
 * attached ends as DXA_ATTACH_NONE with its reason.
 */
bool dxa_attach_hook(struct dxa_hook *hook, struct bpf_object *obj, struct dxa_tracefs *tracefs);

/*
 * Modules have come meanwhile: a hook that waits for a function which its module
 * turned out not to have ends as DXA_ATTACH_NONE. syms: as of now.
 */
void dxa_attach_settle(struct dxa_hook *hooks, size_t n, const struct dxa_kallsyms *syms);

/*
 * Does this kernel take a kprobe at the entry of `symbol`, a traced function of
 * the kernel proper? 0 or -errno. Where ftrace has the entry and kprobes cannot
 * share it, it is -EINVAL (check_ftrace_location() in kernel/kprobes.c; seen on
 * riscv in 6.12.107, where CONFIG_KPROBES_ON_FTRACE is not set).
 */
int dxa_attach_try_kprobe(struct dxa_tracefs *tracefs, const char *symbol);

/*
 * A module has come: a pending hook in it, on a kernel that refuses kprobes, is
 * not attached from now on. Before, there was nothing to be missed.
 */
void dxa_attach_module_came(struct dxa_hook *hook, const char *module);

/* Detach it; kprobe events stay until dxa_tracefs_close(). */
void dxa_detach_hook(struct dxa_hook *hook);

/* The program of a hook, or NULL. */
struct bpf_program *dxa_hook_program(const struct dxa_hook *hook, const char *how,
				     const struct bpf_object *obj);

/* Which trampolines, or which kprobes, a hook of this shape takes. Static. */
const struct dxa_hows *dxa_hook_hows(enum dxa_hook_shape shape, bool trampoline);

#endif
