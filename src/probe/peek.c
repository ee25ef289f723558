// SPDX-License-Identifier: GPL-2.0-only
#include "probe/peek.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "peek.skel.h"
#include "probe/kallsyms.h"

bool dxa_peek(enum dxa_peek_what what, const char *symbol, const char *btf, uint64_t *value)
{
	LIBBPF_OPTS(bpf_object_open_opts, open, .btf_custom_path = btf);
	struct dxa_peek p = { .what = what, .address = dxa_kallsyms_look_up(DXA_KALLSYMS, symbol) };
	LIBBPF_OPTS(bpf_test_run_opts, run, .ctx_in = &p, .ctx_size_in = sizeof(p));
	struct bpf_object *obj;
	const void *image;
	size_t size;
	bool ok;

	if (!p.address)
		return false;
	image = peek_bpf__elf_bytes(&size);
	obj = bpf_object__open_mem(image, size, &open);
	if (!obj)
		return false;
	ok = !bpf_object__load(obj) &&
	     !bpf_prog_test_run_opts(bpf_program__fd(bpf_object__find_program_by_name(obj, "peek")),
				     &run) &&
	     p.found;
	bpf_object__close(obj);
	*value = p.value;
	return ok;
}
