// SPDX-License-Identifier: GPL-2.0-only
#include "engine/track/history.h"

#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/event_kinds.h"

/*
 * A packed record: its head, a mask of the 32-bit units that differ from the template, and
 * those. Units are compared and copied whole: to look for the bytes that differ in them took
 * a third of the instructions of packing, and saved a tenth of the bytes.
 */
struct head {
	uint8_t units; /* their number */
	uint8_t template; /* the kind modulo TEMPLATE_KINDS, and the number of its template */
};

#define UNITS (sizeof(struct rec) / 4)
#define HEAD_SIZE (sizeof(struct head) + sizeof(uint64_t))
#define PACKED_MAX (HEAD_SIZE + sizeof(struct rec))
#define MORE_MIN 376 /* for eight records of usual size, so that a life allocates once */

_Static_assert(UNITS == 64, "one bit for each unit");
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
static const void *template_for(struct templates *t, uint16_t kind, const uint64_t w[REC_WORDS],
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
	*number = (uint8_t)(kind % TEMPLATE_KINDS * TEMPLATES_PER_KIND + i);
	return set->word[i];
}

/* A bit for each unit of w that differs from the template, the first unit in the lowest. */
static uint64_t units_changed(const void *w, const void *template)
{
	uint64_t same = 0;

#ifdef __SSE2__
	const __m128i *a = w, *b = template;

#pragma GCC unroll 4
	for (size_t i = 0; i < UNITS / 4; i += 4) {
		__m128i is[4];

#pragma GCC unroll 4
		for (size_t j = 0; j < 4; j++)
			is[j] = _mm_cmpeq_epi32(_mm_loadu_si128(&a[i + j]),
						_mm_loadu_si128(&b[i + j]));
		is[0] = _mm_packs_epi16(_mm_packs_epi32(is[0], is[1]),
					_mm_packs_epi32(is[2], is[3]));
		same |= (uint64_t)(uint16_t)_mm_movemask_epi8(is[0]) << 4 * i;
	}
#else
	for (size_t i = 0; i < UNITS; i++)
		same |= (uint64_t)!memcmp((const char *)w + 4 * i, (const char *)template + 4 * i, 4)
			<< i;
#endif
	return ~same;
}

/* Returns the size, or 0 without memory. */
static size_t pack(struct templates *t, uint64_t dax, const struct rec *r, uint8_t buf[PACKED_MAX])
{
	uint8_t *to = buf + HEAD_SIZE;
	uint64_t w[REC_WORDS], mask;
	const void *template;
	struct head head;

	memcpy(w, r, sizeof(w));
	fold(w, r->ev.kind, dax);
	template = template_for(t, r->ev.kind, w, &head.template);
	if (!template)
		return 0;
	mask = units_changed(w, template);
	memcpy(buf + sizeof(head), &mask, sizeof(mask));
	for (; mask; mask &= mask - 1, to += 4)
		memcpy(to, (const char *)w + 4 * __builtin_ctzll(mask), 4);
	head.units = (uint8_t)((to - buf - HEAD_SIZE) / 4);
	memcpy(buf, &head, sizeof(head));
	return (size_t)(to - buf);
}

static void unpack(const struct templates *t, uint64_t dax, const uint8_t *from, struct rec *ret)
{
	struct head head;
	uint64_t mask;

	memcpy(&head, from, sizeof(head));
	memcpy(&mask, from + sizeof(head), sizeof(mask));
	memcpy(ret,
	       t->of[head.template / TEMPLATES_PER_KIND]->word[head.template % TEMPLATES_PER_KIND],
	       sizeof(*ret));
	for (from += HEAD_SIZE; mask; mask &= mask - 1, from += 4)
		memcpy((char *)ret + 4 * __builtin_ctzll(mask), from, 4);
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
		at += HEAD_SIZE + 4 * head.units;
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
	uint8_t packed[PACKED_MAX];
	size_t size = pack(t, dax, r, packed);

	if (!size || !reserve(h, size))
		return false;
	if (h->kept == HISTORY_HEAD + HISTORY_TAIL)
		drop(h, HISTORY_HEAD, HISTORY_HEAD + 1);
	memcpy(bytes_of(h) + h->len, packed, size);
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
	cap = h->len > MORE_MIN ? h->len : MORE_MIN;
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
