// SPDX-License-Identifier: GPL-2.0-only
#include "base/procstat.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

/* include/linux/sched.h; set by exit_signals() when do_exit() begins (kernel/signal.c). */
#define PF_EXITING 0x4

/* Read a file of a task as a string, cut to size. False when it is empty or cannot be read. */
static bool read_file(long tid, const char *name, char *text, size_t size)
{
	char path[64];
	size_t n = 0;

	snprintf(path, sizeof(path), "/proc/%ld/%s", tid, name);
	_cleanup_fclose_ FILE *f = fopen(path, "re");
	if (f)
		n = fread(text, 1, size - 1, f);
	text[n] = '\0';
	return n;
}

void dxa_procstat_comm(long tid, char *comm, size_t size)
{
	read_file(tid, "comm", comm, size);
	comm[strcspn(comm, "\n")] = '\0';
}

bool dxa_procstat_stack(long tid, char *text, size_t size)
{
	return read_file(tid, "stack", text, size);
}

uint64_t dxa_procstat_switches(long tid)
{
	static const char *const keys[] = { "\nvoluntary_ctxt_switches:",
					    "\nnonvoluntary_ctxt_switches:" };
	char text[8192];
	uint64_t sum = 0;

	if (!read_file(tid, "status", text, sizeof(text)))
		return 0;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *at = strstr(text, keys[i]);

		if (!at)
			return 0;
		sum += strtoull(at + strlen(keys[i]), NULL, 10);
	}
	return sum;
}

void dxa_stack_innermost(const char *text, char *name, size_t size)
{
	const char *at = strchr(text, ' ');
	size_t len = at ? strcspn(++at, "+\n") : 0;

	if (len >= size)
		len = size - 1;
	if (at)
		memcpy(name, at, len);
	name[len] = '\0';
}

bool dxa_stack_line_is(const char *text, const char *function)
{
	size_t len = strlen(function);
	const char *name = strchr(text, ' ');

	return name && !strncmp(name + 1, function, len) && strchr("+.", name[1 + len]);
}

bool dxa_stack_waits(const char *text, const char *callee, const char *caller)
{
	if (!dxa_stack_line_is(text, callee))
		return false;
	while ((text = strchr(text, '\n'))) {
		text++;
		if (dxa_stack_line_is(text, caller))
			return true;
	}
	return false;
}

bool dxa_procstat_parse(const char *text, struct dxa_procstat *ret)
{
	/* The name may contain spaces and parentheses: count from the last one. */
	const char *p = strrchr(text, ')');

	return p && sscanf(p + 1,
			   " %c %*d %*d %*d %*d %*d %" SCNu64 " %*u %*u %*u %*u %" SCNu64
			   " %*u %*d %*d %*d %*d %*d %*d %" SCNu64,
			   &ret->state, &ret->flags, &ret->user, &ret->start) == 4;
}

bool dxa_procstat_ends(const struct dxa_procstat *stat)
{
	return stat->state == 'Z' || stat->state == 'X' || stat->flags & PF_EXITING;
}

/* The number that is the name of a directory of /proc, or 0. */
static long number(const struct dirent *d)
{
	char *end;
	long n = strtol(d->d_name, &end, 10);

	return *end ? 0 : n;
}

static bool each_thread(long pid, bool (*fn)(void *priv, long pid, long tid), void *priv)
{
	char path[64];
	struct dirent *d;
	long tid;

	snprintf(path, sizeof(path), "/proc/%ld/task", pid);
	_cleanup_closedir_ DIR *dir = opendir(path);
	while (dir && (d = readdir(dir)))
		if ((tid = number(d)) > 0 && !fn(priv, pid, tid))
			return false;
	return true;
}

bool dxa_procstat_each(bool (*fn)(void *priv, long pid, long tid), void *priv)
{
	struct dirent *d;
	long pid;

	_cleanup_closedir_ DIR *dir = opendir("/proc");
	while (dir && (d = readdir(dir)))
		if ((pid = number(d)) > 0 && !each_thread(pid, fn, priv))
			return false;
	return dir != NULL;
}

bool dxa_procstat_read(long tid, struct dxa_procstat *ret)
{
	char buf[1024];

	return read_file(tid, "stat", buf, sizeof(buf)) && dxa_procstat_parse(buf, ret);
}

/* user nice system idle iowait irq softirq steal; the time of guests is in the first two, too. */
bool dxa_cpustat_parse(const char *text, uint64_t *idle, uint64_t *total)
{
	uint64_t t[8] = { 0 };

	*idle = *total = 0;
	if (sscanf(text,
		   "cpu %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
		   " %" SCNu64 " %" SCNu64,
		   &t[0], &t[1], &t[2], &t[3], &t[4], &t[5], &t[6], &t[7]) != 8)
		return false;
	for (int i = 0; i < 8; i++)
		*total += t[i];
	*idle = t[3];
	return true;
}

bool dxa_cpustat_read(uint64_t *idle, uint64_t *total)
{
	_cleanup_fclose_ FILE *f = fopen("/proc/stat", "re");
	char line[256];

	return f && fgets(line, sizeof(line), f) && dxa_cpustat_parse(line, idle, total);
}
