/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The layout of a recording, for writer and reader. docs/recording.md describes it.
 * Private to src/record and its tests.
 *
 * All numbers are in the byte order of the machine that wrote the file; a
 * reader of the other order swaps them, field by field.
 */
#ifndef DAXAUDIT_RECORD_FORMAT_H
#define DAXAUDIT_RECORD_FORMAT_H

#include <stdint.h>

#include "daxaudit/event.h"

/*
 * Eight bytes that no text file begins with, and that a transfer in text mode damages.
 */
#define DXR_MAGIC \
	"\x89"    \
	"DXR\r\n\x1a\n"
#define DXR_MAGIC_LEN 8

/* Written as a number: if a reader finds it reversed, it must swap. */
#define DXR_BYTE_ORDER 0x0a0b0c0du

/* Incremented when an older reader would misread the newer format. Older formats are read, too. */
#define DXR_FORMAT 3
#define DXR_CHAINED 3 /* the first format in which the checksums of blocks are a chain */

/* Bounds that a reader checks, so that a damaged length does not allocate memory. */
#define DXR_BLOCK_MAX (1u << 20) /* bytes of a block, packed or not */
#define DXR_EVENT_MAX 384 /* bytes of one event: 48 words, one bit each in a record's head */
#define DXR_ARGV_MAX 256 /* words of the audited command that are kept */

/* windowBits of zlib for a raw stream with its largest window. */
#define DXR_WINDOW_BITS (-15)

/* When the writer ends a block of events. */
#define DXR_BLOCK_FULL (64u << 10)

/*
 * The writer does not compress a block of events from this length on if it would be smaller by
 * less than this factor, in hundredths: unpacking it would take half of the time of a replay.
 */
#define DXR_PLAIN_MIN (32u << 10)
#define DXR_PLAIN_GAIN 175

/* The first bytes of the file. */
struct dxr_file_head {
	char magic[DXR_MAGIC_LEN];
	uint32_t byte_order; /* DXR_BYTE_ORDER */
	uint16_t format; /* DXR_FORMAT */
	uint16_t event_version; /* DXA_EVENT_VERSION */
	uint16_t event_size; /* bytes; a later version's may be longer than ours */
	uint16_t word_bits; /* of the audited kernel; 0 when not known */
	uint32_t reserved[2]; /* zero */
	uint32_t crc; /* CRC-32 of all bytes before */
};

_Static_assert(sizeof(struct dxr_file_head) == 32, "struct dxr_file_head is an exchange format");

/*
 * The head of each block. Its packed bytes follow: a raw deflate stream without zlib's
 * checksum, which would take a tenth of the time of a replay; the block has its own. From
 * format 2 on, a block of which packed and length are equal is not compressed. From format
 * 3 on, the checksum of a block begins with that of the block before (0 in the first one): blocks
 * that were removed, repeated or exchanged do not fit.
 */
struct dxr_block_head {
	uint32_t type; /* enum dxr_block */
	uint32_t packed; /* bytes that follow */
	uint32_t length; /* bytes they unpack to */
	uint32_t crc; /* CRC-32 of the three numbers above and the packed bytes, as in the file */
};

_Static_assert(sizeof(struct dxr_block_head) == 16, "struct dxr_block_head is an exchange format");

/* Types of blocks. Numbers are never reused; a reader skips those that it does not know. */
enum dxr_block {
	DXR_BLOCK_HEADER = 1, /* items; the first block, once */
	DXR_BLOCK_EVENTS = 2, /* coded records, see codec.h */
	DXR_BLOCK_SYMBOLS = 3, /* items; names that the events behind it need */
	DXR_BLOCK_TRAILER = 4, /* items; the last block, once */
};

/*
 * Items: a tag and a length (uint16_t each), then that many bytes, without padding. Strings
 * include their NUL. A reader skips tags that it does not know and ignores extra bytes of
 * known ones. Numbers are never reused.
 */
enum dxr_tag {
	DXR_TAG_TOOL = 1, /* string */
	DXR_TAG_MODE = 2, /* string */
	DXR_TAG_RELEASE = 3, /* string */
	DXR_TAG_VERSION = 4, /* string */
	DXR_TAG_MACHINE = 5, /* string */
	DXR_TAG_ARG = 6, /* string; once per word of the command */
	DXR_TAG_ALIASING = 7, /* u32, enum dxr_aliasing */
	DXR_TAG_ALIASING_FROM = 8, /* string */
	DXR_TAG_EOPNOTSUPP = 9, /* u32 */
	DXR_TAG_STUCK_AFTER = 10, /* u64, ns */
	DXR_TAG_START = 11, /* u64, ktime in ns */
	/* u16 kind, u16 mode (enum dxr_attach), u64 seen, submitted, dropped, missed; two strings:
	 * symbol, reason; u16 flags (DXR_HOOK_*) and u64 repeated, not part of seen: both
	 * absent from older recordings */
	DXR_TAG_HOOK = 12,
	DXR_TAG_SYMBOL = 13, /* u64 address, u64 offset; two strings: name, module ("": none) */
	DXR_TAG_END = 14, /* u64, ktime in ns */
	DXR_TAG_CMD_STATUS = 15, /* u32, wait status */
	DXR_TAG_INTERRUPTED = 16, /* u32, 0 or 1 */
	DXR_TAG_EVENTS = 17, /* u64, events in all blocks before */
	DXR_TAG_START_WALL = 18, /* u64, the start in ns since 1970, UTC */
};

/* Flags of a hook. */
#define DXR_HOOK_UNREADABLE (1 << 0) /* some counters could not be read, and are 0 */

/* Numbers of the file for enum dxa_aliasing and enum dxa_attach_mode, which may be reordered. */
#define DXR_ALIASINGS(X) X(UNKNOWN, 0) X(NO, 1) X(YES, 2)
#define DXR_ATTACHES(X) X(NONE, 0) X(FENTRY, 1) X(KPROBE, 2) X(PENDING, 3) X(TRACEPOINT, 4)

/*
 * The fields of struct dxa_event: W(bits, name) one number, A(bits, name,
 * count) several, C(name, length) characters. Swapping uses it, and the table in
 * docs/recording.md must match it.
 */
#define DXR_EVENT_FIELDS(W, A, C)   \
	W(64, seq)                  \
	W(64, ts)                   \
	W(64, dax)                  \
	W(64, obj)                  \
	W(64, arg)                  \
	W(64, ret)                  \
	W(64, ops)                  \
	W(64, holder)               \
	A(64, stack, DXA_STACK_MAX) \
	W(32, tgid)                 \
	W(32, tid)                  \
	W(32, cpu)                  \
	W(32, rdev)                 \
	W(32, refs)                 \
	W(32, cdev_refs)            \
	W(32, dax_flags)            \
	W(32, dropped)              \
	W(32, reserved)             \
	W(16, kind)                 \
	W(8, phase)                 \
	W(8, has)                   \
	C(comm, DXA_COMM_LEN)       \
	C(name, DXA_NAME_LEN)       \
	C(bus, DXA_BUS_LEN)         \
	C(driver, DXA_DRIVER_LEN)

/* The build fails for a field that is missing above, or listed with another width. */
#define DXR_W_(bits, field) \
	_Static_assert(sizeof(((struct dxa_event *)0)->field) == (bits) / 8, #field);
#define DXR_A_(bits, field, count) \
	_Static_assert(sizeof(((struct dxa_event *)0)->field) == (bits) / 8 * (count), #field);
#define DXR_C_(field, len) _Static_assert(sizeof(((struct dxa_event *)0)->field) == (len), #field);
DXR_EVENT_FIELDS(DXR_W_, DXR_A_, DXR_C_)
#undef DXR_W_
#undef DXR_A_
#undef DXR_C_
#define DXR_W_(bits, field) +(bits) / 8
#define DXR_A_(bits, field, count) +(bits) / 8 * (count)
#define DXR_C_(field, len) +(len)
_Static_assert(0 DXR_EVENT_FIELDS(DXR_W_, DXR_A_, DXR_C_) == sizeof(struct dxa_event),
	       "DXR_EVENT_FIELDS lists every field of struct dxa_event");
#undef DXR_W_
#undef DXR_A_
#undef DXR_C_

#endif
