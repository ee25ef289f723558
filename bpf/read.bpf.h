/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading memory of 32-bit and 64-bit kernels. BPF programs are compiled with 64-bit
 * pointers. CO-RE relocates the offset of a field but not the length of a read, which
 * on a 32-bit kernel would include the next field.
 */
#ifndef DAXAUDIT_READ_BPF_H
#define DAXAUDIT_READ_BPF_H

#include <linux/bpf.h>
#include "vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

/* Constant when the program is loaded: the verifier skips the other branch. */
#define KERNEL_IS_32BIT (bpf_core_type_size(struct list_head) == 8)

#define MAX_ERRNO 4095 /* include/linux/err.h */

/* One pointer or unsigned long of the kernel; 0 when it cannot be read. */
static __always_inline __u64 read_word(const void *at)
{
	__u64 wide = 0;
	__u32 narrow = 0;

	if (KERNEL_IS_32BIT) {
		bpf_probe_read_kernel(&narrow, sizeof(narrow), at);
		return narrow;
	}
	bpf_probe_read_kernel(&wide, sizeof(wide), at);
	return wide;
}

/* p->field, an unsigned long; or a pointer, as such. */
#define READ_WORD(p, field) read_word(__builtin_preserve_access_index(&(p)->field))
#define READ_PTR(p, field) ((const void *)READ_WORD(p, field))

/*
 * A pointer as it is in records: an address unchanged, an ERR_PTR as a negative 64-bit
 * number. The registers of a 32-bit kernel are zero-extended: -EOPNOTSUPP is
 * 0xffffffa1 there.
 */
static __always_inline __u64 record_ptr(__u64 ptr)
{
	if (!KERNEL_IS_32BIT)
		return ptr;
	ptr = (__u32)ptr;
	return ptr >= (__u32)-MAX_ERRNO ? (__u64)(__s64)(__s32)ptr : ptr;
}

/* A long as it is in records: sign-extended. */
static __always_inline __s64 record_long(__u64 value)
{
	return KERNEL_IS_32BIT ? (__s64)(__s32)value : (__s64)value;
}

/* Is it NULL or an ERR_PTR? The kernel passes both; they must not be dereferenced. */
static __always_inline int is_err_or_null(__u64 ptr)
{
	return !ptr || ptr >= (__u64)-MAX_ERRNO;
}

#endif
