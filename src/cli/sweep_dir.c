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

/* A sweep that ended without a word has its last round there: the machine died in it. */
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
		round = (unsigned int)strtoul(text, NULL, 10);
	close(fd);
	if (!round || opts->sweep.first || opts->sweep.only)
		return NULL;
	return dxa_err_new(DXA_ERR_INPUT, 0,
			   "%s: an earlier sweep died in round %u, and the kernel perhaps with it: "
			   "go on with --from %u, or remove that file",
			   path, round, round + 1);
}

struct dxa_err *dxa_sweep_dir_check(const struct dxa_opts *opts)
{
	char path[PATH_MAX];
	struct stat st;
	struct dxa_err *err;

	if (!opts->record)
		return NULL;
	if (mkdir(opts->record, 0700) && errno != EEXIST)
		return dxa_err_new(DXA_ERR_INPUT, errno, "--record %s: %s", opts->record,
				   strerror(errno));
	if (stat(opts->record, &st) || !S_ISDIR(st.st_mode))
		return dxa_err_new(DXA_ERR_INPUT, 0,
				   "--record %s: a sweep keeps its recordings in a directory",
				   opts->record);
	err = check_progress(opts);
	/* Rounds of another sweep would be taken for this one's. */
	if (!err && !opts->sweep.first && !opts->sweep.only)
		unlink(path_of(opts, ROUNDS, path));
	return err;
}

/* The directory may be one to which others can write. */
static struct dxa_err *open_in(const char *path, int flags, int *fd)
{
	struct dxa_outfile place;
	struct dxa_err *err = dxa_outfile_find(path, &place);

	if (!err)
		err = dxa_outfile_open(&place, O_WRONLY | O_CREAT | flags, DXA_OUTFILE_MODE, true,
				       fd, NULL);
	dxa_outfile_close(&place);
	return err;
}

static void put(const struct dxa_opts *opts, const char *name, int flags, const char *text,
		size_t len)
{
	char path[PATH_MAX];
	struct dxa_err *err;
	int fd;

	err = open_in(path_of(opts, name, path), flags, &fd);
	if (err) {
		dxa_log(DXA_LOG_WARN, "cannot write %s: %s", path, err->msg);
		dxa_err_free(err);
		return;
	}
	if (write(fd, text, len) != (ssize_t)len || fsync(fd))
		dxa_log(DXA_LOG_WARN, "cannot write %s: %s", path, strerror(errno));
	close(fd);
}

void dxa_sweep_dir_begin(const struct dxa_opts *opts, unsigned int number)
{
	char text[16];

	if (opts->record)
		put(opts, PROGRESS, O_TRUNC, text,
		    (size_t)snprintf(text, sizeof(text), "%u\n", number));
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
	put(opts, ROUNDS, O_APPEND, line, (size_t)len);
	free(line);
}

void dxa_sweep_dir_end(const struct dxa_opts *opts)
{
	char path[PATH_MAX];

	if (opts->record)
		unlink(path_of(opts, PROGRESS, path));
}
