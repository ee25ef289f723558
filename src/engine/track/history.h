/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The records of one life, kept as evidence. Few lives get a finding, so each record
 * is packed to a few bytes, and unpacked without loss when it is needed. A packed
 * record has only the difference to an earlier record of its kind, the template.
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

/* Bytes inside struct history: room for alloc_dax and dax_add_host. */
#define HISTORY_OWN 88

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

/* Zero-initialised, it is empty. It must outlive the histories. */
struct templates {
	struct template_set *of[TEMPLATE_KINDS]; /* owned */
};

void templates_free(struct templates *t);

/* Zero-initialised, it is empty and owns nothing. */
struct history {
	uint8_t *more; /* owned: the records once `own` is too small, else NULL */
	uint16_t cap; /* of more, in bytes */
	uint16_t len; /* in bytes */
	uint8_t kept; /* records */
	uint8_t own[HISTORY_OWN];
};

/*
 * Add a record of the device at dax. Only the first HISTORY_HEAD and the last
 * HISTORY_TAIL are kept. False without memory: then nothing is added.
 */
bool history_add(struct templates *t, struct history *h, uint64_t dax, const struct rec *r);

/*
 * Read the record at *at, which starts as 0 and is advanced. dax must be the same as
 * when the record was added. False at the end.
 */
bool history_next(const struct templates *t, const struct history *h, uint64_t dax, size_t *at,
		  struct rec *ret);

/* Keep only the begin and the end: the evidence for a use after the end. */
void history_trim(struct history *h);

/* Remove all records. */
void history_clear(struct history *h);

#endif
