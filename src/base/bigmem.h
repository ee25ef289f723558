/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory for large tables. */
#ifndef DAXAUDIT_BASE_BIGMEM_H
#define DAXAUDIT_BASE_BIGMEM_H

#include <stddef.h>

/* From this size on, huge pages are requested. */
#define DXA_BIG ((size_t)2 << 20)

/*
 * Allocate size bytes (not 0), not zeroed; free with free(). NULL without memory.
 * Multiples of DXA_BIG use huge pages where the system has them: otherwise random
 * accesses to a large table cost many page faults and TLB misses
 * (Documentation/admin-guide/mm/transhuge.rst).
 */
void *dxa_bigmem(size_t size);

#endif
