/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One kprobe.multi link at the entries of several functions (DXA_SHARED_ENTRIES). For each
 * trampoline ftrace walks over all functions of the kernel, and twice as often for the second one
 * of a function; for all of these together it walks once. Internal to src/probe.
 */
#ifndef DAXAUDIT_PROBE_SHARED_H
#define DAXAUDIT_PROBE_SHARED_H

#include "probe/attach.h"

/*
 * What the kernel must have, by its BTF: fprobe, on which the link is based (CONFIG_FPROBE), and
 * counts of the calls that the link missed: commit e2b2cd592adf ("bpf: Add missed value to
 * kprobe_multi link info") (in v6.7). That cannot be seen; this function is of commit 535a3692ba72
 * ("bpf: Add support for kprobe session attach") (in v6.10).
 */
#define DXA_SHARED_FPROBE "register_fprobe_ips"
#define DXA_SHARED_COUNTS "bpf_session_is_return"

/* After dxa_attach_plan(): plan the link, if this kernel has it. */
void dxa_shared_plan(struct dxa_hook *hooks, size_t n, const struct dxa_kernelbtf *btf);

/* Plan trampolines again. Returns whether anything changed. */
bool dxa_shared_refuse(struct dxa_hook *hooks, size_t n);

/* Is the entry of this hook in the link as planned? */
bool dxa_shared_has(const struct dxa_hook *hook);

/* Select the program for loading, if it is planned. */
void dxa_shared_select(const struct dxa_hook *hooks, size_t n, struct bpf_object *obj);

/*
 * Attach the link, if it is planned; the first of its hooks owns it. False when the kernel refuses
 * it: trampolines are then planned, whose programs must be loaded before the next try.
 */
bool dxa_shared_attach(struct dxa_hook *hooks, size_t n, struct bpf_object *obj);

/* Add to *missed the calls that the hook's shared link has missed. False: not known. */
bool dxa_shared_missed(const struct dxa_hook *hook, uint64_t *missed);

#endif
