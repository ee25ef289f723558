// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/event_kinds.h"
#include "output/jsonobj.h"
#include "output/pseudonym.h"
#include "output/sink.h"

#define X 0xffff888004ccf0c0ull
#define Y 0xffff888004ccc000ull
#define DISK 0xffff888001234000ull
#define HOLDER 0xffff8880deadb000ull
#define X32 0xc1234560ull

static struct dxa_pseudonyms *some_names(void)
{
	struct dxa_pseudonyms *p = dxa_pseudonyms_new();
	const struct dxa_event events[] = {
		{ .kind = DXA_KIND_ALLOC_DAX, .ret = (int64_t)X },
		{ .kind = DXA_KIND_ALLOC_DAX, .ret = -95 },
		{ .kind = DXA_KIND_DAX_ADD_HOST, .dax = X, .obj = DISK },
		{ .kind = DXA_KIND_FS_DAX_GET_BY_BDEV, .ret = (int64_t)Y, .arg = HOLDER },
		{ .kind = DXA_KIND_KILL_DAX, .dax = X32 },
	};

	assert_non_null(p);
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		dxa_pseudonyms_event(p, NULL, &events[i]);
	return p;
}

static void assert_name(struct dxa_pseudonyms *p, uint64_t address, const char *expected)
{
	char buf[DXA_ADDRESS_LEN];

	assert_string_equal(dxa_pseudonym(buf, p, DXA_PSEUDONYM_OBJECT, "0x", address), expected);
}

static void names_are_given_in_the_order_of_events(void **state)
{
	struct dxa_pseudonyms *p = some_names();

	(void)state;
	assert_name(p, Y, "dev#2");
	assert_name(p, X, "dev#1");
	assert_name(p, DISK, "disk#1");
	assert_name(p, HOLDER, "holder#1");
	assert_name(p, 0x1234567800, "object#1");
	assert_name(p, X, "dev#1");
	assert_name(NULL, X, "0xffff888004ccf0c0");
	dxa_pseudonyms_free(p);
}

static void assert_rewritten(const char *from, const char *to)
{
	struct dxa_pseudonyms *p = some_names();
	char text[256];

	snprintf(text, sizeof(text), "%s", from);
	dxa_pseudonyms_rewrite(p, text, sizeof(text));
	assert_string_equal(text, to);
	dxa_pseudonyms_free(p);
}

static void addresses_in_sentences_are_replaced(void **state)
{
	(void)state;
	assert_rewritten("a dax_device at 0xffff888004ccf0c0 is lost",
			 "a dax_device at dev#1 is lost");
	assert_rewritten("ffff888004ccc000, 0xc1234560", "dev#2, dev#3");
	assert_rewritten("c1234560", "dev#3");
	/* No event names it, but it is a pointer. */
	assert_rewritten("ffff88800fffe000 and 0xc7654320", "object#1 and object#2");
	/* An ERR_PTR, an offset, a commit, small numbers, names. */
	assert_rewritten("0xffffffffffffffa1 flags 0x1f pmem0 2023 namespace0.0 dax0.0",
			 "0xffffffffffffffa1 flags 0x1f pmem0 2023 namespace0.0 dax0.0");
	assert_rewritten(
		"pmem_attach_disk+0x303 fb08a1908cb119a4585611d91461ab6d27756b14 deadbeef",
		"pmem_attach_disk+0x303 fb08a1908cb119a4585611d91461ab6d27756b14 deadbeef");
	assert_rewritten("", "");
}

static void longer_names_do_not_overrun(void **state)
{
	struct dxa_pseudonyms *p = some_names();
	char *text = strdup("c1234560");

	(void)state;
	dxa_pseudonyms_rewrite(p, text, 4);
	assert_string_equal(text, "dev");
	free(text);
	dxa_pseudonyms_free(p);
}

static void assert_listing(const char *format)
{
	char spec[32], path[] = "/tmp/daxaudit.XXXXXX", text[4096] = "";
	struct dxa_pseudonyms *p = some_names();
	const struct dxa_device device = {
		.id = { .dax = Y, .disk = "pmem0" }, .refs = 2, .holder = HOLDER, .host = DISK
	};
	struct dxa_run run = { .mode = "list",
			       .listing = true,
			       .release = "6.1.0",
			       .version = "#1",
			       .machine = "x86_64",
			       .aliasing_from = "",
			       .story = { .pseudonyms = p } };
	const struct dxa_engine_stats stats = { .lives = 1 };
	const struct dxa_result result = { .stats = &stats };
	struct dxa_sink *s;
	FILE *f;

	snprintf(spec, sizeof(spec), "%s:/dev/fd/%d", format, mkstemp(path));
	assert_null(dxa_sink_open(spec, 0600, &s));
	dxa_sink_begin(s, &run);
	dxa_sink_device(s, &device);
	dxa_sink_end(s, &result);
	assert_null(dxa_sink_close(s));
	f = fopen(path, "re");
	assert_non_null(f);
	assert_true(fread(text, 1, sizeof(text) - 1, f) > 0);
	fclose(f);
	remove(path);
	assert_non_null(strstr(text, "dev#2"));
	assert_null(strstr(text, "ffff8880"));
	dxa_pseudonyms_free(p);
}

static void listing_shows_names(void **state)
{
	(void)state;
	assert_listing("text");
	assert_listing("json");
	assert_listing("jsonl");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_given_in_the_order_of_events),
		cmocka_unit_test(addresses_in_sentences_are_replaced),
		cmocka_unit_test(longer_names_do_not_overrun),
		cmocka_unit_test(listing_shows_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
