/* SPDX-License-Identifier: GPL-2.0-only */
/* The symbol of an address, as the kernel prints it; user space runs the program. */
#ifndef DAXAUDIT_KSYM_BPF_H
#define DAXAUDIT_KSYM_BPF_H

#include "daxaudit/ksym.h"

/* bpf_snprintf: commit 7b15523a989b ("bpf: Add a bpf_snprintf helper") (in v5.13). */
SEC("?syscall")
int read_ksym(struct dxa_ksym *n)
{
	struct dxa_ksym out = { .address = n->address };
	long length = 0;

	if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_snprintf))
		length = BPF_SNPRINTF(out.text, sizeof(out.text), "%pS", out.address);
	n->length = length > 0 ? length : 0;
#pragma unroll
	for (int i = 0; i < DXA_KSYM_WORDS; i++)
		n->words[i] = out.words[i];
	return 0;
}

#endif
