// SPDX-License-Identifier: GPL-2.0-only
/* Names from the kernel, a process or a disk, in every format. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/utf8.h"
#include "output/journal.h"
#include "output/sink.h"

/*
 * A terminal's escape sequence, one of C1, an override of the writing direction, an invalid byte, a
 * newline.
 */
#define HOSTILE           \
	"\033[2J\xc2\x9b" \
	"31m\xe2\x80\xae\xff\r\nforged 1\x7f\xf3\xa0\x80\xa1"

struct audit {
	struct dxa_run run;
	struct dxa_engine_stats stats;
	struct dxa_tally tally;
	struct dxa_hook_status hook;
	struct dxa_result result;
	struct dxa_event ev;
	struct dxa_context ctx;
	struct dxa_finding finding;
	struct dxa_device device;
};

static const char *const command[] = { HOSTILE, NULL };

static void fill(char *to, size_t size)
{
	snprintf(to, size, "%s", HOSTILE);
}

#define FILL(array) fill(array, sizeof(array))

static void make(struct audit *a, bool listing)
{
	*a = (struct audit){ .run = { .mode = "replay",
				      .listing = listing,
				      .recording = HOSTILE,
				      .release = HOSTILE,
				      .version = HOSTILE,
				      .machine = HOSTILE,
				      .argv = command,
				      .aliasing_from = HOSTILE,
				      .failing = DXA_SEVERITY_WARNING },
			     .stats = { .lives = 1 },
			     .hook = { .info = dxa_kind_info(DXA_KIND_KILL_DAX) },
			     .ev = { .kind = DXA_KIND_REALLY_PROBE, .phase = DXA_PHASE_ARGS } };
	FILL(a->hook.symbol);
	FILL(a->hook.reason);
	FILL(a->ev.comm);
	FILL(a->ev.name);
	FILL(a->ev.driver);
	a->ctx = (struct dxa_context){ .id = 1,
				       .kind = DXA_KIND_REALLY_PROBE,
				       .outcome = DXA_OUTCOME_FAILED,
				       .err = 12,
				       .story = &a->ev,
				       .story_len = 1,
				       .dax_events = 1 };
	FILL(a->ctx.comm);
	FILL(a->ctx.device);
	FILL(a->ctx.bus);
	FILL(a->ctx.driver);
	a->finding = (struct dxa_finding){ .rule = DXA_RULE_ORPHAN,
					   .severity = DXA_SEVERITY_ERROR,
					   .policy = { .severity_from = HOSTILE,
						       .expired = HOSTILE,
						       .reason = HOSTILE,
						       .until = "2020-01-01" },
					   .life = { .dax = 0xffff888000001000, .generation = 1 },
					   .context = a->ctx,
					   .evidence = &a->ev,
					   .evidence_len = 1 };
	FILL(a->finding.life.disk);
	FILL(a->finding.detail);
	a->device = (struct dxa_device){ .id = a->finding.life, .refs = 1 };
	FILL(a->device.bound);
	a->result = (struct dxa_result){
		.tally = &a->tally, .stats = &a->stats, .hooks = &a->hook, .n_hooks = 1, .end = 1
	};
	dxa_verdict_add(&a->result.verdict, "%s", HOSTILE);
}

static void walk(struct audit *a, struct dxa_sink *s)
{
	s->verbose = 1;
	dxa_sink_begin(s, &a->run);
	if (a->run.listing) {
		dxa_sink_device(s, &a->device);
	} else {
		dxa_sink_event(s, &a->ev);
		dxa_sink_context(s, &a->ctx);
		dxa_sink_finding(s, &a->finding);
	}
	dxa_sink_end(s, &a->result);
}

/* XML normalises a newline to a blank. */
static bool has_lines(const char *format)
{
	return strcmp(format, "junit") != 0 && strcmp(format, "html") != 0;
}

static void assert_harmless(const char *format, const char *text)
{
	uint32_t cp;
	size_t n;

	assert_true(text[0] != '\0');
	if (has_lines(format) && strstr(text, "\nforged"))
		fail_msg("%s: a name made a line", format);
	for (const char *at = text; (n = dxa_utf8_next(at, &cp)); at += n) {
		if (cp == '\n')
			continue;
		if (dxa_utf8_is_control(cp))
			fail_msg("%s: U+%04x in '%.60s'", format, cp, at);
		if (cp == DXA_UTF8_BAD && n == 1)
			fail_msg("%s: a bad byte in '%.60s'", format, at);
	}
}

static char *read_all(const char *path)
{
	char *text = calloc(1, 1 << 20);
	FILE *f = fopen(path, "re");

	assert_non_null(text);
	assert_non_null(f);
	assert_true(fread(text, 1, (1 << 20) - 1, f) > 0);
	fclose(f);
	return text;
}

static void check_format(const struct dxa_sink_ops *ops, bool listing)
{
	char path[] = "/tmp/daxaudit.XXXXXX", spec[64], *text;
	struct dxa_sink *s;
	struct audit a;

	close(mkostemp(path, O_CLOEXEC));
	snprintf(spec, sizeof(spec), "%s:%s", ops->name, path);
	assert_null(dxa_sink_open(spec, 0600, &s));
	make(&a, listing);
	walk(&a, s);
	assert_null(dxa_sink_close(s));
	text = read_all(path);
	assert_harmless(ops->name, text);
	free(text);
	unlink(path);
	dxa_verdict_deinit(&a.result.verdict);
}

static void hostile_names_are_harmless_in_every_format(void **state)
{
	size_t n;
	const struct dxa_sink_ops *const *formats = dxa_sink_formats(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		check_format(formats[i], false);
		if (formats[i]->device)
			check_format(formats[i], true);
	}
}

static void controls_are_known(void **state)
{
	static const uint32_t bad[] = { 0,	0x1b,	0x7f,	 0x9b,	 0xad,	 0x61c,
					0x200b, 0x200f, 0x2028,	 0x202a, 0x202e, 0x2066,
					0x2069, 0xfeff, 0xe0001, 0xe0041 };
	static const uint32_t good[] = { ' ',	 '~',	 0xa0,	 0xe9,	  0x2010, 0x2027,
					 0x202f, 0x2065, 0xfffd, 0x1f600, 0xe0100 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (!dxa_utf8_is_control(bad[i]))
			fail_msg("U+%04x is a control", bad[i]);
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (dxa_utf8_is_control(good[i]))
			fail_msg("U+%04x is no control", good[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hostile_names_are_harmless_in_every_format),
		cmocka_unit_test(controls_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
