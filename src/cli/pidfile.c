// SPDX-License-Identifier: GPL-2.0-only
#include "cli/pidfile.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/outfile.h"

/* Room for a pid, a newline, a zero byte, and more to detect other contents. */
#define PID_MAX 16

static struct dxa_err *unfit(const char *path, int code, const char *why)
{
	return dxa_err_new(DXA_ERR_INPUT, code,
			   "cannot write the pid file %s: %s; name another with --pid-file", path,
			   why);
}

static struct dxa_err *cannot(const char *path, int code)
{
	return unfit(path, code, strerror(code));
}

static void make_folder(const char *path)
{
	char copy[PATH_MAX];

	/* After any error, opening the file fails with the reason. */
	snprintf(copy, sizeof(copy), "%s", path);
	mkdir(dirname(copy), 0755);
}

/* Is it a number and a newline, or nothing? Another file must not be overwritten. */
static bool read_pid(int fd, char pid[PID_MAX])
{
	ssize_t n = pread(fd, pid, PID_MAX - 1, 0);
	size_t digits;

	pid[n > 0 ? n : 0] = '\0';
	digits = strspn(pid, "0123456789");
	if (pid[digits] && strcmp(pid + digits, "\n") != 0)
		return false;
	pid[digits] = '\0';
	return n >= 0;
}

/* Anyone who can read the file can lock it, and so prevent a start of the daemon. */
static bool make_private(int fd, const struct stat *st)
{
	return !(st->st_mode & 077) || !fchmod(fd, 0600);
}

static struct dxa_err *take(const char *path, int fd)
{
	bool locked = !flock(fd, LOCK_EX | LOCK_NB);
	int code = errno;
	char pid[PID_MAX];
	size_t len;

	if (!locked && code != EWOULDBLOCK)
		return cannot(path, code);
	if (!read_pid(fd, pid))
		return dxa_err_new(DXA_ERR_INPUT, 0,
				   "%s exists and is no pid file: name another with --pid-file",
				   path);
	if (!locked)
		return dxa_err_new(DXA_ERR_REFUSED, EBUSY,
				   "another daxaudit daemon is running (pid %s, %s): stop it first",
				   pid[0] ? pid : "unknown", path);
	len = (size_t)snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());
	if (ftruncate(fd, 0) || pwrite(fd, pid, len, 0) != (ssize_t)len)
		return cannot(path, errno);
	return NULL;
}

/* Open and lock it. *ret is -1 when it was removed in between: try again. */
static struct dxa_err *try_enter(const char *path, int *ret)
{
	struct dxa_outfile place;
	struct dxa_err *err;
	int fd = -1;

	make_folder(path);
	err = dxa_outfile_find(path, &place);
	if (!err)
		err = dxa_outfile_open(&place, O_RDWR | O_NONBLOCK, 0600, true, &fd, NULL);
	if (err) {
		struct dxa_err *inner = err;

		err = unfit(path, inner->code, inner->msg);
		dxa_err_free(inner);
	} else if (!make_private(fd, &place.st)) {
		err = cannot(path, errno);
	} else {
		err = take(path, fd);
	}
	/* Another daemon would not see this lock. */
	if (fd >= 0 && (err || !dxa_outfile_holds(&place, fd))) {
		close(fd);
		fd = -1;
	}
	dxa_outfile_close(&place);
	*ret = fd;
	return err;
}

struct dxa_err *dxa_pidfile_lock(const char *path, int *ret)
{
	struct dxa_err *err;

	do
		err = try_enter(path, ret);
	while (!err && *ret < 0);
	return err;
}

void dxa_pidfile_unlock(int fd)
{
	if (fd < 0)
		return;
	if (ftruncate(fd, 0)) {
		/* A stale pid in a file without a lock does not matter. */
	}
	close(fd);
}
