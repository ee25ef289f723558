// SPDX-License-Identifier: GPL-2.0-only
#include "lib/rawrec.h"

#include <byteswap.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

#include "record/codec.h"

#define FILE_HEAD sizeof(struct dxr_file_head)
#define BLOCK_HEAD sizeof(struct dxr_block_head)

struct raw raw_load(const char *path)
{
	struct raw r = { 0 };
	FILE *f = fopen(path, "re");
	unsigned char buf[4096];
	size_t n;

	assert_non_null(f);
	while ((n = fread(buf, 1, sizeof(buf), f)))
		raw_append(&r, buf, n);
	fclose(f);
	return r;
}

void raw_save(const struct raw *r, const char *path)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	assert_int_equal(fwrite(r->data, 1, r->len, f), r->len);
	assert_int_equal(fclose(f), 0);
}

void raw_free(struct raw *r)
{
	free(r->data);
	*r = (struct raw){ 0 };
}

static struct dxr_block_head head_at(const struct raw *r, size_t at)
{
	struct dxr_block_head h;

	memcpy(&h, r->data + at, sizeof(h));
	return h;
}

bool raw_block(const struct raw *r, size_t i, size_t *at, size_t *len)
{
	*at = FILE_HEAD;
	while (*at + BLOCK_HEAD <= r->len) {
		*len = BLOCK_HEAD + head_at(r, *at).packed;
		if (*at + *len > r->len)
			return false;
		if (!i--)
			return true;
		*at += *len;
	}
	return false;
}

size_t raw_count(const struct raw *r, uint32_t type, size_t end)
{
	size_t n = 0, at, len;

	for (size_t i = 0; raw_block(r, i, &at, &len) && at + len <= end; i++)
		n += head_at(r, at).type == type;
	return n;
}

struct raw raw_unpack(const struct raw *r, size_t at)
{
	struct dxr_block_head h = head_at(r, at);
	struct raw out = { malloc(h.length + 1), h.length };
	struct dxr_file_head file;
	z_stream z = { .next_in = r->data + at + BLOCK_HEAD,
		       .avail_in = h.packed,
		       .next_out = out.data,
		       .avail_out = h.length };

	assert_non_null(out.data);
	memcpy(&file, r->data, sizeof(file));
	if (file.format > 1 && h.packed == h.length) {
		memcpy(out.data, r->data + at + BLOCK_HEAD, h.length);
		return out;
	}
	assert_int_equal(inflateInit2(&z, DXR_WINDOW_BITS), Z_OK);
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(z.total_out, h.length);
	inflateEnd(&z);
	return out;
}

void raw_append(struct raw *r, const void *data, size_t len)
{
	r->data = realloc(r->data, r->len + len + 1);
	assert_non_null(r->data);
	memcpy(r->data + r->len, data, len);
	r->len += len;
}

/* What the checksum of the next block begins with. */
static uint32_t chain_of(const struct raw *r)
{
	struct dxr_file_head file;
	size_t at, len;
	uint32_t crc = 0;

	for (size_t i = 0; raw_block(r, i, &at, &len); i++)
		crc = head_at(r, at).crc;
	memcpy(&file, r->data, sizeof(file));
	return file.format < DXR_CHAINED ? 0 : crc;
}

/* A block's head with its type, lengths and checksum, in the wanted byte order. Returns the latter.
 */
static uint32_t append_block(struct raw *r, uint32_t type, const void *payload, size_t len,
			     bool swap, uint32_t chain)
{
	size_t room = compressBound(len);
	unsigned char *buf = malloc(room);
	z_stream z = { .next_in = (Bytef *)payload,
		       .avail_in = (uInt)len,
		       .next_out = buf,
		       .avail_out = (uInt)room };
	struct dxr_block_head h = { .type = type, .length = (uint32_t)len };

	assert_non_null(buf);
	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, DXR_WINDOW_BITS, 9, Z_DEFAULT_STRATEGY),
			 Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	h.packed = (uint32_t)z.total_out;
	if (swap) {
		h.type = bswap_32(h.type);
		h.length = bswap_32(h.length);
		h.packed = bswap_32(h.packed);
	}
	h.crc = (uint32_t)crc32(crc32(chain, (const Bytef *)&h, 12), buf, (uInt)z.total_out);
	chain = h.crc;
	if (swap)
		h.crc = bswap_32(h.crc);
	raw_append(r, &h, sizeof(h));
	raw_append(r, buf, z.total_out);
	deflateEnd(&z);
	free(buf);
	return chain;
}

void raw_append_block(struct raw *r, uint32_t type, const void *payload, size_t len)
{
	append_block(r, type, payload, len, false, chain_of(r));
}

void raw_append_copy(struct raw *r, const struct raw *from, size_t at)
{
	struct raw block = raw_unpack(from, at);

	raw_append_block(r, head_at(from, at).type, block.data, block.len);
	raw_free(&block);
}

void raw_seal(struct raw *r)
{
	uint32_t crc = (uint32_t)crc32(0, r->data, FILE_HEAD - 4);

	memcpy(r->data + FILE_HEAD - 4, &crc, 4);
}

/* ---- the other byte order ---- */

static void reverse(unsigned char *at, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		unsigned char byte = at[i];

		at[i] = at[n - 1 - i];
		at[n - 1 - i] = byte;
	}
}

/* The numbers that a tag's value begins with: "88s4": two of 8 bytes, a string, one of 4. */
static const char *layout_of(uint16_t tag)
{
	switch (tag) {
	case DXR_TAG_ALIASING:
	case DXR_TAG_EOPNOTSUPP:
	case DXR_TAG_CMD_STATUS:
	case DXR_TAG_INTERRUPTED:
		return "4";
	case DXR_TAG_STUCK_AFTER:
	case DXR_TAG_START:
	case DXR_TAG_START_WALL:
	case DXR_TAG_END:
	case DXR_TAG_EVENTS:
		return "8";
	case DXR_TAG_SYMBOL:
		return "88";
	case DXR_TAG_HOOK:
		return "228888ss28";
	default:
		return "";
	}
}

static void swap_items(struct raw *r)
{
	size_t at = 0;

	while (at < r->len) {
		unsigned char *p = r->data + at;
		uint16_t tag, len;
		size_t i = 4;

		memcpy(&tag, p, 2);
		memcpy(&len, p + 2, 2);
		for (const char *l = layout_of(tag); *l; l++) {
			size_t n = *l == 's' ? strlen((char *)p + i) + 1 : (size_t)(*l - '0');

			if (*l != 's')
				reverse(p + i, n);
			i += n;
		}
		reverse(p, 2);
		reverse(p + 2, 2);
		at += 4u + len;
	}
}

/* Code the events again. */
static void recode_events(struct raw *r, unsigned int from, unsigned int to, bool swap)
{
	static struct dxr_codec in, out;
	unsigned char coded[DXR_CODED_MAX];
	const struct dxa_event *ev;
	struct raw all = { 0 };
	size_t at = 0, used;

	dxr_codec_init(&in, from, sizeof(*ev), false);
	dxr_codec_init(&out, to, sizeof(*ev), swap);
	for (; at < r->len; at += used) {
		ev = dxr_decode(&in, r->data + at, r->len - at, &used);
		assert_non_null(ev);
		raw_append(&all, coded, dxr_encode(&out, ev, coded));
	}
	raw_free(r);
	*r = all;
}

struct raw raw_rewrite(const struct raw *r, uint16_t format, bool swap)
{
	struct dxr_file_head file;
	struct raw out = { 0 };
	uint32_t chain = 0;
	size_t at, len;

	raw_append(&out, r->data, FILE_HEAD);
	memcpy(&file, r->data, sizeof(file));
	memcpy(out.data + offsetof(struct dxr_file_head, format), &format, sizeof(format));
	if (swap) {
		reverse(out.data + 8, 4);
		for (size_t i = 12; i < 20; i += 2)
			reverse(out.data + i, 2);
	}
	raw_seal(&out);
	if (swap)
		reverse(out.data + FILE_HEAD - 4, 4);
	for (size_t i = 0; raw_block(r, i, &at, &len); i++) {
		struct raw block = raw_unpack(r, at);
		uint32_t type = head_at(r, at).type;

		if (type == DXR_BLOCK_EVENTS)
			recode_events(&block, file.format, format, swap);
		else if (swap)
			swap_items(&block);
		chain = append_block(&out, type, block.data, block.len, swap,
				     format < DXR_CHAINED ? 0 : chain);
		raw_free(&block);
	}
	return out;
}
