/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Objects of one size, packed without gaps or headers. Returned objects are reused. The
 * memory is that of the largest number of objects in use, and is freed with the slab.
 */
#ifndef DAXAUDIT_BASE_SLAB_H
#define DAXAUDIT_BASE_SLAB_H

#include <stddef.h>

struct dxa_slab_chunk;

/* Zero-initialised, except for size, it is empty and owns nothing. */
struct dxa_slab {
	size_t size; /* of an object in bytes, a multiple of a pointer's size, set by the user */
	struct dxa_slab_chunk *chunks; /* newest first; new objects come from that one */
	size_t left; /* unused objects in the newest chunk */
	void *returned; /* free objects, linked through their first bytes */
};

#define DXA_SLAB_OF(type) ((struct dxa_slab){ .size = sizeof(type) })

/* A zeroed object, or NULL without memory. */
void *dxa_slab_get(struct dxa_slab *s);

/* Return an object. */
void dxa_slab_put(struct dxa_slab *s, void *object);

/* Free all objects, in use or not; the slab is then empty and can be used again. */
void dxa_slab_free(struct dxa_slab *s);

#endif
