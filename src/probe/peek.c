// SPDX-License-Identifier: GPL-2.0-only
#include "probe/peek.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "peek.skel.h"
#include "probe/kallsyms.h"

/* Load the program. NULL: the kernel refuses it. */
static struct bpf_object *load(const char *btf)
{
	LIBBPF_OPTS(bpf_object_open_opts, open, .btf_custom_path = btf);
	struct bpf_object *obj;
	const void *image;
	size_t size;

	image = peek_bpf__elf_bytes(&size);
	obj = bpf_object__open_mem(image, size, &open);
	if (obj && bpf_object__load(obj)) {
		bpf_object__close(obj);
		return NULL;
	}
	return obj;
}

static bool run(const struct bpf_object *obj, struct dxa_peek *p)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = p, .ctx_size_in = sizeof(*p));
	const struct bpf_program *prog = bpf_object__find_program_by_name(obj, "peek");

	return !bpf_prog_test_run_opts(bpf_program__fd(prog), &opts) && p->found;
}

bool dxa_peek(enum dxa_peek_what what, const char *symbol, const char *btf, uint64_t *value)
{
	struct dxa_peek p = { .what = what, .address = dxa_kallsyms_look_up(DXA_KALLSYMS, symbol) };
	struct bpf_object *obj;
	bool ok;

	if (!p.address)
		return false;
	obj = load(btf);
	if (!obj)
		return false;
	ok = run(obj, &p);
	bpf_object__close(obj);
	*value = p.value;
	return ok;
}

bool dxa_peek_code(const char *symbol, const char *btf, uint32_t *code, size_t n)
{
	const uint64_t address = dxa_kallsyms_look_up(DXA_KALLSYMS, symbol);
	struct bpf_object *obj = address ? load(btf) : NULL;
	bool ok = obj;

	for (size_t i = 0; ok && i < n; i++) {
		struct dxa_peek p = { .what = DXA_PEEK_U32,
				      .address = address + i * sizeof(*code) };

		ok = run(obj, &p);
		code[i] = (uint32_t)p.value;
	}
	bpf_object__close(obj);
	return ok;
}
