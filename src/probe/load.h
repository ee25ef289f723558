/* SPDX-License-Identifier: GPL-2.0-only */
/* Loading the BPF programs that are planned, and what to do where some are refused. */
#ifndef DAXAUDIT_PROBE_LOAD_H
#define DAXAUDIT_PROBE_LOAD_H

#include "daxaudit.skel.h"
#include "probe/attach.h"
#include "probe/kallsyms.h"
#include "probe/ksym.h"
#include "probe/probe.h"
#include "probe/snapshot.h"

/* Whose programs are loaded. All is borrowed. */
struct dxa_load_parts {
	const struct dxa_kallsyms *kallsyms;
	struct dxa_hook *hooks; /* as planned; a refused trampoline changes its hook's plan */
	size_t n_hooks;
	struct dxa_walker *walkers; /* chosen and given their programs here */
	struct dxa_ksym_reader *ksyms; /* the same */
};

/*
 * Load what is planned; the caller destroys the result. NULL with *code (errno, positive)
 * when the kernel refuses it all.
 */
struct daxaudit_bpf *dxa_load(const struct dxa_load_parts *p, const struct dxa_probe_config *config,
			      int *code);

#endif
