/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading from and writing to slow files (a pipe, a terminal; signal(7)). A wait ends
 * at a signal that dxa_signals_next() has not returned yet.
 */
#ifndef DAXAUDIT_BASE_SLOWIO_H
#define DAXAUDIT_BASE_SLOWIO_H

#include <poll.h>
#include <stddef.h>
#include <stdio.h>

/* The descriptor of a stream, and the errno of the first failed write, after which none follows. */
struct dxa_slowio {
	int fd;
	int err;
};

/*
 * Wait until fd has events (POLLIN, POLLOUT) or an error. Returns 0; EINTR for a
 * signal; ETIMEDOUT after dxa_slowio_limit(); or errno.
 */
int dxa_slowio_wait(int fd, short events);

/* Write all of it. 0 or errno, as from dxa_slowio_wait(). */
int dxa_slowio_write(int fd, const void *data, size_t len);

/* Write a printf-style line of at most 2 KiB; what cannot be written is lost. */
void dxa_slowio_printf(int fd, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * A stream that writes to p->fd with dxa_slowio_write(); its fclose() does not close fd.
 * It is line-buffered if fd is a terminal. NULL without memory.
 */
FILE *dxa_slowio_stream(struct dxa_slowio *p);

/* From now on no wait takes longer than ms milliseconds; -1: no limit. */
void dxa_slowio_limit(int ms);

/* strerror(), with texts of its own for the reasons why a wait ended. */
const char *dxa_slowio_strerror(int err);

#endif
