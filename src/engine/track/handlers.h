/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the trackers do with each kind of event. t is the event's task when that has
 * something open, else NULL. A handler changes the facts and tells the new ones.
 */
#ifndef DAXAUDIT_ENGINE_TRACK_HANDLERS_H
#define DAXAUDIT_ENGINE_TRACK_HANDLERS_H

#include "engine/core.h"

typedef void handler_fn(struct dxa_engine *e, struct task *t, const struct rec *r);

/* alloc.c: what alloc_dax and dax_add_host answered, and which disks came up. */
handler_fn on_alloc_dax, on_add_host, on_device_add_disk, on_disk_state;

/* release.c: what is killed, put and destroyed, and modules that go. */
handler_fn on_kill_dax, on_put_dax, on_destroy, on_free, on_module_free;

/* use.c: what is run, looked up and declared, and tasks that are looked at. */
handler_fn on_run_dax, on_get, on_declare, on_task_state;

/* hosts.c */
handler_fn on_remove_host;

/* snapshot.c */
handler_fn on_snap_device, on_snap_host, on_disk_used, on_bus_device, on_used_gone, on_task_waits;

/* reconcile.c */
handler_fn on_snap_end;

#endif
