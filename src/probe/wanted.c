// SPDX-License-Identifier: GPL-2.0-only
#include "probe/wanted.h"

#include <string.h>

#include "base/symbols.h"
#include "daxaudit/hooks.h"
#include "daxaudit/snapshot.h"

const char *const dxa_wanted_return_hooks[DXA_RETURN_HOOKS] = {
	"return_to_handler",
	"arch_rethook_trampoline",
	"__kretprobe_trampoline",
	"kretprobe_trampoline",
};

static const struct {
	const char *name, *module;
} functions[] = {
#define ROW(id, num, symbol, module, ...) { #symbol, module },
	DXA_HOOKS(ROW)
#undef ROW
		{ DXA_WANTED_CLAIM, "" },
	{ DXA_WANTED_DELAYED, "" },
};

static const char *const variables[] = {
#define ROW(id, program, variable, ...) #variable,
	DXA_WALKS(ROW)
#undef ROW
		DXA_SUPERS_VARIABLE,
	DXA_OPS_PMEM,
	DXA_OPS_DM,
	DXA_OPS_VIRTIOFS,
	DXA_OPS_DCSSBLK,
	DXA_OPS_FSDEV,
};

/* A shorter name would need its terminating zero in the prefix. */
#define ROW(id, num, symbol, ...) \
	_Static_assert(sizeof(#symbol) > DXA_SYMWALK_PREFIX, #symbol " is too short");
DXA_HOOKS(ROW)
#undef ROW

#define N_FUNCTIONS (sizeof(functions) / sizeof(functions[0]))
#define N_VARIABLES (sizeof(variables) / sizeof(variables[0]))

const char *dxa_wanted_name(size_t i)
{
	if (i < N_FUNCTIONS)
		return functions[i].name;
	i -= N_FUNCTIONS;
	if (i < N_VARIABLES)
		return variables[i];
	i -= N_VARIABLES;
	return i < DXA_RETURN_HOOKS ? dxa_wanted_return_hooks[i] : NULL;
}

const char *dxa_wanted_module(size_t i)
{
	return i < N_FUNCTIONS && functions[i].module[0] ? functions[i].module : NULL;
}

bool dxa_wanted_data(const char *name)
{
	for (size_t i = 0; i < N_VARIABLES; i++)
		if (!strcmp(name, variables[i]))
			return true;
	return dxa_symbol_is_ops(name);
}

void dxa_wanted_set(uint64_t set[DXA_SYMWALK_WORDS])
{
	const char *name;

	memset(set, 0, DXA_SYMWALK_WORDS * sizeof(*set));
	for (size_t i = 0; (name = dxa_wanted_name(i)); i++) {
		uint64_t prefix = 0;
		uint32_t bit;

		for (size_t k = 0; k < DXA_SYMWALK_PREFIX; k++)
			prefix |= (uint64_t)(unsigned char)name[k] << 8 * k;
		bit = dxa_symwalk_bit(prefix);
		set[bit / 64] |= 1ull << bit % 64;
	}
}
