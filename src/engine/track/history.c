// SPDX-License-Identifier: GPL-2.0-only
#include "engine/track/history.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/event_kinds.h"

/*
 * A packed record: its head, a mask of the words that differ from the template,
 * and for each of them which of its bytes differ, from the first to the last, and those.
 */
struct head {
	uint16_t size : 9; /* of the packed record, this head included */
	uint16_t kind : 5; /* modulo TEMPLATE_KINDS */
	uint16_t template : 2;
};

#define HEAD_SIZE (sizeof(struct head) + sizeof(uint32_t))
#define PACKED_MAX (HEAD_SIZE + REC_WORDS * 9)
#define SLACK 7 /* bytes behind a record that may be overwritten: words are written whole */
#define MORE_MIN 248 /* with malloc's own word a power of two */

_Static_assert(REC_WORDS == 32, "one bit for each word");
_Static_assert(PACKED_MAX < 1 << 9, "the size fits the head");
_Static_assert(TEMPLATE_KINDS == 1 << 5 && TEMPLATES_PER_KIND == 1 << 2, "so does the template");
_Static_assert((HISTORY_HEAD + HISTORY_TAIL) * PACKED_MAX < UINT16_MAX / 2, "len is wide enough");

#define WORD(field) (offsetof(struct rec, field) / 8)

/* ---- one record ---- */

/* Make equal what differs between records of a kind, and can be derived: device and number. */
static void fold(uint64_t w[REC_WORDS], uint16_t kind, uint64_t dax)
{
	w[WORD(n)] -= w[WORD(ev.seq)];
	w[WORD(ev.dax)] ^= dax;
	if (dxa_kind_returns_dax(kind))
		w[WORD(ev.ret)] ^= dax;
}

static void unfold(struct rec *r, uint64_t dax)
{
	r->n += r->ev.seq;
	r->ev.dax ^= dax;
	if (dxa_kind_returns_dax(r->ev.kind))
		r->ev.ret ^= (int64_t)dax;
}

/* The template with the same stack; else a new one, or any if there are too many. NULL: no memory. */
static const uint64_t *template_for(struct templates *t, const struct rec *r,
				    const uint64_t w[REC_WORDS], struct head *head)
{
	struct template_set **set = &t->of[r->ev.kind % TEMPLATE_KINDS];
	size_t i;

	if (!*set)
		*set = calloc(1, sizeof(**set));
	if (!*set)
		return NULL;
	for (i = 0; i < (*set)->n; i++)
		if (!memcmp(&(*set)->word[i][WORD(ev.stack)], &w[WORD(ev.stack)],
			    sizeof(r->ev.stack)))
			break;
	if (i == TEMPLATES_PER_KIND)
		i = 0;
	if (i == (*set)->n)
		memcpy((*set)->word[(*set)->n++], w, sizeof((*set)->word[0]));
	head->kind = r->ev.kind % TEMPLATE_KINDS;
	head->template = (uint16_t)(i % TEMPLATES_PER_KIND);
	return (*set)->word[i];
}

/* May write up to SLACK bytes more than it returns. */
static uint8_t *put_word(uint8_t *to, uint64_t word)
{
	unsigned int skip = (unsigned int)__builtin_ctzll(word) / 8;
	unsigned int end = 8 - (unsigned int)__builtin_clzll(word) / 8;

	*to++ = (uint8_t)(skip << 4 | (end - skip));
	word = htole64(word >> 8 * skip);
	memcpy(to, &word, sizeof(word));
	return to + (end - skip);
}

static uint64_t get_word(const uint8_t **from)
{
	unsigned int skip = **from >> 4, n = *(*from)++ & 0xf;
	uint64_t word = 0;

	for (unsigned int i = 0; i < n; i++)
		word |= (uint64_t)(*from)[i] << 8 * (skip + i);
	*from += n;
	return word;
}

/* Returns the size, or 0 without memory. */
static size_t pack(struct templates *t, uint64_t dax, const struct rec *r,
		   uint8_t buf[PACKED_MAX + SLACK])
{
	uint8_t *to = buf + HEAD_SIZE;
	uint64_t w[REC_WORDS];
	const uint64_t *base;
	uint32_t mask = 0;
	struct head head;

	memcpy(w, r, sizeof(w));
	fold(w, r->ev.kind, dax);
	base = template_for(t, r, w, &head);
	if (!base)
		return 0;
#pragma GCC unroll 32
	for (size_t i = 0; i < REC_WORDS; i++)
		mask |= (uint32_t)(w[i] != base[i]) << i;
	for (uint32_t left = mask; left; left &= left - 1) {
		int i = __builtin_ctz(left);

		to = put_word(to, w[i] ^ base[i]);
	}
	head.size = (uint16_t)(to - buf) & 0x1ff;
	memcpy(buf, &head, sizeof(head));
	memcpy(buf + sizeof(head), &mask, sizeof(mask));
	return head.size;
}

static void unpack(const struct templates *t, uint64_t dax, const uint8_t *from, struct rec *ret)
{
	uint64_t w[REC_WORDS];
	struct head head;
	uint32_t mask;

	memcpy(&head, from, sizeof(head));
	memcpy(&mask, from + sizeof(head), sizeof(mask));
	memcpy(w, t->of[head.kind]->word[head.template], sizeof(w));
	from += HEAD_SIZE;
	for (; mask; mask &= mask - 1)
		w[__builtin_ctz(mask)] ^= get_word(&from);
	memcpy(ret, w, sizeof(*ret));
	unfold(ret, dax);
}

/* ---- a sequence of records ---- */

static uint8_t *bytes_of(struct history *h)
{
	return h->more ? h->more : h->own;
}

/* The offset of a record by its number. */
static size_t offset_of(const uint8_t *bytes, size_t number)
{
	struct head head;
	size_t at = 0;

	while (number--) {
		memcpy(&head, bytes + at, sizeof(head));
		at += head.size;
	}
	return at;
}

/* Remove the records from number `first` up to but not including `end`. */
static void drop(struct history *h, size_t first, size_t end)
{
	uint8_t *bytes = bytes_of(h);
	size_t to = offset_of(bytes, first);
	size_t from = to + offset_of(bytes + to, end - first);

	memmove(bytes + to, bytes + from, h->len - from);
	h->len = (uint16_t)(h->len - (from - to));
	h->kept = (uint8_t)(h->kept - (end - first));
}

static bool reserve(struct history *h, size_t size)
{
	size_t cap = h->more ? h->cap : sizeof(h->own);
	uint8_t *more;

	size += SLACK;
	if (h->len + size <= cap)
		return true;
	cap = h->more ? cap * 2 + 8 : MORE_MIN;
	while (cap < h->len + size)
		cap = cap * 2 + 8;
	more = realloc(h->more, cap);
	if (!more)
		return false;
	if (!h->more)
		memcpy(more, h->own, h->len);
	h->more = more;
	h->cap = (uint16_t)cap;
	return true;
}

bool history_add(struct templates *t, struct history *h, uint64_t dax, const struct rec *r)
{
	uint8_t packed[PACKED_MAX + SLACK];
	size_t size = pack(t, dax, r, packed);
	uint8_t *to;

	if (!size || !reserve(h, size))
		return false;
	if (h->kept == HISTORY_HEAD + HISTORY_TAIL)
		drop(h, HISTORY_HEAD, HISTORY_HEAD + 1);
	to = bytes_of(h) + h->len;
	for (size_t i = 0; i < size; i += 8)
		memcpy(to + i, packed + i, 8);
	h->len = (uint16_t)(h->len + size);
	h->kept++;
	return true;
}

bool history_next(const struct templates *t, const struct history *h, uint64_t dax, size_t *at,
		  struct rec *ret)
{
	const uint8_t *bytes = h->more ? h->more : h->own;

	if (*at >= h->len)
		return false;
	unpack(t, dax, bytes + *at, ret);
	*at += offset_of(bytes + *at, 1);
	return true;
}

void history_trim(struct history *h)
{
	size_t cap;
	uint8_t *less;

	if (h->kept > HISTORY_ENDED)
		drop(h, 1, h->kept - (HISTORY_ENDED - 1));
	if (h->cap <= MORE_MIN)
		return;
	cap = h->len + SLACK > MORE_MIN ? h->len + SLACK : MORE_MIN;
	less = realloc(h->more, cap);
	if (!less)
		return;
	h->more = less;
	h->cap = (uint16_t)cap;
}

void history_clear(struct history *h)
{
	free(h->more);
	*h = (struct history){ 0 };
}

void templates_free(struct templates *t)
{
	for (size_t i = 0; i < TEMPLATE_KINDS; i++)
		free(t->of[i]);
	*t = (struct templates){ 0 };
}
