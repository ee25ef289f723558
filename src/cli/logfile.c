// SPDX-License-Identifier: GPL-2.0-only
#include "cli/logfile.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/outfile.h"

/* The buffer of the stream, which is written at the end of a line; larger than most lines. */
#define BUFFER (64 << 10)

/* Does the file end in half a line? The last writer may have been killed, or the disk full. */
static bool ends_in_half_a_line(int fd)
{
	off_t size = lseek(fd, 0, SEEK_END);
	char last;

	return size > 0 && pread(fd, &last, 1, size - 1) == 1 && last != '\n';
}

/* On an error l is not changed. */
static struct dxa_err *open_path(struct dxa_logfile *l)
{
	struct dxa_outfile place;
	struct dxa_err *err = dxa_outfile_find(l->path, &place);
	int fd = -1;

	if (!err)
		err = dxa_outfile_open(&place, O_RDWR | O_APPEND, l->mode, false, &fd, NULL);
	dxa_outfile_close(&place);
	if (err)
		return dxa_err_wrap(err, "cannot write the log %s", l->path);
	/* Do not block on a slow reader: lines are dropped and counted. */
	if (S_ISFIFO(place.st.st_mode))
		fcntl(fd, F_SETFL, O_APPEND | O_NONBLOCK);
	l->fd = fd;
	l->cut = ends_in_half_a_line(fd);
	return NULL;
}

/* 0 or errno. */
static int put(struct dxa_logfile *l, const char *data, size_t size)
{
	while (size) {
		ssize_t n = write(l->fd, data, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? errno : EIO;
		l->cut = data[n - 1] != '\n';
		data += n;
		size -= (size_t)n;
	}
	return 0;
}

static ssize_t stream_write(void *priv, const char *data, size_t size)
{
	struct dxa_logfile *l = priv;

	l->error = l->cut ? put(l, "\n", 1) : 0;
	if (!l->error)
		l->error = put(l, data, size);
	/* A line that is longer than the buffer continues in the next write. */
	if (!l->error)
		l->cut = false;
	l->failures += l->error != 0;
	return (ssize_t)size;
}

static int stream_close(void *priv)
{
	struct dxa_logfile *l = priv;

	return close(l->fd);
}

struct dxa_err *dxa_logfile_open(struct dxa_logfile *l, const char *path, mode_t mode, FILE **ret)
{
	const cookie_io_functions_t io = { .write = stream_write, .close = stream_close };
	struct dxa_err *err;

	*l = (struct dxa_logfile){ .path = path, .mode = mode };
	err = open_path(l);
	if (err)
		return err;
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
	int old = l->fd;
	struct dxa_err *err = open_path(l);

	l->stale = err ? (err->code ? err->code : EINVAL) : 0;
	if (err)
		return err;
	close(old);
	l->error = 0;
	return NULL;
}
