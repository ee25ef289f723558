/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Objects of one size, packed without gaps or headers. What is given back is
 * handed out again; memory follows the most that was ever in use and goes back
 * to the system with the slab as a whole.
 */
#ifndef DAXAUDIT_BASE_SLAB_H
#define DAXAUDIT_BASE_SLAB_H

#include <stddef.h>

struct dxa_slab_chunk;

/* Zero-initialised but for size, it is empty and owns nothing. */
struct dxa_slab {
	size_t size; /* of an object in bytes, a multiple of a pointer's, set by the user */
	struct dxa_slab_chunk *chunks; /* the newest first; objects come from that one */
	size_t left; /* objects of the newest chunk that were never handed out */
	void *returned; /* linked through their first bytes */
};

#define DXA_SLAB_OF(type) ((struct dxa_slab){ .size = sizeof(type) })

/* A zeroed object, or NULL without memory. */
void *dxa_slab_get(struct dxa_slab *s);

/* Give an object back. */
void dxa_slab_put(struct dxa_slab *s, void *object);

/* Free all objects, in use or not; the slab is then empty and can be used again. */
void dxa_slab_free(struct dxa_slab *s);

#endif
