/* SPDX-License-Identifier: GPL-2.0-only */
/* States of a dax_device that is not alive: shared by the BPF programs and user space. */
#ifndef DAXAUDIT_GONE_H
#define DAXAUDIT_GONE_H

/* Part of the recording format. */
enum dxa_gone {
	DXA_GONE_NOT, /* alive, or not known */
	DXA_GONE_DEAD, /* killed: the kernel refuses to use it */
	DXA_GONE_DESTROYED, /* its last reference was dropped */
	DXA_GONE_FREED, /* its memory went back to the slab */
};

/* The number of addresses that are remembered: the largest number of devices at a time. */
#define DXA_GONE_MAX 16384

#endif
