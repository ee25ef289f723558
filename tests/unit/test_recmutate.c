// SPDX-License-Identifier: GPL-2.0-only
/* The fuzzer's mutations of recordings must pass the reader's checksums. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "../fuzz/recmutate.h"
#include "lib/rawrec.h"
#include "lib/recording.h"

#define MAX (64u << 10)
#define ROUNDS 2000

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

/* Replaces libFuzzer's mutation: one byte is changed. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size)
{
	(void)max_size;
	if (size)
		data[(size_t)rand() % size] ^= (uint8_t)(1 + rand() % 255);
	return size;
}

static struct raw sample(void)
{
	record(24, 3, true);
	return raw_load(rec_path);
}

/* Is the checksum of every block correct? */
static bool sealed(const struct raw *r)
{
	size_t at, len, i;
	struct dxr_block_head h = { 0 };

	for (i = 0; raw_block(r, i, &at, &len); i++) {
		uint32_t crc = h.crc;

		memcpy(&h, r->data + at, sizeof(h));
		crc = (uint32_t)crc32(crc, r->data + at, offsetof(struct dxr_block_head, crc));
		crc = (uint32_t)crc32(crc, r->data + at + sizeof(h), (uInt)(len - sizeof(h)));
		if (crc != h.crc)
			return false;
	}
	return i > 0;
}

/* The number of events that a reader finds; 0 also when it refuses the recording. */
static uint64_t events_in(const struct raw *r)
{
	struct dxa_reader *reader;
	struct dxa_err *err;
	uint64_t n = 0;

	raw_save(r, rec_path);
	err = dxa_reader_open(rec_path, &reader);
	dxa_err_free(err);
	if (err)
		return 0;
	while (dxa_reader_next(reader))
		n++;
	dxa_reader_free(reader);
	return n;
}

static void mutations_are_sealed(void **state)
{
	struct raw whole = sample();
	size_t n_sealed = 0, n_read = 0, n_changed = 0;

	(void)state;
	for (unsigned int seed = 1; seed <= ROUNDS; seed++) {
		struct raw r = { malloc(MAX), whole.len };

		memcpy(r.data, whole.data, whole.len);
		r.len = recording_mutate(r.data, r.len, MAX, seed);
		assert_true(r.len <= MAX);
		n_changed += r.len != whole.len || memcmp(r.data, whole.data, r.len) != 0;
		n_sealed += sealed(&r);
		n_read += events_in(&r) > 0;
		raw_free(&r);
	}
	/* The others are damaged on purpose, in a head or in a block. */
	assert_true(n_changed == ROUNDS);
	assert_true(n_sealed > ROUNDS * 9 / 10);
	assert_true(n_read > ROUNDS * 7 / 10);
	raw_free(&whole);
}

static void mutations_stay_within_the_buffer(void **state)
{
	struct raw whole = sample();

	(void)state;
	for (size_t max = 0; max < 2 * whole.len; max += 7) {
		size_t size = whole.len < max ? whole.len : max, len;
		/* With the greatest allowed length: the sanitizer detects one byte more. */
		uint8_t *data = malloc(max ? max : 1), *out = malloc(max ? max : 1);

		memcpy(data, whole.data, size);
		len = recording_mutate(data, size, max, (unsigned int)max);
		assert_true(len <= max);
		len = recording_cross(whole.data, whole.len, data, len, out, max,
				      (unsigned int)max);
		assert_true(len <= max);
		free(data);
		free(out);
	}
	raw_free(&whole);
}

static void crossed_recordings_are_sealed(void **state)
{
	struct raw whole = sample();
	size_t n_read = 0;

	(void)state;
	for (unsigned int seed = 1; seed <= 100; seed++) {
		struct raw r = { malloc(MAX), 0 };

		r.len = recording_cross(whole.data, whole.len, whole.data, whole.len, r.data, MAX,
					seed);
		assert_true(sealed(&r));
		n_read += events_in(&r) > 0;
		raw_free(&r);
	}
	assert_true(n_read > 70);
	raw_free(&whole);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mutations_are_sealed),
		cmocka_unit_test(mutations_stay_within_the_buffer),
		cmocka_unit_test(crossed_recordings_are_sealed),
	};

	return cmocka_run_group_tests(tests, recording_set_up, recording_tear_down);
}
