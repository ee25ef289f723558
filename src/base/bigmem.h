/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory for tables that may get big. */
#ifndef DAXAUDIT_BASE_BIGMEM_H
#define DAXAUDIT_BASE_BIGMEM_H

#include <stddef.h>

/* From here on an allocation is one that huge pages are asked for. */
#define DXA_BIG ((size_t)2 << 20)

/*
 * size bytes (not 0), not zeroed, to be freed with free(); NULL without memory. Whole
 * multiples of DXA_BIG come from huge pages where the system has them: tables
 * that are met at random cost a page fault per 4 KiB and a TLB miss per look
 * otherwise (Documentation/admin-guide/mm/transhuge.rst).
 */
void *dxa_bigmem(size_t size);

#endif
