/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The lives of dax_devices as the events tell them, each with what happened to it: for
 * views by device. It judges nothing; what it shows is bounded.
 */
#ifndef DAXAUDIT_OUTPUT_LIVES_H
#define DAXAUDIT_OUTPUT_LIVES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/map.h"
#include "base/vec.h"
#include "engine/engine.h"
#include "output/pair.h"

/* Of a life with more events the first and the last are kept. */
#define DXA_LIFE_EVENTS_MAX 256
/* More lives are counted and not kept. */
#define DXA_LIVES_MAX 4096

/* One life. */
struct dxa_lived {
	struct dxa_life_id id; /* generation: 0 when it was there before the audit */
	char module[DXA_NAME_LEN]; /* that holds the ops; empty: not known */
	uint64_t begin, end; /* ktime, ns; 0: before the audit, or it has not ended */
	uint64_t host; /* its gendisk; 0: none */
	int32_t refs; /* as the last event showed them; -1: not known */
	bool alive;
	bool freed;
	size_t users; /* that have got it and not put it */
	char user[DXA_COMM_LEN]; /* the task that got it last */
	struct dxa_vec events; /* struct dxa_event */
	size_t cut; /* events left out in the middle */
};

struct dxa_lives {
	struct dxa_vec all; /* struct dxa_lived *, owned, as they began */
	struct dxa_map living, ended, hosts; /* struct dxa_lived *, by dax, dax and gendisk */
	struct dxa_map tasks; /* private */
	struct dxa_pairs pairs;
	size_t cut; /* lives left out */
};

/* Zero-initialised it is empty. Free what it holds; it is then empty again. */
void dxa_lives_free(struct dxa_lives *l);

/* The next event. symbols names the owner of a device's ops. */
void dxa_lives_event(struct dxa_lives *l, const struct dxa_event *ev, struct dxa_symbols *symbols);

/* Life number i, NULL behind the last. */
const struct dxa_lived *dxa_lives_at(const struct dxa_lives *l, size_t i);

#endif
