// SPDX-License-Identifier: GPL-2.0-only
#include "base/bigmem.h"

#include <stdlib.h>
#include <sys/mman.h>

void *dxa_bigmem(size_t size)
{
	void *mem;

	if (size % DXA_BIG)
		return malloc(size);
	mem = aligned_alloc(DXA_BIG, size);
	/* Only advice: without huge pages it is slower. */
	if (mem)
		(void)madvise(mem, size, MADV_HUGEPAGE);
	return mem;
}
