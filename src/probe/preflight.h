/* SPDX-License-Identifier: GPL-2.0-only */
/* Recognise what stands in the way before libbpf stumbles over it. */
#ifndef DAXAUDIT_PROBE_PREFLIGHT_H
#define DAXAUDIT_PROBE_PREFLIGHT_H

#include <stdbool.h>

#include "base/err.h"
#include "probe/kallsyms.h"

/* The BTF of the kernel proper, raw. */
#define DXA_VMLINUX_BTF "/sys/kernel/btf/vmlinux"

/*
 * Is there a DAX core, built in or a module, loaded or not? NULL: there is; NO_DAX.
 * It takes no privilege to know.
 */
struct dxa_err *dxa_preflight_core(const struct dxa_kallsyms *syms);

/*
 * Check in this order: a DAX core (NO_DAX when the kernel has none), privilege,
 * kernel lockdown, hidden addresses, BTF. Each failure is one line that says
 * what to do. btf is a BTF file given by the user, or NULL for the kernel's own.
 */
struct dxa_err *dxa_preflight(const struct dxa_kallsyms *syms, const char *btf);

/*
 * Do all of these checks, and those of what an audit can do without, whatever the
 * others say. fn gets the name of each, static, and what stands in the way, or NULL; the
 * error is freed behind it. Where the symbols cannot be read syms is NULL, and what needs
 * them is left out.
 */
void dxa_preflight_each(const struct dxa_kallsyms *syms, const char *btf,
			void (*fn)(void *priv, const char *name, const struct dxa_err *obstacle),
			void *priv);

/*
 * Does the kernel call no trampoline and no kprobe on a function's entry? With
 * kernel.ftrace_enabled=0 both are taken, and then never called: ftrace_startup_enable()
 * in kernel/trace/ftrace.c returns before it changes any code (6.12.95; seen there).
 */
bool dxa_preflight_ftrace_off(void);

/*
 * Are all kprobes switched off in debugfs (write_enabled_file_bool() in kernel/kprobes.c)?
 * They can be attached then, and are not called. False where debugfs is not mounted.
 */
bool dxa_preflight_kprobes_off(void);

/*
 * Say why the kernel refused to load or attach tracing programs, given the
 * errno (positive) of the attempt.
 */
struct dxa_err *dxa_preflight_explain(int code) __attribute__((returns_nonnull));

#endif
