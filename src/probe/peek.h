/* SPDX-License-Identifier: GPL-2.0-only */
/* One look at a variable of the running kernel. */
#ifndef DAXAUDIT_PROBE_PEEK_H
#define DAXAUDIT_PROBE_PEEK_H

#include <stdbool.h>
#include <stdint.h>

#include "daxaudit/peek.h"

/*
 * Read the variable `symbol` as `what` says. btf as in struct dxa_probe_config,
 * or NULL. False when the kernel does not tell where it is (it is no function:
 * CONFIG_KALLSYMS_ALL), or refuses the BPF program that looks; needs privilege.
 */
bool dxa_peek(enum dxa_peek_what what, const char *symbol, const char *btf, uint64_t *value);

#endif
