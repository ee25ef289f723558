/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Attaching of hooks: plan the mode of each hook, try it, fall back, and keep the
 * reason. Internal to src/probe.
 */
#ifndef DAXAUDIT_PROBE_ATTACH_H
#define DAXAUDIT_PROBE_ATTACH_H

#include <bpf/libbpf.h>

#include "probe/kallsyms.h"
#include "probe/kernelbtf.h"
#include "probe/probe.h"
#include "probe/tracefs.h"

#define DXA_HOOK_LINKS 2

/* A hook and its programs. */
struct dxa_hook {
	struct dxa_hook_status status;
	char module[56]; /* that contains the function, or will; empty: built in */
	int refused; /* -errno if the kernel refuses kprobes here, or `unsafe` is set, else 0 */
	const char *unsafe; /* why kprobes must not be used here, static; NULL: they may */
	bool doubtful; /* at planning, the module was loaded and did not have the function */
	struct bpf_link *links[DXA_HOOK_LINKS];
	struct bpf_program *progs[DXA_HOOK_LINKS]; /* the attached programs */
	unsigned int n_links;
	uint64_t address; /* of the function; 0: not known */
	bool shared; /* its entry is hooked by the shared link (probe/shared.h) */
	struct bpf_link *shares; /* that link, of which one hook is the owner; else NULL */
};

/* The suffixes of the names of a hook's programs: "<ID>_<how>". */
struct dxa_hows {
	const char *how[DXA_HOOK_LINKS + 1]; /* NULL-terminated */
};

/*
 * Plan the mode of each hook from the kernel's symbols and BTF (NULL: it cannot be read).
 * kprobes_why: NULL, or why trampolines are not used. Fills mode, symbol, module and reason.
 */
void dxa_attach_plan(struct dxa_hook *hooks, size_t n, const struct dxa_kallsyms *syms,
		     const struct dxa_kernelbtf *btf, const char *kprobes_why);

/*
 * Select the programs of the plan for loading.
 */
void dxa_attach_select(struct dxa_hook *hooks, size_t n, struct bpf_object *obj);

/* Change the plan of a hook from trampolines to kprobes, for this reason. */
void dxa_attach_no_trampoline(struct dxa_hook *hook, const char *reason);

/*
 * Attach one hook as planned. False when its trampoline is refused: its plan is then
 * kprobes, whose programs must be loaded before the next try. A hook that cannot be
 * attached gets DXA_ATTACH_NONE and a reason.
 */
bool dxa_attach_hook(struct dxa_hook *hook, struct bpf_object *obj, struct dxa_tracefs *tracefs);

/*
 * After modules were loaded: a pending hook whose module turns out not to have the
 * function gets DXA_ATTACH_NONE. syms: the current symbols.
 */
void dxa_attach_settle(struct dxa_hook *hooks, size_t n, const struct dxa_kallsyms *syms);

/*
 * Set `unsafe` and `refused` of the hooks. A kernel refuses kprobes at the entries of functions
 * with -EINVAL where ftrace uses the entry and kprobes cannot share it (check_ftrace_location()
 * in kernel/kprobes.c; seen on riscv in 6.12.107, where CONFIG_KPROBES_ON_FTRACE is not set).
 * btf: as in struct dxa_probe_config.
 */
void dxa_attach_try_kprobes(struct dxa_hook *hooks, size_t n, const char *btf,
			    struct dxa_tracefs *tracefs);

/*
 * A module was loaded: a pending hook in it, on a kernel that refuses kprobes, is not
 * attached from now on. Before, no call could be missed.
 */
void dxa_attach_module_came(struct dxa_hook *hook, const char *module);

/* After attaching: REFUSED if a hook is missing without which nothing can be checked. */
struct dxa_err *dxa_attach_check_core(const struct dxa_hook *hooks, size_t n);

/* Add a link to a hook, which owns it from now on. */
void dxa_attach_add_link(struct dxa_hook *hook, struct bpf_program *prog, struct bpf_link *link);

/* Detach a hook; its kprobe events are removed by dxa_tracefs_close(). */
void dxa_detach_hook(struct dxa_hook *hook);

/* The program of a hook, or NULL. */
struct bpf_program *dxa_hook_program(const struct dxa_hook *hook, const char *how,
				     const struct bpf_object *obj);

/* The programs of a hook of this shape: trampolines or kprobes. Static. */
const struct dxa_hows *dxa_hook_hows(enum dxa_hook_shape shape, bool trampoline);

#endif
