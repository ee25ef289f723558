/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How events are coded inside a block. Events of one kind resemble one
 * another, so a record holds only the 8-byte words in which it differs from
 * the last one of its kind in the same block (at the block's start: zeroes):
 * a head of 8 bytes, bits 0 to 47 the words that follow, bits 48 to 63 the
 * kind; then those words. Word 0, the sequence number, is left out when it is
 * the previous record's (of whatever kind) plus one.
 *
 * It makes a recording a fifth as long before zlib sees it, and replay twice as
 * fast; zlib alone is slower than the analysis.
 */
#ifndef DAXAUDIT_RECORD_CODEC_H
#define DAXAUDIT_RECORD_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daxaudit/event.h"
#include "record/format.h"

/* Kinds that share a slot share their predecessor; that costs space only. */
#define DXR_SLOTS 64
#define DXR_WORDS_MAX (DXR_EVENT_MAX / 8)
/* The longest coded record. */
#define DXR_CODED_MAX (8 + DXR_EVENT_MAX)

/* The memory of one block. Both sides reset it at each block's start. */
struct dxr_codec {
	union {
		uint64_t word[DXR_WORDS_MAX]; /* in the file's byte order */
		struct dxa_event ev;
	} slot[DXR_SLOTS];
	uint64_t seq; /* of the previous record, in this machine's byte order */
	size_t words; /* of one record in the file */
	bool swap; /* the file has the other byte order */
	struct dxa_event swapped;
};

/* Prepare for records of event_size bytes (a multiple of 8, at most DXR_EVENT_MAX). */
void dxr_codec_init(struct dxr_codec *c, size_t event_size, bool swap);

/* A new block begins. */
void dxr_codec_reset(struct dxr_codec *c);

/* Code ev into buf, which has room for DXR_CODED_MAX bytes. Returns the bytes used. */
size_t dxr_encode(struct dxr_codec *c, const struct dxa_event *ev, void *buf);

/*
 * Decode one record from the len bytes at buf; *used gets its coded length. The
 * event is in this machine's byte order, its names end with NUL; it is the codec's, and valid
 * until the next call. NULL when the bytes are no record.
 */
const struct dxa_event *dxr_decode(struct dxr_codec *c, const void *buf, size_t len, size_t *used);

/* Swap the byte order of every field. */
void dxr_swap_event(struct dxa_event *ev);

#endif
