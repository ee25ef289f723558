// SPDX-License-Identifier: GPL-2.0-only
#include "base/vec.h"

#include <stdlib.h>
#include <string.h>

#define VEC_MIN_CAP 4

static int grow(struct dxa_vec *v)
{
	size_t cap = v->cap ? v->cap * 2 : VEC_MIN_CAP;
	void *data = reallocarray(v->data, cap, v->elem);

	if (!data)
		return -1;
	v->data = data;
	v->cap = cap;
	return 0;
}

void *dxa_vec_push(struct dxa_vec *v, const void *elem)
{
	void *slot;

	if (v->len == v->cap && grow(v))
		return NULL;
	slot = dxa_vec_at(v, v->len++);
	if (elem)
		memcpy(slot, elem, v->elem);
	else
		memset(slot, 0, v->elem);
	return slot;
}

void dxa_vec_free(struct dxa_vec *v)
{
	free(v->data);
	*v = (struct dxa_vec){ .elem = v->elem };
}
