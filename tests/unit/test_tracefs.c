// SPDX-License-Identifier: GPL-2.0-only
/*
 * The owners whose kprobe events are removed, in a folder like tracefs. tests/live
 * tests the commands in a kernel, and events that the kernel still uses.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/procstat.h"
#include "cli/sweep_guard.h"
#include "probe/tracefs.h"

static char root[] = "/tmp/dxa-tracefs.XXXXXX";
static char events[64];

static uint64_t start_of(pid_t pid)
{
	struct dxa_procstat stat;

	assert_true(dxa_procstat_read(pid, &stat));
	return stat.start;
}

/* The contents of kprobe_events, followed by what was written to it. */
static void show(const char *text)
{
	FILE *f = fopen(events, "we");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

/* Sweep: `removed` commands must have been written after `text`, and they must be `commands`. */
static void check_sweep(const char *text, size_t removed, const char *commands)
{
	struct dxa_tracefs *t;
	char have[1024] = "";
	size_t left;
	FILE *f;

	show(text);
	assert_int_equal(dxa_tracefs_open_at(root, &t), 0);
	assert_int_equal(dxa_tracefs_sweep(t, &left), removed);
	assert_int_equal(left, 0);
	assert_int_equal(dxa_tracefs_sweep_again(t), 0);
	dxa_tracefs_close(t);
	f = fopen(events, "re");
	assert_non_null(f);
	assert_int_equal(fseek(f, (long)strlen(text), SEEK_SET), 0);
	assert_true(fread(have, 1, sizeof(have) - 1, f) == strlen(commands));
	fclose(f);
	assert_string_equal(have, commands);
}

static void events_of_running_and_other_owners_are_kept(void **state)
{
	char text[512];

	(void)state;
	snprintf(text, sizeof(text),
		 "p:daxaudit_%d_%" PRIu64 "/KILL_DAX_entry_1 kill_dax\n"
		 "p:daxaudit_%d_%" PRIu64 "/KILL_DAX_entry_1 kill_dax\n"
		 "p:kprobes/mine kill_dax\n"
		 "p:daxaudit_not_a_number/x kill_dax\n"
		 "\n"
		 "nonsense\n",
		 (int)getpid(), start_of(getpid()), (int)getppid(), start_of(getppid()));
	check_sweep(text, 0, "");
}

static void events_of_exited_owners_are_removed(void **state)
{
	char text[512], commands[512];
	int n;

	(void)state;
	/* A pid that was reused by a process that began later; and pids that do not exist. */
	n = snprintf(text, sizeof(text),
		     "p:daxaudit_%d_1/KILL_DAX_entry_1 kill_dax\n"
		     "r128:daxaudit_99999999_5/PROBE_return_2 nd_pmem:pmem_attach_disk\n",
		     (int)getpid());
	assert_true(n > 0);
	snprintf(commands, sizeof(commands),
		 "-:daxaudit_%d_1/KILL_DAX_entry_1-:daxaudit_99999999_5/PROBE_return_2",
		 (int)getpid());
	check_sweep(text, 2, commands);
}

static void events_of_exiting_owners_are_removed(void **state)
{
	char text[128], commands[128];
	siginfo_t info;
	pid_t pid = fork();

	(void)state;
	if (!pid)
		_exit(0);
	/* It still has its start time, and an entry in /proc. */
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	snprintf(text, sizeof(text), "p:daxaudit_%d_%" PRIu64 "/X_1 kill_dax\n", (int)pid,
		 start_of(pid));
	snprintf(commands, sizeof(commands), "-:daxaudit_%d_%" PRIu64 "/X_1", (int)pid,
		 start_of(pid));
	check_sweep(text, 1, commands);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* What kprobe_events holds now. */
static void read_events(char *have, size_t size)
{
	FILE *f = fopen(events, "re");

	assert_non_null(f);
	have[fread(have, 1, size - 1, f)] = '\0';
	fclose(f);
}

/* Be a sweep with an event, until the byte comes: end in this way. */
static void be_sweep(int ready, int go, bool killed)
{
	struct dxa_sweep_guard guard;
	char text[128], byte = 0;

	dxa_sweep_guard_start(&guard, root);
	snprintf(text, sizeof(text), "p:daxaudit_%d_%" PRIu64 "/X_1 kill_dax\n", (int)getpid(),
		 start_of(getpid()));
	show(text);
	if (write(ready, &byte, 1) != 1 || read(go, &byte, 1) != 1)
		_exit(2);
	if (killed)
		raise(SIGKILL);
	show("");
	dxa_sweep_guard_end(&guard);
	_exit(guard.pid);
}

/* What is in kprobe_events after a sweep that ended in this way, and its guard. */
static void end_sweep(bool killed, char *have, size_t size)
{
	int ready[2], go[2];
	char byte = 0;
	pid_t pid;

	assert_int_equal(pipe(ready) | pipe(go), 0);
	pid = fork();
	if (!pid) {
		close(ready[0]);
		be_sweep(ready[1], go[0], killed);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	read_events(have, size);
	assert_null(strstr(have, "-:"));
	assert_int_equal(write(go[1], &byte, 1), 1);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	/* The guard does not keep what it inherited: nobody else has the pipe now. */
	assert_int_equal(read(ready[0], &byte, 1), 0);
	for (int i = 0; i < 200 && killed && !strstr(have, "-:"); i++) {
		usleep(10000);
		read_events(have, size);
	}
	close(ready[0]);
	close(go[0]);
	close(go[1]);
	if (!killed)
		read_events(have, size);
}

static void guard_removes_events_of_a_killed_sweep(void **state)
{
	char have[256];

	(void)state;
	end_sweep(true, have, sizeof(have));
	assert_non_null(strstr(have, "-:daxaudit_"));
	assert_non_null(strstr(strstr(have, "-:daxaudit_"), "/X_1"));
}

static void guard_ends_with_its_sweep(void **state)
{
	char have[256];

	(void)state;
	end_sweep(false, have, sizeof(have));
	assert_string_equal(have, "");
}

static int set_up(void **state)
{
	(void)state;
	if (!mkdtemp(root))
		return -1;
	snprintf(events, sizeof(events), "%s/kprobe_events", root);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	unlink(events);
	return rmdir(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_of_running_and_other_owners_are_kept),
		cmocka_unit_test(events_of_exited_owners_are_removed),
		cmocka_unit_test(events_of_exiting_owners_are_removed),
		cmocka_unit_test(guard_removes_events_of_a_killed_sweep),
		cmocka_unit_test(guard_ends_with_its_sweep),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
