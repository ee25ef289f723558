// SPDX-License-Identifier: GPL-2.0-only
#include "cli/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/signals.h"

static int runnable(const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	return access(path, X_OK) ? -errno : 0;
}

static struct dxa_err *cannot_run(const char *name, int code)
{
	return dxa_err_new(DXA_ERR_INPUT, code, "cannot run '%s': %s", name,
			   code == ENOENT ? "command not found" : strerror(code));
}

struct dxa_err *dxa_child_check(char *const *argv)
{
	const char *dir = getenv("PATH");
	char full[4096];
	int err;

	if (strchr(argv[0], '/')) {
		err = runnable(argv[0]);
		return err ? cannot_run(argv[0], -err) : NULL;
	}
	if (!dir || !dir[0])
		dir = "/usr/bin:/bin";
	while (*dir) {
		size_t len = strcspn(dir, ":");

		snprintf(full, sizeof(full), "%.*s/%s", (int)len, dir, argv[0]);
		if (!runnable(full))
			return NULL;
		dir += len + (dir[len] == ':');
	}
	return cannot_run(argv[0], ENOENT);
}

static void drop_output(void)
{
	int fd = open("/dev/null", O_WRONLY);

	if (fd < 0)
		return;
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	close(fd);
}

static void become(char *const *argv, bool silent, int fd)
{
	int code;

	dxa_signals_restore();
	if (silent)
		drop_output();
	execvp(argv[0], argv);
	code = errno;
	if (write(fd, &code, sizeof(code)) != sizeof(code))
		_exit(126);
	_exit(127);
}

/* Block signals until the child has its own handlers: it shares our signal pipe until then. */
static pid_t fork_quietly(char *const *argv, bool silent, int fd)
{
	sigset_t all, mask;
	pid_t pid;
	int code;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &mask);
	pid = fork();
	code = errno;
	if (!pid)
		become(argv, silent, fd);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	errno = code;
	return pid;
}

struct dxa_err *dxa_child_start(char *const *argv, bool silent, pid_t *pid)
{
	int fds[2], code = 0;
	ssize_t n;

	/* A close-on-exec pipe: nothing is written to it when the exec succeeds. */
	if (pipe2(fds, O_CLOEXEC))
		return dxa_err_new(DXA_ERR_SYSTEM, errno, "pipe: %s", strerror(errno));
	*pid = fork_quietly(argv, silent, fds[1]);
	if (*pid < 0) {
		close(fds[0]);
		close(fds[1]);
		return dxa_err_new(DXA_ERR_SYSTEM, errno, "fork: %s", strerror(errno));
	}
	close(fds[1]);
	do
		n = read(fds[0], &code, sizeof(code));
	while (n < 0 && errno == EINTR);
	if (n != sizeof(code))
		code = 0;
	close(fds[0]);
	if (!code)
		return NULL;
	waitpid(*pid, NULL, 0);
	return cannot_run(argv[0], code);
}
