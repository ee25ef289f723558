// SPDX-License-Identifier: GPL-2.0-only
#include "cli/audit.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/signals.h"
#include "cli/aliasing.h"
#include "cli/exitcode.h"
#include "daxaudit/snapshot.h"
#include "probe/collect_sysfs.h"
#include "probe/collect_tasks.h"
#include "probe/preflight.h"
#include "version.h"

#define MS 1000000ull
#define SECOND (1000 * MS)
/* The longest wait for an output after a signal. */
#define HURRY_NS SECOND
/* The length of one sleep while linger() waits, ... */
#define STEP_NS (50 * MS)
/* ... and how many that took twice as long are made up for. */
#define LATE_MAX 20
/* The maximum number of further snapshots for an anomaly in the last one. */
#define LAST_LOOKS 2
/* The first interval for removing events of a killed daxaudit; it doubles. */
#define SWEEP_NS SECOND
#define SWEEP_MAX_NS (64 * SECOND)
/* How often the counters are read, at most, until no hook is running. */
#define READS 3
/* One wait of epoll takes no more than an int of milliseconds. */
#define TIMEOUT_MAX_NS (24ull * 3600 * SECOND)

static void feed(struct dxa_audit *a, const struct dxa_event *ev)
{
	uint64_t found = a->analysis.found;

	/* Record first, so that an engine crash can be replayed. */
	dxa_recording_event(&a->saving, ev, a->read_at);
	dxa_analysis_feed(&a->analysis, ev);
	/* A crash may follow the finding: sync it now. */
	if (a->analysis.found != found)
		dxa_recording_secure(&a->saving, dxa_ktime_now());
}

static void on_event(void *priv, const struct dxa_event *ev)
{
	struct dxa_audit *a = priv;
	struct dxa_event fact;

	a->last_event = a->read_at;
	feed(a, ev);
	if (dxa_collect_disk(&a->disk_calls, ev, &fact))
		feed(a, &fact);
}

/* One clock reading for all records: each costs as much as processing a record. */
static void consume(struct dxa_audit *a)
{
	a->read_at = dxa_ktime_now();
	dxa_probe_consume(a->probe);
}

static struct dxa_err *watch(const struct dxa_audit *a, int fd, uint32_t events)
{
	struct epoll_event ev = { .events = events, .data.fd = fd };

	if (epoll_ctl(a->epfd, EPOLL_CTL_ADD, fd, &ev))
		return dxa_err_new(DXA_ERR_SYSTEM, errno, "epoll: %s", strerror(errno));
	return NULL;
}

struct dxa_err *dxa_audit_watch(struct dxa_audit *a, int fd)
{
	return watch(a, fd, EPOLLIN);
}

static struct dxa_err *setup_signals(struct dxa_audit *a)
{
	struct dxa_err *err = dxa_signals_catch();
	sigset_t set;

	if (err)
		return err;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	a->child_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	a->epfd = epoll_create1(EPOLL_CLOEXEC);
	if (a->child_fd < 0 || a->epfd < 0)
		return dxa_err_new(DXA_ERR_SYSTEM, errno, "cannot wait for signals: %s",
				   strerror(errno));
	err = dxa_audit_watch(a, a->child_fd);
	return err ? err : dxa_audit_watch(a, dxa_signals_fd());
}

struct dxa_err *dxa_audit_open(struct dxa_audit *a, const struct dxa_opts *opts,
			       const struct dxa_audit_mode *mode)
{
	const struct dxa_probe_config config = { .ring_size = opts->ring_size,
						 .kprobes_only = opts->kprobes_only,
						 .deep = opts->deep,
						 .no_hooks = mode->state_only,
						 .btf = opts->btf };
	struct dxa_err *err;

	*a = (struct dxa_audit){ .opts = opts, .mode = mode, .child_fd = -1, .epfd = -1 };
	dxa_open_tasks_init(&a->tasks);
	err = dxa_analysis_init(&a->analysis, opts);
	if (!err)
		err = dxa_recording_open(&a->saving, opts, mode->keep_recording);
	if (!err)
		err = setup_signals(a);
	if (!err && mode->watcher)
		err = dxa_analysis_add(&a->analysis, opts, mode->watcher, NULL,
				       mode->watcher_state);
	if (err || mode->probe) {
		a->probe = mode->probe;
		return err;
	}
	return dxa_probe_open(&config, &a->probe);
}

static void on_fact(void *priv, const struct dxa_event *ev)
{
	struct dxa_audit *a = priv;

	a->read_at = dxa_ktime_now();
	feed(a, ev);
}

/*
 * Can a task have caused what the snapshot before this one showed, and still end it? Bits
 * of SNAP_END; 0: that one showed no anomaly. why[size] gets the reason of a doubt.
 */
static uint64_t look_at_tasks(const struct dxa_audit *a, char *why, size_t size)
{
	if (!a->suspicious)
		return 0;
	return dxa_inside_none(a->inside, why, size) ? DXA_SNAP_OUTSIDE : DXA_SNAP_MAYBE_INSIDE;
}

/* Remember the tasks for look_at_tasks(), and tell a doubt that concerns an anomaly. */
static void note_tasks(struct dxa_audit *a, const char *doubt)
{
	dxa_inside_free(a->inside);
	a->inside = NULL;
	a->suspicious = dxa_engine_anomalies(a->analysis.engine);
	if (!a->suspicious)
		return;
	if (doubt[0])
		dxa_log(DXA_LOG_NOTICE, "the state of a device may be about to change: %s", doubt);
	if (!a->tasks_hidden)
		a->inside = dxa_inside_begin();
}

const char *dxa_audit_snapshot(struct dxa_audit *a)
{
	struct dxa_event end = { .kind = DXA_KIND_SNAP_END, .ret = a->mode->state_only };
	struct dxa_collector collector = { .fn = on_fact, .priv = a };
	char doubt[160] = "";
	const char *why;

	a->read_at = dxa_ktime_now();
	end.arg = look_at_tasks(a, doubt, sizeof(doubt));
	end.arg |= dxa_probe_snapshot(a->probe, &why);
	if (!doubt[0] && end.arg & DXA_SNAP_MAYBE_INSIDE) {
		end.arg &= ~(uint64_t)DXA_SNAP_OUTSIDE;
		snprintf(doubt, sizeof(doubt), "CONFIG_DEBUG_KOBJECT_RELEASE delays its release");
	}
	collector.now = dxa_ktime_now();
	if (dxa_collect_sysfs(&collector, dxa_probe_used_gone(a->probe)))
		end.arg |= DXA_SNAP_SYSFS;
	else
		why = "sysfs cannot be read: mount it on /sys";
	collector.now = dxa_ktime_now();
	if (!dxa_collect_waits(&collector)) {
		end.arg |= DXA_SNAP_NO_STACKS;
		/* Later an open context shows it; and a daemon has given up the capability. */
		if (a->mode->state_only || !a->snapshot_at)
			why = "stacks of sleeping tasks cannot be read: /proc/TID/stack needs CAP_SYS_ADMIN";
	}
	end.ts = dxa_ktime_now();
	feed(a, &end);
	a->snapshot_at = end.ts;
	note_tasks(a, doubt);
	return why;
}

/* ns since 1970 */
static uint64_t wall_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (uint64_t)ts.tv_sec * SECOND + (uint64_t)ts.tv_nsec;
}

/* What is known before the hooks are attached. */
static void describe(struct dxa_audit *a, const char *const *argv)
{
	struct dxa_run *run = &a->analysis.run;

	uname(&a->uts);
	run->mode = a->mode->name;
	run->listing = a->mode->listing;
	run->release = a->uts.release;
	run->version = a->uts.version;
	run->machine = a->uts.machine;
	run->argv = argv;
	run->start = dxa_ktime_now();
	run->start_wall = wall_now();
	run->tool = "daxaudit " DXA_VERSION;
	dxa_aliasing_ask(run->machine, a->opts->btf, &a->aliasing);
	run->aliasing = a->aliasing.aliasing;
	run->aliasing_from = a->aliasing.from;
}

void dxa_audit_refuse(struct dxa_audit *a, const char *const *argv, const struct dxa_err *why)
{
	struct dxa_refusal refusal;

	if (!dxa_exit_refusal(why, a->opts->skip_code, &refusal))
		return;
	describe(a, argv);
	dxa_analysis_refuse(&a->analysis, a->opts, &refusal);
}

struct dxa_err *dxa_audit_begin(struct dxa_audit *a, const char *const *argv)
{
	struct dxa_run *run = &a->analysis.run;
	const struct dxa_hook_status *hooks;
	struct dxa_err *err;
	const char *why;
	size_t n;

	describe(a, argv);
	a->analysis.must_exercise = a->mode->must_exercise;
	a->sweep_every = SWEEP_NS;
	a->sweep_at = dxa_probe_sweep(a->probe) ? run->start + a->sweep_every : 0;
	hooks = dxa_probe_hooks(a->probe, &n);
	run->hooks = hooks;
	run->n_hooks = n;
	err = dxa_analysis_begin(&a->analysis, a->opts, dxa_probe_symbols(a->probe),
				 dxa_hooks_unobserved(hooks, n));
	if (err)
		return err;
	dxa_recording_begin(&a->saving, &a->analysis, a->opts, hooks, n);
	a->read_at = run->start;
	dxa_probe_start(a->probe, on_event, a);
	err = watch(a, dxa_probe_fd(a->probe), EPOLLIN | EPOLLET);
	if (err)
		return err;
	why = dxa_audit_snapshot(a);
	if (why)
		dxa_log(DXA_LOG_WARN, "the snapshot of existing devices is incomplete: %s", why);
	return NULL;
}

static int timeout_ms(uint64_t until, uint64_t now)
{
	if (!until)
		return -1;
	if (until <= now)
		return 0;
	return until - now < TIMEOUT_MAX_NS ? (int)((until - now) / MS + 1) :
					      (int)(TIMEOUT_MAX_NS / MS);
}

static void sample_tasks(struct dxa_audit *a, uint64_t now)
{
	uint64_t since = now > a->opts->stuck_after_ns ? now - a->opts->stuck_after_ns : 0;

	dxa_open_tasks_sample(&a->tasks, a->analysis.engine, since, now, a->last_event, on_fact, a);
	/* First read the last records of tasks that have exited: they may close their contexts. */
	consume(a);
	dxa_open_tasks_add_ended(&a->tasks, a->analysis.engine, now, on_fact, a);
}

/* A process whose events are in use for minutes is alive, in another PID namespace. */
static void sweep(struct dxa_audit *a, uint64_t now)
{
	if (!a->sweep_at || now < a->sweep_at)
		return;
	a->sweep_every *= 2;
	a->sweep_at = dxa_probe_sweep(a->probe) && a->sweep_every <= SWEEP_MAX_NS ?
			      now + a->sweep_every :
			      0;
}

/*
 * Sleep until ktime `until` (ns; 0: no limit), or until the ring buffer or a file that is watched
 * asks for attention. *first: only the ring buffer does.
 */
static struct dxa_err *sleep_until(const struct dxa_audit *a, uint64_t until, bool *first)
{
	struct epoll_event ev[4];
	int n = epoll_wait(a->epfd, ev, sizeof(ev) / sizeof(*ev),
			   timeout_ms(until, dxa_ktime_now()));

	if (n < 0 && errno != EINTR)
		return dxa_err_new(DXA_ERR_SYSTEM, errno, "epoll: %s", strerror(errno));
	*first = n == 1 && ev[0].data.fd == dxa_probe_fd(a->probe);
	return NULL;
}

/* The same; records that follow one another closely count as one. */
static struct dxa_err *sleep_until_events(const struct dxa_audit *a, uint64_t until)
{
	uint64_t gather = dxa_probe_gather(a->probe, false);
	struct dxa_err *err;
	bool first;

	if (gather)
		return sleep_until(a, dxa_earlier(until, dxa_ktime_now() + gather), &first);
	err = sleep_until(a, until, &first);
	if (err || !first)
		return err;
	gather = dxa_probe_gather(a->probe, true);
	return sleep_until(a, dxa_earlier(until, dxa_ktime_now() + gather), &first);
}

struct dxa_err *dxa_audit_wait(struct dxa_audit *a, uint64_t until)
{
	uint64_t sample_at =
		dxa_open_tasks_due(&a->tasks, a->analysis.engine, a->opts->stuck_after_ns);
	struct dxa_err *err;
	uint64_t now;

	until = dxa_earlier(until, dxa_earlier(sample_at, dxa_recording_due(&a->saving)));
	until = dxa_earlier(until, a->sweep_at);
	until = dxa_earlier(until, dxa_probe_silence(a->probe));
	err = sleep_until_events(a, until);
	if (err)
		return err;
	consume(a);
	now = dxa_ktime_now();
	dxa_recording_tick(&a->saving, now);
	sweep(a, now);
	if (sample_at && now >= sample_at)
		sample_tasks(a, now);
	return NULL;
}

bool dxa_audit_child_signal(struct dxa_audit *a)
{
	struct signalfd_siginfo si;

	return read(a->child_fd, &si, sizeof(si)) == sizeof(si);
}

/*
 * Wait until ktime `until` (ns) and feed records; false when a signal asks to end. Time in
 * which the machine did not run, as a guest whose host is overloaded, does not count: no
 * task has made progress in it.
 */
static bool linger(struct dxa_audit *a, uint64_t until)
{
	struct dxa_signal s;
	struct dxa_err *err;
	uint64_t now, step;
	int late = 0;

	while ((now = dxa_ktime_now()) < until) {
		step = until < now + STEP_NS ? until : now + STEP_NS;
		err = dxa_audit_wait(a, step);
		if (err) {
			dxa_err_free(err);
			return false;
		}
		now = dxa_ktime_now();
		if (now > step + STEP_NS && late++ < LATE_MAX)
			until += now - step;
		dxa_audit_child_signal(a);
		if (dxa_signals_next(&s))
			return false;
	}
	return true;
}

/*
 * Wait before the next snapshot, so that a device can be fully added or removed. False when
 * a signal asks to end.
 */
static bool settle(struct dxa_audit *a)
{
	uint64_t wait = a->opts->settle_ns;

	if (a->hurry && wait > HURRY_NS)
		wait = HURRY_NS;
	return linger(a, a->snapshot_at + wait);
}

/*
 * An anomaly is a finding if two snapshots in a row show it: if the last snapshot shows a
 * new one, take another. False when a signal asks to end.
 */
static bool look_last(struct dxa_audit *a)
{
	const struct dxa_engine *e = a->analysis.engine;

	if (!a->mode->state_only && !dxa_engine_anomalies(e))
		dxa_audit_snapshot(a);
	for (int i = 0; i < LAST_LOOKS && dxa_engine_anomalies(e); i++) {
		if (!settle(a))
			return false;
		dxa_audit_snapshot(a);
	}
	return true;
}

/*
 * Wait until suspicions can be checked, about a second, and take the snapshots that they
 * need. False when a signal asks to end.
 */
static bool await_proof(struct dxa_audit *a)
{
	for (int i = 0; i < LAST_LOOKS; i++) {
		bool look;
		uint64_t now = dxa_ktime_now(), due = dxa_engine_due(a->analysis.engine, &look);

		if (!due || (due <= now && !look))
			return true;
		if (due > now)
			dxa_log(DXA_LOG_INFO,
				"waiting for up to %" PRIu64
				" ms: a device may not be fully released yet",
				(uint64_t)((due - now) / MS + 1));
		if (!linger(a, due))
			return false;
		if (look)
			dxa_audit_snapshot(a);
	}
	return true;
}

/* Status and counters as of now. */
static void read_ending(struct dxa_audit *a, struct dxa_ending *ending)
{
	/* If no event shows it: its hook is not attached, or was off already. */
	a->silenced |= !a->mode->state_only && dxa_preflight_ftrace_off();
	if (a->silenced && !ending->cut && !a->analysis.silences[0].kind)
		ending->cut = "kernel.ftrace_enabled was set to 0 during the audit: no hook was "
			      "called then";
	ending->hooks = dxa_probe_hooks(a->probe, &ending->n_hooks);
	ending->now = dxa_ktime_now();
	ending->wall = wall_now();
}

struct dxa_err *dxa_audit_rotate(struct dxa_audit *a)
{
	struct dxa_ending ending = { 0 };

	consume(a);
	read_ending(a, &ending);
	return dxa_recording_rotate(&a->saving, &a->analysis, a->opts, &ending);
}

/* A hook that runs while its counters are read makes them inconsistent. */
static bool at_rest(const struct dxa_ending *ending)
{
	for (size_t i = 0; i < ending->n_hooks; i++) {
		if (!dxa_count_agrees(&ending->hooks[i].count))
			return false;
	}
	return true;
}

bool dxa_audit_result(struct dxa_audit *a, struct dxa_result *ret)
{
	struct dxa_ending ending = { 0 };
	bool rest = false;

	for (int i = 0; i < READS && !rest; i++) {
		read_ending(a, &ending);
		rest = at_rest(&ending);
	}
	dxa_analysis_result(&a->analysis, &ending, ret);
	return rest;
}

struct dxa_err *dxa_audit_finish(struct dxa_audit *a, struct dxa_ending *ending, int *exit_code)
{
	struct dxa_err *err, *unsaved;

	ending->interrupted |= !look_last(a) || !await_proof(a);
	/* Before recording stops: later exits of tasks are not recorded. */
	dxa_open_tasks_find_ended(&a->tasks, a->analysis.engine);
	a->read_at = dxa_ktime_now();
	dxa_probe_stop(a->probe);
	consume(a);
	dxa_open_tasks_add_ended(&a->tasks, a->analysis.engine, dxa_ktime_now(), on_fact, a);
	read_ending(a, ending);
	unsaved = dxa_recording_finish(&a->saving, ending);
	err = dxa_analysis_finish(&a->analysis, ending, exit_code);
	/* Findings have precedence over a recording that could not be written. */
	if (unsaved && (err || *exit_code == DXA_EXIT_FINDINGS)) {
		dxa_log(DXA_LOG_WARN, "%s", unsaved->msg);
		dxa_err_free(unsaved);
		return err;
	}
	return err ? err : unsaved;
}

void dxa_audit_close(struct dxa_audit *a)
{
	bool borrows = a->mode && a->mode->probe;

	dxa_recording_close(&a->saving);
	if (!borrows)
		dxa_probe_close(a->probe);
	dxa_analysis_deinit(&a->analysis);
	dxa_open_tasks_free(&a->tasks);
	dxa_inside_free(a->inside);
	if (a->child_fd >= 0)
		close(a->child_fd);
	if (a->epfd >= 0)
		close(a->epfd);
	if (!borrows)
		dxa_signals_restore();
}
