/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A process that outlives a killed sweep and removes its kprobe events. All else of a sweep
 * is bound to its file descriptors. An event of a function whose module is not loaded cannot
 * be: perf_event_open(2) refuses it, only tracefs accepts it (register_trace_kprobe() and
 * create_local_trace_kprobe() in kernel/trace/trace_kprobe.c, 6.12.107); and for the others
 * only tracefs counts missed calls on every kernel.
 */
#ifndef DAXAUDIT_CLI_SWEEP_GUARD_H
#define DAXAUDIT_CLI_SWEEP_GUARD_H

#include <sys/types.h>

struct dxa_sweep_guard {
	pid_t pid; /* 0: there is none */
	int fd; /* the guard waits until this is closed, in any way; else -1 */
};

/*
 * Start it. Call it before anything is attached, because it inherits open descriptors.
 * root: another directory instead of tracefs, NULL: tracefs. A failure is logged as a warning;
 * then the next start removes the events. End it with dxa_sweep_guard_end().
 */
void dxa_sweep_guard_start(struct dxa_sweep_guard *guard, const char *root);

/* End it, after the own events were removed. */
void dxa_sweep_guard_end(struct dxa_sweep_guard *guard);

#endif
