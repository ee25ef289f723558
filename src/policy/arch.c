// SPDX-License-Identifier: GPL-2.0-only
#include "policy/arch.h"

#include <string.h>

#define MACHINES(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define NEVER DXA_ALIASING_NO
#define ALWAYS DXA_ALIASING_YES
#define RUN_TIME DXA_ALIASING_UNKNOWN

/* include/linux/cacheinfo.h: without ARCH_HAS_CPU_CACHE_ALIASING, cpu_dcache_is_aliasing() is
 * false. */
#define CONSTANT_NO "constant: ARCH_HAS_CPU_CACHE_ALIASING is not selected"
#define CONSTANT_YES "constant: arch/*/include/asm/cachetype.h"

/*
 * cpu_dcache_is_aliasing() of each architecture, read in 6.12.107 and 7.2.13
 * (commit 8690bbcf3b70, v6.9, introduced it). EOPNOTSUPP from each
 * architecture's uapi/asm/errno.h.
 */
static const struct dxa_arch archs[] = {
	{ "x86", MACHINES("x86_64", "i386", "i486", "i586", "i686"), NEVER, CONSTANT_NO, 95 },
	{ "arm64", MACHINES("aarch64"), NEVER, CONSTANT_NO, 95 },
	{ "riscv", MACHINES("riscv"), NEVER, CONSTANT_NO, 95 },
	{ "s390", MACHINES("s390"), NEVER, CONSTANT_NO, 95 },
	{ "powerpc", MACHINES("ppc"), NEVER, CONSTANT_NO, 95 },
	{ "loongarch", MACHINES("loongarch"), NEVER, CONSTANT_NO, 95 },
	{ "openrisc", MACHINES("openrisc"), NEVER, CONSTANT_NO, 95 },
	{ "microblaze", MACHINES("microblaze"), NEVER, CONSTANT_NO, 95 },
	{ "hexagon", MACHINES("hexagon"), NEVER, CONSTANT_NO, 95 },
	{ "alpha", MACHINES("alpha"), NEVER, CONSTANT_NO, 45 },
	{ "arc", MACHINES("arc"), NEVER, "constant: only its instruction cache aliases", 95 },
	{ "parisc", MACHINES("parisc"), ALWAYS, CONSTANT_YES, 223 },
	{ "sh", MACHINES("sh"), ALWAYS, CONSTANT_YES, 95 },
	{ "m68k", MACHINES("m68k"), ALWAYS, CONSTANT_YES, 95 },
	{ "csky", MACHINES("csky"), ALWAYS, CONSTANT_YES, 95 },
	{ "sparc64", MACHINES("sparc64"), ALWAYS,
	  "constant: L1DCACHE_SIZE exceeds PAGE_SIZE (asm/spitfire.h)", 45 },
	{ "sparc", MACHINES("sparc"), RUN_TIME, "vac_cache_size > PAGE_SIZE", 45 },
	{ "nios2", MACHINES("nios2"), RUN_TIME, "CONFIG_NIOS2_DCACHE_SIZE > PAGE_SIZE", 95 },
	{ "xtensa", MACHINES("xtensa"), RUN_TIME, "DCACHE_WAY_SIZE > PAGE_SIZE", 95 },
	{ "arm", MACHINES("arm"), RUN_TIME, "cacheid is VIVT or VIPT aliasing", 95 },
	{ "mips", MACHINES("mips"), RUN_TIME, "cpu_has_dc_aliases", 122 },
};

const struct dxa_arch *dxa_arch_at(size_t i)
{
	return i < sizeof(archs) / sizeof(archs[0]) ? &archs[i] : NULL;
}

const struct dxa_arch *dxa_arch_by_machine(const char *machine)
{
	for (size_t i = 0; i < sizeof(archs) / sizeof(archs[0]); i++)
		for (const char *const *m = archs[i].machines; *m; m++)
			if (!strncmp(machine, *m, strlen(*m)))
				return &archs[i];
	return NULL;
}
