/* SPDX-License-Identifier: GPL-2.0-only */
/* Types and functions of a kernel's BTF by name, without a table of all names. */
#ifndef DAXAUDIT_PROBE_BTFSCAN_H
#define DAXAUDIT_PROBE_BTFSCAN_H

#include <linux/btf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A kind that linux/btf.h may not have yet (v6.0). */
#define DXA_BTF_KIND_ENUM64 19
#define DXA_BTF_KINDS 20

/* A BTF whose types were checked. Its data are borrowed. */
struct dxa_btf {
	const char *types, *strings;
	size_t types_size, strings_size;
	uint32_t *at; /* offset of type i in types; type 0 is void */
	uint32_t n; /* the highest number of a type */
};

/*
 * Take the raw BTF at `data` (size bytes, of this machine's byte order). Free *ret with
 * dxa_btf_clear(). False if it is not BTF, has unknown kinds of types, or
 * without memory: then there is nothing to free.
 */
bool dxa_btf_index(const void *data, size_t size, struct dxa_btf *ret);
void dxa_btf_clear(struct dxa_btf *btf);

/* Type `id`, from 1 to n. */
static inline const struct btf_type *dxa_btf_type(const struct dxa_btf *btf, uint32_t id)
{
	return (const void *)(btf->types + btf->at[id]);
}

/* The name at that offset in the strings; "" if the offset is outside of them. */
const char *dxa_btf_name(const struct dxa_btf *btf, uint32_t offset);

/* The size of a type in bytes, with its members. */
size_t dxa_btf_length(const struct btf_type *t);

/* A search for types of some kinds by name. */
struct dxa_btf_query {
	const char *const *names;
	size_t n;
	uint32_t kinds; /* 1 << BTF_KIND_...; */
	void (*fn)(void *priv, size_t i, uint32_t id); /* type id is called names[i] */
	void *priv;
};

/* Call fn for each type that is searched for, by ascending id. */
void dxa_btf_find(const struct dxa_btf *btf, const struct dxa_btf_query *q);

#endif
