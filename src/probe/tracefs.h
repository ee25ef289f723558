/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kprobe events of tracefs. Unlike other interfaces for kprobes they accept a function
 * of a module that is not loaded yet, and they count missed calls. But they outlive
 * their process: so the name of their group contains its pid and start time, and each
 * start removes the events of processes that have exited.
 */
#ifndef DAXAUDIT_PROBE_TRACEFS_H
#define DAXAUDIT_PROBE_TRACEFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct dxa_tracefs;

/*
 * Find tracefs and the group name of this process. REFUSED when tracefs is not mounted or
 * not accessible, or the kernel has no kprobe events. The caller closes *ret with
 * dxa_tracefs_close().
 */
struct dxa_err *dxa_tracefs_open(struct dxa_tracefs **ret);

/* The same for the tracefs at root, which is borrowed. 0 or -errno. */
int dxa_tracefs_open_at(const char *root, struct dxa_tracefs **ret);

/* Remove all events of this process; programs must be detached before. NULL is allowed. */
void dxa_tracefs_close(struct dxa_tracefs *t);

/*
 * Remove the events of earlier daxaudit processes that have exited or are exiting. Returns
 * how many were removed. *left: how many were not, because they are still in use: the exit
 * of a killed process takes seconds, because each hook waits for grace periods.
 */
size_t dxa_tracefs_sweep(struct dxa_tracefs *t, size_t *left);

/*
 * Try again to remove the events that were left. Returns how many are left now. Needs no
 * privilege: the file is open.
 */
size_t dxa_tracefs_sweep_again(struct dxa_tracefs *t);

/*
 * Create a kprobe event on symbol (a kretprobe event if ret), in `module` if it is not
 * NULL; the module need not be loaded. Returns the id of the event for
 * perf_event_open(), or -errno.
 */
int dxa_tracefs_add(struct dxa_tracefs *t, const char *name, const char *module, const char *symbol,
		    bool ret);

/* Remove the newest events until `keep` are left; see dxa_tracefs_made(). */
void dxa_tracefs_undo(struct dxa_tracefs *t, size_t keep);

/* How many events this process has made. */
size_t dxa_tracefs_made(const struct dxa_tracefs *t);

/* How many calls the kernel missed for this event. False, and 0, if it does not count them. */
bool dxa_tracefs_missed(struct dxa_tracefs *t, const char *name, uint64_t *missed);

#endif
