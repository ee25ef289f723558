// SPDX-License-Identifier: GPL-2.0-only
#include "base/procstat.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"

bool dxa_procstat_read(long tid, struct dxa_procstat *ret)
{
	char path[64], buf[1024], *p;
	size_t n;

	snprintf(path, sizeof(path), "/proc/%ld/stat", tid);
	_cleanup_fclose_ FILE *f = fopen(path, "re");
	if (!f)
		return false;
	n = fread(buf, 1, sizeof(buf) - 1, f);
	buf[n] = '\0';
	/* The command may hold spaces and parentheses: count from the last one. */
	p = strrchr(buf, ')');
	return p && sscanf(p + 1,
			   " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d "
			   "%*d %*d %*d %" SCNu64,
			   &ret->state, &ret->start) == 2;
}
