// SPDX-License-Identifier: GPL-2.0-only
#include "engine/track/history.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/event_kinds.h"

/*
 * A packed record: the number of its template (of the kind modulo TEMPLATE_KINDS, and which of
 * the templates of that kind), a mask of the words that differ from the template, and for
 * each of them which of its bytes differ, from the first to the last, and those.
 */
#define MASK_AT 1
#define HEAD_SIZE (MASK_AT + sizeof(uint32_t))
#define PACKED_MAX (HEAD_SIZE + REC_WORDS * 9)
#define SLACK 7 /* bytes behind a record that may be overwritten: words are written whole */
#define MORE_MIN 248 /* with malloc's own word a power of two */

_Static_assert(REC_WORDS == 32, "one bit for each word");
_Static_assert(TEMPLATE_KINDS *TEMPLATES_PER_KIND <= 1 << 8, "a template fits the head");
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

static bool same_stack(const uint64_t *a, const uint64_t *b)
{
	uint64_t difference = 0;

#pragma GCC unroll 8
	for (size_t i = WORD(ev.stack); i < WORD(ev.stack) + DXA_STACK_MAX; i++)
		difference |= a[i] ^ b[i];
	return !difference;
}

/* The template with the same stack; else a new one, or any if there are too many. NULL: no memory. */
static const uint64_t *template_for(struct templates *t, uint16_t kind, const uint64_t w[REC_WORDS],
				    uint8_t *number)
{
	struct template_set *set = t->of[kind % TEMPLATE_KINDS];
	size_t i;

	if (!set)
		set = t->of[kind % TEMPLATE_KINDS] = calloc(1, sizeof(*set));
	if (!set)
		return NULL;
	for (i = 0; i < set->n; i++)
		if (same_stack(set->word[i], w))
			break;
	if (i == TEMPLATES_PER_KIND)
		i = 0;
	if (i == set->n)
		memcpy(set->word[set->n++], w, sizeof(set->word[0]));
	*number = (uint8_t)((size_t)kind % TEMPLATE_KINDS * TEMPLATES_PER_KIND + i);
	return set->word[i];
}

/* A bit for each word that differs from the template, the first word in the lowest. */
#ifdef __SSE2__
static uint32_t words_changed(const void *w, const void *template)
{
	const __m128i *a = w, *b = template;
	uint64_t same = 0; /* a bit for each half of a word */

#pragma GCC unroll 4
	for (size_t i = 0; i < REC_WORDS / 2; i += 4) {
		__m128i is[4];

#pragma GCC unroll 4
		for (size_t j = 0; j < 4; j++)
			is[j] = _mm_cmpeq_epi32(_mm_loadu_si128(&a[i + j]),
						_mm_loadu_si128(&b[i + j]));
		is[0] = _mm_packs_epi16(_mm_packs_epi32(is[0], is[1]),
					_mm_packs_epi32(is[2], is[3]));
		same |= (uint64_t)(uint16_t)_mm_movemask_epi8(is[0]) << 4 * i;
	}
	/* Both halves; then the even bits, together. */
	same &= same >> 1 & 0x5555555555555555;
	same = (same | same >> 1) & 0x3333333333333333;
	same = (same | same >> 2) & 0x0f0f0f0f0f0f0f0f;
	same = (same | same >> 4) & 0x00ff00ff00ff00ff;
	same = (same | same >> 8) & 0x0000ffff0000ffff;
	return ~(uint32_t)(same | same >> 16);
}
#else
static uint32_t words_changed(const uint64_t *w, const uint64_t *template)
{
	uint32_t changed = 0;

	for (size_t i = 0; i < REC_WORDS; i++)
		changed |= (uint32_t)(w[i] != template[i]) << i;
	return changed;
}
#endif

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
	const uint64_t *template;
	uint32_t mask;

	memcpy(w, r, sizeof(w));
	fold(w, r->ev.kind, dax);
	template = template_for(t, r->ev.kind, w, buf);
	if (!template)
		return 0;
	mask = words_changed(w, template);
	memcpy(buf + MASK_AT, &mask, sizeof(mask));
	for (; mask; mask &= mask - 1) {
		int i = __builtin_ctz(mask);

		to = put_word(to, w[i] ^ template[i]);
	}
	return (size_t)(to - buf);
}

static void unpack(const struct templates *t, uint64_t dax, const uint8_t *from, struct rec *ret)
{
	unsigned int template = from[0];
	uint64_t w[REC_WORDS];
	uint32_t mask;

	memcpy(&mask, from + MASK_AT, sizeof(mask));
	memcpy(w, t->of[template / TEMPLATES_PER_KIND]->word[template % TEMPLATES_PER_KIND],
	       sizeof(w));
	for (from += HEAD_SIZE; mask; mask &= mask - 1)
		w[__builtin_ctz(mask)] ^= get_word(&from);
	memcpy(ret, w, sizeof(*ret));
	unfold(ret, dax);
}

static size_t packed_size(const uint8_t *bytes)
{
	const uint8_t *from = bytes + HEAD_SIZE;
	uint32_t mask;

	memcpy(&mask, bytes + MASK_AT, sizeof(mask));
	for (; mask; mask &= mask - 1)
		from += 1 + (*from & 0xf);
	return (size_t)(from - bytes);
}

/* ---- a sequence of records ---- */

static uint8_t *bytes_of(struct history *h)
{
	return h->more ? h->more : h->own;
}

/* The offset of a record by its number. */
static size_t offset_of(const uint8_t *bytes, size_t number)
{
	size_t at = 0;

	while (number--)
		at += packed_size(bytes + at);
	return at;
}

/* Remove the packed records from number `first` up to but not including `end`. */
static void drop_packed(struct history *h, size_t first, size_t end)
{
	uint8_t *bytes = bytes_of(h);
	size_t to = offset_of(bytes, first);
	size_t from = to + offset_of(bytes + to, end - first);

	memmove(bytes + to, bytes + from, h->len - from);
	h->len = (uint16_t)(h->len - (from - to));
	h->packed = (uint8_t)(h->packed - (end - first));
}

/* The same of the recent ones. */
static void drop_recent(struct templates *t, struct history *h, size_t first, size_t end)
{
	uint16_t *link = &h->first, before = 0;

	for (size_t i = 0; i < first; i++) {
		before = *link;
		link = &t->recent[before].next;
	}
	for (size_t i = first; i < end; i++) {
		struct recent_rec *r = &t->recent[*link];

		r->owner = NULL;
		*link = r->next;
	}
	if (end == h->recent)
		h->last = before;
	h->recent = (uint8_t)(h->recent - (end - first));
}

/* The same of all. */
static void drop(struct templates *t, struct history *h, size_t first, size_t end)
{
	size_t packed = h->packed, of_recent = end > packed ? end - packed : 0;

	if (first < packed)
		drop_packed(h, first, end < packed ? end : packed);
	if (of_recent)
		drop_recent(t, h, first > packed ? first - packed : 0, of_recent);
}

static bool reserve(struct history *h, size_t size)
{
	size_t cap = h->more ? h->cap : sizeof(h->own);
	uint8_t *more;

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

/* Pack a record behind the packed ones. */
static bool append(struct templates *t, struct history *h, uint64_t dax, const struct rec *r)
{
	uint8_t packed[PACKED_MAX + SLACK];
	size_t size = pack(t, dax, r, packed);

	if (!size || !reserve(h, size))
		return false;
	memcpy(bytes_of(h) + h->len, packed, size);
	h->len = (uint16_t)(h->len + size);
	h->packed++;
	return true;
}

bool history_settle(struct templates *t, struct history *h)
{
	struct recent_rec *r = &t->recent[h->first];
	bool kept = append(t, h, r->dax, &r->rec);

	drop_recent(t, h, 0, 1);
	return kept;
}

static void link_last(struct templates *t, struct history *h, uint64_t dax)
{
	struct recent_rec *r = &t->recent[t->now];

	r->owner = h;
	r->dax = dax;
	if (h->recent++)
		t->recent[h->last].next = t->now;
	else
		h->first = t->now;
	h->last = t->now;
}

bool history_add(struct templates *t, struct history *h, uint64_t dax, const struct rec *r)
{
	bool is_recent = t->recent && r == &t->recent[t->now].rec && !t->recent[t->now].owner;

	if (history_count(h) == HISTORY_HEAD + HISTORY_TAIL)
		drop(t, h, HISTORY_HEAD, HISTORY_HEAD + 1);
	if (is_recent) {
		link_last(t, h, dax);
		return true;
	}
	while (t->recent && h->recent)
		if (!history_settle(t, h))
			return false;
	return append(t, h, dax, r);
}

bool history_next(const struct templates *t, const struct history *h, uint64_t dax, size_t *at,
		  struct rec *ret)
{
	const uint8_t *bytes = h->more ? h->more : h->own;
	uint16_t i = h->first;

	if (*at < h->len) {
		unpack(t, dax, bytes + *at, ret);
		*at += offset_of(bytes + *at, 1);
		return true;
	}
	if (*at - h->len >= h->recent)
		return false;
	for (size_t n = *at - h->len; n; n--)
		i = t->recent[i].next;
	*ret = t->recent[i].rec;
	++*at;
	return true;
}

void history_trim(struct templates *t, struct history *h)
{
	size_t cap;
	uint8_t *less;

	if (history_count(h) > HISTORY_ENDED)
		drop(t, h, 1, history_count(h) - (HISTORY_ENDED - 1));
	if (h->cap <= MORE_MIN)
		return;
	cap = h->len > MORE_MIN ? h->len : MORE_MIN;
	less = realloc(h->more, cap);
	if (!less)
		return;
	h->more = less;
	h->cap = (uint16_t)cap;
}

void history_clear(struct templates *t, struct history *h)
{
	drop_recent(t, h, 0, h->recent);
	free(h->more);
	*h = (struct history){ 0 };
}

bool templates_init(struct templates *t)
{
	t->recent = calloc(HISTORY_RECENT, sizeof(*t->recent));
	return t->recent;
}

void templates_free(struct templates *t)
{
	for (size_t i = 0; i < TEMPLATE_KINDS; i++)
		free(t->of[i]);
	free(t->recent);
	*t = (struct templates){ 0 };
}
