// SPDX-License-Identifier: GPL-2.0-only
#include "cli/leave.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "probe/preflight.h"

/* What ps shows of the child; busybox takes 15 characters for a name that was cut off. */
#define CHILD_NAME "daxaudit-leave"

/* Close the descriptors from first to last. 0 or -errno; kernels before v5.9 cannot. */
static int close_range_of(unsigned int first, unsigned int last)
{
#ifdef SYS_close_range
	return syscall(SYS_close_range, first, last, 0) ? -errno : 0;
#else
	(void)first;
	(void)last;
	return -ENOSYS;
#endif
}

static int by_number(const void *a, const void *b)
{
	const int *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Close all descriptors but these, which are sorted. */
static void close_others(const int *fds, size_t n)
{
	unsigned int next = 0;

	for (size_t i = 0; i < n; i++) {
		if ((unsigned int)fds[i] > next)
			close_range_of(next, (unsigned int)fds[i] - 1);
		next = (unsigned int)fds[i] + 1;
	}
	close_range_of(next, UINT_MAX);
}

/*
 * The child's whole life; fds has room for one more. It lets go of the outputs first: their readers
 * wait for its end otherwise. Who closes a link last waits for the kernel, and that must not be the
 * parent: the child goes on when the parent's end of the pipe is closed, by its exit. _exit() then
 * frees the memory before it closes the links.
 */
static void end_after_parent(int pipe_fd, int *fds, size_t n)
{
	char byte;

	prctl(PR_SET_NAME, CHILD_NAME);
	fds[n++] = pipe_fd;
	qsort(fds, n, sizeof(*fds), by_number);
	close_others(fds, n);
	while (read(pipe_fd, &byte, 1) < 0 && errno == EINTR)
		;
	_exit(0);
}

void dxa_leave(struct dxa_probe *probe)
{
	_cleanup_free_ int *fds = NULL;
	size_t n = dxa_probe_leave(probe, &fds);
	int ends[2];
	pid_t child;

	/*
	 * While ftrace is switched off trampolines are detached only in part; a kernel that
	 * is told to switch it on meanwhile warns and gives up ftrace (ftrace_shutdown() in
	 * kernel/trace/ftrace.c, seen with 6.1).
	 */
	if (dxa_preflight_ftrace_off())
		return;
	/* Of no descriptor: is the call known? */
	if (!n || close_range_of(UINT_MAX, UINT_MAX) || pipe2(ends, O_CLOEXEC))
		return;
	child = fork();
	if (!child)
		end_after_parent(ends[0], fds, n);
	if (child < 0)
		dxa_log(DXA_LOG_INFO, "detaching takes some seconds: fork: %s", strerror(errno));
	/* The other end stays open until this process ends. */
	close(ends[0]);
}
