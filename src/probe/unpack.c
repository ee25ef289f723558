// SPDX-License-Identifier: GPL-2.0-only
#include "probe/unpack.h"

#include <stdlib.h>
#include <zlib.h>

void *dxa_unpack(const unsigned char *packed, size_t len, size_t size)
{
	uLongf n = size;
	void *to = malloc(size);

	if (to && (uncompress(to, &n, packed, len) != Z_OK || n != size)) {
		free(to);
		return NULL;
	}
	return to;
}
