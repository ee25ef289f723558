/* SPDX-License-Identifier: GPL-2.0-only */
/* Random lives of dax_devices as scripts: lines of one actor each. */
#ifndef DAXAUDIT_TESTS_SCRIPTS_H
#define DAXAUDIT_TESTS_SCRIPTS_H

#include "lib/story.h"

#define ADDRESSES 96
#define ACTORS 24
#define SCRIPT_MAX 64

enum op {
	PROBE,
	PROBE_DAX,
	PROBED,
	ATTACH,
	ATTACHED,
	CREATE,
	CREATED,
	DM_IOCTL,
	DM_IOCTL_END,
	DM_IN,
	DM_OUT,
	UNBIND,
	UNBOUND,
	ALLOC,
	ALLOC_STALE,
	ALLOC_FAILS,
	ALLOC_NULL,
	HOST,
	HOST_FAILS,
	UNHOST,
	UP,
	KILL,
	KILL_NULL,
	KILL_ERR,
	PUT,
	PUT_NULL,
	PUT_UNSEEN,
	RUN,
	GET,
	GET_NOTHING,
	GET_TAKEN,
	FS_PUT,
	FS_PUT_NULL,
	REF_UNSEEN,
	CDEV_OPEN,
	BY,
	AGE,
	STATE_D,
	MODULE_GONE,
};

struct line {
	enum op op;
	int arg;
};

struct actor {
	struct line script[SCRIPT_MAX];
	size_t len, at;
	enum asker who;
	uint32_t tid, other; /* the actor's task, and the task of the current line */
	uint64_t dax, dev, disk;
	const char *rule; /* the rule that the script must break, or NULL */
	bool busy; /* within a call */
};

struct stage {
	struct actor actors[ACTORS];
	uint64_t random;
	uint64_t lives; /* number that has not begun */
	uint32_t next_tid;
	uint64_t infos;
};

/* A number less than `below`, from the stage's own sequence. */
uint32_t draw(struct stage *st, uint32_t below);

/* Write a random legal life. */
void write_legal(struct stage *st, struct actor *a);

/* Write the i-th broken life. Returns the rule that it must break, or NULL after the last one. */
const char *write_broken(struct actor *a, size_t i);

#endif
