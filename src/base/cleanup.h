/* SPDX-License-Identifier: GPL-2.0-only */
/* Scope guards: an early return frees what the scope owns. */
#ifndef DAXAUDIT_BASE_CLEANUP_H
#define DAXAUDIT_BASE_CLEANUP_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Run fn(&variable) when the variable goes out of scope. */
#define dxa_cleanup(fn) __attribute__((cleanup(fn)))

static inline void dxa_cleanup_free(void *p)
{
	free(*(void **)p);
}

static inline void dxa_cleanup_fclose(FILE **f)
{
	if (*f)
		fclose(*f);
}

static inline void dxa_cleanup_closedir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

static inline void dxa_cleanup_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

#define _cleanup_free_ dxa_cleanup(dxa_cleanup_free)
#define _cleanup_fclose_ dxa_cleanup(dxa_cleanup_fclose)
#define _cleanup_closedir_ dxa_cleanup(dxa_cleanup_closedir)
#define _cleanup_close_ dxa_cleanup(dxa_cleanup_close)

/* Take over the pointer p: its scope guard then frees nothing. */
#define dxa_take(p)                         \
	({                                  \
		__typeof__(p) taken_ = (p); \
		(p) = NULL;                 \
		taken_;                     \
	})

#endif
