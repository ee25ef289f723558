// SPDX-License-Identifier: GPL-2.0-only
#include "policy/arch.h"

#include <string.h>

#define MACHINES(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define LOG(...) ((const struct dxa_arch_log[]){ __VA_ARGS__, { NULL, DXA_ALIASING_UNKNOWN } })
#define NEVER DXA_ALIASING_NO
#define ALWAYS DXA_ALIASING_YES
#define RUN_TIME DXA_ALIASING_UNKNOWN

/* Without ARCH_HAS_CPU_CACHE_ALIASING, cpu_dcache_is_aliasing() is false for all. */
#define NOT_SELECTED \
	NEVER, "constant: ARCH_HAS_CPU_CACHE_ALIASING is not selected", "include/linux/cacheinfo.h"
#define SELECTED(arch) \
	ALWAYS, "constant: arch/*/include/asm/cachetype.h", "arch/" arch "/include/asm/cachetype.h"

/* These are not called mips or arm: some compilers define such words as macros.
 *
 * cacheid: CACHEID_VIVT and CACHEID_VIPT_ALIASING of arch/arm/include/asm/cachetype.h; the log's
 * lines: cacheid_init() in arch/arm/kernel/setup.c. */
static const struct dxa_arch_runtime on_arm = {
	.variable = "cacheid",
	.symbol = "cacheid",
	.what = DXA_PEEK_U32,
	.mask = 0x5,
	.log = LOG({ "CPU: VIVT data cache", DXA_ALIASING_YES },
		   { "CPU: VIPT aliasing data cache", DXA_ALIASING_YES },
		   { "CPU: PIPT / VIPT nonaliasing data cache", DXA_ALIASING_NO }),
};

/* dc_aliases: arch/mips/kernel/proc.c, the very expression; MIPS_CACHE_ALIASES of
 * arch/mips/include/asm/cpu-info.h is what it comes down to on most platforms, but on some it
 * is a constant (mach-ath79/cpu-feature-overrides.h: 1); the log's lines: probe_pcache() in
 * arch/mips/mm/c-r4k.c. */
static const struct dxa_arch_runtime on_mips = {
	.variable = "cpu_data[0].dcache.flags",
	.symbol = "cpu_data",
	.what = DXA_PEEK_MIPS_DCACHE_FLAGS,
	.mask = 0x4,
	.cpuinfo_key = "Options implemented",
	.cpuinfo_word = "dc_aliases",
	.log = LOG({ ", cache aliases, linesize", DXA_ALIASING_YES },
		   { ", no aliases, linesize", DXA_ALIASING_NO }),
};

/* arch/sparc/include/asm/cachetype.h for 32 bits; the log's line, only where there is a VAC:
 * init_vac_layout() in arch/sparc/mm/srmmu.c. */
static const struct dxa_arch_runtime on_sparc32 = {
	.variable = "vac_cache_size",
	.symbol = "vac_cache_size",
	.what = DXA_PEEK_U32,
	.log = LOG({ "SRMMU: Using VAC size of ", DXA_ALIASING_UNKNOWN }),
};

/*
 * cpu_dcache_is_aliasing() of each architecture, read in 6.12.107 and 7.2.13
 * (commit 8690bbcf3b70, v6.9, introduced it). EOPNOTSUPP from each
 * architecture's uapi/asm/errno.h. User-mode Linux (um) has no row: its uname -m is
 * the host's (setup_machinename() in arch/um/os-Linux/util.c), so x86's answer holds for it
 * and is right: um does not select ARCH_HAS_CPU_CACHE_ALIASING either.
 */
static const struct dxa_arch archs[] = {
	{ "x86", MACHINES("x86_64", "i386", "i486", "i586", "i686"), NOT_SELECTED, 95, NULL },
	{ "arm64", MACHINES("aarch64"), NOT_SELECTED, 95, NULL },
	{ "riscv", MACHINES("riscv"), NOT_SELECTED, 95, NULL },
	{ "s390", MACHINES("s390"), NOT_SELECTED, 95, NULL },
	{ "powerpc", MACHINES("ppc"), NOT_SELECTED, 95, NULL },
	{ "loongarch", MACHINES("loongarch"), NOT_SELECTED, 95, NULL },
	{ "openrisc", MACHINES("openrisc"), NOT_SELECTED, 95, NULL },
	{ "microblaze", MACHINES("microblaze"), NOT_SELECTED, 95, NULL },
	{ "hexagon", MACHINES("hexagon"), NOT_SELECTED, 95, NULL },
	{ "alpha", MACHINES("alpha"), NOT_SELECTED, 45, NULL },
	{ "arc", MACHINES("arc"), NEVER, "constant: only its instruction cache aliases",
	  "arch/arc/include/asm/cachetype.h", 95, NULL },
	{ "parisc", MACHINES("parisc"), SELECTED("parisc"), 223, NULL },
	{ "sh", MACHINES("sh"), SELECTED("sh"), 95, NULL },
	{ "m68k", MACHINES("m68k"), SELECTED("m68k"), 95, NULL },
	{ "csky", MACHINES("csky"), SELECTED("csky"), 95, NULL },
	{ "sparc64", MACHINES("sparc64"), ALWAYS,
	  "constant: L1DCACHE_SIZE exceeds PAGE_SIZE (asm/spitfire.h)",
	  "arch/sparc/include/asm/cachetype.h", 45, NULL },
	{ "sparc", MACHINES("sparc"), RUN_TIME, "vac_cache_size > PAGE_SIZE",
	  "arch/sparc/include/asm/cachetype.h", 45, &on_sparc32 },
	{ "nios2", MACHINES("nios2"), RUN_TIME, "CONFIG_NIOS2_DCACHE_SIZE > PAGE_SIZE",
	  "arch/nios2/include/asm/cachetype.h", 95, NULL },
	{ "xtensa", MACHINES("xtensa"), RUN_TIME, "DCACHE_WAY_SIZE > PAGE_SIZE",
	  "arch/xtensa/include/asm/cachetype.h", 95, NULL },
	{ "arm", MACHINES("arm"), RUN_TIME, "cacheid is VIVT or VIPT aliasing",
	  "arch/arm/include/asm/cachetype.h", 95, &on_arm },
	{ "mips", MACHINES("mips"), RUN_TIME, "cpu_has_dc_aliases",
	  "arch/mips/include/asm/cachetype.h", 122, &on_mips },
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
