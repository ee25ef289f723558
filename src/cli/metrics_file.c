// SPDX-License-Identifier: GPL-2.0-only
#include "cli/metrics_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

#define SUFFIX ".tmp"

/* 0 or errno. */
static int open_tmp(const char *path, char tmp[PATH_MAX], int *ret)
{
	if (snprintf(tmp, PATH_MAX, "%s" SUFFIX, path) >= PATH_MAX)
		return ENAMETOOLONG;
	*ret = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	return *ret < 0 ? errno : 0;
}

/* Nothing, an empty file, or one whose first line names a metric of ours. */
static bool is_ours(const char *path)
{
	char line[64] = "";
	struct stat st;

	if (stat(path, &st))
		return errno == ENOENT;
	if (!S_ISREG(st.st_mode))
		return false;
	_cleanup_fclose_ FILE *f = fopen(path, "re");
	if (!f)
		return false;
	return !fgets(line, sizeof(line), f) || !strncmp(line, "daxaudit_", 9) ||
	       !strncmp(line, "# HELP daxaudit_", 16);
}

struct dxa_err *dxa_metrics_file_check(const char *path)
{
	char tmp[PATH_MAX];
	int fd, err;

	if (!is_ours(path))
		return dxa_err_new(DXA_ERR_INPUT, 0,
				   "%s exists and holds no metrics of daxaudit: name another file "
				   "with --metrics",
				   path);
	err = open_tmp(path, tmp, &fd);
	if (!err) {
		close(fd);
		unlink(tmp);
	}
	if (!err || err == ENOSPC || err == EDQUOT)
		return NULL;
	return dxa_err_new(DXA_ERR_INPUT, err, "cannot write the metrics %s: %s", path,
			   strerror(err));
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

int dxa_metrics_file_write(const char *path, const struct dxa_run *run,
			   const struct dxa_result *result,
			   const struct dxa_metrics_service *service)
{
	char tmp[PATH_MAX];
	int fd, err;

	err = open_tmp(path, tmp, &fd);
	if (err)
		return err;
	err = write_all(fd, run, result, service);
	if (!err && rename(tmp, path))
		err = errno;
	if (err)
		unlink(tmp);
	return err;
}

void dxa_metrics_file_remove(const char *path)
{
	unlink(path);
}
