/* SPDX-License-Identifier: GPL-2.0-only */
/* Programs of the tasks: operations with operands, each made of atomic steps. */
#ifndef DAXAUDIT_MODEL_OPS_H
#define DAXAUDIT_MODEL_OPS_H

#include "world.h"

/* Operands are described at the handlers, in ops_create.c and ops_use.c. */
enum op_code {
	O_END,
	O_PROBE,
	O_PROBED,
	O_RELEASE,
	O_RELEASED,
	O_ENTER,
	O_LEAVE,
	O_ALLOC,
	O_REFUSED,
	O_ADD_HOST,
	O_HOST_FAILS,
	O_REMOVE_HOST,
	O_ADD_DISK,
	O_DISK_FAILS,
	O_DEL_DISK,
	O_KILL,
	O_PUT,
	O_KILL_NONE,
	O_PUT_NONE,
	O_RUN,
	O_LOAD,
	O_GET,
	O_FS_PUT,
	O_TABLE_PUT,
	O_WALK_GET,
	O_WALK_PUT,
	O_MODULE_FREE,
	O_OPEN,
	O_CLOSE,
	O_ADD_DEV,
	O_DEL_DEV,
	O_DEV_PUT,
	O_SNAPSHOT,
	O_GONE,
	O_IF_BOUND,
	O_MODULE_LOAD,
};

struct op {
	uint8_t code;
	int16_t a, b, c;
};

/* The initial state: no devices. */
void set_out(struct world *w);

/* Give a task a program. */
void start(struct world *w, int task, int program);

/* Whether this task can take a step now. */
bool can_step(const struct world *w, int task);

/* Take a step. */
void step(struct world *w, int task);

#endif
