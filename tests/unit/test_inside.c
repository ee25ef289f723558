// SPDX-License-Identifier: GPL-2.0-only
/* Tasks inside functions that change devices: src/probe/collect_inside.c. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "probe/collect_inside.h"

#define CALL(function) "[<0>] " function "+0x1f/0x90\n"

static void a_mount_is_inside(void **state)
{
	char name[64];

	(void)state;
	assert_true(dxa_inside_function(CALL("folio_wait_bit_common") CALL("xfs_fs_fill_super")
						CALL("get_tree_bdev_flags") CALL("vfs_get_tree")
							CALL("path_mount"),
					name, sizeof(name)));
	assert_string_equal(name, "vfs_get_tree");
}

static void hooked_functions_are_inside(void **state)
{
	char name[64];

	(void)state;
	assert_true(dxa_inside_function("[<0>] really_probe+0x1f/0x90", name, sizeof(name)));
	assert_string_equal(name, "really_probe");
	assert_true(dxa_inside_function(CALL("msleep") "[<0>] pmem_attach_disk.cold+0x3/0x9 "
						       "[nd_pmem]\n",
					name, sizeof(name)));
	assert_string_equal(name, "pmem_attach_disk");
}

static void other_sleepers_are_outside(void **state)
{
	char name[64];

	(void)state;
	assert_false(dxa_inside_function("", name, sizeof(name)));
	assert_false(dxa_inside_function("[<0>] ", name, sizeof(name)));
	assert_false(dxa_inside_function(CALL("do_wait") CALL("kernel_wait4") CALL("do_syscall_64"),
					 name, sizeof(name)));
	/* Names of which only the beginning is the same. */
	assert_false(dxa_inside_function(CALL("evict_folios") CALL("device_add_software_node"),
					 name, sizeof(name)));
}

static void pass_ms(long ms)
{
	struct timespec ts = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	nanosleep(&ts, NULL);
}

/* Its parent has not waited for it yet. */
static void a_zombie_is_outside(void **state)
{
	char why[160] = "";
	pid_t pid = fork();
	struct dxa_seen seen;

	(void)state;
	if (!pid)
		_exit(0);
	pass_ms(50);
	assert_true(dxa_seen_begin(pid, &seen));
	assert_true(dxa_seen_outside(&seen, why, sizeof(why)));
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_true(dxa_seen_outside(&seen, why, sizeof(why)));
}

/* A task that computes never sleeps. Its time in user mode shows that it was not in the kernel. */
static void a_task_that_computes_is_outside(void **state)
{
	struct dxa_seen seen;
	char why[160] = "";
	pid_t pid = fork();
	bool outside = false;

	(void)state;
	if (!pid)
		for (;;)
			__asm__ volatile("" ::: "memory");
	assert_true(dxa_seen_begin(pid, &seen));
	for (int i = 0; i < 100 && !outside; i++) {
		pass_ms(100);
		outside = dxa_seen_outside(&seen, why, sizeof(why));
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_true(outside);
}

/* Another task got the number of one that exited: it cannot have been inside before. */
static void a_new_task_is_outside(void **state)
{
	struct dxa_seen seen;
	char why[160] = "";

	(void)state;
	assert_true(dxa_seen_begin(getppid(), &seen));
	seen.start--;
	assert_true(dxa_seen_outside(&seen, why, sizeof(why)));
}

/* Nobody listed the tasks: nothing is known. */
static void unknown_tasks_may_be_inside(void **state)
{
	char why[160] = "";

	(void)state;
	assert_false(dxa_inside_none(NULL, why, sizeof(why)));
	assert_string_not_equal(why, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mount_is_inside),
		cmocka_unit_test(hooked_functions_are_inside),
		cmocka_unit_test(other_sleepers_are_outside),
		cmocka_unit_test(a_zombie_is_outside),
		cmocka_unit_test(a_task_that_computes_is_outside),
		cmocka_unit_test(a_new_task_is_outside),
		cmocka_unit_test(unknown_tasks_may_be_inside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
