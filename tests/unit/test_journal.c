// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "output/journal.h"

/* The entries of the journal, parsed as https://systemd.io/JOURNAL_NATIVE_PROTOCOL/ describes. */

struct server {
	char dir[32];
	char path[64];
	int fd;
	char data[8192];
	size_t len;
};

static void listen_at(struct server *s)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	strcpy(s->dir, "/tmp/daxaudit.XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	snprintf(s->path, sizeof(s->path), "%s/socket", s->dir);
	strcpy(at.sun_path, s->path);
	s->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_true(s->fd >= 0);
	assert_int_equal(bind(s->fd, (struct sockaddr *)&at, sizeof(at)), 0);
}

static void stop(struct server *s)
{
	close(s->fd);
	unlink(s->path);
	rmdir(s->dir);
}

static size_t length_of(const char *at)
{
	size_t len = 0;

	for (int i = 7; i >= 0; i--)
		len = len << 8 | (unsigned char)at[i];
	return len;
}

/* The number of fields of that name; *ret gets the value of the last one. */
static size_t fields(const struct server *s, const char *name, const char **ret, size_t *ret_len)
{
	const char *at = s->data, *end = s->data + s->len;
	size_t n = 0;

	while (at < end) {
		const char *line_end = memchr(at, '\n', (size_t)(end - at));
		const char *value, *next;
		size_t name_len, len;

		assert_non_null(line_end);
		value = memchr(at, '=', (size_t)(line_end - at));
		if (value) {
			name_len = (size_t)(value++ - at);
			len = (size_t)(line_end - value);
			next = line_end + 1;
		} else {
			name_len = (size_t)(line_end - at);
			value = line_end + 1 + 8;
			assert_true(value <= end);
			len = length_of(line_end + 1);
			assert_true(len < (size_t)(end - value));
			next = value + len;
			assert_int_equal(*next++, '\n');
		}
		if (name_len == strlen(name) && !memcmp(at, name, name_len)) {
			*ret = value;
			*ret_len = len;
			n++;
		}
		at = next;
	}
	return n;
}

static void assert_field(const struct server *s, const char *name, const char *expected)
{
	const char *value;
	size_t len;

	assert_int_equal(fields(s, name, &value, &len), 1);
	assert_int_equal(len, strlen(expected));
	assert_memory_equal(value, expected, len);
}

static void send_entry(struct server *s, const struct dxa_finding *f, bool withdrawn)
{
	struct dxa_run run = { .mode = "daemon", .story = { .eopnotsupp = 95 } };
	struct dxa_journal journal;
	struct dxa_sink *sink;
	ssize_t n;

	assert_int_equal(dxa_journal_open(&journal, s->path), 0);
	assert_null(dxa_sink_new(&dxa_sink_journal, NULL, &journal, &sink));
	dxa_sink_begin(sink, &run);
	if (withdrawn)
		dxa_sink_withdrawn(sink, f);
	else
		dxa_sink_finding(sink, f);
	n = recv(s->fd, s->data, sizeof(s->data), MSG_DONTWAIT);
	assert_true(n > 0);
	s->len = (size_t)n;
	assert_int_equal(journal.failures, 0);
	dxa_sink_discard(sink);
	dxa_journal_close(&journal);
}

static void send_finding(struct server *s, const struct dxa_finding *f)
{
	send_entry(s, f, false);
}

static void test_a_finding_is_an_entry(void **state)
{
	struct dxa_event evidence[2] = {
		{ .kind = DXA_KIND_KILL_DAX, .phase = DXA_PHASE_ARGS, .dax = 0xffff1000 },
		{ .kind = DXA_KIND_PUT_DAX, .phase = DXA_PHASE_ARGS, .dax = 0xffff1000 },
	};
	struct dxa_finding f = { .rule = DXA_RULE_ORPHAN,
				 .severity = DXA_SEVERITY_ERROR,
				 .life = { .dax = 0xffff1000, .generation = 2, .disk = "pmem0" },
				 .detail = "pmem0 is lost",
				 .evidence = evidence,
				 .evidence_len = 2 };
	struct server s = { 0 };

	(void)state;
	listen_at(&s);
	send_finding(&s, &f);
	stop(&s);
	assert_field(&s, "MESSAGE", "error: orphan: pmem0 is lost");
	assert_field(&s, "PRIORITY", "3");
	assert_field(&s, "DAXAUDIT_DEVICE", "pmem0");
	assert_field(&s, "DAXAUDIT_GENERATION", "2");
	assert_field(&s, "DAXAUDIT_EVIDENCE", "kill_dax(ffff1000)\nput_dax(ffff1000)");
}

static void test_withdrawn_finding_raises_no_alert(void **state)
{
	const struct dxa_finding f = { .rule = DXA_RULE_STUCK_PROBE,
				       .severity = DXA_SEVERITY_ERROR,
				       .detail = "the probe of pmem0 has not ended" };
	struct server s = { 0 };

	(void)state;
	listen_at(&s);
	send_entry(&s, &f, true);
	stop(&s);
	assert_field(&s, "MESSAGE",
		     "withdrawn error: stuck-probe: the probe of pmem0 has not ended");
	assert_field(&s, "PRIORITY", "6");
	assert_field(&s, "DAXAUDIT_WITHDRAWN", "1");
}

/* A task may choose any name. */
static void test_a_name_makes_no_fields(void **state)
{
	struct dxa_finding f = { .rule = DXA_RULE_STUCK_PROBE,
				 .severity = DXA_SEVERITY_WARNING,
				 .context = { .id = 1, .comm = "x\nPRIORITY=0", .tid = 7 },
				 .life = { .disk = "d\nMESSAGE=m" },
				 .detail = "task (x\nPRIORITY=0) sleeps" };
	struct server s = { 0 };

	(void)state;
	listen_at(&s);
	send_finding(&s, &f);
	stop(&s);
	assert_field(&s, "PRIORITY", "4");
	assert_field(&s, "DAXAUDIT_COMM", "x\xef\xbf\xbdPRIORITY=0");
	assert_field(&s, "MESSAGE", "warning: stuck-probe: task (x\xef\xbf\xbdPRIORITY=0) sleeps");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_finding_is_an_entry),
		cmocka_unit_test(test_withdrawn_finding_raises_no_alert),
		cmocka_unit_test(test_a_name_makes_no_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
