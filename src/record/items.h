/* SPDX-License-Identifier: GPL-2.0-only */
/* Lists of tagged items: the contents of all blocks except those of events. See format.h. */
#ifndef DAXAUDIT_RECORD_ITEMS_H
#define DAXAUDIT_RECORD_ITEMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- writing ---- */

/* A buffer that grows up to `max` bytes; items that do not fit are left out. */
struct dxr_bytes {
	unsigned char *data;
	size_t len, cap, max;
	size_t item; /* where the open item begins */
	bool full; /* the open item does not fit, or there is no memory */
};

/* Begin an item, append to it, end it: it is added completely or not at all. */
void dxr_item_begin(struct dxr_bytes *b, uint16_t tag);
void dxr_add(struct dxr_bytes *b, const void *data, size_t len);
void dxr_add_u16(struct dxr_bytes *b, uint16_t value);
void dxr_add_u64(struct dxr_bytes *b, uint64_t value);
/* NULL is written as "". */
void dxr_add_string(struct dxr_bytes *b, const char *value);
/* True when the item is there. */
bool dxr_item_end(struct dxr_bytes *b);

/* Items of one value. */
bool dxr_item_u32(struct dxr_bytes *b, uint16_t tag, uint32_t value);
bool dxr_item_u64(struct dxr_bytes *b, uint16_t tag, uint64_t value);
bool dxr_item_string(struct dxr_bytes *b, uint16_t tag, const char *value);

/* ---- reading ---- */

/* A reading position in a range of bytes. */
struct dxr_cursor {
	const unsigned char *at;
	size_t left;
	bool swap; /* the other byte order */
	bool bad; /* a read went past the end: later values are zero or "" */
};

/* Take the next item: its tag, and a cursor over its value. False at the end, or when bad. */
bool dxr_next_item(struct dxr_cursor *c, uint16_t *tag, struct dxr_cursor *value);

uint16_t dxr_get_u16(struct dxr_cursor *c);
uint32_t dxr_get_u32(struct dxr_cursor *c);
uint64_t dxr_get_u64(struct dxr_cursor *c);
/* The string points into the cursor's bytes. Never NULL. */
const char *dxr_get_string(struct dxr_cursor *c);

#endif
