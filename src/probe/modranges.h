/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The address ranges of modules, also of unloaded ones until another module uses the
 * range. The kernel has no symbols of an unloaded module, and an address that was
 * recorded before must not get a symbol of a neighbouring module.
 */
#ifndef DAXAUDIT_PROBE_MODRANGES_H
#define DAXAUDIT_PROBE_MODRANGES_H

#include <stddef.h>
#include <stdint.h>

struct dxa_modrange {
	char module[56];
	uint64_t start, size; /* bytes */
	uint64_t noted; /* increases with each note: the highest is the newest */
};

/* Zero-initialised, it is empty. */
struct dxa_modranges {
	struct dxa_modrange *ranges; /* by address; no two overlap */
	size_t n, cap;
	uint64_t noted;
};

/*
 * Note that the code of a module is at start. The first `sure` bytes replace any other
 * range; the rest up to `size` bytes is added where no other range is. Without memory
 * nothing is noted.
 */
void dxa_modranges_note(struct dxa_modranges *m, const char *module, uint64_t start, uint64_t sure,
			uint64_t size);

/* The range that contains addr, valid until the next note, or NULL. */
const struct dxa_modrange *dxa_modranges_find(const struct dxa_modranges *m, uint64_t addr);

/* Free all ranges. */
void dxa_modranges_clear(struct dxa_modranges *m);

#endif
