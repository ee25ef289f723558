/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The coding of events in a block. Events of one kind are similar, so a coded record
 * contains only the 8-byte words that differ from the last record of its kind in the
 * same block (initially zeroes): a head of 8 bytes, whose bits 0 to 47 are a mask of the
 * words that follow and whose bits 48 to 63 are the kind; then those words. Word 0, the
 * sequence number, is omitted if it is that of the previous record (of any kind) plus one.
 *
 * The coding reduces a recording to a fifth before zlib, and makes replay twice as fast;
 * zlib alone is slower than the analysis.
 */
#ifndef DAXAUDIT_RECORD_CODEC_H
#define DAXAUDIT_RECORD_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daxaudit/event.h"
#include "record/format.h"

/* Kinds in the same slot share their predecessor, which only costs space. */
#define DXR_SLOTS 64
#define DXR_WORDS_MAX (DXR_EVENT_MAX / 8)
/* The longest coded record. */
#define DXR_CODED_MAX (8 + DXR_EVENT_MAX)

/* The state of the coding in one block. Writer and reader reset it at the start of each block. */
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
 * event is in this machine's byte order, with terminated names; it is owned by the codec and
 * valid until the next call. NULL when the bytes are not a record.
 */
const struct dxa_event *dxr_decode(struct dxr_codec *c, const void *buf, size_t len, size_t *used);

/* Swap the byte order of every field. */
void dxr_swap_event(struct dxa_event *ev);

#endif
