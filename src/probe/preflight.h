/* SPDX-License-Identifier: GPL-2.0-only */
/* Checks for obstacles of an audit, before libbpf fails with a less clear error. */
#ifndef DAXAUDIT_PROBE_PREFLIGHT_H
#define DAXAUDIT_PROBE_PREFLIGHT_H

#include <stdbool.h>

#include "base/err.h"
#include "probe/kallsyms.h"

/* The BTF of the kernel proper, raw. */
#define DXA_VMLINUX_BTF "/sys/kernel/btf/vmlinux"

/*
 * Does the kernel have a DAX core, built in or as a module, loaded or not? NULL: yes; else
 * NO_DAX. Needs no privilege.
 */
struct dxa_err *dxa_preflight_core(const struct dxa_kallsyms *syms);

/* Has this process the capabilities to trace the kernel? NULL: yes; else REFUSED. */
struct dxa_err *dxa_preflight_privilege(void);

/*
 * Check in this order: DAX core (NO_DAX without one), privilege, kernel lockdown, hidden
 * addresses, BTF. Each error is one line that says what to do. btf: a BTF file of the
 * user, or NULL for the kernel's own.
 */
struct dxa_err *dxa_preflight(const struct dxa_kallsyms *syms, const char *btf);

/* The name of the check of lockdown. */
#define DXA_PREFLIGHT_LOCKDOWN "lockdown"

enum dxa_preflight_result {
	DXA_PREFLIGHT_OK,
	DXA_PREFLIGHT_FAILED,
	DXA_PREFLIGHT_UNKNOWN, /* what the check reads cannot be read */
};

/*
 * Gets the name of a check, static, and its result; why: the obstacle, or the reason why the
 * result is not known, and what to do; NULL for OK; valid during the call.
 */
typedef void dxa_preflight_fn(void *priv, const char *name, enum dxa_preflight_result result,
			      const char *why);

/*
 * Do all of these checks, and those of optional features, even if one fails. syms: NULL if the
 * symbols cannot be read; the checks that need them are unknown.
 */
void dxa_preflight_each(const struct dxa_kallsyms *syms, const char *btf, dxa_preflight_fn *fn,
			void *priv);

/*
 * Is kernel.ftrace_enabled=0? Trampolines and kprobes on function entries can then be
 * attached, and are never called: ftrace_startup_enable() in kernel/trace/ftrace.c
 * returns before it changes any code (6.12.95; seen there).
 */
bool dxa_preflight_ftrace_off(void);

/*
 * Are all kprobes switched off in debugfs (write_enabled_file_bool() in kernel/kprobes.c)?
 * They can then be attached, and are not called. False without debugfs.
 */
bool dxa_preflight_kprobes_off(void);

/*
 * An error that explains why the kernel refused to load or attach tracing programs, from
 * the errno (positive) of the attempt.
 */
struct dxa_err *dxa_preflight_explain(int code) __attribute__((returns_nonnull));

#endif
