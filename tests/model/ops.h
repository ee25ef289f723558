/* SPDX-License-Identifier: GPL-2.0-only */
/* Programs of the tasks: operations with operands, each made of atomic steps. */
#ifndef DAXAUDIT_MODEL_OPS_H
#define DAXAUDIT_MODEL_OPS_H

#include "world.h"

/* X(ID): operands are said where the operation is carried out, in ops.c */
#define OPS(X)                                                                                     \
	X(END)                                                                                     \
	X(PROBE)                                                                                   \
	X(PROBED) X(RELEASE) X(RELEASED) X(ENTER) X(LEAVE) X(ALLOC) X(REFUSED) X(ADD_HOST)         \
		X(HOST_FAILS) X(REMOVE_HOST) X(ADD_DISK) X(DISK_FAILS) X(DEL_DISK) X(KILL) X(PUT)  \
			X(KILL_NULL) X(PUT_NULL) X(RUN) X(LOAD) X(GET) X(FS_PUT) X(TABLE_PUT)      \
				X(WALK_GET) X(WALK_PUT) X(MODULE_FREE) X(OPEN) X(CLOSE) X(ADD_DEV) \
					X(DEL_DEV) X(DEV_PUT) X(SNAPSHOT) X(GONE)

enum op_code {
#define OP_ENUM(id) O_##id,
	OPS(OP_ENUM)
#undef OP_ENUM
};

struct op {
	uint8_t code;
	int8_t a, b, c;
};

/* May this task stay where it is for long? Others can only be held up, for an instant. */
bool may_sleep(const struct world *w, int task, const struct op *program);

/* Can this task take a step now? */
bool can_step(const struct world *w, int task, const struct op *program);

/* Let it take one. */
void step(struct world *w, int task, const struct op *program);

#endif
