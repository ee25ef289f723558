// SPDX-License-Identifier: GPL-2.0-only
#include "base/infile.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct dxa_err *refused(int code)
{
	return dxa_err_new(DXA_ERR_INPUT, code, "%s", strerror(code));
}

static struct dxa_err *check(int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return refused(errno);
	if (S_ISDIR(st.st_mode))
		return refused(EISDIR);
	if (!S_ISREG(st.st_mode))
		return dxa_err_new(DXA_ERR_INPUT, EINVAL, "it is no regular file");
	return NULL;
}

struct dxa_err *dxa_infile_open(const char *path, int *ret)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct dxa_err *err;

	/* A socket, or a device file without a device. */
	if (fd < 0 && errno == ENXIO)
		return dxa_err_new(DXA_ERR_INPUT, ENXIO, "it is no regular file");
	if (fd < 0)
		return refused(errno);
	err = check(fd);
	if (err) {
		close(fd);
		return err;
	}
	*ret = fd;
	return NULL;
}
