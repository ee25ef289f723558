/* SPDX-License-Identifier: GPL-2.0-only */
/* Functions of a kernel's BTF by name, without a table of all its types. */
#ifndef DAXAUDIT_PROBE_BTFSCAN_H
#define DAXAUDIT_PROBE_BTFSCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is looked for, and found: the number of the function's type, 0: there is none. */
struct dxa_btf_function {
	const char *name;
	uint32_t id;
};

/*
 * Find n functions in the raw BTF at `data` (size bytes, of this machine's byte order); of
 * two with the same name the first. False if it is no BTF, or has kinds of types that are
 * not known here: then nothing is said of any function.
 */
bool dxa_btfscan(const void *data, size_t size, struct dxa_btf_function *functions, size_t n);

/* The same in a file, which is read to its end. False, too, when it cannot be read. */
bool dxa_btfscan_file(const char *path, struct dxa_btf_function *functions, size_t n);

#endif
