// SPDX-License-Identifier: GPL-2.0-only
#include "cli/metrics_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct dxa_err *cannot(const char *path, int code)
{
	return dxa_err_new(DXA_ERR_SYSTEM, code, "cannot write the metrics %s: %s", path,
			   strerror(code));
}

/* Write and close; 0 or errno. */
static int write_all(int fd, const struct dxa_run *run, const struct dxa_result *result,
		     const struct dxa_metrics_service *service)
{
	FILE *out = fdopen(fd, "w");
	int err = 0;

	if (!out) {
		err = errno;
		close(fd);
		return err;
	}
	dxa_metrics_write(out, run, result, service);
	/* The collector runs as somebody else, whatever our umask is. */
	if (fchmod(fd, 0644) || fflush(out))
		err = errno;
	else if (ferror(out))
		err = EIO;
	if (fclose(out) && !err)
		err = errno;
	return err;
}

struct dxa_err *dxa_metrics_file_write(const char *path, const struct dxa_run *run,
				       const struct dxa_result *result,
				       const struct dxa_metrics_service *service)
{
	char tmp[PATH_MAX];
	int fd, err;

	if (snprintf(tmp, sizeof(tmp), "%s.tmp", path) >= (int)sizeof(tmp))
		return cannot(path, ENAMETOOLONG);
	fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return cannot(path, errno);
	err = write_all(fd, run, result, service);
	if (!err && rename(tmp, path))
		err = errno;
	if (!err)
		return NULL;
	unlink(tmp);
	return cannot(path, err);
}

void dxa_metrics_file_remove(const char *path)
{
	unlink(path);
}
