// SPDX-License-Identifier: GPL-2.0-only
#include "probe/tracefs.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/procstat.h"
#include "base/vec.h"

#define GROUP_PREFIX "daxaudit_"

/*
 * The limit of concurrent kretprobes; more are missed, and counted. The kernel's default
 * is twice the number of CPUs; brackets sleep, so there can be more.
 */
#define MAXACTIVE 128

/*
 * The files stay open, so that events can be removed and missed calls be read after
 * tracefs was unmounted (lazily), and without privileges.
 */
struct dxa_tracefs {
	const char *root;
	int events; /* kprobe_events */
	FILE *profile; /* kprobe_profile */
	char group[64];
	long pid;
	struct dxa_vec made; /* struct event_name: events of this process */
	struct dxa_vec dead; /* struct text: commands that remove events of exited processes */
};

struct text {
	char s[192];
};

struct event_name {
	char s[96];
};

/* kprobe_profile lists events without their group, so the names must be unique. */
static struct event_name event_name(const struct dxa_tracefs *t, const char *name)
{
	struct event_name e;

	snprintf(e.s, sizeof(e.s), "%.64s_%ld", name, t->pid);
	return e;
}

static const char *const roots[] = { "/sys/kernel/tracing", "/sys/kernel/debug/tracing" };

/* 0 when the process has exited or is exiting: it does not use its events any more. */
static uint64_t start_time(long pid)
{
	struct dxa_procstat stat;

	return dxa_procstat_read(pid, &stat) && !dxa_procstat_ends(&stat) ? stat.start : 0;
}

static bool is_tracefs(const char *path)
{
	struct statfs fs;

	return !statfs(path, &fs) && fs.f_type == TRACEFS_MAGIC;
}

int dxa_tracefs_open_at(const char *root, struct dxa_tracefs **ret)
{
	struct dxa_tracefs *t;
	char path[PATH_MAX];
	int events;

	snprintf(path, sizeof(path), "%s/kprobe_events", root);
	events = open(path, O_RDWR | O_APPEND | O_CLOEXEC | O_NONBLOCK);
	if (events < 0)
		return -errno;
	t = calloc(1, sizeof(*t));
	if (!t) {
		close(events);
		return -ENOMEM;
	}
	t->root = root;
	t->events = events;
	t->made = DXA_VEC_OF(struct event_name);
	t->dead = DXA_VEC_OF(struct text);
	/* Absent if the kernel has no profile of kprobe events. */
	snprintf(path, sizeof(path), "%s/kprobe_profile", root);
	t->profile = fopen(path, "re");
	t->pid = getpid();
	snprintf(t->group, sizeof(t->group), GROUP_PREFIX "%ld_%" PRIu64, t->pid,
		 start_time(t->pid));
	*ret = t;
	return 0;
}

struct dxa_err *dxa_tracefs_open(struct dxa_tracefs **ret)
{
	int why = ENOENT;

	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
		int err = dxa_tracefs_open_at(roots[i], ret);

		if (!err)
			return NULL;
		if (err == -ENOMEM)
			return dxa_err_nomem();
		if (err != -ENOENT)
			why = -err;
	}
	/* With lockdown tracefs is empty: tracefs_create_file() in fs/tracefs/inode.c. */
	if (why == ENOENT && is_tracefs(roots[0]))
		return dxa_err_new(DXA_ERR_REFUSED, why,
				   "tracefs at %s has no kprobe_events: boot a kernel with "
				   "CONFIG_KPROBE_EVENTS, and without lockdown=confidentiality",
				   roots[0]);
	if (why == ENOENT)
		return dxa_err_new(
			DXA_ERR_REFUSED, why,
			"tracefs is missing: run 'mount -t tracefs nodev %s' (the kernel "
			"needs CONFIG_KPROBE_EVENTS)",
			roots[0]);
	return dxa_err_new(DXA_ERR_REFUSED, why, "cannot use tracefs at %s: %s; run as root",
			   roots[0], strerror(why));
}

/* Append one command to kprobe_events. 0 or -errno. */
static int command(const struct dxa_tracefs *t, const char *text)
{
	ssize_t n;
	int err;

	n = write(t->events, text, strlen(text));
	err = n < 0 ? -errno : 0;
	dxa_log(DXA_LOG_DEBUG, "kprobe_events: %s: %s", text, err ? strerror(-err) : "ok");
	return err;
}

/* Call fn with "GROUP" and "NAME" of every event in kprobe_events that is ours by its prefix. */
static void each_event(const struct dxa_tracefs *t,
		       void (*fn)(void *priv, const char *group, const char *name), void *priv)
{
	_cleanup_free_ char *line = NULL;
	char path[PATH_MAX], group[64], name[96];
	size_t cap = 0;

	snprintf(path, sizeof(path), "%s/kprobe_events", t->root);
	_cleanup_fclose_ FILE *f = fopen(path, "re");
	while (f && getline(&line, &cap, f) > 0)
		if (sscanf(line, "%*[^:]:%63[^/]/%95[^ \n]", group, name) == 2 &&
		    !strncmp(group, GROUP_PREFIX, strlen(GROUP_PREFIX)))
			fn(priv, group, name);
}

static void collect_dead(void *priv, const char *group, const char *name)
{
	struct dxa_tracefs *t = priv;
	struct text *remove;
	uint64_t start;
	long pid;

	if (sscanf(group, GROUP_PREFIX "%ld_%" SCNu64, &pid, &start) != 2 ||
	    start_time(pid) == start)
		return;
	remove = dxa_vec_push(&t->dead, NULL);
	if (remove)
		snprintf(remove->s, sizeof(remove->s), "-:%s/%s", group, name);
}

size_t dxa_tracefs_sweep_again(struct dxa_tracefs *t)
{
	size_t left = 0;

	for (size_t i = 0; i < t->dead.len; i++) {
		struct text *remove = dxa_vec_at(&t->dead, i);

		if (command(t, remove->s) == -EBUSY)
			*(struct text *)dxa_vec_at(&t->dead, left++) = *remove;
	}
	t->dead.len = left;
	return left;
}

size_t dxa_tracefs_sweep(struct dxa_tracefs *t, size_t *left)
{
	size_t found;

	t->dead.len = 0;
	/* Read the whole list first: removing entries meanwhile would skip others. */
	each_event(t, collect_dead, t);
	found = t->dead.len;
	*left = dxa_tracefs_sweep_again(t);
	return found - *left;
}

void dxa_tracefs_undo(struct dxa_tracefs *t, size_t keep)
{
	char text[192];

	while (t->made.len > keep) {
		const struct event_name *e = dxa_vec_at(&t->made, --t->made.len);

		snprintf(text, sizeof(text), "-:%s/%s", t->group, e->s);
		command(t, text);
	}
}

size_t dxa_tracefs_made(const struct dxa_tracefs *t)
{
	return t->made.len;
}

void dxa_tracefs_close(struct dxa_tracefs *t)
{
	if (!t)
		return;
	dxa_tracefs_undo(t, 0);
	dxa_vec_free(&t->made);
	dxa_vec_free(&t->dead);
	if (t->profile)
		fclose(t->profile);
	close(t->events);
	free(t);
}

int dxa_tracefs_add(struct dxa_tracefs *t, const char *name, const char *module, const char *symbol,
		    bool ret)
{
	struct event_name event = event_name(t, name);
	char type[16] = "p", text[320], path[PATH_MAX];
	int err, id;

	if (ret)
		snprintf(type, sizeof(type), "r%d", MAXACTIVE);
	snprintf(text, sizeof(text), "%s:%s/%s %s%s%s", type, t->group, event.s,
		 module ? module : "", module ? ":" : "", symbol);
	/* Add it to the list first: otherwise it might never be removed. */
	if (!dxa_vec_push(&t->made, &event))
		return -ENOMEM;
	err = command(t, text);
	if (err) {
		t->made.len--;
		return err;
	}
	snprintf(path, sizeof(path), "%s/events/%s/%s/id", t->root, t->group, event.s);
	_cleanup_fclose_ FILE *f = fopen(path, "re");
	if (!f)
		return -errno;
	return fscanf(f, "%d", &id) == 1 ? id : -EIO;
}

bool dxa_tracefs_missed(struct dxa_tracefs *t, const char *name, uint64_t *missed)
{
	struct event_name want = event_name(t, name);
	_cleanup_free_ char *line = NULL;
	char event[128];
	size_t cap = 0;

	*missed = 0;
	if (!t->profile)
		return false;
	rewind(t->profile);
	while (getline(&line, &cap, t->profile) > 0)
		if (sscanf(line, " %127s %*u %" SCNu64, event, missed) == 2 &&
		    !strcmp(event, want.s))
			return true;
	*missed = 0;
	return false;
}
