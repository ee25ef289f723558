// SPDX-License-Identifier: GPL-2.0-only
#include "cli/sweep_guard.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "probe/tracefs.h"

/* `killall daxaudit` and `pkill daxaudit` must not find it. */
#define NAME "dxa-guard"
/* The exit of the killed process takes seconds: until then its events are in use. */
#define TRY_AFTER_US 100000
#define TRIES 1200

/* Keep nothing open but keep and /dev/null: a reader of our output waits for its end. */
static void close_others(int keep)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (null >= 0 && fd != keep)
			dup2(null, fd);
	if (keep > STDERR_FILENO + 1)
		syscall(SYS_close_range, STDERR_FILENO + 1, keep - 1, 0);
	syscall(SYS_close_range, (keep > STDERR_FILENO ? keep : STDERR_FILENO) + 1, ~0u, 0);
}

/* A key of the terminal ends the sweep, which then ends the guard. */
static void ignore_signals(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE };

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		signal(signals[i], SIG_IGN);
	setsid();
}

static bool open_tracefs(const char *root, struct dxa_tracefs **ret)
{
	struct dxa_err *err;

	if (root)
		return !dxa_tracefs_open_at(root, ret);
	err = dxa_tracefs_open(ret);
	dxa_err_free(err);
	return !err;
}

static void be_guard(int fd, const char *root)
{
	struct dxa_tracefs *t;
	size_t left = 1;
	char byte;

	ignore_signals();
	prctl(PR_SET_NAME, NAME);
	close_others(fd);
	if (!open_tracefs(root, &t))
		_exit(1);
	while (read(fd, &byte, 1) < 0 && errno == EINTR)
		;
	for (int i = 0; i < TRIES && left; i++) {
		dxa_tracefs_sweep(t, &left);
		if (left)
			usleep(TRY_AFTER_US);
	}
	_exit(0);
}

void dxa_sweep_guard_start(struct dxa_sweep_guard *guard, const char *root)
{
	int fds[2];

	*guard = (struct dxa_sweep_guard){ .fd = -1 };
	if (pipe2(fds, O_CLOEXEC)) {
		dxa_log(DXA_LOG_WARN, "if this process is killed, kprobe events remain: pipe: %s",
			strerror(errno));
		return;
	}
	guard->pid = fork();
	if (!guard->pid) {
		close(fds[1]);
		be_guard(fds[0], root);
	}
	close(fds[0]);
	if (guard->pid > 0) {
		guard->fd = fds[1];
		return;
	}
	dxa_log(DXA_LOG_WARN, "if this process is killed, kprobe events remain: fork: %s",
		strerror(errno));
	guard->pid = 0;
	close(fds[1]);
}

void dxa_sweep_guard_end(struct dxa_sweep_guard *guard)
{
	if (!guard->pid)
		return;
	close(guard->fd);
	while (waitpid(guard->pid, NULL, 0) < 0 && errno == EINTR)
		;
	guard->pid = 0;
}
