// SPDX-License-Identifier: GPL-2.0-only
/* The coding of events: both formats, both byte orders. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "lib/rawrec.h"
#include "lib/recording.h"
#include "record/codec.h"

static void rewritten(uint16_t format, bool swap)
{
	struct dxa_reader *reader;
	struct raw r, other;

	record(5000, 700, true);
	r = raw_load(rec_path);
	other = raw_rewrite(&r, format, swap);
	raw_save(&other, rec_path);
	check_whole(5000);
	assert_null(dxa_reader_open(rec_path, &reader));
	assert_int_equal(dxa_reader_swapped(reader), swap);
	dxa_reader_free(reader);
	raw_free(&r);
	raw_free(&other);
}

static void other_byte_order(void **state)
{
	(void)state;
	rewritten(DXR_FORMAT, true);
}

static void older_format(void **state)
{
	(void)state;
	for (uint16_t format = 1; format < DXR_FORMAT; format++) {
		rewritten(format, false);
		rewritten(format, true);
	}
}

/* How many blocks of events of this recording are compressed, or are not. */
static size_t blocks(bool compressed)
{
	struct raw r = raw_load(rec_path);
	struct dxr_block_head h;
	size_t at, len, n = 0;

	for (size_t i = 0; raw_block(&r, i, &at, &len); i++) {
		memcpy(&h, r.data + at, sizeof(h));
		n += h.type == DXR_BLOCK_EVENTS && (h.packed != h.length) == compressed;
	}
	raw_free(&r);
	return n;
}

static void large_blocks_are_not_compressed(void **state)
{
	(void)state;
	record(20000, 1000000, true);
	assert_int_not_equal(blocks(false), 0);
	record(200, 100, true);
	assert_int_equal(blocks(false), 0);
	assert_int_equal(blocks(true), 2);
}

/* Words and numbers of all lengths, and times and numbers that go back. */
static void any_words(void **state)
{
	static struct dxr_codec out, in;
	unsigned char coded[DXR_CODED_MAX];
	uint64_t word[sizeof(struct dxa_event) / 8], x = 1;

	(void)state;
	for (int swap = 0; swap < 2; swap++) {
		dxr_codec_init(&out, DXR_FORMAT, sizeof(word), swap);
		dxr_codec_init(&in, DXR_FORMAT, sizeof(word), swap);
		for (int n = 0; n < 20000; n++) {
			const struct dxa_event *got;
			struct dxa_event ev;
			size_t len, used;

			for (size_t i = 0; i < sizeof(word) / 8; i++) {
				x = x * 6364136223846793005ull + 1442695040888963407ull;
				if (x >> 62)
					word[i] = n ? word[i] : 0;
				else
					word[i] = x >> 61 & 1 ? x << (x >> 40 & 63) :
								x >> (x >> 40 & 63);
			}
			memcpy(&ev, word, sizeof(ev));
			ev.comm[DXA_COMM_LEN - 1] = ev.name[DXA_NAME_LEN - 1] = '\0';
			ev.bus[DXA_BUS_LEN - 1] = ev.driver[DXA_DRIVER_LEN - 1] = '\0';
			len = dxr_encode(&out, &ev, coded);
			assert_in_range(len, 1, sizeof(coded) - 8);
			got = dxr_decode(&in, coded, len, &used);
			assert_non_null(got);
			assert_int_equal(used, len);
			assert_memory_equal(got, &ev, sizeof(ev));
			/* Cut by a byte it is none. */
			assert_null(dxr_decode(&in, coded, len - 1, &used));
			/* That changed the state of the decoder. */
			in = out;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(other_byte_order),
		cmocka_unit_test(older_format),
		cmocka_unit_test(large_blocks_are_not_compressed),
		cmocka_unit_test(any_words),
	};

	return cmocka_run_group_tests(tests, recording_set_up, recording_tear_down);
}
