/* SPDX-License-Identifier: GPL-2.0-only */
/* The scenarios: two tasks that overlap, and the operations before and after them. */
#ifndef DAXAUDIT_MODEL_SCENARIOS_H
#define DAXAUDIT_MODEL_SCENARIOS_H

#include "ops.h"

struct scenario {
	const char *name;
	const struct op *before; /* one task runs it completely before the two start */
	const struct op *task[2];
	const struct op *after; /* run after both */
};

extern const struct scenario scenarios[];
extern const size_t n_scenarios;

/* What a part claims for exclusive use, as bits. */
enum claim {
	CLAIM_NS0 = 1 << 0, /* to bind it */
	CLAIM_NS1 = 1 << 1,
	CLAIM_DAX0 = 1 << 2, /* to bind or open it */
	CLAIM_VIRTIO0 = 1 << 3,
	CLAIM_DM0 = 1 << 4,
	CLAIM_MOUNT0 = 1 << 5,
	CLAIM_MOUNT1 = 1 << 6,
	CLAIM_MOUNT2 = 1 << 7,
	CLAIM_LOOK = 1 << 8, /* one snapshot at a time */
	CLAIM_PMEM = 1 << 9, /* to unload the module */
	CLAIM_FOREIGN = 1 << 10,
};

/* A part that a task of the random histories may run when the state allows. */
struct part {
	const char *name;
	const struct op *program;
	unsigned int claims; /* at most one task has a claim */
	unsigned int yields; /* it cannot begin while another task has one of these */
	bool (*can)(const struct world *w);
	bool broken;
};

extern const struct part parts[];
extern const size_t n_parts;

#endif
