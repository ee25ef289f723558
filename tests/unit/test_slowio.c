// SPDX-License-Identifier: GPL-2.0-only
/* A wait for a reader or a writer that stalls ends at a signal, and loses nothing otherwise. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/slowio.h"
#include "base/signals.h"

#define MORE_THAN_A_PIPE (1 << 20)
#define SOON_US 200000

static int fds[2];
static char *data;

static int setup(void **state)
{
	(void)state;
	/* A test that blocks fails. */
	alarm(20);
	data = malloc(MORE_THAN_A_PIPE);
	for (size_t i = 0; data && i < MORE_THAN_A_PIPE; i++)
		data[i] = (char)(i * 31 + i / 4096);
	return !data || pipe2(fds, O_CLOEXEC);
}

static int teardown(void **state)
{
	(void)state;
	dxa_signals_restore();
	dxa_slowio_limit(-1);
	close(fds[0]);
	if (fds[1] >= 0)
		close(fds[1]);
	free(data);
	alarm(0);
	return 0;
}

/* Send these signals (the last is 0) to this process, one by one, from another. */
static pid_t send_soon(const int *signos)
{
	pid_t us = getpid(), pid = fork();

	if (!pid) {
		for (; *signos; signos++) {
			usleep(SOON_US);
			kill(us, *signos);
		}
		_exit(0);
	}
	return pid;
}

static void check_ended_by(int signo)
{
	const int signos[] = { signo, 0 };
	struct dxa_signal s;
	pid_t pid;

	assert_null(dxa_signals_catch());
	pid = send_soon(signos);
	assert_int_equal(dxa_slowio_write(fds[1], data, MORE_THAN_A_PIPE), EINTR);
	assert_true(dxa_signals_asked());
	assert_true(dxa_signals_next(&s));
	assert_int_equal(s.signo, signo);
	assert_false(s.from_terminal);
	assert_false(dxa_signals_next(&s));
	waitpid(pid, NULL, 0);
}

static void sigint_ends_write(void **state)
{
	(void)state;
	check_ended_by(SIGINT);
}

static void sigterm_ends_write(void **state)
{
	(void)state;
	check_ended_by(SIGTERM);
}

static void blocked_sighup_ends_write(void **state)
{
	sigset_t set, now;

	(void)state;
	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	check_ended_by(SIGHUP);
	dxa_signals_restore();
	sigprocmask(SIG_UNBLOCK, &set, &now);
	assert_true(sigismember(&now, SIGHUP));
}

static void signal_ends_read(void **state)
{
	const int signos[] = { SIGTERM, 0 };
	pid_t pid;

	(void)state;
	assert_null(dxa_signals_catch());
	pid = send_soon(signos);
	assert_int_equal(dxa_slowio_wait(fds[0], POLLIN), EINTR);
	waitpid(pid, NULL, 0);
}

/* All data is read, slowly; the exit of a child does not end the wait. */
static void slow_reader_gets_all(void **state)
{
	const int signos[] = { SIGCHLD, SIGCHLD, 0 };
	pid_t sender, reader;
	int status;

	(void)state;
	assert_null(dxa_signals_catch());
	sender = send_soon(signos);
	reader = fork();
	if (!reader) {
		static char got[MORE_THAN_A_PIPE];
		size_t len = 0;
		ssize_t n;

		close(fds[1]);
		usleep(3 * SOON_US);
		while ((n = read(fds[0], got + len, sizeof(got) - len)) > 0)
			len += (size_t)n;
		_exit(len == sizeof(got) && !memcmp(got, data, len) ? 0 : 1);
	}
	assert_int_equal(dxa_slowio_write(fds[1], data, MORE_THAN_A_PIPE), 0);
	close(fds[1]);
	fds[1] = -1;
	waitpid(reader, &status, 0);
	assert_int_equal(status, 0);
	waitpid(sender, NULL, 0);
}

static void limit_ends_write(void **state)
{
	(void)state;
	dxa_slowio_limit(SOON_US / 1000);
	assert_int_equal(dxa_slowio_write(fds[1], data, MORE_THAN_A_PIPE), ETIMEDOUT);
}

/* A stream does not wait again for each of its buffers. */
static void stream_keeps_first_error(void **state)
{
	struct dxa_slowio p = { .fd = fds[1] };
	const int signos[] = { SIGINT, 0 };
	struct dxa_signal s;
	pid_t pid;
	FILE *out;

	(void)state;
	assert_null(dxa_signals_catch());
	out = dxa_slowio_stream(&p);
	assert_non_null(out);
	pid = send_soon(signos);
	for (int i = 0; i < 4; i++)
		fwrite(data, 1, MORE_THAN_A_PIPE, out);
	assert_int_equal(p.err, EINTR);
	assert_true(dxa_signals_next(&s));
	fwrite(data, 1, MORE_THAN_A_PIPE, out);
	fclose(out);
	assert_int_equal(p.err, EINTR);
	waitpid(pid, NULL, 0);
}

static void exited_reader_is_reported(void **state)
{
	(void)state;
	assert_null(dxa_signals_catch());
	close(fds[0]);
	fds[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	assert_int_equal(dxa_slowio_write(fds[1], "x", 1), EPIPE);
}

/* A child must not inherit handlers that write to this process's pipe. */
static void restored_signals_are_as_before(void **state)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct sigaction now, before;

	(void)state;
	sigaction(SIGINT, &ignore, &before);
	assert_null(dxa_signals_catch());
	assert_null(dxa_signals_catch());
	dxa_signals_restore();
	assert_int_equal(dxa_signals_fd(), -1);
	sigaction(SIGINT, &before, &now);
	assert_ptr_equal(now.sa_handler, SIG_IGN);
	sigaction(SIGPIPE, NULL, &now);
	assert_ptr_equal(now.sa_handler, SIG_DFL);
	sigaction(SIGTERM, NULL, &now);
	assert_ptr_equal(now.sa_handler, SIG_DFL);
}

static bool is_ignored(int signo)
{
	struct sigaction now;

	assert_int_equal(sigaction(signo, NULL, &now), 0);
	return now.sa_handler == SIG_IGN;
}

/* A signal that was ignored before is ignored in a child, too. */
static void ignored_signals_are_restored(void **state)
{
	(void)state;
	dxa_signals_ignore_long_files();
	assert_true(is_ignored(SIGXFSZ) && !is_ignored(SIGPIPE));
	dxa_signals_ignore_gone_readers();
	assert_null(dxa_signals_catch());
	assert_true(is_ignored(SIGXFSZ) && is_ignored(SIGPIPE));
	dxa_signals_restore();
	assert_false(is_ignored(SIGXFSZ) || is_ignored(SIGPIPE));
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sigint_ends_write),
		TEST(sigterm_ends_write),
		TEST(blocked_sighup_ends_write),
		TEST(signal_ends_read),
		TEST(slow_reader_gets_all),
		TEST(limit_ends_write),
		TEST(stream_keeps_first_error),
		TEST(exited_reader_is_reported),
		TEST(restored_signals_are_as_before),
		TEST(ignored_signals_are_restored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
