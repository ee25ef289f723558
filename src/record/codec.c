// SPDX-License-Identifier: GPL-2.0-only
#include "record/codec.h"

#include <byteswap.h>
#include <string.h>

#define KIND_SHIFT 48
#define WORDS_MASK ((1ull << KIND_SHIFT) - 1)

_Static_assert(DXR_WORDS_MAX == KIND_SHIFT, "one bit for each word");
_Static_assert(offsetof(struct dxa_event, seq) == 0, "word 0 is the sequence number");

void dxr_codec_init(struct dxr_codec *c, size_t event_size, bool swap)
{
	c->words = event_size / 8;
	c->swap = swap;
	dxr_codec_reset(c);
}

void dxr_codec_reset(struct dxr_codec *c)
{
	memset(c->slot, 0, sizeof(c->slot));
	c->seq = 0;
}

size_t dxr_encode(struct dxr_codec *c, const struct dxa_event *ev, void *buf)
{
	uint64_t *last = c->slot[ev->kind % DXR_SLOTS].word;
	uint64_t head = (uint64_t)ev->kind << KIND_SHIFT;
	unsigned char *to = (unsigned char *)buf + sizeof(head);
	uint64_t word[sizeof(*ev) / 8];

	memcpy(word, ev, sizeof(word));
	last[0] = c->seq + 1;
	c->seq = ev->seq;
	for (size_t i = 0; i < sizeof(word) / 8; i++) {
		if (word[i] == last[i])
			continue;
		head |= 1ull << i;
		last[i] = word[i];
		memcpy(to, &word[i], 8);
		to += 8;
	}
	memcpy(buf, &head, sizeof(head));
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

const struct dxa_event *dxr_decode(struct dxr_codec *c, const void *buf, size_t len, size_t *used)
{
	const unsigned char *from = buf, *end = from + len;
	struct dxa_event *ev;
	uint64_t head, mask, *word;

	if (len < sizeof(head))
		return NULL;
	memcpy(&head, from, sizeof(head));
	if (c->swap)
		head = bswap_64(head);
	from += sizeof(head);
	mask = head & WORDS_MASK;
	if (mask >> (c->words - 1) > 1)
		return NULL;
	word = c->slot[(head >> KIND_SHIFT) % DXR_SLOTS].word;
	ev = &c->slot[(head >> KIND_SHIFT) % DXR_SLOTS].ev;
	c->seq++;
	word[0] = c->swap ? bswap_64(c->seq) : c->seq;
	for (; mask; mask &= mask - 1, from += 8) {
		if (end - from < 8)
			return NULL;
		memcpy(&word[__builtin_ctzll(mask)], from, 8);
	}
	*used = (size_t)(from - (const unsigned char *)buf);
	c->seq = c->swap ? bswap_64(word[0]) : word[0];
	if (c->swap) {
		c->swapped = *ev;
		dxr_swap_event(&c->swapped);
		ev = &c->swapped;
	}
	end_names(ev);
	return ev;
}
