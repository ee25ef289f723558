/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kprobe events of tracefs. Unlike other ways to place a kprobe they accept a
 * function of a module that is not loaded yet and arm it when the module
 * comes, and they count what the kernel missed; but they outlive the process
 * that made them, so ours carry its pid and start time in their group's name
 * and every start sweeps away those of dead owners.
 */
#ifndef DAXAUDIT_PROBE_TRACEFS_H
#define DAXAUDIT_PROBE_TRACEFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct dxa_tracefs;

/*
 * Find tracefs and this process's group name. REFUSED when tracefs is not
 * mounted, not accessible, or the kernel has no kprobe events. The caller
 * closes *ret with dxa_tracefs_close().
 */
struct dxa_err *dxa_tracefs_open(struct dxa_tracefs **ret);

/* The same for the tracefs at root, which the caller keeps. 0 or -errno. */
int dxa_tracefs_open_at(const char *root, struct dxa_tracefs **ret);

/* Remove all events this process made (programs must be detached before). NULL is allowed. */
void dxa_tracefs_close(struct dxa_tracefs *t);

/*
 * Remove the events of earlier daxaudit processes that are dead or dying. Returns how many
 * were removed. *left gets how many were not, because the kernel still uses them: a killed
 * process needs seconds to die, since each of its hooks waits for grace periods.
 */
size_t dxa_tracefs_sweep(struct dxa_tracefs *t, size_t *left);

/*
 * Try once more to remove those that were left. Returns how many are left now. Needs no
 * privilege: the file is open.
 */
size_t dxa_tracefs_sweep_again(struct dxa_tracefs *t);

/*
 * Create a kprobe event on symbol (a kretprobe event if ret), in `module` when
 * it is not NULL; a module that is not loaded is allowed. Returns the event's
 * id for perf_event_open(), or -errno.
 */
int dxa_tracefs_add(struct dxa_tracefs *t, const char *name, const char *module, const char *symbol,
		    bool ret);

/* Remove the events made last until there are `keep`, see dxa_tracefs_made(). */
void dxa_tracefs_undo(struct dxa_tracefs *t, size_t keep);

/* How many events this process has made. */
size_t dxa_tracefs_made(const struct dxa_tracefs *t);

/* How often the kernel missed this event since it was made. False, and 0, if it does not tell. */
bool dxa_tracefs_missed(struct dxa_tracefs *t, const char *name, uint64_t *missed);

#endif
