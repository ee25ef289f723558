/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The steps of each operation. A handler is called once for each step,
 * with p->sub counting them; it returns true when the operation has ended. Private
 * to ops*.c.
 */
#ifndef DAXAUDIT_MODEL_HANDLERS_H
#define DAXAUDIT_MODEL_HANDLERS_H

#include "ops.h"

static const struct ref nobody = { .slot = NO_SLOT };

/* An acquiring function is entered: true if this writes a separate record. */
static inline bool acquire_entry(const struct world *w, int task, unsigned int kind,
				 struct dxa_event *ev)
{
	*ev = record(w, task, kind, DXA_PHASE_ARGS);
	return history.mode.kprobes;
}

/* The phase of the record at return, which in one record has the arguments, too. */
static inline unsigned int at_return(void)
{
	return history.mode.kprobes ? DXA_PHASE_RET : DXA_PHASE_CALL;
}

static inline bool has_args(const struct dxa_event *ev)
{
	return ev->phase & DXA_PHASE_ARGS;
}

/* Whether dax_hosts contains it for any disk. */
bool is_hosted(const struct world *w, struct ref r);

bool op_probe(struct world *w, int task, const struct op *o);
bool op_probed(struct world *w, int task, const struct op *o);
bool op_release(struct world *w, int task, const struct op *o);
bool op_released(struct world *w, int task, const struct op *o);
bool op_gone(struct world *w, int task, const struct op *o);
bool op_enter(struct world *w, int task, const struct op *o);
bool op_leave(struct world *w, int task, const struct op *o);
bool op_alloc(struct world *w, int task, const struct op *o);
bool op_refused(struct world *w, int task, const struct op *o);
bool op_add_host(struct world *w, int task, const struct op *o);
bool op_host_fails(struct world *w, int task, const struct op *o);
bool op_add_disk(struct world *w, int task, const struct op *o);
bool op_disk_fails(struct world *w, int task, const struct op *o);
bool op_del_disk(struct world *w, int task, const struct op *o);
bool op_add_dev(struct world *w, int task, const struct op *o);
bool op_del_dev(struct world *w, int task, const struct op *o);
bool op_if_bound(struct world *w, int task, const struct op *o);
bool op_module_load(struct world *w, int task, const struct op *o);
bool op_load(struct world *w, int task, const struct op *o);
bool op_remove_host(struct world *w, int task, const struct op *o);
bool op_kill(struct world *w, int task, const struct op *o);
bool op_put(struct world *w, int task, const struct op *o);
bool op_kill_none(struct world *w, int task, const struct op *o);
bool op_put_none(struct world *w, int task, const struct op *o);
bool op_run(struct world *w, int task, const struct op *o);
bool op_get(struct world *w, int task, const struct op *o);
bool op_fs_put(struct world *w, int task, const struct op *o);
bool op_walk_get(struct world *w, int task, const struct op *o);
bool op_walk_put(struct world *w, int task, const struct op *o);
bool op_open(struct world *w, int task, const struct op *o);
bool op_dev_put(struct world *w, int task, const struct op *o);
bool op_close(struct world *w, int task, const struct op *o);
bool op_module_free(struct world *w, int task, const struct op *o);
bool op_snapshot(struct world *w, int task, const struct op *o);

#endif
