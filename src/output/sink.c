// SPDX-License-Identifier: GPL-2.0-only
#include "output/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct dxa_sink_ops *const formats[] = {
	&dxa_sink_text,	 &dxa_sink_json,    &dxa_sink_jsonl,	    &dxa_sink_ktap, &dxa_sink_junit,
	&dxa_sink_kcidb, &dxa_sink_metrics, &dxa_sink_chrome_trace, &dxa_sink_html
};

const struct dxa_sink_ops *const *dxa_sink_formats(size_t *n)
{
	*n = sizeof(formats) / sizeof(formats[0]);
	return formats;
}

static const struct dxa_sink_ops *find_format(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (strlen(formats[i]->name) == len && !strncmp(formats[i]->name, name, len))
			return formats[i];
	return NULL;
}

/* A device, a pipe, a terminal or a descriptor cannot be replaced by a rename. */
static bool is_replaceable(const struct dxa_outfile *p)
{
	return p->fd < 0 && (!p->exists || S_ISREG(p->st.st_mode));
}

static struct dxa_err *open_place(struct dxa_sink *s, mode_t mode)
{
	struct dxa_err *err = dxa_outfile_check(&s->place, false);
	int fd = -1;

	if (!err && is_replaceable(&s->place)) {
		fd = dxa_outfile_create_beside(&s->place, mode, s->tmp);
		if (fd < 0)
			s->tmp[0] = '\0';
	} else if (!err) {
		err = dxa_outfile_open(&s->place, O_WRONLY, mode, false, &fd, NULL);
	}
	if (err)
		return err;
	/* Of a file, too: a stream of stdio's own forgets why a write failed. */
	if (fd >= 0) {
		s->patient.fd = fd;
		s->out = dxa_slowio_stream(&s->patient);
	}
	return s->out ? NULL : dxa_err_new(DXA_ERR_INPUT, errno, "%s", strerror(errno));
}

static struct dxa_err *open_file(struct dxa_sink *s, const char *path, mode_t mode)
{
	struct dxa_err *err;

	s->path = strdup(path);
	if (!s->path)
		return dxa_err_nomem();
	err = dxa_outfile_find(path, &s->place);
	if (!err)
		err = open_place(s, mode);
	return err ? dxa_err_wrap(err, "cannot write %s", path) : NULL;
}

static struct dxa_err *open_standard_output(struct dxa_sink *s)
{
	s->patient.fd = STDOUT_FILENO;
	s->out = dxa_slowio_stream(&s->patient);
	return s->out ? NULL : dxa_err_nomem();
}

struct dxa_err *dxa_sink_open(const char *spec, mode_t mode, struct dxa_sink **ret)
{
	size_t len = strcspn(spec, ":");
	const struct dxa_sink_ops *ops = find_format(spec, len);
	struct dxa_err *err = NULL;
	struct dxa_sink *s;

	if (!ops)
		return dxa_err_new(DXA_ERR_INPUT, 0, "unknown output format '%.*s'", (int)len,
				   spec);
	if (spec[len] == ':' && !spec[len + 1])
		return dxa_err_new(DXA_ERR_INPUT, 0, "no file name after '%s'", spec);
	s = calloc(1, sizeof(*s));
	if (!s)
		return dxa_err_nomem();
	s->ops = ops;
	s->parts = 1;
	s->place.dir = s->patient.fd = -1;
	err = spec[len] == ':' ? open_file(s, spec + len + 1, mode) : open_standard_output(s);
	if (!err && ops->open)
		err = ops->open(s);
	if (err) {
		dxa_sink_discard(s);
		return err;
	}
	*ret = s;
	return NULL;
}

struct dxa_err *dxa_sink_new(const struct dxa_sink_ops *ops, FILE *out, void *state,
			     struct dxa_sink **ret)
{
	struct dxa_sink *s = calloc(1, sizeof(*s));

	if (!s)
		return dxa_err_nomem();
	s->ops = ops;
	s->parts = 1;
	s->place.dir = s->patient.fd = -1;
	s->out = out;
	s->state = state;
	*ret = s;
	return NULL;
}

void dxa_sink_begin(struct dxa_sink *s, const struct dxa_run *run)
{
	s->run = run;
	s->part++;
	s->walking = true;
	if (s->ops->begin)
		s->ops->begin(s, run);
}

void dxa_sink_event(struct dxa_sink *s, const struct dxa_event *ev)
{
	if (s->ops->event)
		s->ops->event(s, ev);
}

void dxa_sink_context(struct dxa_sink *s, const struct dxa_context *ctx)
{
	if (s->ops->context)
		s->ops->context(s, ctx);
}

void dxa_sink_finding(struct dxa_sink *s, const struct dxa_finding *finding)
{
	if (s->ops->finding)
		s->ops->finding(s, finding);
}

void dxa_sink_withdrawn(struct dxa_sink *s, const struct dxa_finding *finding)
{
	s->ops->withdrawn(s, finding);
}

bool dxa_sink_can_withdraw(const struct dxa_sink *s)
{
	/* A format without findings, or with counts at the end, has nothing to withdraw. */
	return s->ops->withdrawn;
}

void dxa_sink_fed(struct dxa_sink *s)
{
	if (s->ops->fed)
		s->ops->fed(s);
}

void dxa_sink_device(struct dxa_sink *s, const struct dxa_device *device)
{
	if (s->ops->device)
		s->ops->device(s, device);
}

void dxa_sink_end(struct dxa_sink *s, const struct dxa_result *result)
{
	s->ops->end(s, result);
	s->walking = false;
}

void dxa_sink_unread(struct dxa_sink *s, const char *recording, const char *why)
{
	s->part++;
	if (s->ops->unread)
		s->ops->unread(s, recording, why);
}

void dxa_sink_summary(struct dxa_sink *s, const struct dxa_summary *summary)
{
	if (s->ops->summary)
		s->ops->summary(s, summary);
}

bool dxa_sink_refused(struct dxa_sink *s, const struct dxa_run *run,
		      const struct dxa_refusal *refusal)
{
	if (!s->ops->refused)
		return false;
	s->run = run;
	s->ops->refused(s, refusal);
	return true;
}

const char *dxa_refusal_name(const struct dxa_refusal *refusal)
{
	return refusal->skip ? "skip" : "error";
}

bool dxa_sink_on_stdout(const struct dxa_sink *s)
{
	struct stat ours, std;
	int fd = s->patient.fd;

	if (fd == STDOUT_FILENO)
		return true;
	/* A dxa_slowio stream has no descriptor of its own; a stream of the caller may have none. */
	if (fd < 0 && s->out)
		fd = fileno(s->out);
	return fd >= 0 && !fstat(fd, &ours) && !fstat(STDOUT_FILENO, &std) &&
	       ours.st_dev == std.st_dev && ours.st_ino == std.st_ino;
}

void dxa_sink_flush(struct dxa_sink *s)
{
	/* The stream only remembers that something failed: the first reason is kept here. */
	if (fflush(s->out) && !s->err)
		s->err = errno;
}

static void remove_tmp(const struct dxa_sink *s)
{
	if (s->tmp[0])
		unlinkat(s->place.dir, s->tmp, 0);
}

static void free_sink(struct dxa_sink *s)
{
	if (s->ops->free)
		s->ops->free(s);
	dxa_outfile_close(&s->place);
	free(s->path);
	free(s);
}

static struct dxa_err *write_error(const struct dxa_sink *s, int code)
{
	return dxa_err_new(DXA_ERR_SYSTEM, code, "cannot write %s: %s",
			   s->path ? s->path : "to standard output", dxa_slowio_strerror(code));
}

/* Returns 0 or errno. */
static int close_out(struct dxa_sink *s)
{
	int err = fclose(s->out) ? errno : 0;

	s->out = NULL;
	if (s->patient.fd >= 0 && s->path && close(s->patient.fd) && !err)
		err = errno;
	return err;
}

/* Close the stream; the errno of the first write that failed, or 0. */
static int close_stream(struct dxa_sink *s)
{
	bool bad = s->out && ferror(s->out);
	int err = s->err, closed;

	if (!s->out)
		return err;
	errno = 0;
	if ((fflush(s->out) || bad) && !err)
		err = errno ? errno : EIO;
	if (s->tmp[0] && !err && fsync(s->patient.fd) && errno != EINVAL)
		err = errno;
	closed = close_out(s);
	/* A dxa_slowio stream keeps the first reason. */
	if (s->patient.err)
		return s->patient.err;
	return err ? err : closed;
}

struct dxa_err *dxa_sink_close(struct dxa_sink *s)
{
	struct dxa_err *ret = NULL;
	int err;

	if (!s)
		return NULL;
	err = close_stream(s);
	if (!err && s->tmp[0])
		err = dxa_outfile_replace(&s->place, s->tmp);
	if (err) {
		ret = write_error(s, err);
		remove_tmp(s);
	}
	free_sink(s);
	return ret;
}

void dxa_sink_discard(struct dxa_sink *s)
{
	if (!s)
		return;
	if (s->out)
		close_out(s);
	remove_tmp(s);
	free_sink(s);
}
