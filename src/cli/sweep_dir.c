// SPDX-License-Identifier: GPL-2.0-only
#include "cli/sweep_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <json.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/infile.h"
#include "base/log.h"
#include "base/outfile.h"

#define PROGRESS "progress"
#define ROUNDS "rounds.jsonl"

static const char *path_of(const struct dxa_opts *opts, const char *name, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/%s", opts->record, name);
	return path;
}

/* Parse the round number that put_progress() wrote; 0 if text is not such a number. */
static unsigned int parse_round(const char *text)
{
	size_t digits = strspn(text, "0123456789");
	unsigned long round = strtoul(text, NULL, 10);

	/* strtoul() returns ULONG_MAX for a number that is too large. */
	if (!digits || strcmp(text + digits, "\n") != 0 || round >= UINT_MAX)
		return 0;
	return (unsigned int)round;
}

/* If the file exists, the machine crashed in that round of an earlier sweep. */
static struct dxa_err *check_progress(const struct dxa_opts *opts)
{
	char path[PATH_MAX], text[16] = "";
	unsigned int round = 0;
	struct dxa_err *err;
	int fd;

	err = dxa_infile_open(path_of(opts, PROGRESS, path), &fd);
	if (err && err->code == ENOENT) {
		dxa_err_free(err);
		return NULL;
	}
	if (err)
		return dxa_err_wrap(err, "cannot read %s", path);
	if (read(fd, text, sizeof(text) - 1) > 0)
		round = parse_round(text);
	close(fd);
	if (opts->sweep.first || opts->sweep.only)
		return NULL;
	if (!round)
		return dxa_err_new(
			DXA_ERR_INPUT, 0,
			"%s: damaged: an earlier sweep died, and the kernel perhaps with "
			"it, in a round behind the last one of " ROUNDS ": go on with "
			"--from, or remove that file",
			path);
	return dxa_err_new(DXA_ERR_INPUT, 0,
			   "%s: an earlier sweep was interrupted in round %u, perhaps by a crash: "
			   "continue with --from %u, or remove that file",
			   path, round, round + 1);
}

/* Whoever owns the directory can put files of theirs in it, and read what is written to them. */
static struct dxa_err *check_directory(const struct dxa_outfile *p)
{
	if (!p->exists || !S_ISDIR(p->st.st_mode))
		return dxa_err_new(DXA_ERR_INPUT, ENOTDIR,
				   "a sweep keeps its recordings in a directory");
	if (p->st.st_uid != geteuid() && p->st.st_uid != 0)
		return dxa_err_new(DXA_ERR_INPUT, EACCES, "it belongs to another user (uid %u)",
				   p->st.st_uid);
	return NULL;
}

static struct dxa_err *make_directory(const char *path)
{
	struct dxa_outfile place;
	struct dxa_err *err;

	if (mkdir(path, 0700) && errno != EEXIST)
		return dxa_err_new(DXA_ERR_INPUT, errno, "%s", strerror(errno));
	err = dxa_outfile_find(path, &place);
	if (!err)
		err = check_directory(&place);
	dxa_outfile_close(&place);
	return err;
}

struct dxa_err *dxa_sweep_dir_check(const struct dxa_opts *opts)
{
	char path[PATH_MAX];
	struct dxa_err *err;

	if (!opts->record)
		return NULL;
	err = make_directory(opts->record);
	if (err)
		return dxa_err_wrap(err, "--record %s", opts->record);
	err = check_progress(opts);
	/* Remove the rounds of another sweep. */
	if (!err && !opts->sweep.first && !opts->sweep.only)
		unlink(path_of(opts, ROUNDS, path));
	return err;
}

/* Others may be able to write to the directory, so check the file. */
static struct dxa_err *open_to_append(const char *path, int *fd)
{
	struct dxa_outfile place;
	struct dxa_err *err = dxa_outfile_find(path, &place);

	if (!err)
		err = dxa_outfile_open(&place, O_WRONLY | O_APPEND, DXA_OUTFILE_MODE, true, fd,
				       NULL);
	dxa_outfile_close(&place);
	return err;
}

static void append(const struct dxa_opts *opts, const char *name, const char *text, size_t len)
{
	char path[PATH_MAX];
	struct dxa_err *err;
	int fd;

	err = open_to_append(path_of(opts, name, path), &fd);
	if (err) {
		dxa_log(DXA_LOG_WARN, "cannot write %s: %s", path, err->msg);
		dxa_err_free(err);
		return;
	}
	if (write(fd, text, len) != (ssize_t)len || fsync(fd))
		dxa_log(DXA_LOG_WARN, "cannot write %s: %s", path, strerror(errno));
	close(fd);
}

/* A renamed file is on disk when its directory is. */
static int sync_directory(const struct dxa_outfile *place)
{
	int fd = openat(place->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int err = fd < 0 || fsync(fd) ? errno : 0;

	if (fd >= 0)
		close(fd);
	return err;
}

/* A machine that dies meanwhile leaves the old number or the new one. 0 or errno. */
static int replace_text(const struct dxa_outfile *place, const char *text, size_t len)
{
	char tmp[NAME_MAX + 1];
	int fd = dxa_outfile_create_beside(place, DXA_OUTFILE_MODE, tmp), err = 0;

	if (fd < 0)
		return errno;
	if (write(fd, text, len) != (ssize_t)len || fsync(fd))
		err = errno ? errno : ENOSPC;
	close(fd);
	if (!err)
		err = dxa_outfile_replace(place, tmp);
	if (err)
		unlinkat(place->dir, tmp, 0);
	return err ? err : sync_directory(place);
}

static void put_progress(const char *path, unsigned int number)
{
	char text[16];
	size_t len = (size_t)snprintf(text, sizeof(text), "%u\n", number);
	struct dxa_outfile place;
	struct dxa_err *err = dxa_outfile_find(path, &place);
	int code = 0;

	if (!err)
		err = dxa_outfile_check(&place, true);
	if (!err)
		code = replace_text(&place, text, len);
	if (err || code)
		dxa_log(DXA_LOG_WARN, "cannot write %s: %s", path, err ? err->msg : strerror(code));
	dxa_err_free(err);
	dxa_outfile_close(&place);
}

void dxa_sweep_dir_begin(const struct dxa_opts *opts, unsigned int number)
{
	char path[PATH_MAX];

	if (opts->record)
		put_progress(path_of(opts, PROGRESS, path), number);
}

void dxa_sweep_dir_add(const struct dxa_opts *opts, const struct dxa_sweep_round *round)
{
	struct json_object *o;
	const char *text;
	char *line;
	int len;

	if (!opts->record)
		return;
	o = dxa_sweep_round_json(round);
	text = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN);
	len = text ? asprintf(&line, "%s\n", text) : -1;
	json_object_put(o);
	if (len < 0)
		return;
	append(opts, ROUNDS, line, (size_t)len);
	free(line);
}

void dxa_sweep_dir_end(const struct dxa_opts *opts)
{
	char path[PATH_MAX];

	if (opts->record)
		unlink(path_of(opts, PROGRESS, path));
}
