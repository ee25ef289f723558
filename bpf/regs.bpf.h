/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The calling convention of each architecture: which fields of struct pt_regs
 * (arch/<arch>/include/asm/ptrace.h, read in 6.12.107 and 7.2.13) hold a function's
 * arguments, its result, the stack pointer (REG_STACK) and, at entry, the return address
 * (REG_LINK; without a link register it is on top of the stack). The structures are
 * flavours: CO-RE finds the fields.
 */
#ifndef DAXAUDIT_REGS_BPF_H
#define DAXAUDIT_REGS_BPF_H

#include "read.bpf.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

#if defined(__TARGET_ARCH_x86)
struct pt_regs___dxa {
	unsigned long di, si, dx, cx, ax, sp;
};
/* 32 bits: -mregparm=3 (arch/x86/Makefile). */
#define REG32_ARG1 ax
#define REG32_ARG2 dx
#define REG32_ARG3 cx
#define REG_ARG1 di
#define REG_ARG2 si
#define REG_ARG3 dx
#define REG_RESULT ax
#define REG_STACK sp

#elif defined(__TARGET_ARCH_arm64)
struct pt_regs___dxa {
	unsigned long long regs[31], sp;
};
#define REG_ARG1 regs[0]
#define REG_ARG2 regs[1]
#define REG_ARG3 regs[2]
#define REG_RESULT regs[0]
#define REG_STACK sp
#define REG_LINK regs[30]

#elif defined(__TARGET_ARCH_arm)
struct pt_regs___dxa {
	unsigned long uregs[18];
};
#define REG_ARG1 uregs[0]
#define REG_ARG2 uregs[1]
#define REG_ARG3 uregs[2]
#define REG_RESULT uregs[0]
#define REG_STACK uregs[13]
#define REG_LINK uregs[14]

#elif defined(__TARGET_ARCH_riscv)
struct pt_regs___dxa {
	unsigned long ra, sp, a0, a1, a2;
};
#define REG_ARG1 a0
#define REG_ARG2 a1
#define REG_ARG3 a2
#define REG_RESULT a0
#define REG_STACK sp
#define REG_LINK ra

#elif defined(__TARGET_ARCH_s390)
struct pt_regs___dxa {
	unsigned long gprs[16];
};
#define REG_ARG1 gprs[2]
#define REG_ARG2 gprs[3]
#define REG_ARG3 gprs[4]
#define REG_RESULT gprs[2]
#define REG_STACK gprs[15]
#define REG_LINK gprs[14]

#elif defined(__TARGET_ARCH_powerpc)
struct pt_regs___dxa {
	unsigned long gpr[32], link;
};
#define REG_ARG1 gpr[3]
#define REG_ARG2 gpr[4]
#define REG_ARG3 gpr[5]
#define REG_RESULT gpr[3]
#define REG_STACK gpr[1]
#define REG_LINK link

#elif defined(__TARGET_ARCH_mips)
struct pt_regs___dxa {
	unsigned long regs[32];
};
#define REG_ARG1 regs[4]
#define REG_ARG2 regs[5]
#define REG_ARG3 regs[6]
#define REG_RESULT regs[2]
#define REG_STACK regs[29]
#define REG_LINK regs[31]

#elif defined(__TARGET_ARCH_loongarch)
struct pt_regs___dxa {
	unsigned long regs[32];
};
#define REG_ARG1 regs[4]
#define REG_ARG2 regs[5]
#define REG_ARG3 regs[6]
#define REG_RESULT regs[4]
#define REG_STACK regs[3]
#define REG_LINK regs[1]

#else
#error "no calling convention for this architecture: add it here"
#endif

#pragma clang attribute pop

/*
 * How many of the innermost stack frames a program of a trampoline must skip: the
 * program and the trampoline; on arm64 and riscv the program twice (the frame of the
 * helper is found through its link register), and the traced function, into which the
 * trampoline returns. An interpreted program has one more frame, which is recognised
 * by its name.
 */
#if defined(__TARGET_ARCH_arm64) || defined(__TARGET_ARCH_riscv)
#define TRAMPOLINE_FRAMES 4
#else
#define TRAMPOLINE_FRAMES 2
#endif

/* A register of a kprobe's context, with the width of the kernel's registers. */
#define READ_REG(ctx, reg) READ_WORD((const struct pt_regs___dxa *)(ctx), reg)

/* The n-th argument, from 1. On x86 32-bit kernels use other registers. */
#ifdef REG32_ARG1
#define READ_ARG(ctx, n) (KERNEL_IS_32BIT ? READ_REG(ctx, REG32_ARG##n) : READ_REG(ctx, REG_ARG##n))
#else
#define READ_ARG(ctx, n) READ_REG(ctx, REG_ARG##n)
#endif

#endif
