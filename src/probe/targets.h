/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel function of each tracing program. Internal to src/probe. */
#ifndef DAXAUDIT_PROBE_TARGETS_H
#define DAXAUDIT_PROBE_TARGETS_H

#include "probe/kernelbtf.h"

/*
 * For objects that are opened after this call, take the targets of tracing programs from btf
 * (borrowed; NULL: no tracing program can be loaded). Otherwise libbpf reads all types of the
 * kernel for each object and searches them for each function. Attach trampolines with
 * bpf_program__attach_trace(): libbpf does not know the sections of such programs.
 */
void dxa_targets_use(const struct dxa_kernelbtf *btf);

#endif
