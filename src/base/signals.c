// SPDX-License-Identifier: GPL-2.0-only
#include "base/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

static const int caught[] = { SIGINT, SIGTERM, SIGHUP };
enum { LONG_FILE, READER_GONE };
static const int ignored[] = { [LONG_FILE] = SIGXFSZ, [READER_GONE] = SIGPIPE };

/* A signal handler can use globals only. */
static int pipe_fds[2] = { -1, -1 };
static volatile sig_atomic_t asked;

static struct sigaction caught_before[N(caught)], ignored_before[N(ignored)];
static sigset_t mask_before;
static bool ignoring[N(ignored)];

static void on_signal(int signo, siginfo_t *info, void *context)
{
	const struct dxa_signal s = { .signo = signo, .from_terminal = info->si_code == SI_KERNEL };
	int code = errno;

	(void)context;
	asked = 1;
	/* Less than PIPE_BUF is written completely or, when the pipe is full, not at all. */
	if (write(pipe_fds[1], &s, sizeof(s)) < 0) {
		/* The pipe is full of signals that ask for the same. */
	}
	errno = code;
}

static struct dxa_err *install(int flags)
{
	struct sigaction act = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | flags };

	sigset_t open;

	if (pipe_fds[0] >= 0)
		return NULL;
	if (pipe2(pipe_fds, O_CLOEXEC | O_NONBLOCK))
		return dxa_err_new(DXA_ERR_SYSTEM, errno, "cannot wait for signals: %s",
				   strerror(errno));
	asked = 0;
	sigemptyset(&act.sa_mask);
	sigemptyset(&open);
	for (size_t i = 0; i < N(caught); i++) {
		sigaction(caught[i], &act, &caught_before[i]);
		sigaddset(&open, caught[i]);
	}
	sigprocmask(SIG_UNBLOCK, &open, &mask_before);
	return NULL;
}

static void ignore(size_t i)
{
	const struct sigaction act = { .sa_handler = SIG_IGN };

	if (!ignoring[i])
		sigaction(ignored[i], &act, &ignored_before[i]);
	ignoring[i] = true;
}

void dxa_signals_ignore_long_files(void)
{
	ignore(LONG_FILE);
}

void dxa_signals_ignore_gone_readers(void)
{
	ignore(READER_GONE);
}

struct dxa_err *dxa_signals_catch_first(void)
{
	return install(SA_RESETHAND);
}

struct dxa_err *dxa_signals_catch(void)
{
	struct dxa_err *err = install(0);
	sigset_t children;

	sigemptyset(&children);
	sigaddset(&children, SIGCHLD);
	if (!err)
		sigprocmask(SIG_BLOCK, &children, NULL);
	for (size_t i = 0; i < N(ignored) && !err; i++)
		ignore(i);
	return err;
}

void dxa_signals_restore(void)
{
	for (size_t i = 0; i < N(ignored); i++) {
		if (ignoring[i])
			sigaction(ignored[i], &ignored_before[i], NULL);
		ignoring[i] = false;
	}
	if (pipe_fds[0] < 0)
		return;
	for (size_t i = 0; i < N(caught); i++)
		sigaction(caught[i], &caught_before[i], NULL);
	sigprocmask(SIG_SETMASK, &mask_before, NULL);
	for (size_t i = 0; i < N(pipe_fds); i++) {
		close(pipe_fds[i]);
		pipe_fds[i] = -1;
	}
}

int dxa_signals_fd(void)
{
	return pipe_fds[0];
}

bool dxa_signals_next(struct dxa_signal *ret)
{
	return pipe_fds[0] >= 0 && read(pipe_fds[0], ret, sizeof(*ret)) == sizeof(*ret);
}

bool dxa_signals_asked(void)
{
	return asked;
}
