/* SPDX-License-Identifier: GPL-2.0-only */
/* One line of /proc/kallsyms: "address type name[\t[module]]". */
#ifndef DAXAUDIT_PROBE_SYMLINE_H
#define DAXAUDIT_PROBE_SYMLINE_H

#include <stdbool.h>
#include <stdint.h>

struct dxa_symline {
	uint64_t addr;
	char type;
	const char *name;
	const char *module; /* NULL: the kernel proper */
};

/* Split text in place; *ret points into it. False when the line has another format. */
bool dxa_symline_split(char *text, struct dxa_symline *ret);

/*
 * Is it a label of the assembler? They mark data in code, and every relaxed jump in
 * riscv's modules. The kernel does not use them as names of addresses either
 * (is_mapping_symbol() in include/linux/module_symbol.h, v6.12).
 */
bool dxa_symline_is_label(const char *name);

#endif
