/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * FNV-1a, 64 bits (http://www.isthe.com/chongo/tech/comp/fnv/): distinguishes names
 * that were not chosen to collide. Its results are in ids that others store, those
 * of journal entries and of KernelCI's tests: it must not change.
 */
#ifndef DAXAUDIT_BASE_HASH_H
#define DAXAUDIT_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define DXA_HASH_START 0xcbf29ce484222325ULL

/* Go on hashing: h is what came before, or DXA_HASH_START. */
static inline uint64_t dxa_hash(uint64_t h, const void *data, size_t len)
{
	const unsigned char *at = data;

	while (len--)
		h = (h ^ *at++) * 0x100000001b3ULL;
	return h;
}

/* The same, of a string without its NUL. */
static inline uint64_t dxa_hash_text(uint64_t h, const char *text)
{
	return dxa_hash(h, text, strlen(text));
}

#endif
