/* SPDX-License-Identifier: GPL-2.0-only */
/* The filter of the symbol walk; shared by BPF and user space. */
#ifndef DAXAUDIT_SYMWALK_H
#define DAXAUDIT_SYMWALK_H

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

/*
 * A set of names: a bit for the hash of the first DXA_SYMWALK_PREFIX characters of each. All
 * names that are looked up are at least that long; the eighth character may be the dot of a
 * variant (foo.isra.0).
 */
#define DXA_SYMWALK_PREFIX 7
#define DXA_SYMWALK_WORDS 64

/* prefix: the characters as a number, the first in its lowest byte. Returns the bit's number. */
static inline __attribute__((always_inline)) __u32 dxa_symwalk_bit(__u64 prefix)
{
	return prefix * 0x9e3779b97f4a7c15ull >> 52;
}

_Static_assert(64 * DXA_SYMWALK_WORDS == 1 << (64 - 52), "a bit for each hash");

#endif
