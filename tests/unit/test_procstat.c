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

static void test_own_process_is_running(void **state)
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
	assert_true(dxa_procstat_ends(&stat));
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_false(dxa_procstat_read(pid, &stat));
}

/*
 * Seen with a daemon that was killed by SIGKILL while its hooks waited for grace periods: in state
 * D, and exiting.
 */
static void killed_process_ends_before_it_is_a_zombie(void **state)
{
	struct dxa_procstat stat;

	(void)state;
	assert_true(dxa_procstat_parse("812 (daxaudit) D 1 812 812 0 -1 4194564 2211 0 0 0 1 4 0 0 "
				       "20 0 1 0 5150 0 0 18446744073709551615",
				       &stat));
	assert_int_equal(stat.state, 'D');
	assert_int_equal(stat.start, 5150);
	assert_true(dxa_procstat_ends(&stat));
	assert_true(dxa_procstat_parse("812 (daxaudit) D 1 812 812 0 -1 4194560 2211 0 0 0 1 4 0 0 "
				       "20 0 1 0 5150 0 0 18446744073709551615",
				       &stat));
	assert_false(dxa_procstat_ends(&stat));
	assert_true(dxa_procstat_read(getpid(), &stat));
	assert_false(dxa_procstat_ends(&stat));
}

static void cut_text_is_no_stat(void **state)
{
	struct dxa_procstat stat;

	(void)state;
	assert_false(dxa_procstat_parse("", &stat));
	assert_false(dxa_procstat_parse("812 (daxaudit", &stat));
	assert_false(dxa_procstat_parse("812 (daxaudit) D 1 812 812 0 -1 4194564 2211", &stat));
}

static void test_comm(void **state)
{
	char comm[16];

	(void)state;
	prctl(PR_SET_NAME, "a name");
	dxa_procstat_comm(getpid(), comm, sizeof(comm));
	assert_string_equal(comm, "a name");
}

/* The format of /proc/TID/stack. */
#define CALL(function) "[<0>] " function "+0x1f/0x90\n"

static bool waits(const char *text)
{
	return dxa_stack_waits(text, "unregister_dev_dax", "__devm_create_dev_dax");
}

static void test_a_stack_that_waits_for_itself(void **state)
{
	(void)state;
	assert_true(waits(CALL("unregister_dev_dax") CALL("__devm_create_dev_dax")
				  CALL("devm_create_dev_dax")));
	assert_true(waits(CALL("unregister_dev_dax") CALL("__devm_add_action")
				  CALL("__devm_create_dev_dax.cold") CALL("do_syscall_64")));
}

static void test_stacks_that_wait_for_others(void **state)
{
	(void)state;
	/* Another task holds the lock. */
	assert_false(waits(CALL("unregister_dev_dax") CALL("devres_release_all")));
	/* The task has the lock and waits for something else. */
	assert_false(
		waits(CALL("kill_dax") CALL("unregister_dev_dax") CALL("__devm_create_dev_dax")));
	assert_false(waits(CALL("__devm_create_dev_dax") CALL("unregister_dev_dax")));
	assert_false(waits(CALL("__unregister_dev_dax") CALL("__devm_create_dev_dax")));
	assert_false(waits(CALL("unregister_dev_dax_all") CALL("__devm_create_dev_dax")));
	assert_false(waits(""));
}

static void test_innermost_function(void **state)
{
	char name[8];

	(void)state;
	dxa_stack_innermost(CALL("msleep") CALL("really_probe"), name, sizeof(name));
	assert_string_equal(name, "msleep");
	dxa_stack_innermost("[<0>] pmem_attach_disk+0x303/0x650 [nd_pmem]\n", name, sizeof(name));
	assert_string_equal(name, "pmem_at");
	dxa_stack_innermost("[<0>] down\n[<0>] up+0x1/0x2\n", name, sizeof(name));
	assert_string_equal(name, "down");
	dxa_stack_innermost("", name, sizeof(name));
	assert_string_equal(name, "");
}

static void test_switches_count_sleeps(void **state)
{
	uint64_t before = dxa_procstat_switches(getpid()), after;

	(void)state;
	usleep(1000);
	after = dxa_procstat_switches(getpid());
	assert_true(after > before);
	assert_int_equal(dxa_procstat_switches(0), 0);
}

static void cpus_idle_without_waiting(void **state)
{
	uint64_t idle, total;

	(void)state;
	assert_true(dxa_cpustat_parse(
		"cpu  100 20 30 4000 500 6 7 8 9 1\ncpu0 1 2 3 4 5 6 7 8 9 1\n", &idle, &total));
	assert_int_equal(idle, 4000);
	assert_int_equal(total, 4671);
	assert_false(dxa_cpustat_parse("intr 1 2 3", &idle, &total));
	assert_false(dxa_cpustat_parse("cpu  100 20 30", &idle, &total));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_comm),
		cmocka_unit_test(killed_process_ends_before_it_is_a_zombie),
		cmocka_unit_test(cut_text_is_no_stat),
		cmocka_unit_test(test_innermost_function),
		cmocka_unit_test(test_switches_count_sleeps),
		cmocka_unit_test(test_a_stack_that_waits_for_itself),
		cmocka_unit_test(test_stacks_that_wait_for_others),
		cmocka_unit_test(test_own_process_is_running),
		cmocka_unit_test(test_zombie_and_gone),
		cmocka_unit_test(cpus_idle_without_waiting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
