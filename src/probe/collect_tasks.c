// SPDX-License-Identifier: GPL-2.0-only
#include "probe/collect_tasks.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/procstat.h"
#include "daxaudit/hooks.h"

#define DAX_BUS "/sys/bus/dax"

/*
 * drivers/dax/bus.c, read in 6.12.107 and 7.2.13: the second holds dax_region_rwsem
 * for writing when its error path calls the first, which takes it.
 */
#define WAITS "unregister_dev_dax"
#define HOLDS "__devm_create_dev_dax"

/* As long as the kernel prints one: 64 calls (fs/proc/base.c). */
#define STACK_MAX_LEN 8192

/* A task is asleep when it has slept for so long; one that cannot be read, for longer. */
#define ASLEEP_MS 1
#define UNREADABLE_MS 300

static bool sleeps(long tid)
{
	struct dxa_procstat stat;

	return dxa_procstat_read(tid, &stat) && stat.state == 'D';
}

static void add_wait(const struct dxa_collector *c, long pid, long tid)
{
	struct dxa_event ev = { .kind = DXA_KIND_TASK_WAITS,
				.tgid = (uint32_t)pid,
				.tid = (uint32_t)tid,
				.name = WAITS,
				.driver = HOLDS };

	dxa_procstat_comm(tid, ev.comm, sizeof(ev.comm));
	dxa_collector_add(c, &ev);
}

/* Does it sleep for so long, without having woken up? */
static bool stays_asleep(long tid, long ms)
{
	const struct timespec moment = { .tv_nsec = ms * 1000000 };
	uint64_t switches;

	if (!sleeps(tid))
		return false;
	switches = dxa_procstat_switches(tid);
	nanosleep(&moment, NULL);
	return sleeps(tid) && dxa_procstat_switches(tid) == switches;
}

/*
 * False when it sleeps and where cannot be read. Kernels warn when the stack of a task is
 * unwound that wakes up meanwhile under a kretprobe (rethook_find_ret_addr() in
 * kernel/trace/rethook.c), so only that of a task that stays asleep is read; and a task
 * that waits for itself never wakes up, so a short sleep needs no stack.
 */
static bool look(const struct dxa_collector *c, long pid, long tid)
{
	char stack[STACK_MAX_LEN];

	if (!stays_asleep(tid, ASLEEP_MS))
		return true;
	if (!dxa_procstat_stack(tid, stack, sizeof(stack)))
		return !stays_asleep(tid, UNREADABLE_MS);
	if (dxa_stack_waits(stack, WAITS, HOLDS))
		add_wait(c, pid, tid);
	return true;
}

/* The number that a folder of /proc is called, or 0. */
static long number(const struct dirent *d)
{
	char *end;
	long n = strtol(d->d_name, &end, 10);

	return *end ? 0 : n;
}

/* Without the capability no stack can be read: the first that cannot ends the search. */
static bool look_at_threads(const struct dxa_collector *c, long pid)
{
	char path[64];
	struct dirent *d;
	long tid;

	snprintf(path, sizeof(path), "/proc/%ld/task", pid);
	_cleanup_closedir_ DIR *dir = opendir(path);
	while (dir && (d = readdir(dir)))
		if ((tid = number(d)) > 0 && !look(c, pid, tid))
			return false;
	return true;
}

bool dxa_collect_waits(const struct dxa_collector *c)
{
	struct dirent *d;
	long pid;

	if (access(DAX_BUS, F_OK))
		return true;
	_cleanup_closedir_ DIR *dir = opendir("/proc");
	while (dir && (d = readdir(dir)))
		if ((pid = number(d)) > 0 && !look_at_threads(c, pid))
			return false;
	return dir != NULL;
}

bool dxa_collect_task(uint32_t tid, uint64_t now, struct dxa_event *ret)
{
	char stack[STACK_MAX_LEN], name[DXA_NAME_LEN];
	struct dxa_procstat stat;

	if (!dxa_procstat_read(tid, &stat))
		return false;
	*ret = (struct dxa_event){ .kind = DXA_KIND_TASK_STATE,
				   .ts = now,
				   .tid = tid,
				   .arg = dxa_procstat_switches(tid),
				   .ret = stat.state };
	/* Of another state only the state matters; and a running task's stack is not one moment's
	 * (proc_pid_stack() in fs/proc/base.c). */
	if (stat.state != 'D' || !dxa_procstat_stack(tid, stack, sizeof(stack)))
		return true;
	dxa_stack_innermost(stack, name, sizeof(name));
	/* It slept in that function all the while, or the name is of another sleep. */
	if (ret->arg && dxa_procstat_switches(tid) == ret->arg)
		dxa_collector_name(ret->name, sizeof(ret->name), name);
	return true;
}
