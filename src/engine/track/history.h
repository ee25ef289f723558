/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The events of one life, as evidence for a finding that will most likely never
 * be made: packed to a few bytes each, and unpacked, bit by bit as they were,
 * when one is. A packed record holds what it does not share with an earlier
 * record of its kind, the template. Private to src/engine.
 */
#ifndef DAXAUDIT_ENGINE_HISTORY_H
#define DAXAUDIT_ENGINE_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daxaudit/event.h"

#define HISTORY_HEAD 8 /* events of one life that are kept: its first ... */
#define HISTORY_TAIL 24 /* ... and its last */
#define HISTORY_ENDED 4 /* of an ended life: its birth and its end */

/* Bytes within the history: the birth of a device and what makes it a disk's. */
#define HISTORY_OWN 88

#define TEMPLATE_KINDS 32 /* kinds share a place modulo this */
#define TEMPLATES_PER_KIND 4 /* call paths of one kind that are told apart */

/* An event and when it came, so that evidence from several places keeps its order. */
struct rec {
	uint64_t n;
	struct dxa_event ev;
};

#define REC_WORDS (sizeof(struct rec) / 8)

/* The records of one kind that others are packed by. They never change. */
struct template_set {
	size_t n;
	uint64_t word[TEMPLATES_PER_KIND][REC_WORDS];
};

/* Zero-initialised, there are none; histories live no longer than the templates. */
struct templates {
	struct template_set *of[TEMPLATE_KINDS]; /* owned */
};

void templates_free(struct templates *t);

/* Zero-initialised, it is empty and owns nothing. */
struct history {
	uint8_t *more; /* owned: where the records are once `own` is too small, else NULL */
	uint16_t cap; /* of more, in bytes */
	uint16_t len; /* in bytes */
	uint8_t kept; /* records */
	uint8_t own[HISTORY_OWN];
};

/*
 * Add a record, which goes to the life of the device at dax. Of many only the
 * first and the last are kept. False without memory: then nothing is added.
 */
bool history_add(struct templates *t, struct history *h, uint64_t dax, const struct rec *r);

/*
 * The record at *at, which starts as 0 and moves on; dax as it was when the
 * record was added. False at the end.
 */
bool history_next(const struct templates *t, const struct history *h, uint64_t dax, size_t *at,
		  struct rec *ret);

/* An ended life needs its birth and its end only: what a use after it is shown with. */
void history_trim(struct history *h);

/* Forget all. */
void history_clear(struct history *h);

#endif
