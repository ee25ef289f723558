// SPDX-License-Identifier: GPL-2.0-only
#include "probe/btfscan.h"

#include <fcntl.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

/* A kind that linux/btf.h may not have yet (v6.0). */
#define KIND_ENUM64 19
#define KINDS 20

/* The bytes after a type: a fixed number, and a number for each member. */
struct extra {
	bool known;
	unsigned char fixed, each;
};

/* Documentation/bpf/btf.rst, "Type Encoding". */
static const struct extra extras[KINDS] = {
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
	[KIND_ENUM64] = { true, 0, 12 },
};

struct parts {
	const char *types, *strings;
	size_t types_size, strings_size;
};

static bool split(const void *data, size_t size, struct parts *ret)
{
	const struct btf_header *h = data;

	if (size < sizeof(*h) || h->magic != BTF_MAGIC || h->hdr_len < sizeof(*h) ||
	    h->hdr_len > size || h->hdr_len % sizeof(__u32))
		return false;
	size -= h->hdr_len;
	if (h->type_off > size || h->type_len > size - h->type_off || h->str_off > size ||
	    h->str_len > size - h->str_off || h->type_off % sizeof(__u32))
		return false;
	*ret = (struct parts){ (const char *)data + h->hdr_len + h->type_off,
			       (const char *)data + h->hdr_len + h->str_off, h->type_len,
			       h->str_len };
	/* The last string must be terminated. */
	return h->str_len && !ret->strings[h->str_len - 1];
}

static void match(const char *name, uint32_t id, struct dxa_btf_function *functions, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (*functions[i].name == *name && !functions[i].id &&
		    !strcmp(functions[i].name, name))
			functions[i].id = id;
}

bool dxa_btfscan(const void *data, size_t size, struct dxa_btf_function *functions, size_t n)
{
	struct parts p;
	uint32_t id = 0;

	for (size_t i = 0; i < n; i++)
		functions[i].id = 0;
	if (!split(data, size, &p))
		return false;
	for (size_t at = 0; at < p.types_size;) {
		const struct btf_type *t = (const void *)(p.types + at);
		size_t left = p.types_size - at, length = sizeof(*t);
		unsigned int kind;

		if (left < length)
			return false;
		kind = BTF_INFO_KIND(t->info);
		if (kind >= KINDS || !extras[kind].known || t->name_off >= p.strings_size)
			return false;
		length += extras[kind].fixed + (size_t)extras[kind].each * BTF_INFO_VLEN(t->info);
		if (left < length)
			return false;
		id++;
		if (kind == BTF_KIND_FUNC)
			match(p.strings + t->name_off, id, functions, n);
		at += length;
	}
	return true;
}

bool dxa_btfscan_file(const char *path, struct dxa_btf_function *functions, size_t n)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	_cleanup_free_ char *data = NULL;
	struct stat st;
	size_t have = 0;

	if (fd < 0 || fstat(fd, &st) || st.st_size <= 0)
		return false;
	data = malloc((size_t)st.st_size);
	while (data && have < (size_t)st.st_size) {
		ssize_t got = read(fd, data + have, (size_t)st.st_size - have);

		if (got <= 0)
			return false;
		have += (size_t)got;
	}
	return data && dxa_btfscan(data, have, functions, n);
}
