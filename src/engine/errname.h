/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of error numbers of the audited kernel, which need not be the numbers
 * of the machine that reads a recording.
 */
#ifndef DAXAUDIT_ENGINE_ERRNAME_H
#define DAXAUDIT_ENGINE_ERRNAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Errors that have the same number on every architecture (517 is internal to the kernel). */
#define DXA_ENXIO 6
#define DXA_ENODEV 19
#define DXA_EPROBE_DEFER 517
/* EOPNOTSUPP in include/uapi/asm-generic/errno.h; a few architectures have another number. */
#define DXA_EOPNOTSUPP_MOST 95

/* Holds every name and "errno -2147483648". */
#define DXA_ERRNAME_LEN 24

/*
 * Write the name ("ENOMEM", or "errno 77" when it is not known) of the positive
 * error number err into buf and return buf. eopnotsupp is EOPNOTSUPP of the audited
 * architecture; if it is not the usual number, the numbers above 34 have no names.
 */
const char *dxa_errname(char buf[DXA_ERRNAME_LEN], int err, int eopnotsupp);

/*
 * Is this pointer an ERR_PTR? Pointers of 32-bit kernels come zero-extended or
 * sign-extended; no 64-bit kernel has an object in the last page below 4 GiB.
 */
static inline bool dxa_is_err_ptr(uint64_t ptr)
{
	return ptr >= (uint64_t)-4095 || (ptr >= (uint32_t)-4095 && ptr <= UINT32_MAX);
}

/* The positive error number in an ERR_PTR. */
static inline int dxa_ptr_err(uint64_t ptr)
{
	return -(int)(int32_t)(uint32_t)ptr;
}

#endif
