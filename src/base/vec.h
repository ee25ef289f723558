/* SPDX-License-Identifier: GPL-2.0-only */
/* A growable array of elements of one size. */
#ifndef DAXAUDIT_BASE_VEC_H
#define DAXAUDIT_BASE_VEC_H

#include <stddef.h>
#include <string.h>

/* Zero-initialised, except for elem, it is empty and owns nothing. */
struct dxa_vec {
	void *data;
	size_t len; /* number of elements, like cap */
	size_t cap;
	size_t elem; /* size of one element in bytes, set by the user */
};

#define DXA_VEC_OF(type) ((struct dxa_vec){ .elem = sizeof(type) })

/* The element at index i, which must be below len. */
static inline void *dxa_vec_at(const struct dxa_vec *v, size_t i)
{
	return (char *)v->data + i * v->elem;
}

/* Make room for one more element. Nonzero without memory: then nothing changed. */
int dxa_vec_grow(struct dxa_vec *v);

/* Append an element whose content the caller sets. Returns as dxa_vec_push(). */
static inline void *dxa_vec_add(struct dxa_vec *v)
{
	if (v->len == v->cap && dxa_vec_grow(v))
		return NULL;
	return dxa_vec_at(v, v->len++);
}

/*
 * Append a copy of *elem (NULL: zeroes). Returns the new element, valid until
 * the next push, or NULL without memory: then nothing changed.
 */
static inline void *dxa_vec_push(struct dxa_vec *v, const void *elem)
{
	void *slot = dxa_vec_add(v);

	if (!slot)
		return NULL;
	if (elem)
		memcpy(slot, elem, v->elem);
	else
		memset(slot, 0, v->elem);
	return slot;
}

/* The last element, or NULL when there is none. */
static inline void *dxa_vec_last(const struct dxa_vec *v)
{
	return v->len ? dxa_vec_at(v, v->len - 1) : NULL;
}

/* Free the elements; the vector is then empty and can be used again. */
void dxa_vec_free(struct dxa_vec *v);

#endif
