// SPDX-License-Identifier: GPL-2.0-only
#include "probe/btfscan.h"

#include <stdlib.h>
#include <string.h>

/* Behind a type: so many bytes, and so many for each of its members. */
struct extra {
	bool known;
	unsigned char fixed, each;
};

/* Documentation/bpf/btf.rst, "Type Encoding". */
static const struct extra extras[DXA_BTF_KINDS] = {
	[BTF_KIND_INT] = { true, 4, 0 },
	[BTF_KIND_PTR] = { true, 0, 0 },
	[BTF_KIND_ARRAY] = { true, sizeof(struct btf_array), 0 },
	[BTF_KIND_STRUCT] = { true, 0, sizeof(struct btf_member) },
	[BTF_KIND_UNION] = { true, 0, sizeof(struct btf_member) },
	[BTF_KIND_ENUM] = { true, 0, sizeof(struct btf_enum) },
	[BTF_KIND_FWD] = { true, 0, 0 },
	[BTF_KIND_TYPEDEF] = { true, 0, 0 },
	[BTF_KIND_VOLATILE] = { true, 0, 0 },
	[BTF_KIND_CONST] = { true, 0, 0 },
	[BTF_KIND_RESTRICT] = { true, 0, 0 },
	[BTF_KIND_FUNC] = { true, 0, 0 },
	[BTF_KIND_FUNC_PROTO] = { true, 0, sizeof(struct btf_param) },
	[BTF_KIND_VAR] = { true, sizeof(struct btf_var), 0 },
	[BTF_KIND_DATASEC] = { true, 0, sizeof(struct btf_var_secinfo) },
	[BTF_KIND_FLOAT] = { true, 0, 0 },
	[BTF_KIND_DECL_TAG] = { true, 4, 0 },
	[BTF_KIND_TYPE_TAG] = { true, 0, 0 },
	[DXA_BTF_KIND_ENUM64] = { true, 0, 12 },
};

static bool split(const void *data, size_t size, struct dxa_btf *ret)
{
	const struct btf_header *h = data;

	if (size < sizeof(*h) || h->magic != BTF_MAGIC || h->hdr_len < sizeof(*h) ||
	    h->hdr_len > size || h->hdr_len % sizeof(__u32))
		return false;
	size -= h->hdr_len;
	if (h->type_off > size || h->type_len > size - h->type_off || h->str_off > size ||
	    h->str_len > size - h->str_off || h->type_off % sizeof(__u32))
		return false;
	*ret = (struct dxa_btf){ (const char *)data + h->hdr_len + h->type_off,
				 (const char *)data + h->hdr_len + h->str_off, h->type_len,
				 h->str_len };
	/* Every name ends within the strings. */
	return h->str_len && !ret->strings[h->str_len - 1];
}

size_t dxa_btf_length(const struct btf_type *t)
{
	const struct extra *extra = &extras[BTF_INFO_KIND(t->info)];

	return sizeof(*t) + extra->fixed + (size_t)extra->each * BTF_INFO_VLEN(t->info);
}

/* Note where each type is. False when they are not whole. */
static bool note_types(struct dxa_btf *btf)
{
	for (size_t at = 0; at < btf->types_size;) {
		const struct btf_type *t = (const void *)(btf->types + at);
		size_t left = btf->types_size - at;
		unsigned int kind;

		if (left < sizeof(*t))
			return false;
		kind = BTF_INFO_KIND(t->info);
		if (kind >= DXA_BTF_KINDS || !extras[kind].known ||
		    t->name_off >= btf->strings_size || left < dxa_btf_length(t))
			return false;
		btf->at[++btf->n] = (uint32_t)at;
		at += dxa_btf_length(t);
	}
	return true;
}

bool dxa_btf_index(const void *data, size_t size, struct dxa_btf *ret)
{
	if (!split(data, size, ret))
		return false;
	ret->at = malloc((ret->types_size / sizeof(struct btf_type) + 1) * sizeof(*ret->at));
	if (ret->at && note_types(ret))
		return true;
	dxa_btf_clear(ret);
	return false;
}

void dxa_btf_clear(struct dxa_btf *btf)
{
	free(btf->at);
	*btf = (struct dxa_btf){ 0 };
}

const char *dxa_btf_name(const struct dxa_btf *btf, uint32_t offset)
{
	return offset < btf->strings_size ? btf->strings + offset : "";
}

/* A bit for each beginning of a name: most of a hundred thousand types are none of ours. */
#define BEGINNINGS 4096

struct beginnings {
	uint64_t bits[BEGINNINGS / 64];
};

static unsigned int beginning_of(const char *name)
{
	const unsigned char *c = (const void *)name;

	if (!c[0] || !c[1])
		return c[0];
	return (c[0] ^ c[1] << 3 ^ c[2] << 6) % BEGINNINGS;
}

void dxa_btf_find(const struct dxa_btf *btf, const struct dxa_btf_query *q)
{
	struct beginnings b = { 0 };

	for (size_t i = 0; i < q->n; i++)
		b.bits[beginning_of(q->names[i]) / 64] |= 1ull << beginning_of(q->names[i]) % 64;
	for (uint32_t id = 1; id <= btf->n; id++) {
		const struct btf_type *t = dxa_btf_type(btf, id);
		const char *name = btf->strings + t->name_off;
		unsigned int bit;

		if (!t->name_off || !(q->kinds >> BTF_INFO_KIND(t->info) & 1))
			continue;
		bit = beginning_of(name);
		if (!(b.bits[bit / 64] >> bit % 64 & 1))
			continue;
		for (size_t i = 0; i < q->n; i++)
			if (!strcmp(name, q->names[i]))
				q->fn(q->priv, i, id);
	}
}
