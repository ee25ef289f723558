/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The lives of dax_devices with their events, for views by device. Independent of the
 * engine's lives; bounded.
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

/* Of a longer life the first and the last events are kept. */
#define DXA_LIFE_EVENTS_MAX 256
/* More lives are counted and not kept. */
#define DXA_LIVES_MAX 4096

/* One life. */
struct dxa_lived {
	struct dxa_life_id id; /* generation 0: older than the audit */
	char module[DXA_NAME_LEN]; /* that contains the ops; "": not known */
	uint64_t begin, end; /* ktime, ns; 0: before the audit, or not ended */
	uint64_t host; /* its gendisk; 0: none */
	int32_t refs; /* of the last event; -1: not known */
	bool alive;
	bool freed;
	size_t users; /* lookups without a put so far */
	char user[DXA_COMM_LEN]; /* the task of the last lookup */
	struct dxa_vec events; /* struct dxa_event */
	size_t cut; /* events left out in the middle */
};

struct dxa_lives {
	struct dxa_vec all; /* struct dxa_lived *, owned, in the order of their begin */
	struct dxa_map living, ended, hosts; /* struct dxa_lived *, by dax, dax and gendisk */
	struct dxa_map tasks; /* private */
	struct dxa_pairs pairs;
	size_t cut; /* lives left out */
};

/* Free its contents; it is then empty again. Zero-initialised, it is empty. */
void dxa_lives_free(struct dxa_lives *l);

/* Add the next event. symbols: for the owner of a device's ops. */
void dxa_lives_event(struct dxa_lives *l, const struct dxa_event *ev, struct dxa_symbols *symbols);

/* Life number i, NULL after the last. */
const struct dxa_lived *dxa_lives_at(const struct dxa_lives *l, size_t i);

#endif
