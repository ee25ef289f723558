// SPDX-License-Identifier: GPL-2.0-only
#include "cli/metrics_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/outfile.h"

/* The collector runs as another user, so the umask is not applied. */
#define MODE 0644

/* Remove what a killed daemon left, or another user put, there. 0 or errno. */
static int open_tmp(const struct dxa_outfile *p, char tmp[NAME_MAX + 1], int *ret)
{
	if (snprintf(tmp, NAME_MAX + 1, "%s" DXA_METRICS_TMP, p->name) > NAME_MAX)
		return ENAMETOOLONG;
	if (unlinkat(p->dir, tmp, 0) && errno != ENOENT)
		return errno;
	*ret = openat(p->dir, tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, MODE);
	return *ret < 0 ? errno : 0;
}

/* Is the file empty, or is its first line about one of our metrics? */
static bool is_ours(const struct dxa_outfile *p)
{
	char line[64] = "";
	int fd = openat(p->dir, p->name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	_cleanup_fclose_ FILE *f = fd < 0 ? NULL : fdopen(fd, "r");
	if (!f)
		return false;
	return !fgets(line, sizeof(line), f) || !strncmp(line, "daxaudit_", 9) ||
	       !strncmp(line, "# HELP daxaudit_", 16);
}

/* Look the path up and check it. An error does not contain the path. */
static struct dxa_err *find(const char *path, struct dxa_outfile *ret)
{
	struct dxa_err *err = dxa_outfile_find(path, ret);

	return err ? err : dxa_outfile_check(ret, true);
}

static struct dxa_err *check(const char *path, const struct dxa_outfile *p)
{
	char tmp[NAME_MAX + 1];
	int fd = -1, err;

	if (p->exists && !is_ours(p))
		return dxa_err_new(DXA_ERR_INPUT, 0,
				   "%s exists and holds no metrics of daxaudit: name another file "
				   "with --metrics",
				   path);
	err = open_tmp(p, tmp, &fd);
	if (!err) {
		close(fd);
		unlinkat(p->dir, tmp, 0);
	}
	if (!err || err == ENOSPC || err == EDQUOT)
		return NULL;
	return dxa_err_new(DXA_ERR_INPUT, err, "cannot write the metrics %s: %s", path,
			   strerror(err));
}

struct dxa_err *dxa_metrics_file_check(const char *path)
{
	struct dxa_outfile place;
	struct dxa_err *err = find(path, &place);

	err = err ? dxa_err_wrap(err, "cannot write the metrics %s", path) : check(path, &place);
	dxa_outfile_close(&place);
	return err;
}

/* Write and close; 0 or errno. */
static int write_all(int fd, mode_t mode, const struct dxa_run *run,
		     const struct dxa_result *result, const struct dxa_metrics_service *service)
{
	FILE *out = fdopen(fd, "w");
	struct dxa_metrics *metrics;
	int err = 0;

	if (!out) {
		err = errno;
		close(fd);
		return err;
	}
	metrics = dxa_metrics_new();
	if (metrics)
		dxa_metrics_add(metrics, run, result, service);
	err = metrics ? dxa_metrics_write(metrics, out) : ENOMEM;
	dxa_metrics_free(metrics);
	if (!err && (fchmod(fd, mode) || fflush(out)))
		err = errno;
	else if (!err && ferror(out))
		err = EIO;
	if (fclose(out) && !err)
		err = errno;
	return err;
}

/* 0 or errno. */
static int replace(const struct dxa_outfile *p, const struct dxa_run *run,
		   const struct dxa_result *result, const struct dxa_metrics_service *service)
{
	char tmp[NAME_MAX + 1];
	int fd = -1, err;

	err = open_tmp(p, tmp, &fd);
	if (err)
		return err;
	/* Keep the mode of an existing file. */
	err = write_all(fd, p->exists ? p->st.st_mode & 0777 : MODE, run, result, service);
	if (!err)
		err = dxa_outfile_replace(p, tmp);
	if (err)
		unlinkat(p->dir, tmp, 0);
	return err;
}

int dxa_metrics_file_write(const char *path, const struct dxa_run *run,
			   const struct dxa_result *result,
			   const struct dxa_metrics_service *service)
{
	struct dxa_outfile place;
	struct dxa_err *unfit = find(path, &place);
	int err = unfit ? (unfit->code ? unfit->code : EINVAL) : 0;

	dxa_err_free(unfit);
	if (!err)
		err = replace(&place, run, result, service);
	dxa_outfile_close(&place);
	return err;
}

void dxa_metrics_file_remove(const char *path)
{
	unlink(path);
}
