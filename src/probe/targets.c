// SPDX-License-Identifier: GPL-2.0-only
#include "probe/targets.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>

#include "probe/symwalk.h"

/* The callback of libbpf has no argument for it. */
static const struct dxa_kernelbtf *targets;

/*
 * Until here libbpf was told that this is a kprobe program: for a tracing program it would read
 * the kernel's BTF.
 */
static int set_target(struct bpf_program *prog, struct bpf_prog_load_opts *opts, long cookie)
{
	const char *section = bpf_program__section_name(prog), *symbol = strchr(section, '/');

	(void)cookie;
	if (!strcmp(section, DXA_SYMWALK_SECTION))
		symbol = "/" DXA_SYMWALK_TARGET;
	opts->attach_btf_id = symbol ? dxa_kernelbtf_function(targets, symbol + 1) : 0;
	return opts->attach_btf_id ? bpf_program__set_type(prog, BPF_PROG_TYPE_TRACING) : -ESRCH;
}

static void take_over(const char *section, enum bpf_attach_type type)
{
	LIBBPF_OPTS(libbpf_prog_handler_opts, opts, .prog_prepare_load_fn = set_target);

	libbpf_register_prog_handler(section, BPF_PROG_TYPE_KPROBE, type, &opts);
}

void dxa_targets_use(const struct dxa_kernelbtf *btf)
{
	static bool done;

	targets = btf;
	if (done)
		return;
	done = true;
	take_over("fentry+", BPF_TRACE_FENTRY);
	take_over("fexit+", BPF_TRACE_FEXIT);
	take_over(DXA_SYMWALK_SECTION, BPF_TRACE_ITER);
}
