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

/* The name of the child in ps. busybox treats a name of 15 characters as cut off. */
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
 * The child; fds has room for one more. It closes the outputs first: otherwise their readers
 * would wait for its exit. The last close of a link waits for the kernel, and must not be in the
 * parent: so the child waits until the exit of the parent closes the other end of the pipe.
 * _exit() then frees the memory before it closes the links.
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
	 * While ftrace is switched off, trampolines are detached only in part. If it is switched
	 * on meanwhile, the kernel warns and disables ftrace for good (ftrace_shutdown() in
	 * kernel/trace/ftrace.c, seen with 6.1).
	 */
	if (dxa_preflight_ftrace_off())
		return;
	/* An empty range: does the kernel have the system call? */
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
