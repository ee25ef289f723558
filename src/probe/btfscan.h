/* SPDX-License-Identifier: GPL-2.0-only */
/* Looks up functions in BTF by name, without a table of all types. */
#ifndef DAXAUDIT_PROBE_BTFSCAN_H
#define DAXAUDIT_PROBE_BTFSCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A function to look up; id gets the number of its type, 0: not found. */
struct dxa_btf_function {
	const char *name;
	uint32_t id;
};

/*
 * Find n functions in the raw BTF at `data` (size bytes, in this machine's byte order); of
 * several with the same name the first. False if it is not BTF, or has unknown kinds of
 * types: then the ids are not valid.
 */
bool dxa_btfscan(const void *data, size_t size, struct dxa_btf_function *functions, size_t n);

/* The same in a file. False also when it cannot be read. */
bool dxa_btfscan_file(const char *path, struct dxa_btf_function *functions, size_t n);

#endif
