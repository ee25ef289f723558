/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kernels on which a kprobe damages the kernel. Internal to src/probe.
 *
 * On 64-bit powerpc r13 points to the data of the CPU. ftrace_regs_caller()
 * (arch/powerpc/kernel/trace/ftrace_entry.S), through which kprobes at function entries run,
 * and the template of optimized kprobes (arch/powerpc/kernel/optprobes_head.S), through which
 * kretprobes run, save it before the handler and restore it after. On a preemptible kernel the
 * task can go on on another CPU meanwhile: then it uses the data of the CPU that it left, and
 * the kernel panics soon. Seen in 7.2.13, with kprobes of tracefs and without BPF. Trampolines
 * do not restore r13 (arch/powerpc/net/bpf_jit_comp.c).
 */
#ifndef DAXAUDIT_PROBE_KPROBESAFE_H
#define DAXAUDIT_PROBE_KPROBESAFE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The most instructions of a function that are looked at. */
#define DXA_CODE_WORDS 256

/*
 * Why no kprobe may be used on the running kernel, static, or NULL. The kernel's code decides;
 * if it cannot be read, a preemptible 64-bit powerpc kernel counts as damaged by kprobes. btf:
 * as in struct dxa_probe_config. Needs privilege on such a kernel only.
 */
const char *dxa_kprobes_unsafe(const char *btf);

/*
 * The same for the machine and the version that uname() returned. A version contains PREEMPT
 * if the kernel can be preempted: "#1 SMP PREEMPT Debian 7.2.13-1".
 */
const char *dxa_kprobes_unsafe_on(const char *machine, const char *version, const char *btf);

/* Does the powerpc code restore r13 from the stack before it first returns or branches away? */
bool dxa_restores_r13(const uint32_t *code, size_t n);

#endif
