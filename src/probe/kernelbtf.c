// SPDX-License-Identifier: GPL-2.0-only
#include "probe/kernelbtf.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "probe/btfcut.h"
#include "probe/preflight.h"
#include "probe/shared.h"
#include "probe/symfind.h"
#include "probe/symwalk.h"
#include "probe/wanted.h"

struct dxa_kernelbtf {
	int fd; /* of the types; -1: none */
	char path[32];
	struct dxa_vec functions; /* struct function */
};

struct function {
	const char *name;
	uint32_t id;
};

/* Functions whose existence shows what the kernel can do. */
static const char *const features[] = { DXA_SYMWALK_TARGET, DXA_SYMFIND_FAST, DXA_SHARED_FPROBE,
					DXA_SHARED_COUNTS };

static void *read_file(const char *path, size_t *size)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	_cleanup_free_ char *data = NULL;
	struct stat st;
	size_t have = 0;

	if (fd < 0 || fstat(fd, &st) || st.st_size <= 0)
		return NULL;
	data = malloc((size_t)st.st_size);
	while (data && have < (size_t)st.st_size) {
		ssize_t got = read(fd, data + have, (size_t)st.st_size - have);

		if (got <= 0)
			return NULL;
		have += (size_t)got;
	}
	*size = have;
	return dxa_take(data);
}

/* libbpf derives the size of a pointer from one of these, the names in gcc and clang. */
static const char *const words[] = { "long unsigned int", "unsigned long" };

static void note(struct dxa_vec *names, const char *name, size_t length)
{
	char *copy = strndup(name, length);

	if (!copy || !dxa_vec_push(names, &copy))
		free(copy);
}

void dxa_kernelbtf_note(struct dxa_vec *names, const struct bpf_object *obj)
{
	const struct btf *btf = bpf_object__btf(obj);

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		note(names, words[i], strlen(words[i]));
	for (__u32 id = 1; btf && id < btf__type_cnt(btf); id++) {
		const struct btf_type *t = btf__type_by_id(btf, id);
		const char *name = btf__name_by_offset(btf, t->name_off);
		/* struct module___old is struct module, too. */
		const char *flavour = name ? strstr(name, "___") : NULL;

		if (!name || !*name || btf_is_func(t) || btf_is_int(t) || btf_is_var(t))
			continue;
		note(names, name, flavour ? (size_t)(flavour - name) : strlen(name));
	}
}

static int write_types(const void *data, size_t size)
{
	int fd = memfd_create("daxaudit-btf", MFD_CLOEXEC);

	if (fd >= 0 && write(fd, data, size) == (ssize_t)size)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static void make_types(struct dxa_kernelbtf *k, const struct dxa_btf *btf, const char *const *types,
		       size_t n)
{
	_cleanup_free_ void *data = NULL;
	size_t size;

	if (dxa_btfcut(btf, types, n, &data, &size))
		k->fd = write_types(data, size);
	snprintf(k->path, sizeof(k->path), "/proc/self/fd/%d", k->fd);
}

static void found_function(void *priv, size_t i, uint32_t id)
{
	struct dxa_kernelbtf *k = priv;
	struct function *f = dxa_vec_at(&k->functions, i);

	/* If two have the same name, take the first. */
	if (!f->id)
		f->id = id;
}

static bool add_function(struct dxa_kernelbtf *k, struct dxa_vec *names, const char *name)
{
	struct function f = { .name = name };

	return dxa_vec_push(&k->functions, &f) && dxa_vec_push(names, &name);
}

static bool find_functions(struct dxa_kernelbtf *k, const struct dxa_btf *btf)
{
	struct dxa_vec names = DXA_VEC_OF(const char *);
	const char *name;
	bool ok = true;

	for (size_t i = 0; ok && i < sizeof(features) / sizeof(features[0]); i++)
		ok = add_function(k, &names, features[i]);
	for (size_t i = 0; ok && (name = dxa_wanted_name(i)); i++)
		ok = add_function(k, &names, name);
	if (ok)
		dxa_btf_find(btf,
			     &(struct dxa_btf_query){ names.data, names.len, 1u << BTF_KIND_FUNC,
						      found_function, k });
	dxa_vec_free(&names);
	return ok;
}

struct dxa_kernelbtf *dxa_kernelbtf_read(const char *const *types, size_t n)
{
	size_t size;
	_cleanup_free_ void *data = read_file(DXA_VMLINUX_BTF, &size);
	struct dxa_kernelbtf *k = data ? calloc(1, sizeof(*k)) : NULL;
	struct dxa_btf btf;

	if (!k)
		return NULL;
	k->fd = -1;
	k->functions = DXA_VEC_OF(struct function);
	if (!dxa_btf_index(data, size, &btf)) {
		dxa_kernelbtf_free(k);
		return NULL;
	}
	if (find_functions(k, &btf)) {
		make_types(k, &btf, types, n);
	} else {
		dxa_kernelbtf_free(k);
		k = NULL;
	}
	dxa_btf_clear(&btf);
	return k;
}

const char *dxa_kernelbtf_types(const struct dxa_kernelbtf *k)
{
	return k && k->fd >= 0 ? k->path : NULL;
}

uint32_t dxa_kernelbtf_function(const struct dxa_kernelbtf *k, const char *name)
{
	for (size_t i = 0; k && i < k->functions.len; i++) {
		const struct function *f = dxa_vec_at(&k->functions, i);

		if (!strcmp(f->name, name))
			return f->id;
	}
	return 0;
}

void dxa_kernelbtf_free(struct dxa_kernelbtf *k)
{
	if (!k)
		return;
	if (k->fd >= 0)
		close(k->fd);
	dxa_vec_free(&k->functions);
	free(k);
}
