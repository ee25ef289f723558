// SPDX-License-Identifier: GPL-2.0-only
#include "cli/sweep_plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A call stack, and the number of its calls so far. */
struct stack {
	uint64_t key;
	uint32_t calls;
};

static struct stack *find(struct dxa_vec *stacks, uint64_t key)
{
	struct stack fresh = { .key = key };

	for (size_t i = 0; i < stacks->len; i++) {
		struct stack *s = dxa_vec_at(stacks, i);

		if (s->key == key)
			return s;
	}
	return dxa_vec_push(stacks, &fresh);
}

static bool add_mode(const struct dxa_fault_call *calls, size_t n, uint32_t per_stack, bool from,
		     struct dxa_vec *plan, size_t *n_stacks)
{
	struct dxa_vec stacks = DXA_VEC_OF(struct stack);
	bool ok = true;

	for (size_t i = 0; i < n && ok; i++) {
		struct stack *s = find(&stacks, calls[i].key);
		struct dxa_sweep_target t = { .key = calls[i].key,
					      .call = (uint32_t)i,
					      .from = from };

		ok = s != NULL;
		if (!ok)
			break;
		t.before = s->calls++;
		if (!per_stack || t.before < per_stack)
			ok = dxa_vec_push(plan, &t) != NULL;
	}
	*n_stacks = stacks.len;
	dxa_vec_free(&stacks);
	return ok;
}

bool dxa_sweep_plan(const struct dxa_fault_call *calls, size_t n,
		    const struct dxa_sweep_bounds *bounds, struct dxa_vec *plan, size_t *stacks)
{
	*stacks = 0;
	return (!bounds->once || add_mode(calls, n, bounds->per_stack, false, plan, stacks)) &&
	       (!bounds->from || add_mode(calls, n, bounds->per_stack, true, plan, stacks));
}

/* ---- callers ---- */

bool dxa_sweep_is_allocator(const char *name)
{
	static const char *const begins[] = {
		"should_fail",	 "kmem_cache_",	  "__kmem_cache",   "kmalloc",	      "__kmalloc",
		"__do_kmalloc",	 "slab_",	  "___slab",	    "__slab",	      "new_slab",
		"allocate_slab", "kvmalloc",	  "__kvmalloc",	    "krealloc",	      "__krealloc",
		"alloc_pages",	 "__alloc_pages", "__alloc_frozen", "get_free_pages", "__get_free",
		"prepare_alloc", "alloc_slab",	  "__folio_alloc",
	};

	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
		if (!strncmp(name, begins[i], strlen(begins[i])))
			return true;
	return false;
}

static bool is_tracing(const char *name)
{
	return !strncmp(name, "bpf_trampoline", 14) || !strncmp(name, "bpf_prog_", 9) ||
	       strstr(name, "rethook_trampoline") || strstr(name, "kretprobe_trampoline") ||
	       !strncmp(name, "ftrace_", 7);
}

char *dxa_sweep_chain(const struct dxa_fault_call *call, struct dxa_symbols *symbols,
		      bool (*ends)(const char *function))
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	bool begun = false, ended = false;
	char before[DXA_NAME_LEN] = "";

	if (!out)
		return NULL;
	/* A function with a trampoline is twice in the stack. */
	for (uint32_t i = 0; i < call->frames && i < DXA_FAULT_FRAMES && !ended; i++) {
		struct dxa_symbol sym;

		if (!dxa_symbols_find(symbols, call->stack[i], &sym) || is_tracing(sym.name) ||
		    (!begun && dxa_sweep_is_allocator(sym.name)) || !strcmp(sym.name, before))
			continue;
		snprintf(before, sizeof(before), "%s", sym.name);
		fprintf(out, "%s%s", begun ? " < " : "", sym.name);
		begun = true;
		ended = ends(sym.name);
	}
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}
