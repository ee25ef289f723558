// SPDX-License-Identifier: GPL-2.0-only
/* Recordings that are cut off or damaged: only the complete part before the damage is used. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "lib/rawrec.h"
#include "lib/recording.h"

#define FILE_HEAD sizeof(struct dxr_file_head)

/* ---- damage ---- */

#define BLOCK_EVENTS 3

/* A few KiB with every type of block. */
static struct raw sample(bool with_end)
{
	record(24, BLOCK_EVENTS, with_end);
	return raw_load(rec_path);
}

static void cut_anywhere(void **state)
{
	struct raw whole = sample(true), part;
	size_t at, header, cuts = 0;

	(void)state;
	assert_true(raw_block(&whole, 0, &at, &header));
	for (size_t len = 0; len < whole.len; len++) {
		struct dxa_reader *r;
		struct dxa_err *err;
		uint64_t want = BLOCK_EVENTS * raw_count(&whole, DXR_BLOCK_EVENTS, len);

		part = (struct raw){ whole.data, len };
		raw_save(&part, rec_path);
		err = dxa_reader_open(rec_path, &r);
		assert_int_equal(err != NULL, len < at + header);
		if (err) {
			assert_int_equal(err->class, DXA_ERR_INPUT);
			dxa_err_free(err);
			continue;
		}
		assert_int_equal(read_events(r), want);
		assert_non_null(strstr(dxa_reader_cut(r), "cut off"));
		check_hooks(dxa_reader_end(r)->hooks, dxa_reader_end(r)->n_hooks, false);
		assert_false(dxa_reader_end(r)->has_cmd_status);
		dxa_reader_free(r);
		cuts++;
	}
	assert_true(cuts > 1000);
	raw_free(&whole);
}

static void damage_byte(const struct raw *whole, size_t at, unsigned char with)
{
	struct dxa_reader *r;
	struct dxa_err *err;

	whole->data[at] ^= with;
	raw_save(whole, rec_path);
	whole->data[at] ^= with;
	err = dxa_reader_open(rec_path, &r);
	if (err) {
		assert_int_equal(err->class, DXA_ERR_INPUT);
		dxa_err_free(err);
		assert_int_equal(raw_count(whole, DXR_BLOCK_EVENTS, at), 0);
		return;
	}
	assert_true(at >= FILE_HEAD);
	assert_int_equal(read_events(r), BLOCK_EVENTS * raw_count(whole, DXR_BLOCK_EVENTS, at));
	assert_non_null(dxa_reader_cut(r));
	dxa_reader_free(r);
}

static void damaged_anywhere(void **state)
{
	struct raw whole = sample(true);

	(void)state;
	for (size_t at = 0; at < whole.len; at++) {
		damage_byte(&whole, at, (unsigned char)(1 << at % 8));
		damage_byte(&whole, at, 0xff);
	}
	raw_free(&whole);
}

/* Blocks of the sample in this order; what follows block `from` does not fit. */
static void check_order(const struct raw *whole, const size_t *order, size_t n, size_t from)
{
	struct raw r = { 0 };
	struct dxa_reader *reader;
	size_t at, len;

	raw_append(&r, whole->data, FILE_HEAD);
	for (size_t i = 0; i < n; i++) {
		assert_true(raw_block(whole, order[i], &at, &len));
		raw_append(&r, whole->data + at, len);
	}
	raw_save(&r, rec_path);
	raw_free(&r);
	assert_true(raw_block(whole, from, &at, &len));
	assert_null(dxa_reader_open(rec_path, &reader));
	assert_int_equal(read_events(reader),
			 BLOCK_EVENTS * raw_count(whole, DXR_BLOCK_EVENTS, at));
	assert_non_null(strstr(dxa_reader_cut(reader), "damaged"));
	dxa_reader_free(reader);
}

/* Every block is valid by itself, and the number of events may be right. */
static void blocks_in_another_order(void **state)
{
	struct raw whole = sample(true);
	size_t order[64], at, len, n = 0;

	(void)state;
	while (raw_block(&whole, n, &at, &len))
		n++;
	assert_in_range(n, 8, 63);
	for (size_t k = 1; k + 1 < n; k++) {
		/* Removed, ... */
		for (size_t i = 0; i < n - 1; i++)
			order[i] = i < k ? i : i + 1;
		check_order(&whole, order, n - 1, k);
		/* ... repeated, ... */
		for (size_t i = 0; i < n + 1; i++)
			order[i] = i <= k ? i : i - 1;
		check_order(&whole, order, n + 1, k + 1);
		/* ... exchanged with the next. */
		for (size_t i = 0; i < n; i++)
			order[i] = i == k ? k + 1 : i == k + 1 ? k : i;
		check_order(&whole, order, n, k);
	}
	raw_free(&whole);
}

/* Replace bytes of the sample's first event block's head, checksum included. */
static void claim(uint32_t packed, uint32_t length)
{
	struct raw r = sample(true);
	size_t at, len;
	struct dxr_block_head h;

	assert_true(raw_block(&r, 2, &at, &len));
	memcpy(&h, r.data + at, sizeof(h));
	h.packed = packed;
	h.length = length;
	memcpy(r.data + at, &h, sizeof(h));
	raw_save(&r, rec_path);
	raw_free(&r);
}

static void false_lengths_cost_no_memory(void **state)
{
	const uint32_t claims[] = { DXR_BLOCK_MAX + 1, 0x7fffffff, 0xffffffff };

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(claims) / sizeof(claims[0]); i++) {
		struct dxa_reader *r;

		claim(i % 2 ? claims[i / 2] : 100, i % 2 ? 100 : claims[i / 2]);
		assert_null(dxa_reader_open(rec_path, &r));
		assert_int_equal(read_events(r), 0);
		/* If the length were believed, the file would appear cut off. */
		assert_non_null(strstr(dxa_reader_cut(r), "damaged"));
		dxa_reader_free(r);
	}
}

static void names_cost_bounded_memory(void **state)
{
	struct raw r = { 0 };
	struct dxa_reader *reader;
	size_t at, len, blocks = 0;
	struct raw whole = sample(false);

	(void)state;
	assert_true(raw_block(&whole, 0, &at, &len));
	raw_append(&r, whole.data, at + len);
	/* Endless names: long ones, each for a different address. */
	for (; blocks < 400; blocks++) {
		unsigned char *payload = calloc(1, 16 * 40100);

		for (uint64_t i = 0; i < 16; i++) {
			unsigned char *p = payload + i * 40022;
			const uint16_t head[2] = { DXR_TAG_SYMBOL, 40018 };
			const uint64_t numbers[2] = { 1 + blocks * 16 + i, 0 };

			memcpy(p, head, 4);
			memcpy(p + 4, numbers, 16);
			memset(p + 20, 'a', 40000);
			memcpy(p + 20, &numbers[0], 2);
			p[20] |= 1;
			p[21] |= 1;
		}
		raw_append_block(&r, DXR_BLOCK_SYMBOLS, payload, 16 * 40022);
		free(payload);
	}
	raw_save(&r, rec_path);
	assert_null(dxa_reader_open(rec_path, &reader));
	assert_null(dxa_reader_next(reader));
	assert_non_null(strstr(dxa_reader_cut(reader), "damaged"));
	assert_true(dxa_symbols_memory(dxa_reader_symbols(reader)) < 80u << 20);
	dxa_reader_free(reader);
	raw_free(&r);
	raw_free(&whole);
}

/* In format 2 only the number of events shows it. */
static void missing_block(void **state)
{
	struct raw newest = sample(true), whole = raw_rewrite(&newest, 2, false), r = { 0 };
	struct dxa_reader *reader;
	size_t at, len;

	(void)state;
	/* The last block of events; the trailer stays. */
	for (size_t i = 0; raw_block(&whole, i, &at, &len); i++) {
		if (raw_count(&whole, DXR_BLOCK_EVENTS, at + len) == 24 / BLOCK_EVENTS)
			break;
		if (!i)
			raw_append(&r, whole.data, at);
		raw_append(&r, whole.data + at, len);
	}
	raw_append(&r, whole.data + at + len, whole.len - at - len);
	raw_save(&r, rec_path);
	assert_null(dxa_reader_open(rec_path, &reader));
	assert_int_equal(read_events(reader), 24 - BLOCK_EVENTS);
	assert_non_null(strstr(dxa_reader_cut(reader), "21 events of 24"));
	dxa_reader_free(reader);
	raw_free(&newest);
	raw_free(&r);
	raw_free(&whole);
}

static void data_after_the_end(void **state)
{
	struct raw r = sample(true);
	struct dxa_reader *reader;

	(void)state;
	raw_append(&r, "x", 1);
	raw_save(&r, rec_path);
	assert_null(dxa_reader_open(rec_path, &reader));
	assert_int_equal(read_events(reader), 24);
	assert_non_null(strstr(dxa_reader_cut(reader), "behind the recording's end"));
	dxa_reader_free(reader);
	raw_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(damaged_anywhere),
		cmocka_unit_test(blocks_in_another_order),
		cmocka_unit_test(false_lengths_cost_no_memory),
		cmocka_unit_test(names_cost_bounded_memory),
		cmocka_unit_test(missing_block),
		cmocka_unit_test(data_after_the_end),
	};

	return cmocka_run_group_tests(tests, recording_set_up, recording_tear_down);
}
