// SPDX-License-Identifier: GPL-2.0-only
#include "cli/sweep_run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/kcomplaint.h"
#include "base/ktime.h"
#include "base/signals.h"
#include "cli/child.h"
#include "cli/live.h"
#include "output/sweepdoc.h"
#include "probe/kmsg.h"

#define SECOND 1000000000ull
#define KMEMLEAK "/sys/kernel/debug/kmemleak"
/* The number of scans: a suspect of the first one may only be in use on a CPU. */
#define SCANS 2
/* kmemleak reports nothing younger than five seconds (MSECS_MIN_AGE in mm/kmemleak.c). */
#define LEAK_AGE_S 5
#define LEAK_AGE_MORE_NS 500000000
/* The number of SIGKILLs after the timeout, a second apart. */
#define KILLS 3

/* Read signals that no round has read. A second one also ends slow writes of results. */
static void read_signals(struct dxa_sweep_rig *rig)
{
	struct dxa_signal s;

	while (dxa_signals_next(&s))
		dxa_live_hurry(&s);
	rig->interrupted = dxa_signals_asked();
}

struct dxa_err *dxa_sweep_round_run(struct dxa_sweep_rig *rig, enum dxa_fault_mode mode,
				    const struct dxa_sweep_target *target, const char *record,
				    struct dxa_sweep_watch *watch)
{
	/* Show the output of rounds without a fault; others have many error messages. */
	const bool silent = mode > DXA_FAULT_COUNT && !rig->opts->verbose;
	const struct dxa_audit_mode audit = { .name = "sweep",
					      .probe = rig->probe,
					      .silent = silent,
					      .watcher = &dxa_sweep_watch_ops,
					      .watcher_state = watch };
	struct dxa_opts opts = *rig->opts;
	struct dxa_err *err;
	int code;

	rig->silent = silent;
	opts.n_outputs = 0;
	opts.silent = true;
	opts.record = record;
	opts.timeout_ns = opts.sweep.per_round_ns;
	/* A stuck probe must be found before the command is killed. */
	if (opts.stuck_after_ns > opts.timeout_ns / 2)
		opts.stuck_after_ns = opts.timeout_ns / 2;
	/* The settle time is short, and stuck probes were waited for. */
	opts.settle_given = true;
	if (opts.settle_limit_ns > opts.timeout_ns)
		opts.settle_limit_ns = opts.timeout_ns;
	dxa_faults_arm(rig->faults, mode, target ? target->key : 0, target ? target->before : 0);
	err = dxa_live_run(&audit, &opts, &code);
	dxa_faults_disarm(rig->faults);
	read_signals(rig);
	rig->stuck = !err && !rig->interrupted && (!watch->has_status || watch->hangs);
	return err;
}

/*
 * Wait for the child, with SIGCHLD blocked, and kill it after the timeout; it may survive that
 * while it is blocked in the kernel. True if it has exited in time.
 */
static bool wait_for(pid_t pid, uint64_t limit)
{
	uint64_t until = dxa_ktime_now() + limit, now;
	int kills = 0;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	while (waitpid(pid, NULL, WNOHANG) != pid) {
		struct timespec left = { 0 };

		now = dxa_ktime_now();
		if (now >= until && kills++ == KILLS)
			break;
		if (now >= until)
			kill(pid, SIGKILL);
		else
			left = (struct timespec){ .tv_sec = (time_t)((until - now) / SECOND),
						  .tv_nsec = (long)((until - now) % SECOND) };
		if (now >= until)
			left.tv_sec = 1;
		sigtimedwait(&set, NULL, &left);
	}
	return !kills;
}

struct dxa_err *dxa_sweep_reset(struct dxa_sweep_rig *rig)
{
	char sh[] = "sh", dash_c[] = "-c", *command = NULL;
	struct dxa_err *err;
	pid_t pid;

	if (rig->opts->sweep.reset) {
		command = strdup(rig->opts->sweep.reset);
		if (!command)
			return dxa_err_nomem();
		err = dxa_child_start((char *[]){ sh, dash_c, command, NULL }, rig->silent, &pid);
		free(command);
		if (err)
			return err;
		rig->stuck = !wait_for(pid, rig->opts->sweep.per_round_ns);
	}
	read_signals(rig);
	return NULL;
}

static void add(struct dxa_vec *v, const char *who, const char *line)
{
	struct dxa_sweep_complaint c = { .who = who, .line = strdup(line) };

	v->elem = sizeof(c);
	if (!c.line || !dxa_vec_push(v, &c))
		free(c.line);
}

static void on_line(void *priv, const char *line)
{
	const char *who = dxa_kcomplaint(line);

	if (who)
		add(priv, who, line);
}

void dxa_sweep_listen(const struct dxa_sweep_rig *rig, struct dxa_vec *v)
{
	if (dxa_kmsg_read(rig->kmsg, on_line, v))
		add(v, "log",
		    "messages of the kernel's log were overwritten before they were read");
}

void dxa_sweep_kmemleak_open(struct dxa_sweep_rig *rig)
{
	rig->kmemleak = open(KMEMLEAK, O_RDWR | O_CLOEXEC);
	/* If kmemleak is switched off, it accepts "clear", but not this, which is its default. */
	if (rig->kmemleak >= 0 &&
	    (write(rig->kmemleak, "stack=on", 8) != 8 || write(rig->kmemleak, "clear", 5) != 5)) {
		close(rig->kmemleak);
		rig->kmemleak = -1;
	}
}

/* Append the function in a line of a backtrace, such as "    [<0123>] kstrdup+0x1/0x2". */
static void add_caller(char *text, size_t size, const char *line)
{
	const char *end = strstr(line, "+0x"), *name = end;
	size_t len = strlen(text);
	char function[64];

	while (name && name > line && name[-1] != ' ')
		name--;
	if (!end || len + 3 >= size)
		return;
	snprintf(function, sizeof(function), "%.*s", (int)(end - name), name);
	if (!dxa_sweep_is_allocator(function) && !strstr(function, "kmemleak") &&
	    !strstr(function, "trampoline"))
		snprintf(text + len, size - len, "%s%s", text[len - 1] == ':' ? " " : " < ",
			 function);
}

/* Read the suspected objects, with the callers of their allocations. */
static void read_kmemleak(FILE *f, struct dxa_vec *v)
{
	static const char unreferenced[] = "unreferenced object";
	char line[256], text[512] = "";

	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, unreferenced, strlen(unreferenced)) != 0) {
			if (text[0])
				add_caller(text, sizeof(text), line);
			continue;
		}
		if (text[0])
			add(v, "kmemleak", text);
		snprintf(text, sizeof(text), "%s", line);
	}
	if (text[0])
		add(v, "kmemleak", text);
}

bool dxa_sweep_kmemleak_scan(const struct dxa_sweep_rig *rig, struct dxa_vec *v)
{
	const struct timespec age = { LEAK_AGE_S, LEAK_AGE_MORE_NS };
	FILE *f;

	if (rig->kmemleak < 0)
		return false;
	nanosleep(&age, NULL);
	for (int i = 0; i < SCANS; i++)
		if (write(rig->kmemleak, "scan", 4) != 4)
			return false;
	f = fopen(KMEMLEAK, "re");
	if (!f)
		return false;
	read_kmemleak(f, v);
	fclose(f);
	return write(rig->kmemleak, "clear", 5) == 5;
}
