// SPDX-License-Identifier: GPL-2.0-only
#include "base/vec.h"

#include <stdlib.h>

#define VEC_MIN_CAP 4

int dxa_vec_grow(struct dxa_vec *v)
{
	size_t cap = v->cap ? v->cap * 2 : VEC_MIN_CAP;
	void *data = reallocarray(v->data, cap, v->elem);

	if (!data)
		return -1;
	v->data = data;
	v->cap = cap;
	return 0;
}

void dxa_vec_free(struct dxa_vec *v)
{
	free(v->data);
	*v = (struct dxa_vec){ .elem = v->elem };
}
