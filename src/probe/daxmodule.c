// SPDX-License-Identifier: GPL-2.0-only
#include "probe/daxmodule.h"

#include <bpf/btf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "probe/modulefile.h"

static void free_btf(struct btf **btf)
{
	btf__free(*btf);
}

#define _cleanup_btf_ dxa_cleanup(free_btf)

bool dxa_dax_module_find(char *path, size_t size)
{
	return dxa_module_find("dax", path, size);
}

/* The parts of a BTF file. */
struct parts {
	const struct btf_header *header;
	const char *types, *strings;
};

static bool take_apart(const struct btf *btf, struct parts *ret)
{
	__u32 size;

	ret->header = btf__raw_data(btf, &size);
	if (!ret->header)
		return false;
	ret->types = (const char *)ret->header + ret->header->hdr_len + ret->header->type_off;
	ret->strings = (const char *)ret->header + ret->header->hdr_len + ret->header->str_off;
	return true;
}

static bool write_part(FILE *to, const void *from, size_t size)
{
	return fwrite(from, 1, size, to) == size;
}

/*
 * A module's BTF continues the kernel's: its types and string offsets are numbered after
 * those (Documentation/bpf/btf.rst, "split BTF"). So appending types to types and
 * strings to strings makes one BTF.
 */
static bool write_joined(FILE *to, const struct btf *kernel, const struct btf *module)
{
	struct parts k, m;
	struct btf_header header;

	if (!take_apart(kernel, &k) || !take_apart(module, &m))
		return false;
	header = *k.header;
	header.hdr_len = sizeof(header);
	header.type_off = 0;
	header.type_len = k.header->type_len + m.header->type_len;
	header.str_off = header.type_len;
	header.str_len = k.header->str_len + m.header->str_len;
	return write_part(to, &header, sizeof(header)) &&
	       write_part(to, k.types, k.header->type_len) &&
	       write_part(to, m.types, m.header->type_len) &&
	       write_part(to, k.strings, k.header->str_len) &&
	       write_part(to, m.strings, m.header->str_len) && !fflush(to);
}

static struct dxa_err *no_types(const char *btf, const char *path, int code)
{
	if (btf)
		return dxa_err_new(DXA_ERR_REFUSED, code,
				   "the DAX core is module dax, and neither %s nor %s has its "
				   "types: %s; make the BTF file of vmlinux and dax.ko together",
				   btf, path, strerror(code));
	return dxa_err_new(DXA_ERR_REFUSED, code,
			   "the DAX core is module dax, which is not loaded, and its types "
			   "cannot be read from %s: %s; run 'modprobe dax' first",
			   path, strerror(code));
}

struct dxa_err *dxa_dax_module_btf(const char *btf, int *fd)
{
	_cleanup_btf_ struct btf *kernel = btf ? btf__parse(btf, NULL) : btf__load_vmlinux_btf();
	_cleanup_btf_ struct btf *module = NULL;
	char path[512];

	if (!kernel)
		return dxa_err_new(DXA_ERR_REFUSED, errno, "cannot read the kernel's BTF: %s",
				   strerror(errno));
	if (btf && btf__find_by_name_kind(kernel, "dax_device", BTF_KIND_STRUCT) > 0) {
		*fd = open(btf, O_RDONLY | O_CLOEXEC);
		return *fd < 0 ?
			       dxa_err_new(DXA_ERR_SYSTEM, errno, "%s: %s", btf, strerror(errno)) :
			       NULL;
	}
	if (!dxa_dax_module_find(path, sizeof(path)))
		return no_types(btf, "/lib/modules", ENOENT);
	module = btf__parse_split(path, kernel);
	if (!module)
		return no_types(btf, path, errno < 4096 ? errno : EINVAL);
	*fd = memfd_create("daxaudit-btf", MFD_CLOEXEC);
	_cleanup_fclose_ FILE *to = *fd < 0 ? NULL : fdopen(dup(*fd), "w");
	if (to && write_joined(to, kernel, module))
		return NULL;
	return dxa_err_new(DXA_ERR_SYSTEM, errno, "cannot write a BTF in memory: %s",
			   strerror(errno));
}
