/* SPDX-License-Identifier: GPL-2.0-only */
/* Ask the running machine whether its data cache aliases. */
#ifndef DAXAUDIT_CLI_ALIASING_H
#define DAXAUDIT_CLI_ALIASING_H

#include "policy/aliasing.h"

/*
 * Look at what the architecture of `machine` (uname -m) decides by: the kernel's
 * variable, which needs the privilege to use BPF, /proc/cpuinfo, the boot log;
 * each only when the one before told nothing. btf as in struct dxa_probe_config,
 * or NULL.
 */
void dxa_aliasing_ask(const char *machine, const char *btf, struct dxa_aliasing_answer *ret);

#endif
