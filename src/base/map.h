/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A hash map from 64-bit keys to pointers: open addressing, linear probing, and
 * deletion by shifting back, so that a map in use for months has no tombstones. The
 * iteration order depends on the operations only.
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

/* Zero-initialised, except for paged, a map is empty and owns nothing. */
struct dxa_map {
	struct dxa_map_slot *slots;
	size_t cap; /* a power of two, or 0 */
	size_t len;
	/*
	 * Set by the user: keys are addresses of objects of which few fit in a page.
	 * Keys of the same page are then stored together, as they are mostly used together.
	 */
	bool paged;
};

/* The value at key, or NULL. */
void *dxa_map_get(const struct dxa_map *m, uint64_t key);

/*
 * Set the value at key; it must not be NULL. 0, or -ENOMEM: then nothing changed.
 * Replacing a value cannot fail.
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
