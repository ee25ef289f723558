// SPDX-License-Identifier: GPL-2.0-only
#include "probe/snapshot.h"

#include <bpf/bpf.h>

#include "daxaudit/snapshot.h"

#define SUPERBLOCK "dax_superblock"
/* The list changes only when devices come and go: a second try nearly always finds it at rest. */
#define TRIES 5

const char *dxa_snapshot_select(struct bpf_program *prog, const struct dxa_kallsyms *syms)
{
	if (!dxa_kallsyms_data(syms, SUPERBLOCK))
		return "the kernel does not tell where " SUPERBLOCK " is (CONFIG_KALLSYMS_ALL)";
	if (libbpf_probe_bpf_helper(BPF_PROG_TYPE_SYSCALL, BPF_FUNC_loop, NULL) != 1)
		return "the kernel has no bpf_loop (it came in v5.17)";
	bpf_program__set_autoload(prog, true);
	return NULL;
}

const char *dxa_snapshot_run(struct bpf_program *prog, const struct dxa_kallsyms *syms)
{
	struct dxa_snapshot s;
	/* The kernel copies the context of such a program back to where it came from. */
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = &s, .ctx_size_in = sizeof(s));

	for (int i = 0; i < TRIES; i++) {
		s = (struct dxa_snapshot){ .dax_superblock = dxa_kallsyms_data(syms, SUPERBLOCK) };
		if (bpf_prog_test_run_opts(bpf_program__fd(prog), &opts))
			return "the kernel refused to run the snapshot program";
		if (s.dropped)
			return "more devices than the ring buffer holds: raise --ring-size";
		if (s.state == DXA_SNAPSHOT_COMPLETE)
			return NULL;
	}
	return "devices came and went all the time";
}
