/* SPDX-License-Identifier: GPL-2.0-only */
/* Loading the planned BPF programs, with a fallback when some are refused. */
#ifndef DAXAUDIT_PROBE_LOAD_H
#define DAXAUDIT_PROBE_LOAD_H

#include "daxaudit.skel.h"
#include "probe/attach.h"
#include "probe/kallsyms.h"
#include "probe/kernelbtf.h"
#include "probe/ksym.h"
#include "probe/probe.h"
#include "probe/snapshot.h"

/* The owners of the programs that are loaded. All are borrowed. */
struct dxa_load_parts {
	const struct dxa_kallsyms *kallsyms;
	struct dxa_hook *hooks; /* as planned; a refused trampoline changes its hook's plan */
	size_t n_hooks;
	struct dxa_walker *walkers; /* selected here */
	struct dxa_ksym_reader *ksyms; /* selected here */
	const char *types; /* a file of the kernel's types that the programs read; NULL: none */
};

/*
 * Load the planned programs; the caller destroys the result. NULL with *code (errno,
 * positive) when the kernel refuses all of them.
 */
struct daxaudit_bpf *dxa_load(const struct dxa_load_parts *p, const struct dxa_probe_config *config,
			      int *code);

/*
 * dxa_kernelbtf_read() for the programs of all objects that an audit loads. What libbpf says goes
 * into the log from here on.
 */
struct dxa_kernelbtf *dxa_load_types(void);

#endif
