// SPDX-License-Identifier: GPL-2.0-only
#include "recmutate.h"

#include <byteswap.h>
#include <stdbool.h>
#include <string.h>
#include <zlib.h>

#include "base/event_kinds.h"
#include "record/codec.h"
#include "record/format.h"

#define BLOCKS_MAX 64
#define EVENTS_MAX 512
/* Unpacked bytes of all blocks. */
#define PLAIN_MAX (256u << 10)
/* The overhead of a stored block of a deflate stream, in bytes (RFC 1951, 3.2.4). */
#define STORED_HEAD 5
#define STORED_MAX 0xffffu

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

struct block {
	uint32_t type;
	uint32_t length; /* as its head states */
	const uint8_t *bytes;
	size_t len;
	bool unpacked; /* bytes are the unpacked contents; else as in the file */
};

struct recording {
	struct dxr_file_head head;
	bool swap;
	struct block blocks[BLOCKS_MAX];
	size_t n;
};

/* ---- numbers ---- */

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static size_t below(uint64_t *state, size_t n)
{
	return (size_t)(next_random(state) >> 11) % n;
}

static uint32_t order(const struct recording *r, uint32_t value)
{
	return r->swap ? bswap_32(value) : value;
}

/* ---- decoding ---- */

/* Unpack into out; 0 when the bytes are no deflate stream, or it is empty. */
static size_t unpack(const uint8_t *packed, size_t len, uint8_t *out, size_t room)
{
	z_stream z = { .next_in = (Bytef *)packed, .avail_in = (uInt)len, .next_out = out };
	int done;

	z.avail_out = (uInt)room;
	if (inflateInit2(&z, DXR_WINDOW_BITS) != Z_OK)
		return 0;
	done = inflate(&z, Z_FINISH);
	inflateEnd(&z);
	return done == Z_STREAM_END ? z.total_out : 0;
}

static unsigned int format_of(const struct recording *r)
{
	return r->swap ? bswap_16(r->head.format) : r->head.format;
}

static bool parse(const uint8_t *data, size_t size, uint8_t *plain, size_t room,
		  struct recording *r)
{
	size_t at = sizeof(r->head), used = 0;
	struct dxr_block_head h;

	if (size < at)
		return false;
	memcpy(&r->head, data, at);
	r->swap = r->head.byte_order == bswap_32(DXR_BYTE_ORDER);
	for (r->n = 0; r->n < BLOCKS_MAX && size - at >= sizeof(h); r->n++) {
		struct block *b = &r->blocks[r->n];
		size_t packed;

		memcpy(&h, data + at, sizeof(h));
		at += sizeof(h);
		packed = order(r, h.packed);
		if (packed > size - at)
			packed = size - at;
		*b = (struct block){ order(r, h.type), order(r, h.length), data + at, packed,
				     false };
		if (format_of(r) > 1 && h.packed == h.length && packed <= room - used) {
			memcpy(plain + used, data + at, packed);
			b->len = packed;
		} else {
			b->len = unpack(data + at, packed, plain + used, room - used);
		}
		b->unpacked = b->len != 0;
		if (b->unpacked) {
			b->bytes = plain + used;
			used += b->len;
		} else {
			b->len = packed;
		}
		at += packed;
	}
	return true;
}

/* ---- encoding ---- */

/* *chain: what the checksum begins with; then this block's own. */
static size_t put_block(const struct recording *r, const struct block *b, uint32_t *chain,
			uint8_t *out, size_t room)
{
	struct dxr_block_head h = { order(r, b->type), 0, order(r, b->length), 0 };
	size_t packed = b->len + (b->unpacked ? STORED_HEAD : 0);
	uint8_t *to = out + sizeof(h);

	if (sizeof(h) + packed > room || (b->unpacked && b->len > STORED_MAX))
		return 0;
	if (b->unpacked) {
		const uint16_t len = (uint16_t)b->len;

		h.length = order(r, (uint32_t)b->len);
		*to++ = 1;
		*to++ = (uint8_t)len;
		*to++ = (uint8_t)(len >> 8);
		*to++ = (uint8_t)~len;
		*to++ = (uint8_t)((uint16_t)~len >> 8);
	}
	memcpy(to, b->bytes, b->len);
	h.packed = order(r, (uint32_t)packed);
	*chain = (uint32_t)crc32(format_of(r) < DXR_CHAINED ? 0 : *chain, (const Bytef *)&h,
				 offsetof(struct dxr_block_head, crc));
	*chain = (uint32_t)crc32(*chain, out + sizeof(h), (uInt)packed);
	h.crc = order(r, *chain);
	memcpy(out, &h, sizeof(h));
	return sizeof(h) + packed;
}

/* As many blocks as fit. */
static size_t put_recording(struct recording *r, uint8_t *out, size_t room)
{
	size_t at = sizeof(r->head);
	uint32_t chain = 0;

	if (room < at)
		return 0;
	r->head.crc = order(r, (uint32_t)crc32(0, (const Bytef *)&r->head,
					       offsetof(struct dxr_file_head, crc)));
	memcpy(out, &r->head, at);
	for (size_t i = 0; i < r->n; i++)
		at += put_block(r, &r->blocks[i], &chain, out + at, room - at);
	return at;
}

/* ---- events ---- */

static struct dxa_event events[EVENTS_MAX];

static uint64_t edge(uint64_t *rnd)
{
	static const uint64_t edges[] = { 0,
					  1,
					  2,
					  (uint64_t)-1,
					  (uint64_t)-2,
					  (uint64_t)-95,
					  (uint64_t)-4095,
					  (uint64_t)-4096,
					  INT32_MAX,
					  0x80000000ull,
					  UINT32_MAX,
					  INT64_MAX,
					  0x8000000000000000ull };
	size_t n = sizeof(edges) / sizeof(edges[0]), i = below(rnd, n + 1);

	return i < n ? edges[i] : next_random(rnd);
}

/* Set one number to an end of its range, or to that of another event. */
static void set_number(struct dxa_event *ev, const struct dxa_event *other, uint64_t *rnd)
{
	static const struct {
		size_t at, size;
	} numbers[] = {
#define W(bits, field) { offsetof(struct dxa_event, field), (bits) / 8 },
#define A(bits, field, count) W(bits, field)
#define C(field, len)
		DXR_EVENT_FIELDS(W, A, C)
#undef W
#undef A
#undef C
	};
	size_t i = below(rnd, sizeof(numbers) / sizeof(numbers[0]));
	uint64_t value = edge(rnd);
	const void *from = below(rnd, 2) ? (const void *)&value :
					   (const char *)other + numbers[i].at;
	char bytes[8];

	memcpy(bytes, from, numbers[i].size);
	/* The low bytes of a value, in any byte order. */
	if (from == &value && numbers[i].size == 4)
		memcpy(bytes, &(uint32_t){ (uint32_t)value }, 4);
	else if (from == &value && numbers[i].size == 2)
		memcpy(bytes, &(uint16_t){ (uint16_t)value }, 2);
	else if (from == &value && numbers[i].size == 1)
		bytes[0] = (char)value;
	memcpy((char *)ev + numbers[i].at, bytes, numbers[i].size);
}

static size_t change_events(size_t n, uint64_t *rnd)
{
	size_t i = below(rnd, n), j = below(rnd, n), kinds;
	const struct dxa_kind_info *kind = dxa_kinds(&kinds);
	struct dxa_event ev = events[i];

	switch (below(rnd, 8)) {
	case 0:
		events[i].kind = (uint16_t)kind[below(rnd, kinds)].kind;
		break;
	case 1:
		events[i] = events[j];
		events[j] = ev;
		break;
	case 2:
		memmove(&events[i], &events[i + 1], (n - i - 1) * sizeof(ev));
		return n - 1;
	case 3:
		if (n == EVENTS_MAX)
			break;
		memmove(&events[j + 1], &events[j], (n - j) * sizeof(ev));
		events[j] = ev;
		return n + 1;
	case 4:
		LLVMFuzzerMutate((uint8_t *)&events[i], sizeof(ev), sizeof(ev));
		break;
	default:
		set_number(&events[i], &events[j], rnd);
	}
	return n;
}

/* Change the events of a block. Returns their coded length in out; 0: it has no events. */
static size_t mutate_events(unsigned int format, const struct block *b, uint8_t *out, size_t room,
			    uint64_t *rnd)
{
	static struct dxr_codec codec;
	size_t n = 0, at = 0, used, count = 1 + below(rnd, 4);
	const struct dxa_event *ev;

	dxr_codec_init(&codec, format, sizeof(*ev), false);
	while (n < EVENTS_MAX && (ev = dxr_decode(&codec, b->bytes + at, b->len - at, &used))) {
		events[n++] = *ev;
		at += used;
	}
	while (n && count--)
		n = change_events(n, rnd);
	/* In half of the cases nothing was lost. */
	if (below(rnd, 2))
		for (size_t i = 1; i < n; i++)
			events[i].seq = events[i - 1].seq + 1;
	dxr_codec_reset(&codec);
	at = 0;
	for (size_t i = 0; i < n && room - at >= DXR_CODED_MAX; i++)
		at += dxr_encode(&codec, &events[i], out + at);
	return at;
}

/* ---- blocks ---- */

static void change_blocks(struct recording *r, uint64_t *rnd)
{
	size_t i = below(rnd, r->n), j = below(rnd, r->n);
	struct block b = r->blocks[i];

	switch (below(rnd, 4)) {
	case 0:
		r->blocks[i] = r->blocks[j];
		r->blocks[j] = b;
		break;
	case 1:
		memmove(&r->blocks[i], &r->blocks[i + 1], (r->n - i - 1) * sizeof(b));
		r->n--;
		break;
	case 2:
		if (r->n < BLOCKS_MAX)
			r->blocks[r->n++] = b;
		break;
	default:
		r->blocks[i].type = (uint32_t)below(rnd, 6);
	}
}

/* format: of its events, if they can be coded; else 0. */
static void change_block(struct block *b, uint64_t *rnd, unsigned int format)
{
	static uint8_t changed[STORED_MAX];
	size_t len = 0;

	if (!b->unpacked || b->len > sizeof(changed))
		return;
	if (format && b->type == DXR_BLOCK_EVENTS && below(rnd, 4))
		len = mutate_events(format, b, changed, sizeof(changed), rnd);
	if (!len) {
		memcpy(changed, b->bytes, b->len);
		len = LLVMFuzzerMutate(changed, b->len, sizeof(changed));
	}
	b->bytes = changed;
	b->len = len;
}

size_t recording_mutate(uint8_t *data, size_t size, size_t max, unsigned int seed)
{
	static uint8_t plain[PLAIN_MAX], out[PLAIN_MAX];
	uint64_t rnd = seed * 0x9e3779b97f4a7c15ull + 1;
	struct recording r;
	size_t len, what = below(&rnd, 16);

	/* Also changes that a checksum detects. */
	if (!what || !parse(data, size, plain, sizeof(plain), &r) || !r.n)
		return LLVMFuzzerMutate(data, size, max);
	if (what == 1)
		LLVMFuzzerMutate((uint8_t *)&r.head, sizeof(r.head), sizeof(r.head));
	else if (what < 4)
		change_blocks(&r, &rnd);
	else
		change_block(&r.blocks[below(&rnd, r.n)], &rnd,
			     !r.swap && r.head.event_size == sizeof(struct dxa_event) ?
				     format_of(&r) :
				     0);
	len = put_recording(&r, out, max < sizeof(out) ? max : sizeof(out));
	memcpy(data, out, len);
	return len;
}

size_t recording_cross(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size,
		       uint8_t *out, size_t max, unsigned int seed)
{
	static uint8_t plain[PLAIN_MAX], other_plain[PLAIN_MAX];
	uint64_t rnd = seed * 0x9e3779b97f4a7c15ull + 1;
	struct recording r, other;
	size_t from;

	if (!parse(a, a_size, plain, sizeof(plain), &r) ||
	    !parse(b, b_size, other_plain, sizeof(other_plain), &other) || r.swap != other.swap ||
	    !r.n || !other.n)
		return 0;
	r.n = 1 + below(&rnd, r.n);
	from = below(&rnd, other.n);
	while (r.n < BLOCKS_MAX && from < other.n)
		r.blocks[r.n++] = other.blocks[from++];
	return put_recording(&r, out, max);
}
