// SPDX-License-Identifier: GPL-2.0-only
#include "cli/live.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/times.h>
#include <sys/wait.h>

#include "base/log.h"
#include "base/slowio.h"
#include "base/signals.h"
#include "base/procstat.h"
#include "cli/audit.h"
#include "cli/child.h"
#include "cli/leave.h"
#include "cli/statusline.h"

#define MS 1000000ull
/* How long a command has to exit after a signal before the audit ends without it. */
#define GRACE_NS (2000 * MS)
/*
 * After this many times --settle without an event, with open contexts, check whether records
 * were lost: a return may be among them.
 */
#define QUIET_SETTLES 10
/* How often a full screen is drawn, and keys are read. */
#define SCREEN_NS (250 * MS)
/*
 * After a signal by kill(2): how long to wait for a reader that is blocked. At a terminal a
 * user may read page by page, and can press Ctrl-C again.
 */
#define READER_MS 5000

/*
 * A command triggers work of others: drivers probe on kworkers, udev loads modules. If the
 * machine is idle for half of the time, none of this work waits for a CPU, and this part of
 * the default --settle is enough.
 */
#define IDLE_PART 3

/* How often the symbols are read again while the audit waits for its end. */
#define REFRESHES 3

/* The time of the last event, and the CPU times then. */
struct quiet {
	uint64_t since; /* ktime */
	uint64_t idle, total; /* dxa_cpustat_read() */
	uint64_t own; /* the CPU time of this process, in ticks */
};

struct live {
	const struct dxa_audit_mode *mode;
	struct dxa_audit audit;
	const struct dxa_opts *opts;
	pid_t child; /* 0: none, or reaped */
	bool has_status;
	int status;
	uint64_t child_end; /* ktime; when the command was reaped */
	uint64_t stop_at; /* ktime; 0: not asked to stop */
	uint64_t complete_at; /* last_event, when no record was lost up to then */
	struct quiet quiet;
	int refreshes;
	uint64_t deadline; /* ktime; of the command, 0: none */
	bool timed_out;
	bool killed; /* it was sent SIGKILL */
	bool immortal; /* it survived SIGKILL: it is blocked in the kernel */
	bool interrupted;
	uint64_t status_at; /* ktime; when the status line is due; 0: there is none */
	uint64_t confirm_at; /* ktime; the second snapshot of a screen; 0: it needs none */
};

static void reap(struct live *l)
{
	int status;

	if (!l->child || waitpid(l->child, &status, WNOHANG) != l->child)
		return;
	l->child = 0;
	l->has_status = true;
	l->status = status;
	l->child_end = l->audit.last_event = dxa_ktime_now();
	dxa_log(DXA_LOG_INFO, "the command has ended; waiting for work that it triggered");
}

void dxa_live_hurry(const struct dxa_signal *s)
{
	if (!s->from_terminal)
		dxa_slowio_limit(READER_MS);
}

/* The first signal ends the audit in order, the second immediately. */
static void stop(struct live *l, const struct dxa_signal *s)
{
	uint64_t now = dxa_ktime_now();

	l->interrupted = l->opts->args[0] || l->mode->state_only;
	l->audit.hurry = true;
	dxa_live_hurry(s);
	if (l->stop_at || !l->child) {
		l->stop_at = now;
		return;
	}
	/* A terminal sends the signal to the command, too; kill(1) only to us. */
	if (!s->from_terminal)
		kill(l->child, s->signo);
	l->stop_at = now + GRACE_NS;
}

static void read_signals(struct live *l)
{
	struct dxa_signal s;

	if (dxa_audit_child_signal(&l->audit))
		reap(l);
	while (dxa_signals_next(&s))
		stop(l, &s);
}

static bool has_open(const struct live *l)
{
	return dxa_engine_open_contexts(l->audit.analysis.engine) != 0;
}

/* The timeout of the command has passed: send SIGTERM, then SIGKILL. */
static void enforce_deadline(struct live *l)
{
	uint64_t now = dxa_ktime_now();

	if (!l->deadline || !l->child || now < l->deadline)
		return;
	if (l->killed) {
		l->immortal = true;
		l->deadline = 0;
		l->stop_at = now;
		return;
	}
	l->killed = l->timed_out;
	kill(l->child, l->timed_out ? SIGKILL : SIGTERM);
	l->timed_out = l->interrupted = true;
	l->deadline = now + GRACE_NS;
}

static uint64_t own_ticks(void)
{
	struct tms t;

	times(&t);
	return (uint64_t)t.tms_utime + (uint64_t)t.tms_stime;
}

/* Note the time of the last event; false when the CPU times cannot be read. */
static bool note_quiet(struct live *l)
{
	if (l->opts->settle_given || !l->child_end)
		return false;
	if (l->quiet.since == l->audit.last_event)
		return true;
	if (!dxa_cpustat_read(&l->quiet.idle, &l->quiet.total))
		return false;
	l->quiet.own = own_ticks();
	l->quiet.since = l->audit.last_event;
	return true;
}

/* The CPU time of this process does not count: it does not delay work of the command. */
static bool was_idle(const struct live *l)
{
	uint64_t idle, total, own = own_ticks() - l->quiet.own;

	if (!dxa_cpustat_read(&idle, &total) || total <= l->quiet.total)
		return false;
	total -= l->quiet.total;
	total = total > own ? total - own : 0;
	/* The idle time may decrease. */
	return idle > l->quiet.idle && idle - l->quiet.idle >= total / 2;
}

/* How long the audit waits after the last event. */
static uint64_t settle_time(struct live *l)
{
	uint64_t early = l->opts->settle_ns / IDLE_PART;

	if (!note_quiet(l))
		return l->opts->settle_ns;
	/* The time of the next check, for the wake-up. */
	if (dxa_ktime_now() < l->quiet.since + early || was_idle(l))
		return early;
	return l->opts->settle_ns;
}

/*
 * When the audit ends if no more events come, or when waits_on() is checked; 0: it does not
 * end by itself.
 */
static uint64_t ends_at(struct live *l)
{
	uint64_t settled = l->audit.last_event + settle_time(l);
	uint64_t limit = l->child_end + l->opts->settle_limit_ns;

	if (l->stop_at && !l->child)
		return 1;
	if (l->stop_at)
		return l->stop_at;
	if (l->child)
		return 0;
	if (l->mode->state_only && !dxa_engine_anomalies(l->audit.analysis.engine))
		return 1;
	if (!l->child_end)
		return 0;
	if (has_open(l) && l->complete_at == l->audit.last_event)
		return limit;
	if (has_open(l))
		settled = l->audit.last_event + QUIET_SETTLES * l->opts->settle_ns;
	return settled > limit ? limit : settled;
}

/*
 * A lost record is noticed with the next record. If the lost return was the last record,
 * only the counters show that there is nothing to wait for. A task that exited in its probe
 * does not return either.
 */
static bool waits_on(struct live *l, uint64_t now)
{
	const struct dxa_hook_status *hooks;
	struct dxa_count total;
	uint64_t missed;
	size_t n;

	if (l->stop_at || !has_open(l) || now >= l->child_end + l->opts->settle_limit_ns)
		return false;
	hooks = dxa_probe_hooks(l->audit.probe, &n);
	total = dxa_hooks_total(hooks, n, &missed);
	if (total.dropped || missed || !dxa_open_tasks_any(l->audit.analysis.engine))
		return false;
	l->complete_at = l->audit.last_event;
	return true;
}

/* Show the status line only after a while: most commands are short. */
static void begin_status(struct live *l)
{
	struct dxa_analysis *a = &l->audit.analysis;

	if (l->mode->screen) {
		l->status_at = dxa_ktime_now();
		if (dxa_engine_anomalies(a->engine))
			l->confirm_at = l->status_at + l->opts->settle_ns;
		return;
	}
	if (l->mode->state_only || !dxa_statusline_possible())
		return;
	l->status_at = dxa_ktime_now() + (l->opts->args[0] ? DXA_STATUSLINE_NS : 0);
	for (size_t i = 0; i < a->n_sinks; i++)
		a->sinks[i]->before = dxa_statusline_hide;
}

static void show_status(struct live *l, uint64_t now)
{
	const struct dxa_screen *screen = l->mode->screen;

	if (!l->status_at || now < l->status_at)
		return;
	if (screen) {
		/* A screen shows what two snapshots show at its start, not only the report. */
		if (l->confirm_at && now >= l->confirm_at) {
			dxa_audit_snapshot(&l->audit);
			l->confirm_at = 0;
		}
		screen->draw(&l->audit, now);
		if (screen->quit() && !l->stop_at)
			l->stop_at = now;
		l->status_at = now + SCREEN_NS;
		return;
	}
	dxa_statusline_show(&l->audit.analysis, now);
	l->status_at = now + DXA_STATUSLINE_NS;
}

/* The end is waited for: what it needs can be had meanwhile. */
static void prepare_end(struct live *l)
{
	if (!l->child_end || l->stop_at || l->refreshes == REFRESHES)
		return;
	/* Measured from before: what we spend is known, then. */
	note_quiet(l);
	l->refreshes += dxa_probe_refresh(l->audit.probe);
}

static struct dxa_err *loop(struct live *l)
{
	struct dxa_err *err;
	uint64_t now, end;

	for (;;) {
		now = dxa_ktime_now();
		end = ends_at(l);
		if (end && now >= end && !waits_on(l, now))
			return NULL;
		end = ends_at(l);
		show_status(l, now);
		err = dxa_audit_wait(&l->audit, dxa_earlier(end || !l->child ? end : l->deadline,
							    l->status_at));
		if (err)
			return err;
		read_signals(l);
		prepare_end(l);
		enforce_deadline(l);
	}
}

static struct dxa_err *start_child(struct live *l, char **argv)
{
	dxa_log(DXA_LOG_INFO, "running %s", *argv);
	if (l->opts->timeout_ns)
		l->deadline = dxa_ktime_now() + l->opts->timeout_ns;
	return dxa_child_start(argv, l->mode->silent, &l->child);
}

/* Why an audit is cut short whose command ran out of time; a round of a sweep has its own limit. */
static const char *cut_reason(const struct live *l)
{
	bool round = l->mode->probe;

	if (l->immortal)
		return round ? "the command did not end within --per-round and cannot be killed: "
			       "it is blocked in the kernel" :
			       "the command did not end within --timeout and cannot be killed: "
			       "it is blocked in the kernel";
	return round ? "the command did not end within --per-round and was killed" :
		       "the command did not end within --timeout and was killed";
}

static struct dxa_err *run(struct live *l, int *exit_code)
{
	char **argv = l->opts->args[0] ? l->opts->args : NULL;
	struct dxa_ending ending;
	struct dxa_err *err;

	err = dxa_audit_open(&l->audit, l->opts, l->mode);
	if (err)
		dxa_audit_refuse(&l->audit, (const char *const *)argv, err);
	if (!err && l->mode->screen)
		err = l->mode->screen->open(&l->audit);
	if (!err)
		err = dxa_audit_begin(&l->audit, (const char *const *)argv);
	if (!err && argv)
		err = start_child(l, argv);
	else if (!err && l->mode->state_only)
		l->child_end = l->audit.last_event = dxa_ktime_now();
	else if (!err)
		dxa_log(DXA_LOG_INFO, "watching until Ctrl-C");
	if (!err) {
		begin_status(l);
		err = loop(l);
	}
	dxa_statusline_hide();
	if (l->mode->screen)
		l->mode->screen->close();
	if (err)
		return err;
	ending = (struct dxa_ending){ .has_cmd_status = l->has_status,
				      .cmd_status = l->status,
				      .interrupted = l->interrupted };
	if (l->timed_out)
		ending.cut = cut_reason(l);
	return dxa_audit_finish(&l->audit, &ending, exit_code);
}

struct dxa_err *dxa_live_run(const struct dxa_audit_mode *mode, const struct dxa_opts *opts,
			     int *exit_code)
{
	struct live l = { .mode = mode, .opts = opts };
	struct dxa_err *err = NULL;

	if (opts->timeout_ns && !opts->args[0])
		return dxa_err_new(DXA_ERR_INPUT, 0, "--timeout is for a command: none was given");
	/* Check the command before anything is written or attached. */
	if (opts->args[0])
		err = dxa_child_check(opts->args);
	if (err)
		return err;
	err = run(&l, exit_code);
	/* Print the verdict before detaching. An error is kept in the stream: main() reports it. */
	fflush(stdout);
	if (!mode->probe)
		dxa_leave(l.audit.probe);
	dxa_audit_close(&l.audit);
	return err;
}
