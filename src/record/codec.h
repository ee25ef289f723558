/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The coding of events in a block; docs/recording.md describes it. Events of one kind are
 * similar, so a coded record contains only the 8-byte words that differ from the last record
 * of its kind in the same block (initially zeroes), and a head: a mask of these words, and
 * the kind.
 *
 * In format 2 and later a word is one byte if it is one of those that were coded last, as most are:
 * the addresses of the same devices, the same tasks. In format 1 all words have 8 bytes, and zlib
 * has to find out what repeats, which took a third of the time of a replay.
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
/* The longest token of a word, and the longest number. */
#define DXR_TOKEN_MAX 9
#define DXR_NUMBER_MAX 10
/* The longest coded record, of any format, and what the coding may write behind it. */
#define DXR_CODED_MAX (DXR_TOKEN_MAX * (DXR_WORDS_MAX + 1) + 2 * DXR_NUMBER_MAX + 8)
/* Words that a token of one byte can name. */
#define DXR_TOKENS 128

/* The state of the coding in one block. Writer and reader reset it at the start of each block. */
struct dxr_codec {
	union {
		uint64_t word[DXR_WORDS_MAX]; /* in the file's byte order */
		struct dxa_event ev;
	} slot[DXR_SLOTS];
	/* The words that were coded last, and the heads of records, in the file's byte order. */
	uint64_t recent[DXR_TOKENS], heads[DXR_TOKENS];
	uint64_t seq, ts; /* of the previous record, in this machine's byte order */
	unsigned int format; /* of the file: 1 to DXR_FORMAT */
	size_t words; /* of one record in the file */
	size_t fast_from; /* with so many bytes, decoding needs no test; SIZE_MAX: never */
	uint64_t not_words; /* bits that the mask of a record from format 2 on cannot have */
	bool swap; /* the file has the other byte order */
	struct dxa_event swapped;
};

/*
 * Prepare for records of event_size bytes (a multiple of 8, at most DXR_EVENT_MAX) of a file in
 * `format`. swap: the file has the other byte order.
 */
void dxr_codec_init(struct dxr_codec *c, unsigned int format, size_t event_size, bool swap);

/* A new block begins. */
void dxr_codec_reset(struct dxr_codec *c);

/*
 * Code ev, of this machine's byte order, into buf, which has room for DXR_CODED_MAX bytes.
 * Returns the bytes used. Recordings are written in the newest format and this byte order only.
 */
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
