// SPDX-License-Identifier: GPL-2.0-only
#include "probe/kprobesafe.h"

#include <string.h>
#include <sys/utsname.h>

#include "probe/peek.h"

/* Power ISA: "ld r13, offset(r1)", of which the lowest two bits tell it from ldu and lwa. */
#define LD_R13_R1 0xe9a10000u
#define LD_R13_MASK 0xffff0003u
#define BLR 0x4e800020u
#define BCTR 0x4e800420u

bool dxa_restores_r13(const uint32_t *code, size_t n)
{
	for (size_t i = 0; i < n && code[i] != BLR && code[i] != BCTR; i++)
		if ((code[i] & LD_R13_MASK) == LD_R13_R1)
			return true;
	return false;
}

static bool may_restore_r13(const char *function, const char *btf)
{
	uint32_t code[DXA_CODE_WORDS];

	return !dxa_peek_code(function, btf, code, DXA_CODE_WORDS) ||
	       dxa_restores_r13(code, DXA_CODE_WORDS);
}

const char *dxa_kprobes_unsafe_on(const char *machine, const char *version, const char *btf)
{
	if (strncmp(machine, "ppc64", strlen("ppc64")) != 0 || !strstr(version, "PREEMPT"))
		return NULL;
	if (!may_restore_r13("ftrace_regs_caller", btf) &&
	    !may_restore_r13("optprobe_template_entry", btf))
		return NULL;
	return "kprobes corrupt this kernel: they restore r13 after the task has changed its CPU";
}

const char *dxa_kprobes_unsafe(const char *btf)
{
	struct utsname uts;

	return uname(&uts) ? NULL : dxa_kprobes_unsafe_on(uts.machine, uts.version, btf);
}
