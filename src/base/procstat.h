/* SPDX-License-Identifier: GPL-2.0-only */
/* What /proc says of a task. */
#ifndef DAXAUDIT_BASE_PROCSTAT_H
#define DAXAUDIT_BASE_PROCSTAT_H

#include <stdbool.h>
#include <stdint.h>

struct dxa_procstat {
	char state; /* field 3: 'D' sleeps uninterruptibly, 'Z' is a zombie, ... */
	uint64_t start; /* field 22, clock ticks since boot: with the pid it names a process for
			   good */
};

/* Read /proc/TID/stat. False when there is no such task. */
bool dxa_procstat_read(long tid, struct dxa_procstat *ret);

#endif
