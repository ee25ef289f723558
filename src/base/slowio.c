// SPDX-License-Identifier: GPL-2.0-only
#include "base/slowio.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "base/signals.h"

static int limit_ms = -1;

void dxa_slowio_limit(int ms)
{
	limit_ms = ms;
}

int dxa_slowio_wait(int fd, short events)
{
	for (;;) {
		struct pollfd fds[2] = { { .fd = fd, .events = events },
					 { .fd = dxa_signals_fd(), .events = POLLIN } };
		int n = poll(fds, 2, limit_ms);

		if (!n)
			return ETIMEDOUT;
		if (n < 0 && errno != EINTR)
			return errno;
		if (n < 0)
			continue;
		/* A write that does not block is done even after a signal. */
		if (fds[0].revents)
			return 0;
		return EINTR;
	}
}

int dxa_slowio_write(int fd, const void *data, size_t len)
{
	const char *at = data;

	while (len) {
		/* A writable pipe accepts this much without blocking: pipe(7). */
		size_t part = len < PIPE_BUF ? len : PIPE_BUF;
		int err = dxa_slowio_wait(fd, POLLOUT);
		ssize_t n;

		if (err)
			return err;
		n = write(fd, at, part);
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return errno;
		if (!n)
			return ENOSPC;
		if (n > 0) {
			at += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

void dxa_slowio_printf(int fd, const char *fmt, ...)
{
	char line[2048];
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (len >= (int)sizeof(line))
		len = sizeof(line) - 1;
	if (len > 0)
		dxa_slowio_write(fd, line, (size_t)len);
}

static ssize_t stream_write(void *priv, const char *data, size_t size)
{
	struct dxa_slowio *p = priv;

	if (!p->err)
		p->err = dxa_slowio_write(p->fd, data, size);
	if (!p->err)
		return (ssize_t)size;
	errno = p->err;
	return 0;
}

FILE *dxa_slowio_stream(struct dxa_slowio *p)
{
	const cookie_io_functions_t io = { .write = stream_write };
	FILE *out = fopencookie(p, "w", io);

	if (out && isatty(p->fd))
		setvbuf(out, NULL, _IOLBF, 0);
	return out;
}

const char *dxa_slowio_strerror(int err)
{
	switch (err) {
	case EINTR:
		return "a signal came while its reader took nothing";
	case ETIMEDOUT:
		return "its reader takes nothing, and a signal asked to end";
	default:
		return strerror(err);
	}
}
