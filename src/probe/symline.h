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

/* Cut text into its parts, which *ret points to; false for any other line. */
bool dxa_symline_split(char *text, struct dxa_symline *ret);

/*
 * Labels of the assembler: every data-in-code boundary has one, riscv's modules
 * have one at every relaxed jump. The kernel itself does not name addresses after
 * them (is_mapping_symbol() in include/linux/module_symbol.h, v6.12).
 */
bool dxa_symline_is_label(const char *name);

#endif
