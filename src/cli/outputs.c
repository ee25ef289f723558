// SPDX-License-Identifier: GPL-2.0-only
#include "cli/outputs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/outfile.h"
#include "base/vec.h"
#include "cli/metrics_file.h"

#define SUFFIX ".dxr"

/* ---- names ---- */

bool dxa_output_is_for_each(const char *spec)
{
	return strchr(spec, ':') && strstr(spec, DXA_OUTPUT_PLACE);
}

/* The name of a recording without directory and suffix. *len: its length. */
static const char *stem(const char *path, size_t *len)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	*len = strlen(name);
	if (*len > strlen(SUFFIX) && !strcmp(name + *len - strlen(SUFFIX), SUFFIX))
		*len -= strlen(SUFFIX);
	return name;
}

char *dxa_output_fill_in(const char *spec, const char *recording)
{
	const char *place = strstr(spec, DXA_OUTPUT_PLACE), *name;
	char *ret;
	size_t len;

	if (!place || !strchr(spec, ':'))
		return strdup(spec);
	name = stem(recording, &len);
	if (asprintf(&ret, "%.*s%.*s%s", (int)(place - spec), spec, (int)len, name,
		     place + strlen(DXA_OUTPUT_PLACE)) < 0)
		return NULL;
	return ret;
}

/* ---- files ---- */

enum use {
	WRITTEN,
	READ_AS_RECORDING,
	READ_AS_POLICY,
	READ_AS_BTF,
};

/* A file that an option or an argument names. */
struct named {
	char *what; /* the option as the user wrote it */
	enum use use;
	struct dxa_outfile at; /* closed: only for comparing */
};

struct files {
	struct dxa_vec named;
	bool nomem;
};

/* Only regular files conflict: not /dev/null, a terminal or a socket. */
static bool is_file(const struct dxa_outfile *p)
{
	return !p->exists || S_ISREG(p->st.st_mode) || S_ISFIFO(p->st.st_mode);
}

static void push(struct files *files, const struct named *new)
{
	if (new->what && dxa_vec_push(&files->named, new))
		return;
	free(new->what);
	files->nomem = true;
}

/* prefix: the text before path on the command line; suffix: its purpose. */
static void add_for(struct files *files, enum use use, const char *prefix, const char *path,
		    const char *suffix)
{
	struct named new = { .use = use };
	struct dxa_err *err;

	if (!path)
		return;
	err = dxa_outfile_find(path, &new.at);
	dxa_outfile_close(&new.at);
	if (!err && is_file(&new.at)) {
		if (asprintf(&new.what, "%s%s%s", prefix, path, suffix) < 0)
			new.what = NULL;
		push(files, &new);
	}
	dxa_err_free(err);
}

static void add(struct files *files, const char *prefix, const char *path)
{
	add_for(files, WRITTEN, prefix, path, "");
}

/* What is read is what open(2) finds, whoever made the links that lead there. */
static void add_input(struct files *files, const char *prefix, const char *path, enum use use)
{
	struct named new = { .use = use, .at = { .dir = -1, .fd = -1, .exists = true } };
	bool standard = use == READ_AS_RECORDING && path && !strcmp(path, "-");

	if (!path)
		return;
	if (standard ? fstat(STDIN_FILENO, &new.at.st) : stat(path, &new.at.st)) {
		add_for(files, use, prefix, path, "");
		return;
	}
	if (asprintf(&new.what, "%s%s", prefix, standard ? "standard input" : path) < 0)
		new.what = NULL;
	push(files, &new);
}

static void add_standard_output(struct files *files)
{
	struct named new = { .use = WRITTEN, .at = { .exists = true } };

	if (fstat(STDOUT_FILENO, &new.at.st) || !is_file(&new.at))
		return;
	new.what = strdup("standard output");
	push(files, &new);
}

/* spec is FORMAT:FILE. */
static void add_output_file(struct files *files, const char *spec, const char *suffix)
{
	char prefix[64];
	size_t len = strcspn(spec, ":");

	snprintf(prefix, sizeof(prefix), "-o %.*s:", (int)len, spec);
	add_for(files, WRITTEN, prefix, spec + len + 1, suffix);
}

/* The file of the output for one recording. */
static void add_filled_in(struct files *files, const char *spec, const char *recording)
{
	char *filled = dxa_output_fill_in(spec, recording), *suffix;

	if (asprintf(&suffix, " (for %s)", recording) < 0)
		suffix = NULL;
	if (filled && suffix)
		add_output_file(files, filled, suffix);
	else
		files->nomem = true;
	free(filled);
	free(suffix);
}

static void add_output(struct files *files, const char *spec, char *const *recordings)
{
	if (!strchr(spec, ':')) {
		add_standard_output(files);
		return;
	}
	if (!recordings || !dxa_output_is_for_each(spec)) {
		add_output_file(files, spec, "");
		return;
	}
	for (; *recordings; recordings++)
		add_filled_in(files, spec, *recordings);
}

/* The temporary file of the metrics, which replaces any file there. */
static void add_beside(struct files *files, const char *metrics)
{
	char *tmp;

	if (!metrics)
		return;
	if (asprintf(&tmp, "%s" DXA_METRICS_TMP, metrics) < 0)
		tmp = NULL;
	if (tmp)
		add_for(files, WRITTEN, "--metrics ", tmp, " (written first, then renamed)");
	else
		files->nomem = true;
	free(tmp);
}

static void add_arguments(struct files *files, const struct dxa_opts *opts, unsigned int mask)
{
	char **arg = opts->args;
	size_t n = 0, takes = mask & DXA_CMD_REPORT ? 1 : mask & DXA_CMD_DIFF ? 2 : SIZE_MAX;

	while (arg[n])
		n++;
	/* The command itself refuses too many. */
	if (n > takes)
		return;
	if (mask & (DXA_CMD_REPLAY | DXA_CMD_REPORT | DXA_CMD_DIFF))
		for (; *arg; arg++)
			add_input(files, "", *arg, READ_AS_RECORDING);
	/* Its first argument says what to do with the files. */
	if (mask & DXA_CMD_POLICY && *arg)
		while (*++arg)
			add_input(files, "", *arg, READ_AS_POLICY);
}

static void add_all(struct files *files, const struct dxa_opts *opts, unsigned int mask)
{
	bool replays = mask & (DXA_CMD_REPLAY | DXA_CMD_REPORT);

	add_arguments(files, opts, mask);
	for (size_t i = 0; i < opts->n_policies; i++)
		add_input(files, "--policy ", opts->policies[i], READ_AS_POLICY);
	add_input(files, "--btf ", opts->btf, READ_AS_BTF);
	for (size_t i = 0; i < opts->n_outputs; i++)
		add_output(files, opts->outputs[i], replays ? opts->args : NULL);
	if (!opts->n_outputs && !(mask & DXA_CMD_DAEMON))
		add_standard_output(files);
	add(files, "--record ", opts->record);
	add(files, "--log ", opts->log);
	add(files, "--metrics ", opts->metrics);
	add_beside(files, opts->metrics);
	if (mask & DXA_CMD_DAEMON)
		add(files, "--pid-file ", opts->pid_file);
}

/* It would be judged, counted or compared with itself twice. */
static struct dxa_err *twice(const struct named *a, const struct named *b)
{
	if (a->use != b->use)
		return NULL;
	if (!strcmp(a->what, b->what))
		return dxa_err_new(DXA_ERR_INPUT, 0, "%s is given twice", a->what);
	return dxa_err_new(DXA_ERR_INPUT, 0, "%s and %s are the same file: name it once", a->what,
			   b->what);
}

static struct dxa_err *clash(const struct named *a, const struct named *b)
{
	const struct named *out = a->use == WRITTEN ? a : b, *other = a->use == WRITTEN ? b : a;

	if (!dxa_outfile_same(&a->at, &b->at))
		return NULL;
	if (out->use != WRITTEN)
		return twice(a, b);
	if (other->use == WRITTEN)
		return dxa_err_new(DXA_ERR_INPUT, 0,
				   "%s and %s would write to the same file: name two", a->what,
				   b->what);
	return dxa_err_new(DXA_ERR_INPUT, 0,
			   "%s would overwrite %s, which is read: name another "
			   "file",
			   out->what, other->what);
}

static struct dxa_err *find_clash(const struct files *files)
{
	const struct named *all = files->named.data;
	struct dxa_err *err = NULL;

	for (size_t i = 0; i < files->named.len && !err; i++)
		for (size_t k = i + 1; k < files->named.len && !err; k++)
			err = clash(&all[i], &all[k]);
	return err;
}

struct dxa_err *dxa_outputs_check(const struct dxa_opts *opts, unsigned int mask)
{
	struct files files = { .named = DXA_VEC_OF(struct named) };
	struct dxa_err *err;

	add_all(&files, opts, mask);
	err = files.nomem ? dxa_err_nomem() : find_clash(&files);
	for (size_t i = 0; i < files.named.len; i++)
		free(((struct named *)dxa_vec_at(&files.named, i))->what);
	dxa_vec_free(&files.named);
	return err;
}
