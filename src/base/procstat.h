/* SPDX-License-Identifier: GPL-2.0-only */
/* What /proc says about a task. */
#ifndef DAXAUDIT_BASE_PROCSTAT_H
#define DAXAUDIT_BASE_PROCSTAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dxa_procstat {
	char state; /* field 3: 'D' sleeps uninterruptibly, 'Z' is a zombie, ... */
	uint64_t flags; /* field 9: PF_* of include/linux/sched.h */
	uint64_t start; /* field 22, clock ticks since boot: with the pid it names a process for
			   good */
};

/* Take the text of /proc/TID/stat apart. False when it is no such text. */
bool dxa_procstat_parse(const char *text, struct dxa_procstat *ret);

/*
 * Has the task ended, or begun to end? A killed process can stay in the middle of its exit
 * for seconds, in any state: closing what it had open waits for grace periods of the kernel.
 */
bool dxa_procstat_ends(const struct dxa_procstat *stat);

/* Read /proc/TID/stat. False when there is no such task. */
bool dxa_procstat_read(long tid, struct dxa_procstat *ret);

/*
 * How often the task was switched out since it exists, voluntarily or not: the two
 * *_ctxt_switches of /proc/TID/status. 0 when there is no such task: a task that
 * sleeps has at least one.
 */
uint64_t dxa_procstat_switches(long tid);

/* Read /proc/TID/comm, without the newline, into comm[size]; empty when there is no such task. */
void dxa_procstat_comm(long tid, char *comm, size_t size);

/*
 * Read /proc/TID/stack, the kernel's calls in which a task sleeps, innermost first,
 * into text[size]. False when it cannot be read: that takes CAP_SYS_ADMIN, and
 * CONFIG_STACKTRACE in the kernel.
 */
bool dxa_procstat_stack(long tid, char *text, size_t size);

/*
 * The innermost function in that text, without offset and module, into
 * name[size]; cut to size, empty if the text has no call.
 */
void dxa_stack_innermost(const char *text, char *name, size_t size);

/*
 * Does that text say that callee itself sleeps, and that caller is among those who
 * called it? The scheduler's and the locks' own functions are in no such text
 * (in_sched_functions() in stack_trace_save_tsk(), kernel/stacktrace.c).
 */
bool dxa_stack_waits(const char *text, const char *callee, const char *caller);

/*
 * The first line of /proc/stat: clock ticks that all CPUs together have spent idle, not
 * waiting for I/O, in *idle, and in all in *total. False when the text is no such line.
 */
bool dxa_cpustat_parse(const char *text, uint64_t *idle, uint64_t *total);

/* Read it. False when it cannot be read. */
bool dxa_cpustat_read(uint64_t *idle, uint64_t *total);

#endif
