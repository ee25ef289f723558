/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The common part of live audits, of a command or a daemon: passes the events of the
 * probe to the recording and the analysis, and waits for events and signals.
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
#include "probe/collect_inside.h"
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
	/* Restore the terminal; also when open failed. */
	void (*close)(void);
};

/* How a command uses a live audit. */
struct dxa_audit_mode {
	const char *name; /* the command: "trace", ... */
	bool state_only; /* no hooks: take a snapshot, and a second one to confirm anomalies */
	bool listing; /* with state_only: show the devices, without a verdict */
	bool must_exercise; /* a command that exercises no dax_device makes it inconclusive */
	const struct dxa_screen *screen; /* NULL: none */
	bool keep_recording; /* --record renames an existing recording and does not replace it */
	/*
	 * For one of several audits in a row: the open probe that they share, borrowed from the
	 * caller, who also catches the signals. NULL: the audit opens a probe of its own.
	 */
	struct dxa_probe *probe;
	bool silent; /* drop what the command writes to standard output and error */
	const struct dxa_sink_ops *watcher; /* one more sink; NULL: none */
	void *watcher_state;
};

struct dxa_audit {
	const struct dxa_opts *opts;
	const struct dxa_audit_mode *mode;
	struct dxa_analysis analysis;
	struct dxa_aliasing_answer aliasing; /* of the machine; run borrows from it */
	struct dxa_recording saving;
	struct dxa_probe *probe;
	struct dxa_open_tasks tasks;
	struct dxa_disk_calls disk_calls;
	struct utsname uts;
	int child_fd, epfd; /* signalfd of SIGCHLD; epoll */
	bool silenced; /* ftrace was found off: calls in that time are lost */
	uint64_t read_at; /* ktime, ns; when the reading of the current records began */
	uint64_t last_event; /* read_at of the newest record */
	uint64_t snapshot_at; /* ktime, ns; when the newest snapshot ended */
	bool suspicious; /* it has anomalies; then: */
	struct dxa_inside *inside; /* owned: the tasks at its end; NULL: not known */
	bool tasks_hidden; /* set by the command: the stacks of tasks cannot be read */
	uint64_t sweep_at; /* ktime, ns; when to remove events of killed processes; 0: never */
	uint64_t sweep_every; /* ns; grows */
	bool hurry; /* set by the command: a signal asks to end */
};

/* The earlier of two ktimes, of which 0 is never. */
static inline uint64_t dxa_earlier(uint64_t x, uint64_t y)
{
	if (!x || !y)
		return x ? x : y;
	return x < y ? x : y;
}

/*
 * Open the outputs, catch the signals, load and attach. Nothing is recorded yet. Errors
 * are those of dxa_analysis_init(), dxa_recording_open() and dxa_probe_open(). Close with
 * dxa_audit_close(), also after an error.
 */
struct dxa_err *dxa_audit_open(struct dxa_audit *a, const struct dxa_opts *opts,
			       const struct dxa_audit_mode *mode);

/*
 * After an error of dxa_audit_open(): write to the outputs why there was no audit, and close
 * them; does nothing for an INPUT error. argv: the command that would have been audited, NULL:
 * none.
 */
void dxa_audit_refuse(struct dxa_audit *a, const char *const *argv, const struct dxa_err *why);

/*
 * Start the audit and take the first snapshot; argv is the audited command, NULL: none. A
 * snapshot that is not complete is logged as a warning.
 */
struct dxa_err *dxa_audit_begin(struct dxa_audit *a, const char *const *argv);

/*
 * Feed a snapshot: the devices, dax_hosts, openers, sysfs. An anomaly in two snapshots in
 * a row is a finding, so --settle should pass between one with anomalies and the next.
 * Returns why the snapshot is not complete, or NULL; valid until the next one.
 */
const char *dxa_audit_snapshot(struct dxa_audit *a);

/*
 * The file of the recording was renamed: end it and begin another, which needs a snapshot
 * next. Errors are those of dxa_recording_rotate().
 */
struct dxa_err *dxa_audit_rotate(struct dxa_audit *a);

/*
 * Sleep until there are records or a signal, until ktime `until` (ns; 0: no limit), or
 * until the audit itself has something to do; then do that, and feed the records. Without
 * open contexts and pending writes only records and signals wake it.
 */
struct dxa_err *dxa_audit_wait(struct dxa_audit *a, uint64_t until);

/*
 * Let dxa_audit_wait() also return when fd is readable. fd stays the caller's, who then
 * reads it empty.
 */
struct dxa_err *dxa_audit_watch(struct dxa_audit *a, int fd);

/* Has a child changed its state since the last call? */
bool dxa_audit_child_signal(struct dxa_audit *a);

/*
 * The result if the audit ended now. Returns false when hooks ran during every reading of
 * their counters: then the counts are right except for the last microseconds, and the
 * verdict is not reliable. The caller frees ret->verdict with dxa_verdict_deinit().
 */
bool dxa_audit_result(struct dxa_audit *a, struct dxa_result *ret);

/*
 * Take the last snapshot, and another one if it has anomalies; stop recording, feed the
 * rest, end the recording and the outputs. A signal ends the wait for the other snapshot.
 * Fills ending's hooks and now; the caller fills the rest. *exit_code gets the code of the
 * verdict when NULL is returned.
 */
struct dxa_err *dxa_audit_finish(struct dxa_audit *a, struct dxa_ending *ending, int *exit_code);

/* Detach and free everything. */
void dxa_audit_close(struct dxa_audit *a);

#endif
