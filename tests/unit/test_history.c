// SPDX-License-Identifier: GPL-2.0-only
/* Packed events are unpacked unchanged, and packing stays within the bytes of a live device. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/slab.h"
#include "daxaudit/hooks.h"
#include "engine/track/history.h"

#define DAX 0xffff888100000340ULL

static uint64_t random_state = 88172645463325252ULL;

static uint64_t rnd(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

/* From records that differ in a few bytes to records without common bytes. */
static struct rec random_rec(uint64_t n)
{
	struct rec r = { .n = n, .ev = { .seq = n + 5, .ts = 1000 * n, .dax = DAX } };
	unsigned int changes = (unsigned int)(rnd() % 4 ? rnd() % 12 : 400);

	r.ev.kind = (uint16_t)(rnd() % 24);
	if (r.ev.kind == DXA_KIND_ALLOC_DAX)
		r.ev.ret = (int64_t)r.ev.dax;
	for (int i = 0; rnd() % 2 && i < DXA_STACK_MAX; i++)
		r.ev.stack[i] = 0xffffffffc0000000ULL + 64 * (rnd() % 8);
	while (changes--)
		((unsigned char *)&r)[rnd() % sizeof(r)] = (unsigned char)rnd();
	return r;
}

static void assert_kept(const struct templates *t, const struct history *h, const struct rec *all,
			size_t total, size_t head, size_t tail)
{
	size_t at = 0, i;
	struct rec r;

	for (i = 0; i < total; i++) {
		if (i >= head && i + tail < total)
			continue;
		assert_true(history_next(t, h, DAX, &at, &r));
		assert_memory_equal(&r, &all[i], sizeof(r));
	}
	assert_false(history_next(t, h, DAX, &at, &r));
}

static void test_round_trip(void **state)
{
	static struct rec all[100];
	struct templates t = { 0 };
	struct history h = { 0 };

	(void)state;
	for (int round = 0; round < 300; round++) {
		size_t total = rnd() % 100;

		for (size_t i = 0; i < total; i++) {
			all[i] = random_rec(i + 1);
			assert_true(history_add(&t, &h, DAX, &all[i]));
			if (round < 10)
				assert_kept(&t, &h, all, i + 1, HISTORY_HEAD, HISTORY_TAIL);
		}
		assert_kept(&t, &h, all, total, HISTORY_HEAD, HISTORY_TAIL);
		history_trim(&t, &h);
		assert_kept(&t, &h, all, total, 1, HISTORY_ENDED - 1);
		history_clear(&t, &h);
		assert_kept(&t, &h, all, 0, 0, 0);
	}
	templates_free(&t);
}

struct owner {
	struct history h;
	struct rec all[100];
	size_t total;
};

static void add(struct templates *t, struct owner *o, const struct rec *r)
{
	o->all[o->total++] = *r;
	assert_true(history_add(t, &o->h, DAX, r));
	if (o->total < 100 && rnd() % 50)
		return;
	assert_kept(t, &o->h, o->all, o->total, HISTORY_HEAD, HISTORY_TAIL);
	if (o->total < 100)
		return;
	history_trim(t, &o->h);
	assert_kept(t, &o->h, o->all, o->total, 1, HISTORY_ENDED - 1);
	history_clear(t, &o->h);
	o->total = 0;
}

/* Records of several lives are kept as they are, and packed in any state of their histories. */
static void test_recent_records(void **state)
{
	static struct owner owners[12];
	struct templates t = { 0 };

	(void)state;
	assert_true(templates_init(&t));
	for (uint64_t n = 1; n < 100000; n++) {
		/* Some get few records, which stay recent for long. */
		struct owner *o = &owners[rnd() % (rnd() % 12 + 1)];
		struct rec *r, other;

		assert_true(history_recent(&t, &r));
		*r = random_rec(n);
		if (rnd() % 3)
			add(&t, o, r);
		if (rnd() % 20 == 0)
			add(&t, &owners[rnd() % 12], r);
		other = random_rec(n);
		if (rnd() % 20 == 0)
			add(&t, o, &other);
		if (rnd() % 200 == 0) {
			history_trim(&t, &o->h);
			assert_kept(&t, &o->h, o->all, o->total, 1, HISTORY_ENDED - 1);
			history_clear(&t, &o->h);
			o->total = 0;
		}
	}
	for (size_t i = 0; i < 12; i++)
		history_clear(&t, &owners[i].h);
	templates_free(&t);
}

static struct rec pmem_rec(enum dxa_kind kind, uint64_t n, unsigned int disk)
{
	struct rec r = { .n = n,
			 .ev = { .seq = n,
				 .ts = 1000000000 + n * 12345,
				 .kind = (uint16_t)kind,
				 .phase = DXA_PHASE_CALL,
				 .has = DXA_HAS_DAX | DXA_HAS_STACK,
				 .dax = DAX + 832ULL * disk,
				 .ops = 0xffffffffc0000000ULL,
				 .refs = 1,
				 .dax_flags = 1,
				 .rdev = 0xfb00000 + disk,
				 .tgid = 60 + disk % 8,
				 .tid = 60 + disk % 8 } };

	for (int i = 0; i < DXA_STACK_MAX; i++)
		r.ev.stack[i] = 0xffffffffc0000000ULL + 4096ULL * kind + 64ULL * (unsigned int)i;
	snprintf(r.ev.comm, sizeof(r.ev.comm), "kworker/u8:%u", disk % 8);
	if (kind == DXA_KIND_ALLOC_DAX) {
		r.ev.ret = (int64_t)r.ev.dax;
		strcpy(r.ev.name, "pmem_dax_ops [nd_pmem]");
	} else {
		r.ev.obj = 0xffff8a0000000000ULL + 2048ULL * disk;
		snprintf(r.ev.name, sizeof(r.ev.name), "pmem%u", disk);
	}
	return r;
}

/* A device with a normal life needs no allocation but its life. */
static void test_a_new_life_needs_no_more_memory(void **state)
{
	struct templates t = { 0 };

	(void)state;
	for (unsigned int disk = 0; disk < 100000; disk += 7) {
		struct history h = { 0 };
		struct rec r = pmem_rec(DXA_KIND_ALLOC_DAX, 2ULL * disk + 1, disk);

		assert_true(history_add(&t, &h, r.ev.dax, &r));
		r = pmem_rec(DXA_KIND_DAX_ADD_HOST, 2ULL * disk + 2, disk);
		assert_true(history_add(&t, &h, r.ev.dax, &r));
		assert_null(h.more);
	}
	templates_free(&t);
}

/* Call paths beyond the number that is distinguished cost bytes and nothing else. */
static void test_many_call_paths(void **state)
{
	struct templates t = { 0 };
	struct history h = { 0 };
	struct rec all[32];

	(void)state;
	for (size_t i = 0; i < 32; i++) {
		all[i] = pmem_rec(DXA_KIND_KILL_DAX, i + 1, 1);
		all[i].ev.stack[2] += i;
		assert_true(history_add(&t, &h, DAX, &all[i]));
	}
	assert_kept(&t, &h, all, 32, HISTORY_HEAD, HISTORY_TAIL);
	history_clear(&t, &h);
	templates_free(&t);
}

/* ---- the slab of lives ---- */

struct thing {
	uint64_t a[5];
};

static void test_slab(void **state)
{
	static struct thing *things[200000];
	const size_t n = sizeof(things) / sizeof(*things);
	struct dxa_slab s = DXA_SLAB_OF(struct thing);
	size_t i;

	(void)state;
	for (i = 0; i < n; i++) {
		things[i] = dxa_slab_get(&s);
		assert_non_null(things[i]);
		assert_int_equal(things[i]->a[0] | things[i]->a[4], 0);
		things[i]->a[0] = things[i]->a[4] = i;
	}
	for (i = 0; i < n; i += 2)
		dxa_slab_put(&s, things[i]);
	for (i = 1; i < n; i += 2)
		assert_true(things[i]->a[0] == i && things[i]->a[4] == i);
	/* What was returned is reused, zeroed, before new memory. */
	for (i = n; i; i -= 2) {
		struct thing *thing = dxa_slab_get(&s);

		assert_ptr_equal(thing, things[i - 2]);
		assert_int_equal(thing->a[0] | thing->a[4], 0);
	}
	dxa_slab_free(&s);
	assert_non_null(dxa_slab_get(&s));
	dxa_slab_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_recent_records),
		cmocka_unit_test(test_a_new_life_needs_no_more_memory),
		cmocka_unit_test(test_many_call_paths),
		cmocka_unit_test(test_slab),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
