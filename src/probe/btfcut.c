// SPDX-License-Identifier: GPL-2.0-only
#include "probe/btfcut.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/vec.h"

/* The new numbers: 1 is a pointer to void, every pointer. */
#define POINTER 1

struct cut {
	const struct dxa_btf *btf;
	uint32_t *number; /* of each old type: its new number, 0: none yet */
	struct dxa_vec old; /* uint32_t: the old number of each new type from 2 on */
	struct part {
		char *data;
		size_t len, cap;
	} types, strings;
	bool failed;
};

static void append(struct cut *c, struct part *to, const void *from, size_t size)
{
	size_t cap = to->cap ? to->cap : 4096;
	char *data;

	while (cap - to->len < size)
		cap *= 2;
	data = cap == to->cap ? to->data : realloc(to->data, cap);
	if (!data) {
		c->failed = true;
		return;
	}
	to->data = data;
	to->cap = cap;
	memcpy(to->data + to->len, from, size);
	to->len += size;
}

static uint32_t copy_name(struct cut *c, uint32_t offset)
{
	const char *name = dxa_btf_name(c->btf, offset);
	uint32_t to = (uint32_t)c->strings.len;

	if (!*name)
		return 0;
	append(c, &c->strings, name, strlen(name) + 1);
	return to;
}

/* The new number of an old type; a type without one is queued for copying. */
static uint32_t refer(struct cut *c, uint32_t id)
{
	unsigned int kind;

	if (!id)
		return 0;
	if (id > c->btf->n) {
		c->failed = true;
		return 0;
	}
	kind = BTF_INFO_KIND(dxa_btf_type(c->btf, id)->info);
	if (kind == BTF_KIND_PTR)
		return POINTER;
	if (!c->number[id]) {
		c->failed |= !dxa_vec_push(&c->old, &id);
		c->number[id] = POINTER + (uint32_t)c->old.len;
	}
	return c->number[id];
}

static void copy_members(struct cut *c, const struct btf_type *t)
{
	const struct btf_member *m = (const void *)(t + 1);

	for (unsigned int i = 0; i < BTF_INFO_VLEN(t->info); i++) {
		const struct btf_member to = { copy_name(c, m[i].name_off), refer(c, m[i].type),
					       m[i].offset };

		append(c, &c->types, &to, sizeof(to));
	}
}

/* The name is the first word of both kinds of enumerators. */
static void copy_enumerators(struct cut *c, const struct btf_type *t)
{
	const char *from = (const void *)(t + 1);
	unsigned int n = BTF_INFO_VLEN(t->info);
	size_t each = n ? (dxa_btf_length(t) - sizeof(*t)) / n : 0;

	for (; n--; from += each) {
		uint32_t name = copy_name(c, *(const uint32_t *)(const void *)from);

		append(c, &c->types, &name, sizeof(name));
		append(c, &c->types, from + sizeof(name), each - sizeof(name));
	}
}

static void copy_array(struct cut *c, const struct btf_type *t)
{
	const struct btf_array *a = (const void *)(t + 1);
	const struct btf_array to = { refer(c, a->type), refer(c, a->index_type), a->nelems };

	append(c, &c->types, &to, sizeof(to));
}

/* Copy a type and its members. */
static void copy_type(struct cut *c, const struct btf_type *t)
{
	unsigned int kind = BTF_INFO_KIND(t->info);
	struct btf_type to = *t;

	to.name_off = copy_name(c, t->name_off);
	switch (kind) {
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPE_TAG:
		to.type = refer(c, t->type);
		append(c, &c->types, &to, sizeof(to));
		return;
	case BTF_KIND_FUNC:
	case BTF_KIND_FUNC_PROTO:
	case BTF_KIND_VAR:
	case BTF_KIND_DATASEC:
	case BTF_KIND_DECL_TAG:
		/* No layout contains this kind, but it has a number. */
		to = (struct btf_type){ .info = (__u32)BTF_KIND_PTR << 24 };
		append(c, &c->types, &to, sizeof(to));
		return;
	}
	append(c, &c->types, &to, sizeof(to));
	if (kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION)
		copy_members(c, t);
	else if (kind == BTF_KIND_ENUM || kind == DXA_BTF_KIND_ENUM64)
		copy_enumerators(c, t);
	else if (kind == BTF_KIND_ARRAY)
		copy_array(c, t);
	else
		append(c, &c->types, t + 1, dxa_btf_length(t) - sizeof(*t));
}

static void choose(void *priv, size_t i, uint32_t id)
{
	(void)i;
	refer(priv, id);
}

static bool join(const struct cut *c, void **ret, size_t *size)
{
	const struct btf_header head = { .magic = BTF_MAGIC,
					 .version = BTF_VERSION,
					 .hdr_len = sizeof(head),
					 .type_len = (__u32)c->types.len,
					 .str_off = (__u32)c->types.len,
					 .str_len = (__u32)c->strings.len };
	char *all;

	*size = sizeof(head) + c->types.len + c->strings.len;
	all = c->failed ? NULL : malloc(*size);
	if (!all)
		return false;
	memcpy(all, &head, sizeof(head));
	memcpy(all + sizeof(head), c->types.data, c->types.len);
	memcpy(all + sizeof(head) + c->types.len, c->strings.data, c->strings.len);
	*ret = all;
	return true;
}

bool dxa_btfcut(const struct dxa_btf *btf, const char *const *names, size_t n, void **ret,
		size_t *size)
{
	const struct btf_type pointer = { .info = (__u32)BTF_KIND_PTR << 24 };
	_cleanup_free_ uint32_t *number = calloc(btf->n + 1, sizeof(*number));
	struct cut c = {
		.btf = btf, .number = number, .old = DXA_VEC_OF(uint32_t), .failed = !number
	};
	const uint32_t named = 1u << BTF_KIND_STRUCT | 1u << BTF_KIND_UNION | 1u << BTF_KIND_ENUM |
			       1u << BTF_KIND_TYPEDEF | 1u << DXA_BTF_KIND_ENUM64 |
			       1u << BTF_KIND_INT;
	bool done;

	append(&c, &c.strings, "", 1);
	append(&c, &c.types, &pointer, sizeof(pointer));
	if (!c.failed)
		dxa_btf_find(btf, &(struct dxa_btf_query){ names, n, named, choose, &c });
	for (size_t i = 0; i < c.old.len && !c.failed; i++)
		copy_type(&c, dxa_btf_type(btf, *(uint32_t *)dxa_vec_at(&c.old, i)));
	done = join(&c, ret, size);
	dxa_vec_free(&c.old);
	free(c.types.data);
	free(c.strings.data);
	return done;
}
