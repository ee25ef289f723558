// SPDX-License-Identifier: GPL-2.0-only
#include "probe/ksym.h"

#include <bpf/bpf.h>

#include "daxaudit/ksym.h"

void dxa_ksym_select(struct dxa_ksym_reader *n, const struct bpf_object *obj)
{
	n->prog = NULL;
	if (libbpf_probe_bpf_helper(BPF_PROG_TYPE_SYSCALL, BPF_FUNC_snprintf, NULL) != 1)
		return;
	n->prog = bpf_object__find_program_by_name(obj, "read_ksym");
	bpf_program__set_autoload(n->prog, true);
}

bool dxa_ksym_source(void *priv, uint64_t addr, struct dxa_symbol *ret)
{
	struct dxa_ksym q = { .address = addr };
	struct dxa_ksym_reader *n = priv;
	/* The kernel copies the context of such a program back to where it came from. */
	LIBBPF_OPTS(bpf_test_run_opts, run, .ctx_in = &q, .ctx_size_in = sizeof(q));

	if (!n->prog || bpf_prog_test_run_opts(bpf_program__fd(n->prog), &run) || !q.length ||
	    q.length > sizeof(q.text))
		return dxa_kallsyms_source(n->kallsyms, addr, ret);
	return dxa_kallsyms_parse(n->kallsyms, addr, q.text, ret);
}
