// SPDX-License-Identifier: GPL-2.0-only
#include "probe/tracefs.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/procstat.h"

#define GROUP_PREFIX "daxaudit_"

/*
 * Concurrent kretprobes beyond this are missed, and counted. The kernel's own
 * default is twice the CPUs; brackets sleep, so there can be more.
 */
#define MAXACTIVE 128

struct dxa_tracefs {
	const char *root;
	char group[64];
	long pid;
};

struct event_name {
	char s[96];
};

/* kprobe_profile lists events without their group, so the name alone must be unique. */
static struct event_name event_name(const struct dxa_tracefs *t, const char *name)
{
	struct event_name e;

	snprintf(e.s, sizeof(e.s), "%.64s_%ld", name, t->pid);
	return e;
}

static const char *const roots[] = { "/sys/kernel/tracing", "/sys/kernel/debug/tracing" };

/* 0 when there is no such process, or only its zombie: that holds no hook any more. */
static uint64_t start_time(long pid)
{
	struct dxa_procstat stat;

	if (!dxa_procstat_read(pid, &stat) || stat.state == 'Z' || stat.state == 'X')
		return 0;
	return stat.start;
}

static bool is_tracefs(const char *path)
{
	struct statfs fs;

	return !statfs(path, &fs) && fs.f_type == TRACEFS_MAGIC;
}

struct dxa_err *dxa_tracefs_open(struct dxa_tracefs **ret)
{
	struct dxa_tracefs *t;
	int why = ENOENT;

	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
		char path[64];

		snprintf(path, sizeof(path), "%s/kprobe_events", roots[i]);
		if (access(path, R_OK | W_OK) == 0) {
			t = calloc(1, sizeof(*t));
			if (!t)
				return dxa_err_nomem();
			t->root = roots[i];
			t->pid = getpid();
			snprintf(t->group, sizeof(t->group), GROUP_PREFIX "%ld_%" PRIu64, t->pid,
				 start_time(t->pid));
			*ret = t;
			return NULL;
		}
		if (errno != ENOENT)
			why = errno;
	}
	/* Lockdown leaves a tracefs without files: tracefs_create_file() in fs/tracefs/inode.c. */
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
	char path[96];
	ssize_t n;
	int err;

	snprintf(path, sizeof(path), "%s/kprobe_events", t->root);
	_cleanup_close_ int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = write(fd, text, strlen(text));
	err = n < 0 ? -errno : 0;
	dxa_log(DXA_LOG_DEBUG, "kprobe_events: %s: %s", text, err ? strerror(-err) : "ok");
	return err;
}

/* Call fn with "GROUP" and "NAME" of every event in kprobe_events that is ours by its prefix. */
static void each_event(const struct dxa_tracefs *t,
		       void (*fn)(void *priv, const char *group, const char *name), void *priv)
{
	_cleanup_free_ char *line = NULL;
	char path[96], group[64], name[96];
	size_t cap = 0;

	snprintf(path, sizeof(path), "%s/kprobe_events", t->root);
	_cleanup_fclose_ FILE *f = fopen(path, "re");
	while (f && getline(&line, &cap, f) > 0)
		if (sscanf(line, "%*[^:]:%63[^/]/%95[^ \n]", group, name) == 2 &&
		    !strncmp(group, GROUP_PREFIX, strlen(GROUP_PREFIX)))
			fn(priv, group, name);
}

struct removal {
	char (*events)[192];
	size_t n, cap;
	const char *group; /* only this group; NULL: those of dead owners */
};

static void collect(void *priv, const char *group, const char *name)
{
	struct removal *r = priv;
	uint64_t start;
	long pid;
	void *p;

	if (r->group && strcmp(group, r->group) != 0)
		return;
	if (!r->group && (sscanf(group, GROUP_PREFIX "%ld_%" SCNu64, &pid, &start) != 2 ||
			  start_time(pid) == start))
		return;
	if (r->n == r->cap) {
		p = realloc(r->events, (r->cap + 64) * sizeof(*r->events));
		if (!p)
			return;
		r->events = p;
		r->cap += 64;
	}
	snprintf(r->events[r->n++], sizeof(*r->events), "-:%s/%s", group, name);
}

/* The list is read to its end first: removing while reading would skip entries. */
static unsigned int remove_events(struct dxa_tracefs *t, const char *group)
{
	struct removal r = { .group = group };
	unsigned int removed = 0;

	each_event(t, collect, &r);
	for (size_t i = 0; i < r.n; i++)
		removed += command(t, r.events[i]) == 0;
	free(r.events);
	return removed;
}

unsigned int dxa_tracefs_sweep(struct dxa_tracefs *t)
{
	return remove_events(t, NULL);
}

void dxa_tracefs_close(struct dxa_tracefs *t)
{
	if (!t)
		return;
	remove_events(t, t->group);
	free(t);
}

int dxa_tracefs_add(struct dxa_tracefs *t, const char *name, const char *module, const char *symbol,
		    bool ret)
{
	struct event_name event = event_name(t, name);
	char type[16] = "p", text[320], path[256];
	int err, id;

	if (ret)
		snprintf(type, sizeof(type), "r%d", MAXACTIVE);
	snprintf(text, sizeof(text), "%s:%s/%s %s%s%s", type, t->group, event.s,
		 module ? module : "", module ? ":" : "", symbol);
	err = command(t, text);
	if (err)
		return err;
	snprintf(path, sizeof(path), "%s/events/%s/%s/id", t->root, t->group, event.s);
	_cleanup_fclose_ FILE *f = fopen(path, "re");
	if (!f)
		return -errno;
	return fscanf(f, "%d", &id) == 1 ? id : -EIO;
}

uint64_t dxa_tracefs_missed(struct dxa_tracefs *t, const char *name)
{
	struct event_name want = event_name(t, name);
	_cleanup_free_ char *line = NULL;
	char path[96], event[128];
	uint64_t missed = 0, n;
	size_t cap = 0;

	snprintf(path, sizeof(path), "%s/kprobe_profile", t->root);
	_cleanup_fclose_ FILE *f = fopen(path, "re");
	while (f && getline(&line, &cap, f) > 0)
		if (sscanf(line, " %127s %*u %" SCNu64, event, &n) == 2 && !strcmp(event, want.s))
			missed += n;
	return missed;
}
