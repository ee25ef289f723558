// SPDX-License-Identifier: GPL-2.0-only
#include "probe/collect_tasks.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/procstat.h"
#include "daxaudit/hooks.h"

#define DAX_BUS "/sys/bus/dax"

/*
 * drivers/dax/bus.c, read in 6.12.107 and 7.2.13: the second function holds
 * dax_region_rwsem for writing while its error path calls the first, which takes it.
 */
#define WAITS "unregister_dev_dax"
#define HOLDS "__devm_create_dev_dax"

/* How long a task must sleep until its stack is read; longer if it cannot be read. */
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

/* Does the task sleep for this long without waking up? */
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
 * False when the task sleeps and its stack cannot be read. The kernel warns when it
 * unwinds the stack of a task that wakes up meanwhile under a kretprobe
 * (rethook_find_ret_addr() in kernel/trace/rethook.c), so only the stack of a task that
 * stays asleep is read. A self-deadlocked task never wakes up.
 * Without the capability no stack can be read, so the first failure ends the search.
 */
static bool look(void *priv, long pid, long tid)
{
	const struct dxa_collector *c = priv;
	char stack[DXA_PROCSTAT_STACK_LEN];

	if (!stays_asleep(tid, ASLEEP_MS))
		return true;
	if (!dxa_procstat_stack(tid, stack, sizeof(stack)))
		return !stays_asleep(tid, UNREADABLE_MS);
	if (dxa_stack_waits(stack, WAITS, HOLDS))
		add_wait(c, pid, tid);
	return true;
}

/* A task that waits in unregister_dev_dax() has not yet taken its device from the bus. */
static bool bus_has_devices(void)
{
	struct dirent *d;

	_cleanup_closedir_ DIR *dir = opendir(DAX_BUS "/devices");
	if (!dir)
		return errno != ENOENT;
	while ((d = readdir(dir)))
		if (d->d_name[0] != '.')
			return true;
	return false;
}

bool dxa_collect_waits(const struct dxa_collector *c)
{
	/* look() does not write to it. */
	return !bus_has_devices() || dxa_procstat_each(look, (void *)c);
}

bool dxa_collect_task(uint32_t tid, uint64_t now, struct dxa_event *ret)
{
	char stack[DXA_PROCSTAT_STACK_LEN], name[DXA_NAME_LEN];
	struct dxa_procstat stat;

	if (!dxa_procstat_read(tid, &stat))
		return false;
	*ret = (struct dxa_event){ .kind = DXA_KIND_TASK_STATE,
				   .ts = now,
				   .tid = tid,
				   .arg = dxa_procstat_switches(tid),
				   .ret = stat.state };
	/* The stack of a running task is not consistent (proc_pid_stack() in fs/proc/base.c). */
	if (stat.state != 'D' || !dxa_procstat_stack(tid, stack, sizeof(stack)))
		return true;
	dxa_stack_innermost(stack, name, sizeof(name));
	/* If it woke up meanwhile, the function belongs to another sleep. */
	if (ret->arg && dxa_procstat_switches(tid) == ret->arg)
		dxa_collector_name(ret->name, sizeof(ret->name), name);
	return true;
}
