/* SPDX-License-Identifier: GPL-2.0-only */
/* Names for the addresses that the stories use. */
#ifndef DAXAUDIT_TESTS_PLACES_H
#define DAXAUDIT_TESTS_PLACES_H

#define X 0xffff888100000340ULL /* dax_devices */
#define Y 0xffff888100000680ULL
#define NS 0xffff888200000000ULL /* struct devices */
#define DEV 0xffff888200001000ULL
#define DISK 0xffff888300000000ULL /* gendisks */
#define DISK2 0xffff888300001000ULL
#define NOBODY 0
#define XFS1 0xffff888400000000ULL /* holders */
#define XFS2 0xffff888400001000ULL
#define NO_DAX 0
#define ERR_DAX(err) ((uint64_t) - (int64_t)(err))

/* Error numbers of the kernels in the stories. */
#define K_EIO 5
#define K_ENXIO 6
#define K_ENOMEM 12
#define K_EBUSY 16
#define K_EEXIST 17
#define K_ENODEV 19
#define K_EINVAL 22
#define K_EOPNOTSUPP 95
#define K_EPROBE_DEFER 517

#endif
