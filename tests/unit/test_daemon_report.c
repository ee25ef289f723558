// SPDX-License-Identifier: GPL-2.0-only
/* A finding that one output cannot write is in another, and the loss is reported, too. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "cli/daemon_report.h"

/* ---- a daemon without a kernel ---- */

/* Replaces src/cli/audit.c: the result is the analysis as it is. */
bool dxa_audit_result(struct dxa_audit *a, struct dxa_result *ret)
{
	const struct dxa_ending ending = { .now = 1 };

	dxa_analysis_result(&a->analysis, &ending, ret);
	return true;
}

struct service {
	char dir[32];
	char socket[64], log[64], metrics[64];
	int fd; /* the journal's end; -1: nothing listens */
	struct dxa_opts opts;
	struct dxa_audit audit;
	struct dxa_daemon_report report;
};

/* What was logged, one line each behind its level. */
static char logged[65536];

static void on_log(enum dxa_log_level level, const char *line)
{
	static const char letters[] = { 'E', 'W', 'N', 'I', 'D' };
	size_t len = strlen(logged);

	snprintf(logged + len, sizeof(logged) - len, "%c %s\n", letters[level], line);
}

static size_t count_logged(const char *text)
{
	size_t n = 0;

	for (const char *at = logged; (at = strstr(at, text)); at++)
		n++;
	return n;
}

static void assert_logged(const char *text)
{
	if (!strstr(logged, text))
		fail_msg("'%s' is not in the log:\n%s", text, logged);
}

static void assert_not_logged(const char *text)
{
	if (strstr(logged, text))
		fail_msg("'%s' is in the log:\n%s", text, logged);
}

/* As systemd sets it for a service whose standard error is the journal's. */
static void pretend_stderr_is_journal(bool on)
{
	char text[64];
	struct stat st;

	assert_int_equal(fstat(STDERR_FILENO, &st), 0);
	snprintf(text, sizeof(text), "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
	if (on)
		setenv("JOURNAL_STREAM", text, 1);
	else
		unsetenv("JOURNAL_STREAM");
}

static void listen_at(struct service *s)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	strcpy(at.sun_path, s->socket);
	s->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_true(s->fd >= 0);
	assert_int_equal(bind(s->fd, (struct sockaddr *)&at, sizeof(at)), 0);
}

static void prepare(struct service *s)
{
	*s = (struct service){ .fd = -1,
			       .opts = { .silent = true, .quiet = true, .no_policy = true } };
	strcpy(s->dir, "/tmp/daxaudit.XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	snprintf(s->socket, sizeof(s->socket), "%s/socket", s->dir);
	snprintf(s->log, sizeof(s->log), "%s/log", s->dir);
	snprintf(s->metrics, sizeof(s->metrics), "%s/daxaudit.prom", s->dir);
	logged[0] = '\0';
	dxa_log_set(on_log, DXA_LOG_NOTICE);
}

static void start(struct service *s)
{
	struct dxa_run *run = &s->audit.analysis.run;

	s->audit.opts = &s->opts;
	s->report.journal_socket = s->socket;
	assert_null(dxa_analysis_init(&s->audit.analysis, &s->opts));
	assert_null(dxa_daemon_report_open(&s->report, &s->audit));
	run->mode = "daemon";
	run->release = "6.12.0";
	run->version = "#1";
	run->machine = "x86_64";
	assert_null(dxa_analysis_begin(&s->audit.analysis, &s->opts, NULL, 0));
	dxa_daemon_report_write(&s->report);
}

static void stop(struct service *s)
{
	dxa_analysis_deinit(&s->audit.analysis);
	dxa_daemon_report_close(&s->report);
	if (s->fd >= 0)
		close(s->fd);
	unlink(s->socket);
	unlink(s->log);
	unlink(s->metrics);
	rmdir(s->dir);
	pretend_stderr_is_journal(false);
}

static void find(struct service *s, const struct dxa_finding *f)
{
	struct dxa_analysis *a = &s->audit.analysis;

	for (size_t i = 0; i < a->n_sinks; i++)
		dxa_sink_finding(a->sinks[i], f);
}

static const struct dxa_finding finding = { .rule = DXA_RULE_ORPHAN,
					    .severity = DXA_SEVERITY_ERROR,
					    .life = { .disk = "pmem0" },
					    .detail = "pmem0 is lost" };

#define LINE "E orphan: pmem0 is lost\n"

/* The number of entries that the journal received. */
static size_t entries(const struct service *s)
{
	char data[65536];
	size_t n = 0;

	while (recv(s->fd, data, sizeof(data), MSG_DONTWAIT) > 0)
		n++;
	return n;
}

/* ---- the journal ---- */

static void test_finding_is_in_the_journal_once(void **state)
{
	struct service s;

	(void)state;
	prepare(&s);
	pretend_stderr_is_journal(true);
	listen_at(&s);
	start(&s);
	find(&s, &finding);
	assert_int_equal(entries(&s), 1);
	assert_not_logged("orphan");
	stop(&s);
	assert_not_logged("journal");
}

static void test_finding_is_on_standard_error_beside_the_journal(void **state)
{
	struct service s;

	(void)state;
	prepare(&s);
	listen_at(&s);
	start(&s);
	find(&s, &finding);
	assert_int_equal(entries(&s), 1);
	assert_logged(LINE);
	stop(&s);
}

static void test_finding_survives_a_missing_journal(void **state)
{
	struct service s;

	(void)state;
	prepare(&s);
	pretend_stderr_is_journal(true);
	start(&s);
	assert_logged("W journal: No such file or directory; the audit goes on without it");
	find(&s, &finding);
	assert_logged(LINE);
	/* A journal that appears later gets later entries. */
	listen_at(&s);
	find(&s, &finding);
	assert_int_equal(entries(&s), 1);
	assert_int_equal(count_logged(LINE), 1);
	dxa_daemon_report_write(&s.report);
	assert_logged("N journal: written again");
	stop(&s);
}

static void test_a_missing_journal_is_no_failure(void **state)
{
	struct service s;

	(void)state;
	prepare(&s);
	start(&s);
	find(&s, &finding);
	stop(&s);
	assert_logged(LINE);
	assert_not_logged("journal");
}

static void test_finding_survives_a_journal_that_refuses(void **state)
{
	struct service s;

	(void)state;
	prepare(&s);
	pretend_stderr_is_journal(true);
	listen_at(&s);
	start(&s);
	assert_int_equal(close(s.fd), 0);
	s.fd = -1;
	find(&s, &finding);
	assert_logged(LINE);
	dxa_daemon_report_write(&s.report);
	assert_logged("W journal: Connection refused; the audit goes on without it");
	/* A reload retries, and does not report it as restored before it was. */
	assert_int_equal(unlink(s.socket), 0);
	dxa_daemon_report_reopen(&s.report);
	dxa_daemon_report_write(&s.report);
	assert_not_logged("written again");
	stop(&s);
}

static void test_finding_survives_a_socket_that_vanishes(void **state)
{
	struct service s;

	(void)state;
	prepare(&s);
	pretend_stderr_is_journal(true);
	listen_at(&s);
	start(&s);
	assert_int_equal(unlink(s.socket), 0);
	find(&s, &finding);
	assert_logged(LINE);
	/* The daemon may end before the next report. */
	stop(&s);
	assert_logged("W journal: No such file or directory");
}

static void test_finding_survives_an_entry_that_is_too_large(void **state)
{
	struct dxa_event evidence[256];
	struct dxa_finding large = finding;
	struct service s;
	int size = 1;

	(void)state;
	memset(evidence, 0, sizeof(evidence));
	for (size_t i = 0; i < 256; i++)
		evidence[i] = (struct dxa_event){ .kind = DXA_KIND_KILL_DAX,
						  .phase = DXA_PHASE_ARGS,
						  .dax = 0xffff888000001000 };
	large.evidence = evidence;
	large.evidence_len = 256;
	prepare(&s);
	pretend_stderr_is_journal(true);
	listen_at(&s);
	start(&s);
	assert_int_equal(
		setsockopt(s.report.journal.fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)), 0);
	find(&s, &large);
	assert_int_equal(entries(&s), 0);
	assert_logged(LINE);
	dxa_daemon_report_write(&s.report);
	assert_logged("W journal: Message too long");
	stop(&s);
}

static void test_findings_survive_a_journal_that_is_too_slow(void **state)
{
	struct service s;
	size_t n = 0;

	(void)state;
	prepare(&s);
	pretend_stderr_is_journal(true);
	listen_at(&s);
	start(&s);
	while (!s.report.journal.error && n < 100000) {
		find(&s, &finding);
		n++;
	}
	find(&s, &finding);
	n++;
	assert_int_equal(s.report.journal.failures, 2);
	assert_int_equal(count_logged(LINE), 2);
	assert_int_equal(entries(&s) + 2, n);
	/* It recovers before the failure was reported: the loss is still reported. */
	find(&s, &finding);
	assert_int_equal(entries(&s), 1);
	assert_true(dxa_daemon_report_due(&s.report, 1) != 0);
	dxa_daemon_report_write(&s.report);
	assert_logged("W journal: 2 writes failed, and it is written again");
	assert_int_equal(dxa_daemon_report_due(&s.report, 1), 0);
	stop(&s);
}

/* ---- log and metrics ---- */

static void test_finding_survives_a_full_log(void **state)
{
	struct service s;
	int file, full;

	(void)state;
	prepare(&s);
	s.opts.log = s.log;
	start(&s);
	file = s.report.log.fd;
	full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	assert_true(full >= 0);
	s.report.log.fd = full;
	find(&s, &finding);
	assert_logged(LINE);
	dxa_daemon_report_write(&s.report);
	assert_logged("W log: No space left on device; the audit goes on without it");
	s.report.log.fd = file;
	find(&s, &finding);
	dxa_daemon_report_write(&s.report);
	assert_logged("N log: written again");
	/* Lost and restored between two reports. */
	s.report.log.fd = full;
	find(&s, &finding);
	s.report.log.fd = file;
	find(&s, &finding);
	dxa_daemon_report_write(&s.report);
	assert_logged("W log: 1 writes failed, and it is written again");
	assert_int_equal(count_logged(LINE), 4);
	/* Lost at the end. */
	s.report.log.fd = full;
	close(file);
	find(&s, &finding);
	stop(&s);
	assert_int_equal(count_logged("W log: No space left on device"), 2);
}

static void test_a_failed_write_of_metrics_is_reported(void **state)
{
	char away[64];
	struct service s;

	(void)state;
	prepare(&s);
	snprintf(away, sizeof(away), "%s/away", s.dir);
	snprintf(s.metrics, sizeof(s.metrics), "%s/away/daxaudit.prom", s.dir);
	assert_int_equal(mkdir(away, 0700), 0);
	s.opts.metrics = s.metrics;
	start(&s);
	assert_int_equal(access(s.metrics, F_OK), 0);
	assert_int_equal(unlink(s.metrics), 0);
	assert_int_equal(rmdir(away), 0);
	dxa_daemon_report_write(&s.report);
	assert_logged("W metrics: No such file or directory; the audit goes on without it");
	assert_true(dxa_daemon_report_due(&s.report, 1) != 0);
	assert_int_equal(mkdir(away, 0700), 0);
	dxa_daemon_report_write(&s.report);
	assert_logged("N metrics: written again");
	assert_int_equal(unlink(s.metrics), 0);
	assert_int_equal(rmdir(away), 0);
	stop(&s);
}

/* ---- words ---- */

static void test_line_has_one_severity_word(void **state)
{
	struct dxa_finding f = finding;
	struct service s;

	(void)state;
	prepare(&s);
	start(&s);
	f.severity = DXA_SEVERITY_WARNING;
	find(&s, &f);
	f.severity = DXA_SEVERITY_INFO;
	find(&s, &f);
	f.severity = DXA_SEVERITY_ERROR;
	f.policy.allowed_by = "policy.yaml:3";
	find(&s, &f);
	stop(&s);
	assert_logged("W orphan: pmem0 is lost\n");
	assert_logged("N info: orphan: pmem0 is lost\n");
	assert_logged("N allowed error: orphan: pmem0 is lost\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_finding_is_in_the_journal_once),
		cmocka_unit_test(test_finding_is_on_standard_error_beside_the_journal),
		cmocka_unit_test(test_finding_survives_a_missing_journal),
		cmocka_unit_test(test_a_missing_journal_is_no_failure),
		cmocka_unit_test(test_finding_survives_a_journal_that_refuses),
		cmocka_unit_test(test_finding_survives_a_socket_that_vanishes),
		cmocka_unit_test(test_finding_survives_an_entry_that_is_too_large),
		cmocka_unit_test(test_findings_survive_a_journal_that_is_too_slow),
		cmocka_unit_test(test_finding_survives_a_full_log),
		cmocka_unit_test(test_a_failed_write_of_metrics_is_reported),
		cmocka_unit_test(test_line_has_one_severity_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
