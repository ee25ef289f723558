// SPDX-License-Identifier: GPL-2.0-only
#include "cli/policies.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/infile.h"

#define SUFFIX ".yaml"

const char *dxa_policies_today(char buf[DXA_DATE_LEN])
{
	time_t now = time(NULL);
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(buf, DXA_DATE_LEN, "%Y-%m-%d", &tm);
	return buf;
}

/* ---- one file ---- */

static struct dxa_err *unreadable(const char *path, int err)
{
	return dxa_err_new(DXA_ERR_INPUT, err, "cannot read the policy %s: %s",
			   path[0] ? path : "''", strerror(err));
}

static struct dxa_err *read_stream(struct dxa_policy *policy, const char *path, FILE *f,
				   struct dxa_policy_problems *problems)
{
	/* Read one byte more than the limit, to detect a file that is too long. */
	char *text = malloc(DXA_POLICY_SIZE_MAX + 1);
	struct dxa_err *err = NULL;
	size_t len;

	if (!text)
		return dxa_err_nomem();
	errno = 0;
	len = fread(text, 1, DXA_POLICY_SIZE_MAX + 1, f);
	if (ferror(f))
		err = unreadable(path, errno);
	else
		dxa_policy_read(policy, path, text, len, problems);
	free(text);
	if (!err && problems->nomem)
		err = dxa_err_nomem();
	return err;
}

struct dxa_err *dxa_policies_read(struct dxa_policy *policy, const char *path,
				  struct dxa_policy_problems *problems)
{
	int fd = -1;
	struct dxa_err *err = dxa_infile_open(path, &fd);

	if (err)
		return dxa_err_wrap(err, "cannot read the policy %s", path[0] ? path : "''");
	_cleanup_fclose_ FILE *f = fdopen(fd, "r");
	if (!f) {
		close(fd);
		return dxa_err_nomem();
	}
	return read_stream(policy, path, f, problems);
}

/* An error with the first problem. */
static struct dxa_err *error_of(const struct dxa_policy_problems *problems, const char *path)
{
	const struct dxa_policy_problem *first = problems->all.data;
	size_t n = problems->all.len;

	if (problems->nomem)
		return dxa_err_nomem();
	if (!n)
		return NULL;
	if (n == 1)
		return dxa_err_new(DXA_ERR_INPUT, 0, "%s", first->text);
	return dxa_err_new(DXA_ERR_INPUT, 0, "%s (and %zu more: 'daxaudit policy lint %s')",
			   first->text, n - 1, path);
}

static struct dxa_err *add_file(struct dxa_policy *policy, const char *path)
{
	struct dxa_policy_problems problems = { 0 };
	struct dxa_err *err = dxa_policies_read(policy, path, &problems);

	if (!err)
		err = error_of(&problems, path);
	dxa_policy_problems_free(&problems);
	return err;
}

/* ---- files of the system ---- */

static struct dxa_err *add_if_there(struct dxa_policy *policy, const char *path)
{
	struct dxa_err *err = add_file(policy, path);

	if (err && (err->code == ENOENT || err->code == ENOTDIR)) {
		dxa_err_free(err);
		return NULL;
	}
	return err;
}

static int is_policy(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > strlen(SUFFIX) &&
	       !strcmp(entry->d_name + len - strlen(SUFFIX), SUFFIX);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static struct dxa_err *add_folder(struct dxa_policy *policy, const char *folder)
{
	struct dirent **entries;
	struct dxa_err *err = NULL;
	int n = scandir(folder, &entries, is_policy, by_name);

	if (n < 0)
		return errno == ENOENT || errno == ENOTDIR ? NULL : unreadable(folder, errno);
	for (int i = 0; i < n; i++) {
		char path[sizeof(DXA_POLICY_SYSTEM_DIR) + sizeof(entries[i]->d_name)];

		snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
		if (!err)
			err = add_file(policy, path);
		free(entries[i]);
	}
	free(entries);
	return err;
}

/* ---- all files ---- */

static struct dxa_err *add_built_in(struct dxa_policy *policy)
{
	struct dxa_policy_problems problems = { 0 };
	struct dxa_err *err;
	const char *text;
	size_t len;

	text = dxa_policy_built_in(&len);
	dxa_policy_read(policy, DXA_POLICY_BUILT_IN, text, len, &problems);
	err = error_of(&problems, DXA_POLICY_BUILT_IN);
	dxa_policy_problems_free(&problems);
	return err;
}

static struct dxa_err *add_options(struct dxa_policy *policy, const struct dxa_opts *opts)
{
	if ((opts->failing_given && !dxa_policy_fail_on(policy, opts->failing, "--fail-on")) ||
	    (opts->require && !dxa_policy_require(policy, opts->require, "--require")) ||
	    (opts->assume_aliasing && !dxa_policy_assume(policy, opts->aliasing, "--assume")))
		return dxa_err_nomem();
	return NULL;
}

struct dxa_err *dxa_policies_load(struct dxa_policy *policy, const struct dxa_opts *opts)
{
	struct dxa_err *err;

	dxa_policy_init(policy);
	err = add_built_in(policy);
	if (!err && !opts->no_policy)
		err = add_if_there(policy, DXA_POLICY_SYSTEM);
	if (!err && !opts->no_policy)
		err = add_folder(policy, DXA_POLICY_SYSTEM_DIR);
	for (size_t i = 0; i < opts->n_policies && !err; i++)
		err = add_file(policy, opts->policies[i]);
	return err ? err : add_options(policy, opts);
}
