/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every live audit does, one shot or for months: the probe's events into
 * the recording and the analysis, signals, and waiting for either.
 */
#ifndef DAXAUDIT_CLI_AUDIT_H
#define DAXAUDIT_CLI_AUDIT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/utsname.h>

#include "base/err.h"
#include "base/ktime.h"
#include "cli/aliasing.h"
#include "cli/analysis.h"
#include "cli/child.h"
#include "cli/open_tasks.h"
#include "cli/opts.h"
#include "cli/recording.h"
#include "probe/collect_disk.h"
#include "probe/probe.h"

struct dxa_audit;

/* A view that takes the whole terminal while an audit runs. */
struct dxa_screen {
	/* Before the audit begins: it may add sinks. */
	struct dxa_err *(*open)(struct dxa_audit *a);
	/* Draw at ktime now (ns). */
	void (*draw)(struct dxa_audit *a, uint64_t now);
	/* Has the user asked to end? */
	bool (*quit)(void);
	/* Give the terminal back; also when open failed. */
	void (*close)(void);
};

/* What a command makes of a live audit. */
struct dxa_audit_mode {
	const char *name; /* the command: "trace", ... */
	bool state_only; /* look at what is there now, twice when anything is odd; no hooks */
	bool listing; /* with state_only: show the devices, judge nothing */
	bool must_exercise; /* a command that exercises no dax_device makes it inconclusive */
	const struct dxa_screen *screen; /* NULL: none */
	bool keep_recording; /* one that --record finds in its place is set aside */
	/*
	 * One of several audits in a row: the open probe that they share, borrowed from who also
	 * catches the signals for all of them. NULL: the audit has its own probe and signals.
	 */
	struct dxa_probe *probe;
	bool silent; /* what the command writes to standard output and error is dropped */
	const struct dxa_sink_ops *watcher; /* one more sink; NULL: none */
	void *watcher_state;
};

struct dxa_audit {
	const struct dxa_opts *opts;
	const struct dxa_audit_mode *mode;
	struct dxa_analysis analysis;
	struct dxa_aliasing_answer aliasing; /* what the machine told; run borrows from it */
	struct dxa_recording saving;
	struct dxa_probe *probe;
	struct dxa_open_tasks tasks;
	struct dxa_disk_calls disk_calls;
	struct utsname uts;
	int child_fd, epfd; /* SIGCHLD's, and what waits for all */
	bool silenced; /* ftrace was seen to be off: what happened then is not known */
	uint64_t last_event; /* ktime, ns; when the newest record was read */
	uint64_t snapshot_at; /* ktime, ns; when the newest snapshot ended */
	uint64_t sweep_at; /* ktime, ns; when to remove what a killed auditor left; 0: never */
	uint64_t sweep_every; /* ns; grows */
	bool hurry; /* a signal has asked to end: set by the command */
};

/* The earlier of two ktimes, of which 0 is never. */
static inline uint64_t dxa_earlier(uint64_t x, uint64_t y)
{
	if (!x || !y)
		return x ? x : y;
	return x < y ? x : y;
}

/*
 * Open the outputs, catch the signals, load and attach. Nothing is recorded
 * yet. Errors are those of dxa_analysis_init(), dxa_recording_open() and
 * dxa_probe_open(). Close with dxa_audit_close(), whatever this returned.
 */
struct dxa_err *dxa_audit_open(struct dxa_audit *a, const struct dxa_opts *opts,
			       const struct dxa_audit_mode *mode);

/*
 * Start to record and to judge, and take the first snapshot of what is there;
 * argv is audited, NULL for none. A snapshot that is not complete is logged as a
 * warning.
 */
struct dxa_err *dxa_audit_begin(struct dxa_audit *a, const char *const *argv);

/*
 * Feed a snapshot: every dax_device, and what the kernel and sysfs show around
 * it. An anomaly that two in a row show is a finding, so --settle should go by
 * between one that shows any and the next. Returns why it is not complete, or
 * NULL; valid until the next one.
 */
const char *dxa_audit_snapshot(struct dxa_audit *a);

/*
 * The recording's file was moved away: end it and begin another, which needs a
 * snapshot next. Errors are those of dxa_recording_rotate().
 */
struct dxa_err *dxa_audit_rotate(struct dxa_audit *a);

/*
 * Sleep until there are records or a signal, until ktime `until` (ns; 0: for
 * ever), or until the audit itself has something to do; then do that, and feed
 * what came. Without open contexts and pending writes nothing but records and
 * signals wakes it.
 */
struct dxa_err *dxa_audit_wait(struct dxa_audit *a, uint64_t until);

/* Has a child changed its state since this was last asked? */
bool dxa_audit_child_signal(struct dxa_audit *a);

/*
 * How the audit stands now. Returns false when hooks were at work all the time
 * while their counters were read: then the counts are right but for the last
 * microseconds, and the verdict must not be taken from them. The caller frees
 * ret->verdict with dxa_verdict_deinit().
 */
bool dxa_audit_result(struct dxa_audit *a, struct dxa_result *ret);

/*
 * Take the last snapshot, and another when it shows anomalies; stop recording, feed what is left,
 * end the recording and the outputs. A signal ends the wait for the other snapshot.
 * Fills ending's hooks and now; the rest of it is the caller's. *exit_code gets the verdict's code
 * when NULL is returned.
 */
struct dxa_err *dxa_audit_finish(struct dxa_audit *a, struct dxa_ending *ending, int *exit_code);

/* Detach and free everything. */
void dxa_audit_close(struct dxa_audit *a);

#endif
