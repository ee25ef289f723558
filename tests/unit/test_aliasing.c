// SPDX-License-Identifier: GPL-2.0-only
/* Whether the data cache aliases, and the source of that conclusion. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "policy/aliasing.h"

static void expect(const char *machine, struct dxa_aliasing_facts facts, enum dxa_aliasing aliasing,
		   const char *from)
{
	struct dxa_aliasing_answer answer;

	dxa_aliasing_decide(dxa_arch_by_machine(machine), &facts, &answer);
	assert_string_equal(answer.from, from);
	assert_int_equal(answer.aliasing, aliasing);
}

#define FACTS(...) ((struct dxa_aliasing_facts){ __VA_ARGS__ })

static void a_constant_needs_no_variable(void **state)
{
	(void)state;
	expect("x86_64", FACTS(0), DXA_ALIASING_NO,
	       "constant: ARCH_HAS_CPU_CACHE_ALIASING is not selected");
	/* The variable does not matter here. */
	expect("s390x", FACTS(.has_value = true, .value = 5), DXA_ALIASING_NO,
	       "constant: ARCH_HAS_CPU_CACHE_ALIASING is not selected");
	expect("parisc64", FACTS(0), DXA_ALIASING_YES, "constant: arch/*/include/asm/cachetype.h");
}

static void arm_aliasing_from_cacheid(void **state)
{
	(void)state;
	expect("armv5tejl", FACTS(.has_value = true, .value = 1), DXA_ALIASING_YES,
	       "cacheid = 0x1");
	expect("armv6l", FACTS(.has_value = true, .value = 4 | 16), DXA_ALIASING_YES,
	       "cacheid = 0x14");
	/* VIPT whose instruction cache alone aliases, and PIPT. */
	expect("armv7l", FACTS(.has_value = true, .value = 2 | 16), DXA_ALIASING_NO,
	       "cacheid = 0x12");
	expect("armv7l", FACTS(.has_value = true, .value = 32), DXA_ALIASING_NO, "cacheid = 0x20");
}

static void arm_aliasing_from_boot_log(void **state)
{
	const char *vivt = "<6>CPU: ARM926EJ-S\n<6>CPU: VIVT data cache, VIVT instruction cache\n";
	const char *vipt = "CPU: VIPT aliasing data cache, unknown instruction cache\n";
	const char *pipt = "CPU: PIPT / VIPT nonaliasing data cache, VIPT aliasing instruction "
			   "cache\n";

	(void)state;
	expect("armv5tejl", FACTS(.log = vivt), DXA_ALIASING_YES, "boot log: CPU: VIVT data cache");
	expect("armv6l", FACTS(.log = vipt), DXA_ALIASING_YES,
	       "boot log: CPU: VIPT aliasing data cache");
	expect("armv7l", FACTS(.log = pipt), DXA_ALIASING_NO,
	       "boot log: CPU: PIPT / VIPT nonaliasing data cache");
	/* The kernel's variable has precedence over the boot log. */
	expect("armv7l", FACTS(.has_value = true, .value = 32, .log = vivt), DXA_ALIASING_NO,
	       "cacheid = 0x20");
}

static void mips_aliasing_from_three_places(void **state)
{
	const char *aliasing = "cpu model\t\t: MIPS GENERIC QEMU\n"
			       "Options implemented\t: tlb 4kex dc_aliases rixi\nVCED\t: 0\n";
	const char *plain = "Options implemented\t: tlb 4kex no_dc_aliases\nfoo : dc_aliases\n";
	const char *log = "Primary data cache 32kB, 4-way, VIPT, cache aliases, linesize 32 bytes";
	const char *plain_log =
		"Primary data cache 32kB, 4-way, VIPT, no aliases, linesize 32 bytes";

	(void)state;
	expect("mips64", FACTS(.has_value = true, .value = 0x4), DXA_ALIASING_YES,
	       "cpu_data[0].dcache.flags = 0x4");
	expect("mips64", FACTS(.has_value = true, .value = 0x8), DXA_ALIASING_NO,
	       "cpu_data[0].dcache.flags = 0x8");
	expect("mips64", FACTS(.cpuinfo = aliasing), DXA_ALIASING_YES, "/proc/cpuinfo: dc_aliases");
	expect("mips64", FACTS(.cpuinfo = plain), DXA_ALIASING_NO, "/proc/cpuinfo: no dc_aliases");
	expect("mips64", FACTS(.log = log), DXA_ALIASING_YES, "boot log: cache aliases");
	expect("mips64", FACTS(.log = plain_log), DXA_ALIASING_NO, "boot log: no aliases");
	/* Where cpu_has_dc_aliases is a constant of the platform, the variable has no meaning. */
	expect("mips", FACTS(.has_value = true, .value = 0, .cpuinfo = aliasing, .log = plain_log),
	       DXA_ALIASING_YES, "/proc/cpuinfo: dc_aliases");
	expect("mips", FACTS(.has_value = true, .value = 0x4, .cpuinfo = plain, .log = log),
	       DXA_ALIASING_NO, "/proc/cpuinfo: no dc_aliases");
	expect("mips", FACTS(.has_value = true, .value = 0x4, .cpuinfo = "no such line\n"),
	       DXA_ALIASING_YES, "cpu_data[0].dcache.flags = 0x4");
}

static void sparc_compares_with_the_page_size(void **state)
{
	const char *log = "<6>SRMMU: Using VAC size of 262144 bytes, line size 64 bytes.\n";
	const char *small = "SRMMU: Using VAC size of 4096 bytes, line size 32 bytes.\n";

	(void)state;
	expect("sparc", FACTS(.log = log, .page_size = 4096), DXA_ALIASING_YES,
	       "boot log: SRMMU: Using VAC size of 262144");
	expect("sparc", FACTS(.log = small, .page_size = 4096), DXA_ALIASING_NO,
	       "boot log: SRMMU: Using VAC size of 4096");
	expect("sparc", FACTS(.log = log), DXA_ALIASING_UNKNOWN,
	       "unknown: cannot find out whether vac_cache_size > PAGE_SIZE");
	expect("sparc", FACTS(.log = "SRMMU: Using VAC size of \n", .page_size = 4096),
	       DXA_ALIASING_UNKNOWN, "unknown: cannot find out whether vac_cache_size > PAGE_SIZE");
	expect("sparc", FACTS(.has_value = true, .value = 65536, .page_size = 4096),
	       DXA_ALIASING_YES, "vac_cache_size = 0x10000");
	expect("sparc", FACTS(.has_value = true, .value = 0, .page_size = 4096), DXA_ALIASING_NO,
	       "vac_cache_size = 0x0");
	expect("sparc", FACTS(.has_value = true, .value = 65536), DXA_ALIASING_UNKNOWN,
	       "unknown: cannot find out whether vac_cache_size > PAGE_SIZE");
}

static void unknown_is_reported(void **state)
{
	(void)state;
	expect("armv6l", FACTS(.log = "Linux version 6.12\n", .cpuinfo = "Processor : ARMv6\n"),
	       DXA_ALIASING_UNKNOWN,
	       "unknown: cannot find out whether cacheid is VIVT or VIPT aliasing");
	expect("mips64", FACTS(.cpuinfo = "cpu model : none\n"), DXA_ALIASING_UNKNOWN,
	       "unknown: cannot find out whether cpu_has_dc_aliases");
	expect("nios2", FACTS(.has_value = true, .value = 1), DXA_ALIASING_UNKNOWN,
	       "unknown: cannot find out whether CONFIG_NIOS2_DCACHE_SIZE > PAGE_SIZE");
	expect("vax", FACTS(0), DXA_ALIASING_UNKNOWN,
	       "unknown: an architecture this version does not know");
}

static void every_row_names_its_source(void **state)
{
	const struct dxa_arch *a;
	size_t n = 0;

	(void)state;
	for (; (a = dxa_arch_at(n)); n++) {
		assert_non_null(a->source);
		assert_true(a->machines[0] != NULL);
		assert_ptr_equal(dxa_arch_by_machine(a->machines[0]), a);
		assert_int_equal(!strncmp(a->how, "constant", 8),
				 a->aliasing != DXA_ALIASING_UNKNOWN);
		if (a->runtime)
			assert_int_equal(a->aliasing, DXA_ALIASING_UNKNOWN);
	}
	assert_true(n >= 21);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_constant_needs_no_variable),
		cmocka_unit_test(arm_aliasing_from_cacheid),
		cmocka_unit_test(arm_aliasing_from_boot_log),
		cmocka_unit_test(mips_aliasing_from_three_places),
		cmocka_unit_test(sparc_compares_with_the_page_size),
		cmocka_unit_test(unknown_is_reported),
		cmocka_unit_test(every_row_names_its_source),
	};

	return cmocka_run_group_tests_name("aliasing", tests, NULL, NULL);
}
