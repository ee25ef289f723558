/* SPDX-License-Identifier: GPL-2.0-only */
/* Which function of the kernel each of our tracing programs is for. Internal to src/probe. */
#ifndef DAXAUDIT_PROBE_TARGETS_H
#define DAXAUDIT_PROBE_TARGETS_H

#include "probe/kernelbtf.h"

/*
 * Objects that are opened from now on have their targets from btf (borrowed; NULL: no tracing
 * program can be loaded). The library would read all of the kernel's types for each object, and
 * look for each function among them. Trampolines are attached by bpf_program__attach_trace()
 * then, for the library does not know the sections of loaded programs any more.
 */
void dxa_targets_use(const struct dxa_kernelbtf *btf);

#endif
