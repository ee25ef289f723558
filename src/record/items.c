// SPDX-License-Identifier: GPL-2.0-only
#include "record/items.h"

#include <byteswap.h>
#include <stdlib.h>
#include <string.h>

/* An item's head: tag and length. */
#define HEAD (2 * sizeof(uint16_t))

static bool reserve(struct dxr_bytes *b, size_t len)
{
	size_t cap = b->cap ? b->cap : 4096;
	unsigned char *data;

	if (b->full || len > b->max - b->len)
		return false;
	while (cap < b->len + len)
		cap *= 2;
	if (cap == b->cap)
		return true;
	data = realloc(b->data, cap);
	if (!data)
		return false;
	b->data = data;
	b->cap = cap;
	return true;
}

void dxr_add(struct dxr_bytes *b, const void *data, size_t len)
{
	if (!reserve(b, len)) {
		b->full = true;
		return;
	}
	memcpy(b->data + b->len, data, len);
	b->len += len;
}

void dxr_add_u16(struct dxr_bytes *b, uint16_t value)
{
	dxr_add(b, &value, sizeof(value));
}

void dxr_add_u64(struct dxr_bytes *b, uint64_t value)
{
	dxr_add(b, &value, sizeof(value));
}

void dxr_add_string(struct dxr_bytes *b, const char *value)
{
	if (!value)
		value = "";
	dxr_add(b, value, strlen(value) + 1);
}

void dxr_item_begin(struct dxr_bytes *b, uint16_t tag)
{
	b->item = b->len;
	b->full = false;
	dxr_add_u16(b, tag);
	dxr_add_u16(b, 0);
}

bool dxr_item_end(struct dxr_bytes *b)
{
	size_t len = b->len - b->item;
	uint16_t value_len;

	if (b->full || len - HEAD > UINT16_MAX) {
		b->len = b->item;
		return false;
	}
	value_len = (uint16_t)(len - HEAD);
	memcpy(b->data + b->item + sizeof(uint16_t), &value_len, sizeof(value_len));
	return true;
}

bool dxr_item_u32(struct dxr_bytes *b, uint16_t tag, uint32_t value)
{
	dxr_item_begin(b, tag);
	dxr_add(b, &value, sizeof(value));
	return dxr_item_end(b);
}

bool dxr_item_u64(struct dxr_bytes *b, uint16_t tag, uint64_t value)
{
	dxr_item_begin(b, tag);
	dxr_add_u64(b, value);
	return dxr_item_end(b);
}

bool dxr_item_string(struct dxr_bytes *b, uint16_t tag, const char *value)
{
	dxr_item_begin(b, tag);
	dxr_add_string(b, value);
	return dxr_item_end(b);
}

static bool take(struct dxr_cursor *c, void *to, size_t len)
{
	if (c->bad || c->left < len) {
		c->bad = true;
		memset(to, 0, len);
		return false;
	}
	memcpy(to, c->at, len);
	c->at += len;
	c->left -= len;
	return true;
}

uint16_t dxr_get_u16(struct dxr_cursor *c)
{
	uint16_t value;

	take(c, &value, sizeof(value));
	return c->swap ? bswap_16(value) : value;
}

uint32_t dxr_get_u32(struct dxr_cursor *c)
{
	uint32_t value;

	take(c, &value, sizeof(value));
	return c->swap ? bswap_32(value) : value;
}

uint64_t dxr_get_u64(struct dxr_cursor *c)
{
	uint64_t value;

	take(c, &value, sizeof(value));
	return c->swap ? bswap_64(value) : value;
}

const char *dxr_get_string(struct dxr_cursor *c)
{
	const unsigned char *nul = c->bad || !c->left ? NULL : memchr(c->at, 0, c->left);
	const char *ret = (const char *)c->at;

	if (!nul) {
		c->bad = true;
		return "";
	}
	c->left -= (size_t)(nul - c->at) + 1;
	c->at = nul + 1;
	return ret;
}

bool dxr_next_item(struct dxr_cursor *c, uint16_t *tag, struct dxr_cursor *value)
{
	uint16_t len;

	if (!c->left || c->bad)
		return false;
	*tag = dxr_get_u16(c);
	len = dxr_get_u16(c);
	if (c->bad || len > c->left) {
		c->bad = true;
		return false;
	}
	*value = (struct dxr_cursor){ .at = c->at, .left = len, .swap = c->swap };
	c->at += len;
	c->left -= len;
	return true;
}
