// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which kernels kprobes damage. The instructions are from Debian's 7.2.13 on ppc64el, where
 * tests/live runs daxaudit. dxa_peek_code() reads kernels of this file.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "probe/kprobesafe.h"
#include "probe/peek.h"

#define LD_R12_R1 0xe9810090u /* ld r12,144(r1) */
#define LD_R13_R1 0xe9a10098u /* ld r13,152(r1) */
#define STD_R13_R1 0xf9a10098u /* std r13,152(r1) */
#define LD_R13_R3 0xe9a30098u /* ld r13,152(r3) */
#define LWA_R13_R1 0xe9a1009au /* lwa r13,152(r1) */
#define NOP 0x60000000u
#define BCTRL 0x4e800421u
#define BLR 0x4e800020u
#define BCTR 0x4e800420u

/* The kernel that dxa_peek_code() reads; an empty function cannot be read. */
static struct {
	const char *function;
	uint32_t code[4];
} kernel[] = { { "ftrace_regs_caller" }, { "optprobe_template_entry" } };

bool dxa_peek_code(const char *symbol, const char *btf, uint32_t *code, size_t n)
{
	(void)btf;
	memset(code, 0, n * sizeof(*code));
	for (size_t i = 0; i < sizeof(kernel) / sizeof(kernel[0]); i++) {
		if (strcmp(kernel[i].function, symbol) != 0 || !kernel[i].code[0])
			continue;
		memcpy(code, kernel[i].code, sizeof(kernel[i].code));
		return true;
	}
	return false;
}

static bool unsafe(uint32_t of_ftrace, uint32_t of_optprobes)
{
	const uint32_t code[2][4] = { { STD_R13_R1, BCTRL, of_ftrace, BLR },
				      { STD_R13_R1, NOP, of_optprobes, NOP } };

	memcpy(kernel[0].code, code[0], of_ftrace ? sizeof(code[0]) : 0);
	memcpy(kernel[1].code, code[1], of_optprobes ? sizeof(code[1]) : 0);
	return dxa_kprobes_unsafe_on("ppc64le", "#1 SMP PREEMPT Debian 7.2.13-1", NULL);
}

#define RESTORES(...)                                       \
	dxa_restores_r13((const uint32_t[]){ __VA_ARGS__ }, \
			 sizeof((const uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t))

static void restored_before_the_end(void **state)
{
	(void)state;
	assert_true(RESTORES(STD_R13_R1, BCTRL, LD_R12_R1, LD_R13_R1, BLR));
	assert_false(RESTORES(STD_R13_R1, BCTRL, LD_R12_R1, NOP, BLR));
	assert_false(RESTORES(LD_R13_R3, LWA_R13_R1, BLR));
}

static void the_next_function_does_not_matter(void **state)
{
	(void)state;
	assert_false(RESTORES(LD_R12_R1, BLR, LD_R13_R1));
	assert_false(RESTORES(LD_R12_R1, BCTR, LD_R13_R1));
}

static void code_of_a_preemptible_kernel_decides(void **state)
{
	(void)state;
	/* Not readable. */
	assert_true(unsafe(0, 0));
	assert_true(unsafe(NOP, 0));
	assert_true(unsafe(LD_R13_R1, LD_R13_R1));
	assert_true(unsafe(NOP, LD_R13_R1));
	assert_true(unsafe(LD_R13_R1, NOP));
	assert_false(unsafe(NOP, NOP));
}

static void other_kernels_are_safe(void **state)
{
	(void)state;
	assert_true(unsafe(LD_R13_R1, LD_R13_R1));
	assert_non_null(dxa_kprobes_unsafe_on("ppc64", "#1 SMP PREEMPT_DYNAMIC 7.2.13", NULL));
	assert_null(dxa_kprobes_unsafe_on("ppc64le", "#1 SMP Debian 6.12.107-1", NULL));
	assert_null(dxa_kprobes_unsafe_on("x86_64", "#1 SMP PREEMPT_DYNAMIC 6.12.95", NULL));
	/* 32 bits: r13 is a register like others. */
	assert_null(dxa_kprobes_unsafe_on("ppc", "#1 SMP PREEMPT 7.2.13", NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(code_of_a_preemptible_kernel_decides),
		cmocka_unit_test(other_kernels_are_safe),
		cmocka_unit_test(restored_before_the_end),
		cmocka_unit_test(the_next_function_does_not_matter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
