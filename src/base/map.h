/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A hash map from 64-bit keys to pointers: open addressing, linear probing,
 * deletion by shifting back, so that a map that lives for months does not fill
 * with tombstones. Iteration order is a function of the operations only.
 */
#ifndef DAXAUDIT_BASE_MAP_H
#define DAXAUDIT_BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dxa_map_slot {
	uint64_t key;
	void *value; /* NULL: the slot is free */
};

/* Zero-initialised but for paged, a map is empty and owns nothing. */
struct dxa_map {
	struct dxa_map_slot *slots;
	size_t cap; /* a power of two, or 0 */
	size_t len;
	/*
	 * Set by the user: keys are addresses of objects of which few fit a page.
	 * Neighbours are then kept together, as they are mostly met together.
	 */
	bool paged;
};

/* The value at key, or NULL. */
void *dxa_map_get(const struct dxa_map *m, uint64_t key);

/*
 * Set the value at key, which must not be NULL. 0, or -ENOMEM: then nothing changed;
 * replacing the value of a present key cannot fail.
 */
int dxa_map_put(struct dxa_map *m, uint64_t key, void *value);

/* Remove key. Returns the value it had, or NULL. */
void *dxa_map_del(struct dxa_map *m, uint64_t key);

/* Call fn for every entry; fn must not change the map. */
void dxa_map_each(const struct dxa_map *m, void (*fn)(void *priv, uint64_t key, void *value),
		  void *priv);

/* Free what the map owns (not the values) and make it empty. */
void dxa_map_free(struct dxa_map *m);

#endif
