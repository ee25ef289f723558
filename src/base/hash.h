/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * FNV-1a, 64 bits (http://www.isthe.com/chongo/tech/comp/fnv/), for names that are not
 * chosen to collide. Its results are part of ids of journal entries and KernelCI
 * tests, so it must not change.
 */
#ifndef DAXAUDIT_BASE_HASH_H
#define DAXAUDIT_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define DXA_HASH_START 0xcbf29ce484222325ULL

/* Hash more bytes: h is the hash so far, or DXA_HASH_START. */
static inline uint64_t dxa_hash(uint64_t h, const void *data, size_t len)
{
	const unsigned char *at = data;

	while (len--)
		h = (h ^ *at++) * 0x100000001b3ULL;
	return h;
}

/* The same for a string without its NUL. */
static inline uint64_t dxa_hash_text(uint64_t h, const char *text)
{
	return dxa_hash(h, text, strlen(text));
}

#endif
