// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/rawrec.h"
#include "lib/recording.h"
#include "record/codec.h"
#include "record/writer.h"

#define FILE_HEAD sizeof(struct dxr_file_head)

/* ---- whole recordings ---- */

static void round_trip(void **state)
{
	(void)state;
	record(20000, 1000000, true);
	check_whole(20000);
	/* An older recording is replaced. */
	record(3, 1, true);
	check_whole(3);
	record(0, 1, true);
	check_whole(0);
}

static struct dxa_symbol current_name;

static bool changing_name(void *priv, uint64_t addr, struct dxa_symbol *ret)
{
	(void)priv;
	*ret = current_name;
	return addr == CALL_SITE;
}

static void expect_name(struct dxa_reader *r, uint16_t kind, const char *name)
{
	const struct dxa_event *ev = dxa_reader_next(r);
	struct dxa_symbol sym;

	assert_non_null(ev);
	assert_int_equal(ev->kind, kind);
	assert_int_equal(dxa_symbols_find(dxa_reader_symbols(r), CALL_SITE, &sym), name != NULL);
	if (name)
		assert_string_equal(sym.name, name);
}

/*
 * Modules are loaded at the same address one after the other: each event has the name of its time.
 */
static void names_at_the_time_of_the_event(void **state)
{
	const struct dxa_record_head head = some_head();
	struct dxa_symbols *symbols = dxa_symbols_new(changing_name, NULL);
	struct dxa_event ev = { .kind = DXA_KIND_PUT_DAX, .seq = 1, .stack = { CALL_SITE } };
	struct dxa_event gone = { .kind = DXA_KIND_MODULE_FREE, .seq = 2, .name = "old" };
	struct dxa_event quiet = { .kind = DXA_KIND_KILL_DAX, .seq = 3 };
	struct dxa_recorder *w;
	struct dxa_reader *r;

	(void)state;
	assert_null(dxa_recorder_open(rec_path, 0600, false, &w));
	dxa_recorder_begin(w, &head, symbols);
	current_name = (struct dxa_symbol){ "before", "old", 4 };
	dxa_recorder_event(w, &ev);
	dxa_recorder_event(w, &gone);
	dxa_symbols_forget_module(symbols, "old");
	dxa_recorder_event(w, &quiet);
	current_name = (struct dxa_symbol){ "after", "new", 4 };
	dxa_recorder_event(w, &ev);
	current_name = (struct dxa_symbol){ "renamed", "new", 4 };
	dxa_symbols_forget_module(symbols, "new");
	dxa_recorder_event(w, &ev);
	dxa_recorder_flush(w);
	dxa_recorder_free(w);
	dxa_symbols_free(symbols);

	assert_null(dxa_reader_open(rec_path, &r));
	expect_name(r, DXA_KIND_PUT_DAX, "before");
	expect_name(r, DXA_KIND_MODULE_FREE, "before");
	expect_name(r, DXA_KIND_KILL_DAX, NULL);
	expect_name(r, DXA_KIND_PUT_DAX, "after");
	expect_name(r, DXA_KIND_PUT_DAX, "renamed");
	dxa_reader_free(r);
}

static void command_too_long(void **state)
{
	struct dxa_record_head head = some_head();
	const char *argv[1000];
	struct dxa_recorder *w;
	struct dxa_reader *r;
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < 999; i++)
		argv[i] = "word";
	argv[999] = NULL;
	head.argv = argv;
	assert_null(dxa_recorder_open(rec_path, 0600, false, &w));
	dxa_recorder_begin(w, &head, NULL);
	dxa_recorder_free(w);
	assert_null(dxa_reader_open(rec_path, &r));
	while (dxa_reader_head(r)->argv[n])
		n++;
	assert_int_equal(n, DXR_ARGV_MAX);
	assert_string_equal(dxa_reader_head(r)->argv[n - 1], "...");
	dxa_reader_free(r);
}

/* ---- other versions ---- */

static struct raw a_recording(bool with_end)
{
	record(24, 3, with_end);
	return raw_load(rec_path);
}

static void later_blocks_and_tags(void **state)
{
	struct raw whole = a_recording(true), r = { 0 }, header;
	const uint16_t item[4] = { 999, 4, 1, 2 };
	struct dxa_reader *reader;
	size_t at, len, i;

	(void)state;
	raw_append(&r, whole.data, FILE_HEAD);
	assert_true(raw_block(&whole, 0, &at, &len));
	header = raw_unpack(&whole, at);
	raw_append(&header, item, sizeof(item));
	raw_append_block(&r, DXR_BLOCK_HEADER, header.data, header.len);
	for (i = 1; raw_block(&whole, i, &at, &len); i++) {
		raw_append_block(&r, 77, "something new", 13);
		raw_append_copy(&r, &whole, at);
	}
	raw_save(&r, rec_path);
	check_whole(24);
	assert_null(dxa_reader_open(rec_path, &reader));
	read_events(reader);
	assert_int_equal(dxa_reader_unknown_blocks(reader), i - 1);
	dxa_reader_free(reader);
	raw_free(&header);
	raw_free(&r);
	raw_free(&whole);
}

/* Events of a later version: each has one word more. */
static void later_events(void **state)
{
	struct raw whole = a_recording(false), r = { 0 };
	struct dxa_reader *reader;
	uint64_t coded[DXR_CODED_MAX / 8 + 1];
	const uint16_t one = 1;
	struct dxr_codec codec;
	size_t at, len;

	(void)state;
	assert_true(raw_block(&whole, 0, &at, &len));
	raw_append(&r, whole.data, at + len);
	((struct dxr_file_head *)(void *)r.data)->event_size = 256;
	memcpy(r.data + offsetof(struct dxr_file_head, format), &one, sizeof(one));
	raw_seal(&r);
	for (uint64_t i = 0; i < 24; i++) {
		struct dxa_event ev = some_event(i);

		dxr_codec_init(&codec, 1, 256, false);
		len = dxr_encode(&codec, &ev, coded);
		coded[0] |= 1ull << 31;
		coded[len / 8] = 0x1234567890abcdef;
		raw_append_block(&r, DXR_BLOCK_EVENTS, coded, len + 8);
	}
	raw_save(&r, rec_path);
	assert_null(dxa_reader_open(rec_path, &reader));
	assert_int_equal(read_events(reader), 24);
	dxa_reader_free(reader);
	raw_free(&r);
	raw_free(&whole);
}

static void patched(size_t at, const void *bytes, size_t len, const char *why)
{
	struct raw r = a_recording(true);

	memcpy(r.data + at, bytes, len);
	raw_seal(&r);
	raw_save(&r, rec_path);
	expect_refusal(rec_path, why);
	raw_free(&r);
}

static void other_versions(void **state)
{
	const uint16_t none = 0, two = 2, four = 4, odd = 250, short_event = 240, long_event = 392;

	(void)state;
	patched(12, &four, 2, "in format 4; this daxaudit reads formats up to 3");
	patched(12, &none, 2, "in format 0; this daxaudit reads formats up to 3");
	patched(14, &two, 2, "of version 2; this daxaudit reads version 1");
	patched(16, &odd, 2, "impossible size");
	patched(16, &short_event, 2, "impossible size");
	patched(16, &long_event, 2, "impossible size");
}

static void unknown_kind_is_kept(void **state)
{
	const struct dxa_record_head head = some_head();
	struct dxa_event ev = { .kind = 60000, .seq = 9, .dax = 5 };
	const struct dxa_event *got;
	struct dxa_recorder *w;
	struct dxa_reader *r;

	(void)state;
	assert_null(dxa_recorder_open(rec_path, 0600, false, &w));
	dxa_recorder_begin(w, &head, NULL);
	dxa_recorder_event(w, &ev);
	dxa_recorder_flush(w);
	dxa_recorder_free(w);
	assert_null(dxa_reader_open(rec_path, &r));
	got = dxa_reader_next(r);
	assert_non_null(got);
	assert_memory_equal(got, &ev, sizeof(ev));
	dxa_reader_free(r);
}

/* ---- files after a crash of the machine ---- */

static unsigned int syncs;
static int sync_error;

int __wrap_fdatasync(int fd);
int __wrap_fdatasync(int fd)
{
	(void)fd;
	syncs++;
	errno = sync_error;
	return sync_error ? -1 : 0;
}

static void synced_when_asked(void **state)
{
	const struct dxa_record_head head = some_head();
	const struct dxa_event ev = { .kind = DXA_KIND_PUT_DAX, .seq = 9, .dax = 5 };
	const struct dxa_record_end end = { 0 };
	struct dxa_recorder *w;
	struct dxa_reader *r;
	struct dxa_err *err;

	(void)state;
	assert_null(dxa_recorder_open(rec_path, 0600, false, &w));
	dxa_recorder_begin(w, &head, NULL);
	dxa_recorder_event(w, &ev);
	dxa_recorder_flush(w);
	assert_int_equal(syncs, 0);
	dxa_recorder_event(w, &ev);
	dxa_recorder_sync(w);
	assert_int_equal(syncs, 1);
	/* Pending records are written first. */
	assert_false(dxa_recorder_pending(w));
	assert_null(dxa_reader_open(rec_path, &r));
	assert_non_null(dxa_reader_next(r));
	assert_non_null(dxa_reader_next(r));
	assert_null(dxa_reader_next(r));
	dxa_reader_free(r);
	/* A file system that cannot sync is no error; a disk that fails is reported at the end. */
	sync_error = EINVAL;
	dxa_recorder_sync(w);
	sync_error = EIO;
	dxa_recorder_sync(w);
	assert_int_equal(syncs, 3);
	err = dxa_recorder_finish(w, &end);
	assert_non_null(err);
	assert_int_equal(err->code, EIO);
	dxa_err_free(err);
	dxa_recorder_free(w);
}

/* ---- files that are no recording ---- */

static void save_text(const char *text, size_t len)
{
	const struct raw r = { (unsigned char *)text, len };

	raw_save(&r, rec_path);
}

static void files_that_are_no_recording(void **state)
{
	(void)state;
	save_text("", 0);
	expect_refusal(rec_path, "empty, not a recording");
	save_text("{ \"schema\": 1 }\n", 16);
	expect_refusal(rec_path, "not a daxaudit recording");
	save_text("x", 1);
	expect_refusal(rec_path, "not a daxaudit recording");
	save_text(DXR_MAGIC, 5);
	expect_refusal(rec_path, "cut off before its first event");
	expect_refusal(rec_dir, "is a directory");
	expect_refusal("/nowhere/at/all.dxr", "No such file");
	expect_refusal("/proc/self/mem", "cannot read /proc/self/mem");
	unlink(rec_path);
}

static void unreadable(void **state)
{
	bool root = !geteuid();

	(void)state;
	record(1, 1, true);
	chmod(rec_path, 0);
	/* Root can read every file. */
	if (root)
		assert_int_equal(seteuid(65534), 0);
	expect_refusal(rec_path, "Permission denied");
	if (root)
		assert_int_equal(seteuid(0), 0);
	chmod(rec_path, 0600);
}

/* ---- the writer ---- */

static void expect_no_recorder(const char *file, const char *why)
{
	struct dxa_recorder *r;
	struct dxa_err *err = dxa_recorder_open(file, 0600, false, &r);

	assert_non_null(err);
	assert_int_equal(err->class, DXA_ERR_INPUT);
	if (!strstr(err->msg, why))
		fail_msg("'%s' does not say '%s'", err->msg, why);
	dxa_err_free(err);
}

static void nothing_else_is_overwritten(void **state)
{
	struct dxa_recorder *r;
	struct raw text;

	(void)state;
	save_text("my thesis", 9);
	expect_no_recorder(rec_path, "it exists and is no recording");
	text = raw_load(rec_path);
	assert_int_equal(text.len, 9);
	raw_free(&text);
	expect_no_recorder(rec_dir, "it is a directory");
	expect_no_recorder("/dev/null", "no regular file");
	expect_no_recorder("/nowhere/at/all.dxr", "No such file");
	unlink(rec_path);
	record(1, 1, true);
	assert_null(dxa_recorder_open(rec_path, 0600, false, &r));
	expect_no_recorder(rec_path, "another daxaudit is recording");
	/* Opened, but no recording was begun: the old file stays. */
	dxa_recorder_free(r);
	check_whole(1);
	unlink(rec_path);
	assert_null(dxa_recorder_open(rec_path, 0600, false, &r));
	dxa_recorder_free(r);
	assert_int_equal(access(rec_path, F_OK), -1);
}

/* A reason becomes a part of a line: a file can neither add lines nor control a terminal. */
static void reasons_are_of_one_line(void **state)
{
	struct dxa_hook_status hook = { .info = rec_hooks[0].info };
	struct dxa_record_head head = some_head();
	struct dxa_symbols *symbols = dxa_symbols_new(NULL, NULL);
	struct dxa_recorder *w;
	struct dxa_reader *r;

	(void)state;
	snprintf(hook.symbol, sizeof(hook.symbol), "\033[2Jkill_dax");
	snprintf(hook.reason, sizeof(hook.reason), "gone\nverdict: pass");
	head.hooks = &hook;
	head.n_hooks = 1;
	assert_null(dxa_recorder_open(rec_path, 0600, false, &w));
	dxa_recorder_begin(w, &head, symbols);
	dxa_recorder_free(w);
	dxa_symbols_free(symbols);
	assert_null(dxa_reader_open(rec_path, &r));
	assert_int_equal(dxa_reader_head(r)->n_hooks, 1);
	assert_null(strpbrk(dxa_reader_head(r)->hooks[0].symbol, "\033\n"));
	assert_null(strpbrk(dxa_reader_head(r)->hooks[0].reason, "\033\n"));
	assert_non_null(strstr(dxa_reader_head(r)->hooks[0].reason, "verdict: pass"));
	dxa_reader_free(r);
}

/* A replay also reports that counters could not be read. */
static void unreadable_counters_are_recorded(void **state)
{
	struct dxa_hook_status hooks[2] = { { .info = rec_hooks[0].info, .unreadable = true },
					    { .info = rec_hooks[1].info } };
	const struct dxa_record_end end = { .hooks = hooks, .n_hooks = 2 };
	const struct dxa_record_head head = some_head();
	struct dxa_recorder *w;
	struct dxa_reader *r;

	(void)state;
	assert_null(dxa_recorder_open(rec_path, 0600, false, &w));
	dxa_recorder_begin(w, &head, NULL);
	assert_null(dxa_recorder_finish(w, &end));
	dxa_recorder_free(w);
	assert_null(dxa_reader_open(rec_path, &r));
	assert_null(dxa_reader_next(r));
	assert_non_null(dxa_reader_end(r));
	assert_int_equal(dxa_reader_end(r)->n_hooks, 2);
	assert_true(dxa_reader_end(r)->hooks[0].unreadable);
	assert_false(dxa_reader_end(r)->hooks[1].unreadable);
	assert_false(dxa_reader_head(r)->hooks[0].unreadable);
	dxa_reader_free(r);
}

static void take_from_aside(int i)
{
	char aside[sizeof(rec_path) + sizeof(DXA_RECORDER_ASIDE) + 16];
	char number[16] = "";

	if (i)
		snprintf(number, sizeof(number), ".%d", i);
	snprintf(aside, sizeof(aside), "%s" DXA_RECORDER_ASIDE "%s", rec_path, number);
	assert_int_equal(rename(aside, rec_path), i < DXA_RECORDER_ASIDE_MAX ? 0 : -1);
}

/* Recordings of daemons that died are kept: the first ones and the newest. */
static void set_aside(void **state)
{
	const int runs = DXA_RECORDER_ASIDE_MAX + 2, newest = DXA_RECORDER_ASIDE_MAX - 1;
	struct dxa_recorder *r;

	(void)state;
	unlink(rec_path);
	for (int i = 1; i <= runs; i++) {
		record((uint64_t)i, 1, true);
		assert_null(dxa_recorder_open(rec_path, 0600, true, &r));
		dxa_recorder_free(r);
	}
	take_from_aside(DXA_RECORDER_ASIDE_MAX);
	for (int i = 0; i < DXA_RECORDER_ASIDE_MAX; i++) {
		take_from_aside(i);
		check_whole((uint64_t)(i == newest ? runs : i + 1));
	}
	unlink(rec_path);
}

static long size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? -1 : (long)st.st_size;
}

/* A file that a daemon finds under the name is kept, and a renamed file is noticed. */
static void rotated(void **state)
{
	char aside[sizeof(rec_path) + sizeof(DXA_RECORDER_ASIDE)];
	struct dxa_recorder *r;
	struct dxa_err *err;

	(void)state;
	snprintf(aside, sizeof(aside), "%s" DXA_RECORDER_ASIDE, rec_path);
	unlink(rec_path);
	record(1, 1, true);
	assert_null(dxa_recorder_open(rec_path, 0600, true, &r));
	assert_false(dxa_recorder_moved(r));
	assert_int_equal(size_of(rec_path), 0);
	assert_int_equal(rename(aside, rec_path), 0);
	assert_true(dxa_recorder_moved(r));
	check_whole(1);
	unlink(rec_path);
	assert_true(dxa_recorder_moved(r));
	dxa_recorder_free(r);
	/* An empty file, as logrotate creates it, is not kept. */
	fclose(fopen(rec_path, "w"));
	assert_null(dxa_recorder_open(rec_path, 0600, true, &r));
	assert_int_equal(size_of(aside), -1);
	dxa_recorder_free(r);
	/* The file that is being written keeps its name. */
	record(1, 1, true);
	assert_null(dxa_recorder_open(rec_path, 0600, false, &r));
	err = dxa_recorder_open(rec_path, 0600, true, &(struct dxa_recorder *){ NULL });
	assert_non_null(err);
	dxa_err_free(err);
	check_whole(1);
	dxa_recorder_free(r);
}

static void full_disk(void **state)
{
	const struct dxa_record_head head = some_head();
	const struct dxa_record_end end = { .hooks = rec_hooks, .n_hooks = rec_n_hooks };
	struct rlimit old, limit;
	struct dxa_recorder *w;
	struct dxa_reader *r;
	struct dxa_err *err;
	uint64_t n;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	unlink(rec_path);
	getrlimit(RLIMIT_FSIZE, &old);
	limit = old;
	limit.rlim_cur = 5000;
	setrlimit(RLIMIT_FSIZE, &limit);
	assert_null(dxa_recorder_open(rec_path, 0600, false, &w));
	dxa_recorder_begin(w, &head, NULL);
	for (uint64_t i = 0; i < 100; i++) {
		struct dxa_event ev = some_event(i);

		memset(ev.stack, 0, sizeof(ev.stack));
		ev.ops = 0;
		dxa_recorder_event(w, &ev);
		dxa_recorder_flush(w);
	}
	err = dxa_recorder_finish(w, &end);
	dxa_recorder_free(w);
	setrlimit(RLIMIT_FSIZE, &old);
	assert_non_null(err);
	assert_int_equal(err->class, DXA_ERR_SYSTEM);
	assert_non_null(strstr(err->msg, "is incomplete: File too large"));
	dxa_err_free(err);

	assert_null(dxa_reader_open(rec_path, &r));
	for (n = 0; dxa_reader_next(r); n++)
		;
	assert_in_range(n, 5, 99);
	assert_non_null(strstr(dxa_reader_cut(r), "cut off"));
	dxa_reader_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),
		cmocka_unit_test(names_at_the_time_of_the_event),
		cmocka_unit_test(command_too_long),
		cmocka_unit_test(later_blocks_and_tags),
		cmocka_unit_test(later_events),
		cmocka_unit_test(other_versions),
		cmocka_unit_test(unknown_kind_is_kept),
		cmocka_unit_test(synced_when_asked),
		cmocka_unit_test(files_that_are_no_recording),
		cmocka_unit_test(unreadable),
		cmocka_unit_test(nothing_else_is_overwritten),
		cmocka_unit_test(reasons_are_of_one_line),
		cmocka_unit_test(unreadable_counters_are_recorded),
		cmocka_unit_test(set_aside),
		cmocka_unit_test(rotated),
		cmocka_unit_test(full_disk),
	};

	return cmocka_run_group_tests(tests, recording_set_up, recording_tear_down);
}
