/* SPDX-License-Identifier: GPL-2.0-only */
/* Determines whether the data cache of the running machine aliases. */
#ifndef DAXAUDIT_CLI_ALIASING_H
#define DAXAUDIT_CLI_ALIASING_H

#include "policy/aliasing.h"

/*
 * Read what the architecture of `machine` (uname -m) decides by: a kernel variable, which
 * needs the privilege for BPF; else /proc/cpuinfo; else the boot log. btf: as in struct
 * dxa_probe_config.
 */
void dxa_aliasing_ask(const char *machine, const char *btf, struct dxa_aliasing_answer *ret);

#endif
