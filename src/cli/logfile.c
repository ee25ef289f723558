// SPDX-License-Identifier: GPL-2.0-only
#include "cli/logfile.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Longer lines than most: a stream's buffer is written when a line ends. */
#define BUFFER (64 << 10)

static int open_path(const char *path)
{
	return open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);
}

static struct dxa_err *cannot(const char *path, int code)
{
	return dxa_err_new(DXA_ERR_INPUT, code, "cannot write the log %s: %s", path,
			   strerror(code));
}

static bool put(struct dxa_logfile *l, const char *data, size_t size)
{
	while (size) {
		ssize_t n = write(l->fd, data, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		l->midline = data[n - 1] != '\n';
		data += n;
		size -= (size_t)n;
	}
	return true;
}

static ssize_t stream_write(void *priv, const char *data, size_t size)
{
	struct dxa_logfile *l = priv;

	/* A full disk took half a line, which the next one must not continue. */
	bool end_line = l->broken && l->midline;

	l->broken = (end_line && !put(l, "\n", 1)) || !put(l, data, size);
	l->failures += l->broken;
	return (ssize_t)size;
}

static int stream_close(void *priv)
{
	struct dxa_logfile *l = priv;

	return close(l->fd);
}

struct dxa_err *dxa_logfile_open(struct dxa_logfile *l, const char *path, FILE **ret)
{
	const cookie_io_functions_t io = { .write = stream_write, .close = stream_close };

	*l = (struct dxa_logfile){ .path = path, .fd = open_path(path) };
	if (l->fd < 0)
		return cannot(path, errno);
	*ret = fopencookie(l, "w", io);
	if (!*ret) {
		close(l->fd);
		return dxa_err_nomem();
	}
	setvbuf(*ret, NULL, _IOFBF, BUFFER);
	return NULL;
}

struct dxa_err *dxa_logfile_reopen(struct dxa_logfile *l)
{
	int fd = open_path(l->path);

	if (fd < 0)
		return cannot(l->path, errno);
	close(l->fd);
	l->fd = fd;
	l->midline = l->broken = false;
	return NULL;
}
