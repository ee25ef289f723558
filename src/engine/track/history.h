/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The records of one life, kept as evidence. Few lives get a finding, so each record
 * is packed to a few bytes, and unpacked without loss when it is needed. A packed
 * record has only the difference to an earlier record of its kind, the template.
 *
 * The last records of all are kept as they are: most are dropped before they would be
 * packed, because their life ends.
 * Private to src/engine.
 */
#ifndef DAXAUDIT_ENGINE_HISTORY_H
#define DAXAUDIT_ENGINE_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daxaudit/event.h"

#define HISTORY_HEAD 8 /* events of one life that are kept: its first ... */
#define HISTORY_TAIL 24 /* ... and its last */
#define HISTORY_ENDED 4 /* of an ended life: its begin and its end */

#define HISTORY_RECENT 256 /* records that are kept as they are */

/* Bytes inside struct history: room for alloc_dax and dax_add_host. */
#define HISTORY_OWN 86

#define TEMPLATE_KINDS 32 /* the index of a kind is modulo this */
#define TEMPLATES_PER_KIND 4 /* one for each call path */

/* An event and its number, by which evidence from several places is sorted. */
struct rec {
	uint64_t n;
	struct dxa_event ev;
};

#define REC_WORDS (sizeof(struct rec) / 8)

/* The templates of one kind. They never change. */
struct template_set {
	size_t n;
	uint64_t word[TEMPLATES_PER_KIND][REC_WORDS];
};

/* One of the last records. */
struct recent_rec {
	struct rec rec;
	struct history *owner; /* NULL: no history has it */
	uint64_t dax; /* of the owner */
	uint16_t next; /* the next one of its owner, unless it is the last */
};

/*
 * What histories share. Zero-initialised, it is empty, and no record is kept as it is. It
 * must outlive the histories.
 */
struct templates {
	struct template_set *of[TEMPLATE_KINDS]; /* owned */
	struct recent_rec *recent; /* owned: HISTORY_RECENT, a ring; NULL: none */
	uint16_t now; /* the newest of them */
};

/* Allocate what is needed to keep records as they are. False without memory. */
bool templates_init(struct templates *t);

void templates_free(struct templates *t);

/* Zero-initialised, it is empty and owns nothing. It must not be moved. */
struct history {
	uint8_t *more; /* owned: the packed records once `own` is too small, else NULL */
	uint16_t cap; /* of more, in bytes */
	uint16_t len; /* in bytes */
	uint16_t first, last; /* of the recent records */
	uint8_t packed; /* records */
	uint8_t recent; /* records behind those: in the ring */
	uint8_t own[HISTORY_OWN];
};

/* The number of records. */
static inline size_t history_count(const struct history *h)
{
	return (size_t)h->packed + h->recent;
}

/* Pack the oldest of the recent records of a history. Without memory it is lost: false. */
bool history_settle(struct templates *t, struct history *h);

/*
 * The place for the next record; it is valid until it is needed again, which is after
 * HISTORY_RECENT others. False without memory: then a history has lost a record.
 */
static inline bool history_recent(struct templates *t, struct rec **ret)
{
	struct recent_rec *r;

	t->now = (t->now + 1) % HISTORY_RECENT;
	r = &t->recent[t->now];
	*ret = &r->rec;
	/* The oldest of all is the oldest of its history, too. */
	return !r->owner || history_settle(t, r->owner);
}

/*
 * Add a record of the device at dax, which is in the place of history_recent(), or anywhere
 * else. Only the first HISTORY_HEAD and the last HISTORY_TAIL are kept. False without
 * memory: then nothing is added, and another record may be lost.
 */
bool history_add(struct templates *t, struct history *h, uint64_t dax, const struct rec *r);

/*
 * Read the record at *at, which starts as 0 and is advanced. dax must be the same as
 * when the record was added. False at the end.
 */
bool history_next(const struct templates *t, const struct history *h, uint64_t dax, size_t *at,
		  struct rec *ret);

/* Keep only the begin and the end: the evidence for a use after the end. */
void history_trim(struct templates *t, struct history *h);

/* Remove all records. */
void history_clear(struct templates *t, struct history *h);

#endif
