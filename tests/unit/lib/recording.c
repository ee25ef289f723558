// SPDX-License-Identifier: GPL-2.0-only
#include "lib/recording.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/event_kinds.h"
#include "record/writer.h"

char rec_dir[] = "/tmp/test_record.XXXXXX";
char rec_path[64];

/* ---- making recordings ---- */

static uint64_t random_state;

static uint64_t rnd(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

/* An event with a value in every field; every second one resembles its predecessor. */
struct dxa_event some_event(uint64_t i)
{
	struct dxa_event ev = { 0 };

	random_state = (i / 2 + 1) * 0x9e3779b97f4a7c15ull;
	for (size_t at = 0; at < sizeof(ev); at += 8) {
		uint64_t r = rnd();

		memcpy((char *)&ev + at, &r, 8);
	}
	ev.seq = i + 1 + (i > 100);
	ev.ts = 1000000 * i;
	ev.kind = (uint16_t)(1 + ev.kind % (i % 3 ? 22 : 100));
	if (ev.kind == DXA_KIND_MODULE_FREE)
		ev.kind = DXA_KIND_MODULE_LOAD;
	ev.comm[DXA_COMM_LEN - 1] = ev.name[DXA_NAME_LEN - 1] = '\0';
	ev.bus[DXA_BUS_LEN - 1] = ev.driver[DXA_DRIVER_LEN - 1] = '\0';
	snprintf(ev.comm, sizeof(ev.comm), "comm%u", (unsigned int)(i % 7));
	snprintf(ev.name, sizeof(ev.name), "namespace%u.0", (unsigned int)i);
	snprintf(ev.bus, sizeof(ev.bus), "nd");
	snprintf(ev.driver, sizeof(ev.driver), "nd_pmem");
	for (int s = 0; s < DXA_STACK_MAX; s++)
		ev.stack[s] = CALL_SITE + 16 * (rnd() % 100);
	return ev;
}

static bool name_of(void *priv, uint64_t addr, struct dxa_symbol *ret)
{
	static char name[32];

	(void)priv;
	if (addr < CALL_SITE || addr >= CALL_SITE + 1600)
		return false;
	snprintf(name, sizeof(name), "function_%u", (unsigned int)(addr - CALL_SITE) / 160);
	*ret = (struct dxa_symbol){ name, addr % 32 ? "nd_pmem" : NULL, addr % 160 };
	return true;
}

struct dxa_hook_status rec_hooks[DXA_HOOK_MAX];
size_t rec_n_hooks;
static const char *const command[] = { "sh", "-c", "modprobe nd_pmem; true", NULL };

static void make_hooks(void)
{
	size_t n;
	const struct dxa_kind_info *kinds = dxa_kinds(&n);

	rec_n_hooks = 0;
	for (size_t i = 0; i < n; i++) {
		struct dxa_hook_status *h = &rec_hooks[rec_n_hooks];

		if (kinds[i].synthetic)
			continue;
		*h = (struct dxa_hook_status){ .info = &kinds[i],
					       .mode = (enum dxa_attach_mode)(i % 5),
					       .count = { i * 9, i * 6, i, i * 2 },
					       .missed = i * 3 };
		snprintf(h->symbol, sizeof(h->symbol), "%s.isra.0", kinds[i].name);
		snprintf(h->reason, sizeof(h->reason), i % 2 ? "reason %zu" : "", i);
		rec_n_hooks++;
	}
}

struct dxa_record_head some_head(void)
{
	return (struct dxa_record_head){ .tool = "test 1",
					 .mode = "trace",
					 .release = "6.12.0",
					 .version = "#1 SMP",
					 .machine = "mips",
					 .argv = command,
					 .word_bits = 32,
					 .aliasing = DXA_ALIASING_YES,
					 .aliasing_from = "the test",
					 .eopnotsupp = 122,
					 .stuck_after_ns = 5000000000,
					 .start = 42,
					 .start_wall = 1764378727000000000,
					 .hooks = rec_hooks,
					 .n_hooks = rec_n_hooks };
}

/* Record n events, flushed after every `flush`. with_end: also write a trailer. */
void record(uint64_t n, uint64_t flush, bool with_end)
{
	const struct dxa_record_head head = some_head();
	const struct dxa_record_end end = { .has_cmd_status = true,
					    .cmd_status = 0x300,
					    .interrupted = true,
					    .end = 1ull << 40,
					    .hooks = rec_hooks,
					    .n_hooks = rec_n_hooks };
	struct dxa_symbols *symbols = dxa_symbols_new(name_of, NULL);
	struct dxa_recorder *r;

	assert_null(dxa_recorder_open(rec_path, 0600, false, &r));
	dxa_recorder_begin(r, &head, symbols);
	for (uint64_t i = 0; i < n; i++) {
		struct dxa_event ev = some_event(i);

		dxa_recorder_event(r, &ev);
		if ((i + 1) % flush == 0)
			dxa_recorder_flush(r);
	}
	dxa_recorder_flush(r);
	if (with_end)
		assert_null(dxa_recorder_finish(r, &end));
	dxa_recorder_free(r);
	dxa_symbols_free(symbols);
}

/* ---- reading them ---- */

void expect_refusal(const char *file, const char *why)
{
	struct dxa_reader *r;
	struct dxa_err *err = dxa_reader_open(file, &r);

	assert_non_null(err);
	assert_int_equal(err->class, DXA_ERR_INPUT);
	if (!strstr(err->msg, why))
		fail_msg("'%s' does not say '%s'", err->msg, why);
	assert_null(strchr(err->msg, '\n'));
	dxa_err_free(err);
}

/* Read to the end: the events must be the first ones of record(). Returns their number. */
uint64_t read_events(struct dxa_reader *r)
{
	const struct dxa_event *ev;
	uint64_t n = 0;

	for (; (ev = dxa_reader_next(r)); n++) {
		struct dxa_event want = some_event(n);

		assert_memory_equal(ev, &want, sizeof(want));
	}
	assert_null(dxa_reader_next(r));
	return n;
}

void check_hooks(const struct dxa_hook_status *got, size_t n, bool counters)
{
	assert_int_equal(n, rec_n_hooks);
	for (size_t i = 0; i < n; i++) {
		assert_ptr_equal(got[i].info, rec_hooks[i].info);
		assert_int_equal(got[i].mode, rec_hooks[i].mode);
		assert_string_equal(got[i].symbol, rec_hooks[i].symbol);
		assert_string_equal(got[i].reason, rec_hooks[i].reason);
		assert_int_equal(got[i].count.seen, counters ? rec_hooks[i].count.seen : 0);
		assert_int_equal(got[i].count.submitted,
				 counters ? rec_hooks[i].count.submitted : 0);
		assert_int_equal(got[i].count.dropped, counters ? rec_hooks[i].count.dropped : 0);
		assert_int_equal(got[i].count.repeated, counters ? rec_hooks[i].count.repeated : 0);
		assert_int_equal(got[i].missed, counters ? rec_hooks[i].missed : 0);
	}
}

static void check_head(const struct dxa_record_head *h)
{
	const struct dxa_record_head want = some_head();

	assert_string_equal(h->tool, want.tool);
	assert_string_equal(h->mode, want.mode);
	assert_string_equal(h->release, want.release);
	assert_string_equal(h->version, want.version);
	assert_string_equal(h->machine, want.machine);
	for (int i = 0; i < 3; i++)
		assert_string_equal(h->argv[i], want.argv[i]);
	assert_null(h->argv[3]);
	assert_int_equal(h->word_bits, want.word_bits);
	assert_int_equal(h->aliasing, want.aliasing);
	assert_string_equal(h->aliasing_from, want.aliasing_from);
	assert_int_equal(h->eopnotsupp, want.eopnotsupp);
	assert_int_equal(h->stuck_after_ns, want.stuck_after_ns);
	assert_int_equal(h->start, want.start);
	assert_int_equal(h->start_wall, want.start_wall);
	check_hooks(h->hooks, h->n_hooks, false);
}

static void check_symbols(struct dxa_symbols *symbols)
{
	for (uint64_t i = 0; i < 100; i++) {
		struct dxa_symbol got, want;
		uint64_t addr = CALL_SITE + 16 * i;

		assert_true(dxa_symbols_find(symbols, addr, &got));
		assert_true(name_of(NULL, addr, &want));
		assert_string_equal(got.name, want.name);
		assert_int_equal(got.offset, want.offset);
		assert_int_equal(!got.module, !want.module);
		if (want.module)
			assert_string_equal(got.module, want.module);
	}
}

/* The recording at rec_path must be complete and the result of record(n, ...). */
void check_whole(uint64_t n)
{
	const struct dxa_record_end *end;
	struct dxa_reader *r;

	assert_null(dxa_reader_open(rec_path, &r));
	check_head(dxa_reader_head(r));
	assert_int_equal(read_events(r), n);
	assert_null(dxa_reader_cut(r));
	end = dxa_reader_end(r);
	assert_true(end->has_cmd_status);
	assert_int_equal(end->cmd_status, 0x300);
	assert_true(end->interrupted);
	assert_int_equal(end->end, 1ull << 40);
	check_hooks(end->hooks, end->n_hooks, true);
	if (n > 1000)
		check_symbols(dxa_reader_symbols(r));
	dxa_reader_free(r);
}

int recording_set_up(void **state)
{
	(void)state;
	if (!mkdtemp(rec_dir))
		return -1;
	snprintf(rec_path, sizeof(rec_path), "%s/r.dxr", rec_dir);
	make_hooks();
	return 0;
}

int recording_tear_down(void **state)
{
	(void)state;
	unlink(rec_path);
	return rmdir(rec_dir);
}
