/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads a variable or the code of the running kernel. */
#ifndef DAXAUDIT_PROBE_PEEK_H
#define DAXAUDIT_PROBE_PEEK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daxaudit/peek.h"

/*
 * Read the variable `symbol` as `what` says. btf: as in struct dxa_probe_config. False
 * when kallsyms does not have the variable (CONFIG_KALLSYMS_ALL=n), or the kernel refuses
 * the BPF program. Needs privilege.
 */
bool dxa_peek(enum dxa_peek_what what, const char *symbol, const char *btf, uint64_t *value);

/*
 * Read the first n 32-bit words of the code at `symbol`, a function of the kernel proper, or at
 * what follows it in memory. btf: as above. False in the same cases, and where a word cannot be
 * read. Needs privilege.
 */
bool dxa_peek_code(const char *symbol, const char *btf, uint32_t *code, size_t n);

#endif
