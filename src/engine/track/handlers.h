/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The handlers of the trackers, one for each kind of event. t is the event's task if that
 * has an open frame, else NULL. A handler updates the state and publishes new facts.
 */
#ifndef DAXAUDIT_ENGINE_TRACK_HANDLERS_H
#define DAXAUDIT_ENGINE_TRACK_HANDLERS_H

#include "engine/core.h"

typedef void handler_fn(struct dxa_engine *e, struct task *t, const struct rec *r);

/* alloc.c: alloc_dax, dax_add_host and disks */
handler_fn on_alloc_dax, on_add_host, on_device_add_disk, on_disk_state;

/* release.c: kill, put, destroy, free, and modules that are unloaded */
handler_fn on_kill_dax, on_put_dax, on_destroy, on_free, on_module_free;

/* use.c: run, lookup, set flags, other uses, and samples of tasks */
handler_fn on_run_dax, on_get, on_declare, on_use, on_task_state;

/* hosts.c */
handler_fn on_remove_host;

/* snapshot.c */
handler_fn on_snap_device, on_snap_host, on_disk_used, on_bus_device, on_used_gone, on_task_waits;

/* reconcile.c */
handler_fn on_snap_end;

#endif
