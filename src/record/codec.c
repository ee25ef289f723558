// SPDX-License-Identifier: GPL-2.0-only
#include "record/codec.h"

#include <byteswap.h>
#include <endian.h>
#include <string.h>

#define KIND_SHIFT 48
#define WORDS_MASK ((1ull << KIND_SHIFT) - 1)
#define TS_WORD 1

_Static_assert(DXR_WORDS_MAX == KIND_SHIFT, "one bit for each word");
_Static_assert(offsetof(struct dxa_event, seq) == 0, "word 0 is the sequence number");
_Static_assert(offsetof(struct dxa_event, ts) / 8 == TS_WORD, "and word 1 the time");

void dxr_codec_init(struct dxr_codec *c, unsigned int format, size_t event_size, bool swap)
{
	uint64_t words = event_size / 8 < DXR_WORDS_MAX ? (1ull << event_size / 8) - 1 : WORDS_MASK;

	c->format = format;
	c->words = event_size / 8;
	c->not_words = ~(words & ~(1ull << TS_WORD));
	c->swap = swap;
	c->fast_from = format > 1 && !swap ? DXR_CODED_MAX : SIZE_MAX;
	dxr_codec_reset(c);
}

void dxr_codec_reset(struct dxr_codec *c)
{
	memset(c->slot, 0, sizeof(c->slot));
	memset(c->recent, 0, sizeof(c->recent));
	memset(c->heads, 0, sizeof(c->heads));
	c->seq = c->ts = 0;
}

/* A number of this machine as a word of the file, or the reverse. */
static uint64_t swapped(const struct dxr_codec *c, uint64_t word)
{
	return c->swap ? bswap_64(word) : word;
}

/* ---- numbers and words from format 2 on ---- */

/* Seven bits a byte, the lowest first; the highest bit: there are more. The sign is the lowest. */
static unsigned char *put_number(unsigned char *to, uint64_t difference)
{
	uint64_t n = difference << 1 ^ -(difference >> 63);

	for (; n >= 0x80; n >>= 7)
		*to++ = (unsigned char)(n | 0x80);
	*to++ = (unsigned char)n;
	return to;
}

/* Reads at most DXR_NUMBER_MAX bytes; *good is cleared if the number does not end there. */
static inline uint64_t get_number(const unsigned char **from, bool *good)
{
	uint64_t n = 0;

#pragma GCC unroll 10
	for (unsigned int shift = 0; shift < 7 * DXR_NUMBER_MAX; shift += 7) {
		unsigned char byte = *(*from)++;

		n |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return n >> 1 ^ -(n & 1);
	}
	*good = false;
	return 0;
}

/* The place of a word among the recent ones. */
static inline unsigned int token_of(uint64_t word, bool swap)
{
	if (swap)
		word = bswap_64(word);
	return (unsigned int)((word ^ word >> 32) * 0x9e3779b97f4a7c15ull >> 57);
}

/* A recent word is its place, another one the number of its bytes up to the last that is not 0. */
static unsigned char *put_word(const struct dxr_codec *c, uint64_t recent[DXR_TOKENS],
			       uint64_t word, unsigned char *to)
{
	unsigned int token = token_of(word, c->swap), n;
	uint64_t bytes = htole64(word);

	if (recent[token] == word) {
		*to = (unsigned char)token;
		return to + 1;
	}
	recent[token] = word;
	n = bytes ? 8 - (unsigned int)__builtin_clzll(bytes) / 8 : 0;
	*to++ = (unsigned char)(DXR_TOKENS | n);
	memcpy(to, &word, 8);
	return to + n;
}

/* The first bytes of a word in the file, by their number. */
static const unsigned char first_bytes[DXR_TOKEN_MAX][8] = {
	{ 0 },
	{ 255 },
	{ 255, 255 },
	{ 255, 255, 255 },
	{ 255, 255, 255, 255 },
	{ 255, 255, 255, 255, 255 },
	{ 255, 255, 255, 255, 255, 255 },
	{ 255, 255, 255, 255, 255, 255, 255 },
	{ 255, 255, 255, 255, 255, 255, 255, 255 },
};

/* Reads at most DXR_TOKEN_MAX bytes. False: they are no word. */
static inline __attribute__((always_inline)) bool
get_word(uint64_t recent[DXR_TOKENS], const unsigned char **from, bool swap, uint64_t *ret)
{
	unsigned int n = *(*from)++;
	uint64_t word, mask;

	if (__builtin_expect(n < DXR_TOKENS, 1)) {
		*ret = recent[n];
		return true;
	}
	n -= DXR_TOKENS;
	if (n >= DXR_TOKEN_MAX)
		return false;
	memcpy(&word, *from, 8);
	memcpy(&mask, first_bytes[n], 8);
	*from += n;
	word &= mask;
	recent[token_of(word, swap)] = word;
	*ret = word;
	return true;
}

/* ---- records ---- */

/* The differences alone, for both formats: a mask, and in last[] what the event has now. */
static uint64_t changes(uint64_t *last, const struct dxa_event *ev)
{
	uint64_t word[sizeof(*ev) / 8], mask = 0;

	memcpy(word, ev, sizeof(word));
	for (size_t i = 0; i < sizeof(word) / 8; i++)
		mask |= (uint64_t)(word[i] != last[i]) << i;
	memcpy(last, word, sizeof(word));
	return mask;
}

static unsigned char *put_words_1(const struct dxr_codec *c, const uint64_t *word, uint64_t head,
				  unsigned char *to)
{
	uint64_t in_file = swapped(c, head);

	memcpy(to, &in_file, sizeof(in_file));
	to += sizeof(in_file);
	for (uint64_t mask = head & WORDS_MASK; mask; mask &= mask - 1, to += 8)
		memcpy(to, &word[__builtin_ctzll(mask)], 8);
	return to;
}

static unsigned char *put_words_2(struct dxr_codec *c, const uint64_t *word, uint64_t head,
				  uint64_t ts, uint64_t skipped, unsigned char *to)
{
	head &= ~(1ull << TS_WORD);
	to = put_word(c, c->heads, swapped(c, head), to);
	to = put_number(to, ts - c->ts);
	if (head & 1)
		to = put_number(to, skipped);
	for (uint64_t mask = head & WORDS_MASK & ~1ull; mask; mask &= mask - 1)
		to = put_word(c, c->recent, word[__builtin_ctzll(mask)], to);
	return to;
}

size_t dxr_encode(struct dxr_codec *c, const struct dxa_event *ev, void *buf)
{
	uint64_t *last = c->slot[ev->kind % DXR_SLOTS].word;
	uint64_t head = (uint64_t)ev->kind << KIND_SHIFT;
	uint64_t skipped = ev->seq - (c->seq + 1);
	struct dxa_event in_file = *ev;
	unsigned char *to = buf;

	if (c->swap)
		dxr_swap_event(&in_file);
	last[0] = swapped(c, c->seq + 1);
	head |= changes(last, &in_file);
	to = c->format == 1 ? put_words_1(c, last, head, to) :
			      put_words_2(c, last, head, ev->ts, skipped, to);
	c->seq = ev->seq;
	c->ts = ev->ts;
	return (size_t)(to - (unsigned char *)buf);
}

void dxr_swap_event(struct dxa_event *ev)
{
#define bswap_8(x) (x)
#define W(bits, field) ev->field = (__typeof__(ev->field))bswap_##bits((uint##bits##_t)ev->field);
#define A(bits, field, count)                \
	for (size_t i = 0; i < (count); i++) \
		ev->field[i] = bswap_##bits(ev->field[i]);
#define C(field, len)
	DXR_EVENT_FIELDS(W, A, C)
#undef W
#undef A
#undef C
#undef bswap_8
}

static void end_names(struct dxa_event *ev)
{
#define W(bits, field)
#define A(bits, field, count)
#define C(field, len) ev->field[(len)-1] = '\0';
	DXR_EVENT_FIELDS(W, A, C)
#undef W
#undef A
#undef C
}

/* The record is in the slot: as this machine needs it. */
static inline __attribute__((always_inline)) const struct dxa_event *
finish(struct dxr_codec *c, struct dxa_event *ev, bool swap)
{
	if (swap) {
		c->swapped = *ev;
		dxr_swap_event(&c->swapped);
		ev = &c->swapped;
	}
	end_names(ev);
	return ev;
}

static const struct dxa_event *decode_1(struct dxr_codec *c, const void *buf, size_t len,
					size_t *used)
{
	const unsigned char *from = buf, *end = from + len;
	uint64_t head, mask, *word;

	if (len < sizeof(head))
		return NULL;
	memcpy(&head, from, sizeof(head));
	head = swapped(c, head);
	from += sizeof(head);
	mask = head & WORDS_MASK;
	if (mask >> (c->words - 1) > 1)
		return NULL;
	word = c->slot[(head >> KIND_SHIFT) % DXR_SLOTS].word;
	word[0] = swapped(c, c->seq + 1);
	for (; mask; mask &= mask - 1, from += 8) {
		if (end - from < 8)
			return NULL;
		memcpy(&word[__builtin_ctzll(mask)], from, 8);
	}
	*used = (size_t)(from - (const unsigned char *)buf);
	c->seq = swapped(c, word[0]);
	return finish(c, &c->slot[(head >> KIND_SHIFT) % DXR_SLOTS].ev, c->swap);
}

/* DXR_CODED_MAX bytes can be read at buf. swap is a constant where this is inlined. */
static inline __attribute__((always_inline)) const struct dxa_event *
decode_words_2(struct dxr_codec *c, const unsigned char *buf, size_t *used, bool swap)
{
	const unsigned char *from = buf;
	uint64_t head, mask, seq = c->seq + 1, *word;
	bool good = true;

	if (!get_word(c->heads, &from, swap, &head))
		return NULL;
	head = swap ? bswap_64(head) : head;
	mask = head & WORDS_MASK & ~1ull;
	word = c->slot[(head >> KIND_SHIFT) % DXR_SLOTS].word;
	if (mask & c->not_words)
		return NULL;
	c->ts += get_number(&from, &good);
	if (head & 1)
		seq += get_number(&from, &good);
	c->seq = seq;
	word[0] = swap ? bswap_64(seq) : seq;
	word[TS_WORD] = swap ? bswap_64(c->ts) : c->ts;
	if (!good)
		return NULL;
	for (; mask; mask &= mask - 1)
		if (!get_word(c->recent, &from, swap, &word[(unsigned int)__builtin_ctzll(mask)]))
			return NULL;
	*used = (size_t)(from - buf);
	return finish(c, &c->slot[(head >> KIND_SHIFT) % DXR_SLOTS].ev, swap);
}

static const struct dxa_event *decode_2(struct dxr_codec *c, const unsigned char *buf, size_t *used)
{
	return decode_words_2(c, buf, used, false);
}

__attribute__((noinline)) static const struct dxa_event *
decode_2_swapped(struct dxr_codec *c, const unsigned char *buf, size_t *used)
{
	return decode_words_2(c, buf, used, true);
}

/* Near the end of a block: with room behind it. */
__attribute__((noinline)) static const struct dxa_event *
decode_last(struct dxr_codec *c, const void *buf, size_t len, size_t *used)
{
	unsigned char last[DXR_CODED_MAX] = { 0 };
	const struct dxa_event *ev;

	memcpy(last, buf, len);
	ev = c->swap ? decode_2_swapped(c, last, used) : decode_2(c, last, used);
	return ev && *used <= len ? ev : NULL;
}

const struct dxa_event *dxr_decode(struct dxr_codec *c, const void *buf, size_t len, size_t *used)
{
	if (len >= c->fast_from)
		return decode_2(c, buf, used);
	if (c->format == 1)
		return decode_1(c, buf, len, used);
	if (len < DXR_CODED_MAX)
		return decode_last(c, buf, len, used);
	return decode_2_swapped(c, buf, used);
}
