// SPDX-License-Identifier: GPL-2.0-only
#include "base/map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bigmem.h"

#define MAP_MIN_CAP 16

/* Slab addresses and task ids differ in few bits: mix all bits into the index. */
static inline uint64_t mix(uint64_t x)
{
	x ^= x >> 32;
	x *= 0x9e3779b97f4a7c15ULL;
	return x ^ (x >> 29);
}

/* Four slots fill a cache line, which the objects of one page share. */
static inline __attribute__((always_inline)) size_t home(const struct dxa_map *m, uint64_t key)
{
	uint64_t at = m->paged ? (mix(key >> 12) << 2) + (key >> 10 & 3) : mix(key);

	return (size_t)at & (m->cap - 1);
}

/* The slot of key, or the free slot for it. The map is never full. */
static inline __attribute__((always_inline)) struct dxa_map_slot *find(const struct dxa_map *m,
								       uint64_t key)
{
	struct dxa_map_slot *slot = &m->slots[home(m, key)];

	while (slot->value && slot->key != key)
		if (++slot == m->slots + m->cap)
			slot = m->slots;
	return slot;
}

static int grow(struct dxa_map *m)
{
	size_t cap = m->cap < MAP_MIN_CAP ? MAP_MIN_CAP : m->cap * 2, i;
	struct dxa_map bigger = { dxa_bigmem(cap * sizeof(*bigger.slots)), cap, m->len, m->paged };

	if (!bigger.slots)
		return -ENOMEM;
	memset(bigger.slots, 0, cap * sizeof(*bigger.slots));
	for (i = 0; i < m->cap; i++)
		if (m->slots[i].value)
			*find(&bigger, m->slots[i].key) = m->slots[i];
	free(m->slots);
	*m = bigger;
	return 0;
}

void *dxa_map_get(const struct dxa_map *m, uint64_t key)
{
	return m->len ? find(m, key)->value : NULL;
}

int dxa_map_put(struct dxa_map *m, uint64_t key, void *value)
{
	struct dxa_map_slot *slot;

	if (!m->cap && grow(m))
		return -ENOMEM;
	slot = find(m, key);
	if (slot->value) {
		slot->value = value;
		return 0;
	}
	if ((m->len + 1) * 4 > m->cap * 3) {
		if (grow(m))
			return -ENOMEM;
		slot = find(m, key);
	}
	*slot = (struct dxa_map_slot){ key, value };
	m->len++;
	return 0;
}

/*
 * Fill the hole at i: move every later entry of the same run into it, unless its home
 * slot is between the hole and itself.
 */
static void shift_back(struct dxa_map *m, size_t hole)
{
	size_t mask = m->cap - 1, i = hole;

	for (;;) {
		i = (i + 1) & mask;
		if (!m->slots[i].value)
			break;
		if (((i - home(m, m->slots[i].key)) & mask) < ((i - hole) & mask))
			continue;
		m->slots[hole] = m->slots[i];
		hole = i;
	}
	m->slots[hole].value = NULL;
}

void *dxa_map_del(struct dxa_map *m, uint64_t key)
{
	struct dxa_map_slot *slot;
	void *value;

	if (!m->len)
		return NULL;
	slot = find(m, key);
	value = slot->value;
	if (!value)
		return NULL;
	m->len--;
	shift_back(m, (size_t)(slot - m->slots));
	return value;
}

void dxa_map_each(const struct dxa_map *m, void (*fn)(void *priv, uint64_t key, void *value),
		  void *priv)
{
	size_t i;

	for (i = 0; i < m->cap; i++)
		if (m->slots[i].value)
			fn(priv, m->slots[i].key, m->slots[i].value);
}

void dxa_map_free(struct dxa_map *m)
{
	free(m->slots);
	*m = (struct dxa_map){ .paged = m->paged };
}
