// SPDX-License-Identifier: GPL-2.0-only
/* The daemon: reports findings as they happen, and runs for months. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/caps.h"
#include "base/log.h"
#include "base/slowio.h"
#include "base/signals.h"
#include "cli/audit.h"
#include "cli/commands.h"
#include "cli/daemon_report.h"
#include "cli/exitcode.h"
#include "cli/metrics_file.h"
#include "cli/notify.h"
#include "cli/pidfile.h"
#include "probe/preflight.h"
#include "probe/uevents.h"
#include "version.h"

/* How long a rotation of the recording waits for open contexts to close in the old file. */
#define ROTATE_NS 10000000000ull
/* The timer slack: as much as that of a long epoll_wait(2) (MAX_SLACK in fs/select.c). */
#define TIMER_SLACK_NS 100000000ul

/* A uevent is explained by a probe or a release that was recorded so long before, or later. */
#define EXPLAINED_NS 1000000000ull
/* The least time between the last snapshot and one for a uevent that is not explained. */
#define UEVENT_GAP_NS 10000000000ull

struct daemon {
	struct dxa_opts opts;
	struct dxa_audit audit;
	struct dxa_daemon_report report;
	int lock;
	bool has_metrics; /* the metrics file belongs to this daemon */
	uint64_t rotate_by; /* ktime, ns: deadline of a rotation; 0: none */
	uint64_t look_at; /* ktime, ns: the next snapshot; 0: none is planned */
	bool confirming; /* the next snapshot confirms anomalies of the last one */
	bool postponed; /* that snapshot came too late once, and was put off */
	int uevents; /* the netlink socket of uevents; negative: none */
	uint64_t changed_at; /* ktime, ns: of the oldest uevent that is not checked yet; 0: none */
	bool partial; /* it was logged that snapshots are not complete */
	bool silenced; /* hooks were silenced at the last check */
	uint64_t due; /* ktime, ns: the next report; 0: nothing is new */
	uint64_t ping_every, ping_at; /* of the watchdog; 0: there is none */
	bool stop;
};

/* The journal reads the priority at the start of a line: sd-daemon(3). */
static void log_to_journal(enum dxa_log_level level, const char *line)
{
	static const int priorities[] = {
		[DXA_LOG_ERROR] = 3, [DXA_LOG_WARN] = 4,  [DXA_LOG_NOTICE] = 5,
		[DXA_LOG_INFO] = 6,  [DXA_LOG_DEBUG] = 7,
	};

	dxa_slowio_printf(STDERR_FILENO, "<%d>%s\n", priorities[level], line);
}

/*
 * Give up capabilities. Attached programs stay attached and files stay open: reading the
 * ring buffer, /proc and sysfs and removing our kprobe events need no capability. Reading
 * the counters needs one before commit c8644cd0efe7 ("bpf: refine
 * kernel.unprivileged_bpf_disabled behaviour") (in v5.19).
 */
static void give_up_privilege(struct daemon *d)
{
	/* Find the smallest sufficient set; the last one was used for attaching. */
	const uint64_t enough[] = { 0, DXA_CAP(CAP_BPF), DXA_CAP(CAP_SYS_ADMIN),
				    dxa_caps_effective() };
	char names[128];
	size_t i = 0;
	int err;

	while (dxa_caps_use(enough[i]), !dxa_probe_readable(d->audit.probe) && i < 3)
		i++;
	err = dxa_caps_give_up(enough[i]);
	if (err)
		dxa_log(DXA_LOG_WARN, "cannot give up capabilities: %s", strerror(-err));
	else
		dxa_log(DXA_LOG_NOTICE, "capabilities kept: %s",
			dxa_caps_names(dxa_caps_effective(), names, sizeof(names)));
}

/* What the first snapshot shows is decided. From now on the stacks of tasks cannot be read. */
static void settle_down(struct daemon *d)
{
	if (d->audit.tasks_hidden)
		return;
	d->audit.tasks_hidden = true;
	give_up_privilege(d);
	/* Its wake-ups can be merged with those of other processes. */
	prctl(PR_SET_TIMERSLACK, TIMER_SLACK_NS, 0, 0, 0);
}

/*
 * Plan the next snapshot after one with this many anomalies. The next one confirms them: a
 * device may be in the process of being added or removed. A third one would not show more.
 */
static void plan_next_look(struct daemon *d, bool anomalies)
{
	uint64_t now = dxa_ktime_now(), every = d->opts.snapshot_every_ns;

	d->postponed = false;
	d->confirming = anomalies && !d->confirming;
	d->look_at = d->confirming ? now + d->opts.settle_ns : every ? now + every : 0;
}

/* Take a snapshot, which the engine compares with the events. */
static void look(struct daemon *d)
{
	const char *why = dxa_audit_snapshot(&d->audit);

	if (why && !d->partial)
		dxa_log(DXA_LOG_WARN, "the snapshot is incomplete: %s", why);
	d->partial = why != NULL;
	plan_next_look(d, dxa_engine_anomalies(d->audit.analysis.engine));
	if (!d->confirming)
		settle_down(d);
}

/* A new recording needs a snapshot of existing devices. */
static void rotate_recording(struct daemon *d)
{
	struct dxa_err *err = dxa_audit_rotate(&d->audit);

	d->rotate_by = 0;
	if (err)
		dxa_log(DXA_LOG_WARN, "%s%s", err->msg,
			dxa_recording_moved(&d->audit.saving) ? "; the old file stays in use" : "");
	dxa_err_free(err);
	look(d);
}

/* A snapshot before --settle has passed would show devices that are being created. */
static bool may_look(const struct daemon *d, uint64_t now)
{
	return !d->confirming || now >= d->look_at;
}

static bool must_rotate(const struct daemon *d, uint64_t now)
{
	return d->rotate_by && may_look(d, now) &&
	       (now >= d->rotate_by || !dxa_engine_open_contexts(d->audit.analysis.engine));
}

static void reload(struct daemon *d)
{
	uint64_t now = dxa_ktime_now();
	struct dxa_err *err;

	dxa_notify("RELOADING=1\nMONOTONIC_USEC=%" PRIu64, now / 1000);
	dxa_daemon_report_reopen(&d->report);
	if (dxa_recording_moved(&d->audit.saving))
		d->rotate_by = now + ROTATE_NS;
	err = dxa_analysis_reload(&d->audit.analysis, &d->opts);
	d->report.reload_failed = err != NULL;
	if (err)
		dxa_log(DXA_LOG_WARN, "%s; the old policy stays in force", err->msg);
	else
		dxa_log(DXA_LOG_NOTICE, "reloaded");
	dxa_err_free(err);
	/* Take snapshots for violations that no event shows. */
	if (must_rotate(d, now))
		rotate_recording(d);
	else if (may_look(d, now))
		look(d);
	dxa_daemon_report_write(&d->report);
	dxa_notify("READY=1");
}

static void read_signals(struct daemon *d)
{
	struct dxa_signal s;

	while (dxa_signals_next(&s)) {
		if (s.signo == SIGHUP)
			reload(d);
		else
			d->stop = true;
	}
}

/* Each wake-up for the watchdog also updates the time stamp in the metrics. */
static void ping(struct daemon *d, uint64_t now)
{
	dxa_notify("WATCHDOG=1");
	d->ping_at = now + d->ping_every;
	d->due = now;
}

/* When the hooks are called again, a snapshot shows the changes that they missed. */
static void check_silence(struct daemon *d, uint64_t now)
{
	bool was = d->silenced;

	d->silenced = dxa_probe_silence(d->audit.probe) != 0;
	if (was && !d->silenced && !d->confirming)
		d->look_at = now;
}

/* ktime, ns: when the oldest uevent is checked; 0: there is none. */
static uint64_t compare_at(const struct daemon *d)
{
	uint64_t settled = d->changed_at + d->opts.settle_ns;
	uint64_t next = d->audit.snapshot_at + UEVENT_GAP_NS;

	if (!d->changed_at)
		return 0;
	return settled > next ? settled : next;
}

/* Each probe and release calls hooks: a device that came or went without shows silent ones. */
static void check_changes(struct daemon *d, uint64_t now)
{
	uint64_t changed;

	if (d->uevents >= 0 && dxa_uevents_read(d->uevents) && !d->changed_at)
		d->changed_at = now;
	if (!d->changed_at || now < compare_at(d) || d->confirming)
		return;
	changed = d->changed_at;
	d->changed_at = 0;
	if (d->audit.analysis.last_call + EXPLAINED_NS < changed)
		look(d);
}

/* Plan the snapshot that a suspicion needs. */
static void plan_proof(struct daemon *d)
{
	bool look;
	uint64_t due = dxa_engine_due(d->audit.analysis.engine, &look);

	if (look && !d->confirming)
		d->look_at = dxa_earlier(d->look_at, due);
}

/*
 * Is a snapshot due? One that confirms is put off once if the daemon woke late: the whole
 * machine may not have run, and no task have made progress.
 */
static bool must_look(struct daemon *d, uint64_t now)
{
	if (!d->look_at || now < d->look_at)
		return false;
	if (!d->confirming || d->postponed || now < d->look_at + d->opts.settle_ns)
		return true;
	d->postponed = true;
	d->look_at = now + d->opts.settle_ns;
	return false;
}

/* ktime, ns: when the next snapshot may be due; 0: none is planned. */
static uint64_t next_look(struct daemon *d)
{
	plan_proof(d);
	if (d->confirming)
		return d->look_at;
	return dxa_earlier(dxa_earlier(d->look_at, d->rotate_by), compare_at(d));
}

static struct dxa_err *loop(struct daemon *d)
{
	while (!d->stop) {
		uint64_t until = dxa_earlier(next_look(d), dxa_earlier(d->due, d->ping_at));
		struct dxa_err *err = dxa_audit_wait(&d->audit, until);
		uint64_t now = dxa_ktime_now();

		if (err)
			return err;
		read_signals(d);
		if (must_rotate(d, now))
			rotate_recording(d);
		check_silence(d, now);
		check_changes(d, now);
		if (must_look(d, now))
			look(d);
		if (d->ping_at && now >= d->ping_at)
			ping(d, now);
		if (d->due && now >= d->due) {
			dxa_daemon_report_write(&d->report);
			d->due = 0;
			/* A continuing condition will be reported again soon. */
			dxa_probe_trim(d->audit.probe);
		}
		d->due = dxa_earlier(d->due, dxa_daemon_report_due(&d->report, now));
	}
	return NULL;
}

/* Without uevents only the planned snapshots show what no hook recorded. */
static struct dxa_err *listen_to_kernel(struct daemon *d)
{
	d->uevents = dxa_uevents_open();
	if (d->uevents >= 0)
		return dxa_audit_watch(&d->audit, d->uevents);
	dxa_log(DXA_LOG_INFO, "no uevents: %s", strerror(-d->uevents));
	return NULL;
}

static struct dxa_err *start(struct daemon *d)
{
	static const struct dxa_audit_mode mode = { .name = "daemon", .keep_recording = true };
	struct dxa_err *err = NULL;

	if (d->opts.metrics)
		err = dxa_metrics_file_check(d->opts.metrics);
	d->has_metrics = d->opts.metrics && !err;
	if (!err)
		err = dxa_audit_open(&d->audit, &d->opts, &mode);
	if (!err)
		err = dxa_daemon_report_open(&d->report, &d->audit);
	if (!err)
		err = dxa_audit_begin(&d->audit, NULL);
	if (err)
		return err;
	err = listen_to_kernel(d);
	if (err)
		return err;
	dxa_probe_trim(d->audit.probe);
	dxa_daemon_report_write(&d->report);
	plan_next_look(d, dxa_engine_anomalies(d->audit.analysis.engine));
	/* To confirm an anomaly needs the stacks of tasks: then look() does it. */
	if (!d->confirming)
		settle_down(d);
	d->ping_every = dxa_notify_watchdog();
	d->ping_at = d->ping_every ? dxa_ktime_now() + d->ping_every : 0;
	dxa_log(DXA_LOG_NOTICE, "daxaudit %s watches Linux %s", DXA_VERSION, d->audit.uts.release);
	dxa_notify("READY=1");
	return NULL;
}

/* Findings were reported as they happened: an orderly end is a success. */
static struct dxa_err *finish(struct daemon *d)
{
	struct dxa_ending ending = { .exits_with_pass = true };
	int verdict;

	dxa_notify("STOPPING=1");
	return dxa_audit_finish(&d->audit, &ending, &verdict);
}

static struct dxa_err *run(struct daemon *d)
{
	/* Any process may send one. */
	struct dxa_err *err = dxa_signals_catch();

	/* Before the pid file, which only root may create. */
	if (!err)
		err = dxa_preflight_privilege();
	if (!err)
		err = dxa_pidfile_lock(d->opts.pid_file, &d->lock);
	if (!err)
		err = start(d);
	if (!err)
		err = loop(d);
	return err ? err : finish(d);
}

struct dxa_err *dxa_cmd_daemon(const struct dxa_opts *opts, int *exit_code)
{
	struct daemon d = { .opts = *opts, .lock = -1, .uevents = -1 };
	struct dxa_err *err;

	if (opts->args[0])
		return dxa_err_new(DXA_ERR_INPUT, 0,
				   "the daemon takes no argument, but got '%s'; to audit a "
				   "command: daxaudit trace -- COMMAND",
				   opts->args[0]);
	if (dxa_notify_stderr_is_journal())
		dxa_log_set(log_to_journal, dxa_opts_log_level(opts));
	d.opts.silent = true;
	d.opts.quiet = !opts->verbose;
	*exit_code = DXA_EXIT_PASS;
	err = run(&d);
	/* In any case. */
	if (d.has_metrics)
		dxa_metrics_file_remove(opts->metrics);
	dxa_audit_close(&d.audit);
	dxa_daemon_report_close(&d.report);
	dxa_pidfile_unlock(d.lock);
	if (d.uevents >= 0)
		close(d.uevents);
	return err;
}
