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
	uint64_t user; /* field 14, clock ticks in user mode */
	uint64_t start; /* field 22, clock ticks since boot: with the pid it identifies a process */
};

/* Parse the text of /proc/TID/stat. False when it has another format. */
bool dxa_procstat_parse(const char *text, struct dxa_procstat *ret);

/*
 * Has the task exited, or does it exit? The exit of a killed process can take seconds, in
 * any state: closing its descriptors waits for RCU grace periods.
 */
bool dxa_procstat_ends(const struct dxa_procstat *stat);

/* Read /proc/TID/stat. False when there is no such task. */
bool dxa_procstat_read(long tid, struct dxa_procstat *ret);

/*
 * The context switches of the task, voluntary and involuntary: *_ctxt_switches of
 * /proc/TID/status. 0 when there is no such task; a sleeping task has at least one.
 */
uint64_t dxa_procstat_switches(long tid);

/* Read /proc/TID/comm, without the newline, into comm[size]; empty when there is no such task. */
void dxa_procstat_comm(long tid, char *comm, size_t size);

/* The longest stack that the kernel prints: 64 calls (fs/proc/base.c). */
#define DXA_PROCSTAT_STACK_LEN 8192

/*
 * Read /proc/TID/stack, the kernel stack of a sleeping task, innermost call first, into
 * text[size]. False when it cannot be read: it needs CAP_SYS_ADMIN and
 * CONFIG_STACKTRACE.
 */
bool dxa_procstat_stack(long tid, char *text, size_t size);

/*
 * Write the innermost function of that text, without offset and module, to name[size];
 * cut to size, empty if the text has no call.
 */
void dxa_stack_innermost(const char *text, char *name, size_t size);

/*
 * Is the first line of text, "[<0>] name+0x12/0x34 [module]", this function or a part of it
 * (name.cold)?
 */
bool dxa_stack_line_is(const char *text, const char *function);

/*
 * Is callee the innermost function of that text, and caller one of its callers? The text
 * does not contain functions of the scheduler and of locks (in_sched_functions() in
 * stack_trace_save_tsk(), kernel/stacktrace.c).
 */
bool dxa_stack_waits(const char *text, const char *callee, const char *caller);

/*
 * Call fn for every task in /proc until it returns false. False if it did, or if /proc
 * cannot be read. A task that is created or exits meanwhile may be missing.
 */
bool dxa_procstat_each(bool (*fn)(void *priv, long pid, long tid), void *priv);

/*
 * Parse the first line of /proc/stat: clock ticks of all CPUs, idle and not waiting for
 * I/O in *idle, all in *total. False when the text has another format.
 */
bool dxa_cpustat_parse(const char *text, uint64_t *idle, uint64_t *total);

/* The same, read from /proc/stat. False when it cannot be read. */
bool dxa_cpustat_read(uint64_t *idle, uint64_t *total);

#endif
