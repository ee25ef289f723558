/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where modules are, or were until another came to be there. The kernel names no
 * address of a module that is gone; an address that was recorded before, and is asked
 * for after, must not be given to its neighbour.
 */
#ifndef DAXAUDIT_PROBE_MODRANGES_H
#define DAXAUDIT_PROBE_MODRANGES_H

#include <stddef.h>
#include <stdint.h>

struct dxa_modrange {
	char module[56];
	uint64_t start, size; /* bytes */
	uint64_t noted; /* the highest is the youngest */
};

/* Zero is empty. */
struct dxa_modranges {
	struct dxa_modrange *ranges; /* by address; no two overlap */
	size_t n, cap;
	uint64_t noted;
};

/*
 * A module's code is at start. The first `sure` bytes are known to be its own, and
 * displace whatever was there; up to `size` bytes are, if no other module is. Without
 * memory nothing is noted.
 */
void dxa_modranges_note(struct dxa_modranges *m, const char *module, uint64_t start, uint64_t sure,
			uint64_t size);

/* The range that addr is in, valid until the next note, or NULL. */
const struct dxa_modrange *dxa_modranges_find(const struct dxa_modranges *m, uint64_t addr);

/* Free what it holds; it is empty then. */
void dxa_modranges_clear(struct dxa_modranges *m);

#endif
