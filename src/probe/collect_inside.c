// SPDX-License-Identifier: GPL-2.0-only
#include "probe/collect_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/procstat.h"
#include "base/vec.h"
#include "daxaudit/hooks.h"

/* More tasks would take longer than a user waits. */
#define TASKS_MAX 30000

/*
 * How often a task that runs is looked at, to find it asleep once, and how long between. A
 * thread of the kernel such as rcu_preempt can wake up every 4 ms.
 */
#define TRIES 50
#define TRY_AFTER_NS 2000000

/* How long a task must sleep until its stack is read. */
#define ASLEEP_NS 1000000

/*
 * Clock ticks in user mode that show that a task left the kernel. One can be an error:
 * user and system time are scaled to the exact run time (cputime_adjust() in
 * kernel/sched/cputime.c).
 */
#define USER_TICKS 2

struct dxa_inside {
	struct dxa_vec tasks; /* struct dxa_seen */
};

/*
 * All hooked functions, and these. Read in 6.1.176, 6.12.107 and 7.2.13.
 */
static const char *const functions[] = {
#define ROW(id, num, symbol, ...) #symbol,
	DXA_HOOKS(ROW)
#undef ROW
	/* fs/drop_caches.c and fs/super.c: a walk of all inodes holds one at a time. */
	"drop_caches_sysctl_handler",
	"drop_pagecache_sb",
	"iterate_supers",
	/* fs/super.c: a mount or an unmount; file systems put devices before and after
	 * they close disks.
	 */
	"vfs_get_tree",
	"deactivate_super",
	"deactivate_locked_super",
	"generic_shutdown_super",
	"kill_block_super",
	/* drivers/md: a table takes and puts devices; a mapped device is destroyed. */
	"dm_destroy",
	"dm_destroy_immediate",
	"__dm_destroy",
	"dm_table_destroy",
	"dm_swap_table",
	"dm_get_device",
	"dm_put_device",
	"table_load",
	/* drivers/base, lib/kobject.c, drivers/dax/bus.c: a device is created or removed. */
	"device_add",
	"device_del",
	"device_unregister",
	"device_release",
	"kobject_put",
	"unregister_dev_dax",
	"dev_dax_release",
	/* drivers/s390/block/dcssblk.c: its removal is no unbinding. */
	"dcssblk_remove_store",
	/* fs/inode.c: an inode is made or evicted. */
	"iget5_locked",
	"evict",
	"iput",
};

bool dxa_inside_function(const char *stack, char *name, size_t size)
{
	for (const char *line = stack; *line; line++) {
		for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
			if (!dxa_stack_line_is(line, functions[i]))
				continue;
			snprintf(name, size, "%s", functions[i]);
			return true;
		}
		line = strchr(line, '\n');
		if (!line)
			break;
	}
	return false;
}

/* ---- the tasks ---- */

bool dxa_seen_begin(long tid, struct dxa_seen *ret)
{
	struct dxa_procstat stat;

	if (!dxa_procstat_read(tid, &stat))
		return false;
	*ret = (struct dxa_seen){ .tid = (uint32_t)tid,
				  .start = stat.start,
				  .user = stat.user,
				  .switches = dxa_procstat_switches(tid) };
	return true;
}

static bool add_task(void *priv, long pid, long tid)
{
	struct dxa_inside *in = priv;
	struct dxa_seen s;

	/* It may have exited since the directory was read. */
	if (pid == getpid() || !dxa_seen_begin(tid, &s))
		return true;
	return in->tasks.len < TASKS_MAX && dxa_vec_push(&in->tasks, &s);
}

struct dxa_inside *dxa_inside_begin(void)
{
	struct dxa_inside *in = calloc(1, sizeof(*in));

	if (!in)
		return NULL;
	in->tasks = DXA_VEC_OF(struct dxa_seen);
	if (dxa_procstat_each(add_task, in))
		return in;
	dxa_inside_free(in);
	return NULL;
}

void dxa_inside_free(struct dxa_inside *in)
{
	if (!in)
		return;
	dxa_vec_free(&in->tasks);
	free(in);
}

/* ---- where they are ---- */

enum where { OUTSIDE, INSIDE, RUNNING, UNREADABLE };

/*
 * The stack of a running task is not consistent (proc_pid_stack() in fs/proc/base.c), and
 * the kernel warns if a task wakes up under a kretprobe while its stack is read
 * (rethook_find_ret_addr() in kernel/trace/rethook.c). So only the stack of a task that has
 * slept for a while is read.
 */
static enum where look_at_stack(const struct dxa_seen *s, char *name, size_t size)
{
	const struct timespec moment = { .tv_nsec = ASLEEP_NS };
	uint64_t switches = dxa_procstat_switches(s->tid);
	char stack[DXA_PROCSTAT_STACK_LEN];

	if (switches != s->switches) {
		nanosleep(&moment, NULL);
		if (dxa_procstat_switches(s->tid) != switches)
			return RUNNING;
	}
	if (!dxa_procstat_stack(s->tid, stack, sizeof(stack)))
		return UNREADABLE;
	if (!switches || dxa_procstat_switches(s->tid) != switches)
		return RUNNING;
	return dxa_inside_function(stack, name, size) ? INSIDE : OUTSIDE;
}

static enum where look(const struct dxa_seen *s, char *name, size_t size)
{
	struct dxa_procstat stat;

	/* Another task has the number now. */
	if (!dxa_procstat_read(s->tid, &stat) || stat.start != s->start)
		return OUTSIDE;
	/* Stopped tasks are on their way to user mode, zombies have closed their files. */
	if (strchr("TtZX", stat.state) || stat.user >= s->user + USER_TICKS)
		return OUTSIDE;
	return stat.state == 'R' ? RUNNING : look_at_stack(s, name, size);
}

static bool tell(const struct dxa_seen *s, enum where at, const char *name, char *why, size_t size)
{
	char comm[32];

	dxa_procstat_comm(s->tid, comm, sizeof(comm));
	if (at == INSIDE)
		snprintf(why, size, "task %u (%s) is in %s()", s->tid, comm, name);
	else if (at == RUNNING)
		snprintf(why, size, "task %u (%s) runs in the kernel, or waits for a processor",
			 s->tid, comm);
	else
		snprintf(why, size, "the kernel stack of task %u (%s) cannot be read", s->tid,
			 comm);
	return false;
}

bool dxa_seen_outside(const struct dxa_seen *s, char *why, size_t size)
{
	const struct timespec moment = { .tv_nsec = TRY_AFTER_NS };
	enum where at = RUNNING;
	char name[64] = "";

	for (int i = 0; i < TRIES && at == RUNNING; i++) {
		if (i)
			nanosleep(&moment, NULL);
		at = look(s, name, sizeof(name));
	}
	return at == OUTSIDE || tell(s, at, name, why, size);
}

bool dxa_inside_none(struct dxa_inside *in, char *why, size_t size)
{
	size_t running = 0;
	char name[64] = "";

	if (!in) {
		snprintf(why, size, "the tasks of the machine are not known");
		return false;
	}
	/* One that is inside is a better reason than one that runs: these are looked at last. */
	for (size_t i = 0; i < in->tasks.len; i++) {
		const struct dxa_seen *s = dxa_vec_at(&in->tasks, i);
		enum where at = look(s, name, sizeof(name));

		if (at == RUNNING)
			*(struct dxa_seen *)dxa_vec_at(&in->tasks, running++) = *s;
		else if (at != OUTSIDE)
			return tell(s, at, name, why, size);
	}
	in->tasks.len = running;
	for (size_t i = 0; i < running; i++)
		if (!dxa_seen_outside(dxa_vec_at(&in->tasks, i), why, size))
			return false;
	return true;
}
