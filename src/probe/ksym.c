// SPDX-License-Identifier: GPL-2.0-only
#include "probe/ksym.h"

#include <bpf/bpf.h>
#include <string.h>

#include "daxaudit/ksym.h"

void dxa_ksym_select(struct dxa_ksym_reader *n, const struct bpf_object *obj)
{
	n->prog = NULL;
	if (libbpf_probe_bpf_helper(BPF_PROG_TYPE_SYSCALL, BPF_FUNC_snprintf, NULL) != 1)
		return;
	n->prog = bpf_object__find_program_by_name(obj, "read_ksym");
	bpf_program__set_autoload(n->prog, true);
}

static uint64_t *slot_of(struct dxa_ksym_reader *n, uint64_t address)
{
	return &n->known[(address ^ address >> 6) % DXA_KSYM_KNOWN];
}

__attribute__((noinline)) static void find(struct dxa_ksym_reader *n, struct dxa_symbols *symbols,
					   uint64_t address)
{
	struct dxa_symbol sym;

	if (dxa_symbols_find(symbols, address, &sym))
		*slot_of(n, address) = address;
}

/* Most records are of a few calls: their addresses need no look-up in a hash table. */
static void look_up(struct dxa_ksym_reader *n, struct dxa_symbols *symbols, uint64_t address)
{
	if (*slot_of(n, address) != address)
		find(n, symbols, address);
}

void dxa_ksym_look_up(struct dxa_ksym_reader *n, struct dxa_symbols *symbols,
		      const struct dxa_event *ev)
{
	n->at = ev->ts;
	if (ev->ops)
		look_up(n, symbols, ev->ops);
	/* Most records have the caller only. */
	for (int i = 0; i < DXA_STACK_MAX && ev->stack[i]; i++)
		look_up(n, symbols, ev->stack[i]);
}

void dxa_ksym_forget(struct dxa_ksym_reader *n)
{
	memset(n->known, 0, sizeof(n->known));
}

/* Was a module freed after the record, and one loaded after that? */
static bool may_be_reused(const struct dxa_ksym_reader *n)
{
	uint64_t freed = n->freed_at ? *n->freed_at : 0;

	return freed > n->at && *n->loaded_at > freed;
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
	/* The kernel proper stays where it is; "[" precedes the name of a module. */
	if (strchr(q.text, '[') && may_be_reused(n))
		q.text[0] = '\0';
	return dxa_kallsyms_parse(n->kallsyms, addr, q.text, ret);
}
