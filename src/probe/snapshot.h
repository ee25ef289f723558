/* SPDX-License-Identifier: GPL-2.0-only */
/* The devices that lived before the audit: records written by a program that is run once. */
#ifndef DAXAUDIT_PROBE_SNAPSHOT_H
#define DAXAUDIT_PROBE_SNAPSHOT_H

#include <bpf/libbpf.h>

#include "probe/kallsyms.h"

/*
 * Choose to load the snapshot program, where this kernel can run it: it needs
 * bpf_loop (commit e6f2dd0f8067, in v5.17) and the address of dax_superblock
 * (CONFIG_KALLSYMS_ALL). Returns NULL, or why not; static.
 */
const char *dxa_snapshot_select(struct bpf_program *prog, const struct dxa_kallsyms *syms);

/*
 * Write a record for every dax_device there is into the ring buffer. Returns
 * NULL, or why the snapshot is not complete; static.
 */
const char *dxa_snapshot_run(struct bpf_program *prog, const struct dxa_kallsyms *syms);

#endif
