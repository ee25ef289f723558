// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/procstat.h"

static void test_itself_runs(void **state)
{
	struct dxa_procstat stat, again;

	(void)state;
	/* A name that looks like the fields behind it. */
	prctl(PR_SET_NAME, "a) Z 1 (b)");
	assert_true(dxa_procstat_read(getpid(), &stat));
	assert_int_equal(stat.state, 'R');
	assert_true(stat.start > 0);
	assert_true(dxa_procstat_read(getpid(), &again));
	assert_int_equal(stat.start, again.start);
}

static void test_zombie_and_gone(void **state)
{
	struct dxa_procstat stat = { 0 };
	siginfo_t info;
	pid_t pid;

	(void)state;
	pid = fork();
	if (!pid)
		_exit(0);
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	assert_true(dxa_procstat_read(pid, &stat));
	assert_int_equal(stat.state, 'Z');
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_false(dxa_procstat_read(pid, &stat));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_itself_runs),
		cmocka_unit_test(test_zombie_and_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
