// SPDX-License-Identifier: GPL-2.0-only
#include "cli/live.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "cli/analysis.h"
#include "cli/child.h"
#include "cli/exitcode.h"
#include "cli/facts.h"
#include "cli/saving.h"
#include "probe/probe.h"

#define MS 1000000ull
/* A command that got our signal has so long to end before the audit ends without it. */
#define GRACE_NS (2000 * MS)
/* How often open contexts are looked at while nothing else happens. */
#define LOOK_NS (1000 * MS)

struct live {
	const struct dxa_opts *opts;
	struct dxa_analysis analysis;
	struct dxa_saving saving;
	struct dxa_probe *probe;
	struct dxa_facts facts;
	struct utsname uts;
	sigset_t old_mask;
	int sigfd, epfd;
	pid_t child; /* 0: none, or reaped */
	bool has_status;
	int status;
	uint64_t child_end; /* ktime; when the command was reaped */
	uint64_t last_event; /* ktime */
	uint64_t stop_at; /* ktime; 0: not asked to stop */
	bool interrupted;
};

static uint64_t now_ns(void)
{
	struct timespec ts;

	/* The clock of bpf_ktime_get_ns(). */
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static void feed(struct live *l, const struct dxa_event *ev)
{
	/* Saved first: should an event ever be too much for the engine, it can be looked at. */
	dxa_saving_event(&l->saving, ev, now_ns());
	dxa_analysis_feed(&l->analysis, ev);
}

static void on_event(void *priv, const struct dxa_event *ev)
{
	struct live *l = priv;
	struct dxa_event fact;

	l->last_event = now_ns();
	feed(l, ev);
	if (dxa_facts_disk(&l->facts, ev, &fact))
		feed(l, &fact);
}

static void on_open_context(void *priv, const struct dxa_context *ctx)
{
	struct live *l = priv;
	struct dxa_event fact;

	if (dxa_facts_task(ctx->tid, now_ns(), &fact))
		feed(l, &fact);
}

static struct dxa_err *setup_signals(struct live *l)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, &l->old_mask);
	/* A reader that went away, or a file grown too long, is a write error told like any other. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	l->sigfd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	l->epfd = epoll_create1(EPOLL_CLOEXEC);
	if (l->sigfd < 0 || l->epfd < 0)
		return dxa_err_new(DXA_ERR_SYSTEM, errno, "cannot wait for signals: %s",
				   strerror(errno));
	return NULL;
}

static struct dxa_err *watch(struct live *l, int fd)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.fd = fd };

	if (epoll_ctl(l->epfd, EPOLL_CTL_ADD, fd, &ev))
		return dxa_err_new(DXA_ERR_SYSTEM, errno, "epoll: %s", strerror(errno));
	return NULL;
}

static void reap(struct live *l)
{
	int status;

	if (!l->child || waitpid(l->child, &status, WNOHANG) != l->child)
		return;
	l->child = 0;
	l->has_status = true;
	l->status = status;
	l->child_end = l->last_event = now_ns();
	dxa_log(DXA_LOG_INFO, "the command has ended; waiting for what it set off");
}

/* The first signal ends the audit in order, the second at once. */
static void stop(struct live *l, const struct signalfd_siginfo *si)
{
	uint64_t now = now_ns();

	l->interrupted = l->opts->args[0] != NULL;
	if (l->stop_at || !l->child) {
		l->stop_at = now;
		return;
	}
	/* From a terminal the command got it too; from kill(1) only we did. */
	if (si->ssi_code != SI_KERNEL)
		kill(l->child, (int)si->ssi_signo);
	l->stop_at = now + GRACE_NS;
}

static void read_signals(struct live *l)
{
	struct signalfd_siginfo si;

	while (read(l->sigfd, &si, sizeof(si)) == sizeof(si)) {
		if (si.ssi_signo == SIGCHLD)
			reap(l);
		else
			stop(l, &si);
	}
}

/* When the audit ends if nothing more happens; 0: not by itself. */
static uint64_t ends_at(const struct live *l)
{
	uint64_t settled = l->last_event + l->opts->settle_ns;
	uint64_t limit = l->child_end + l->opts->settle_limit_ns;

	if (l->stop_at && !l->child)
		return 1;
	if (l->stop_at)
		return l->stop_at;
	if (!l->child_end)
		return 0;
	if (dxa_engine_open_contexts(l->analysis.engine) || settled > limit)
		return limit;
	return settled;
}

/* looking: something has to be done every LOOK_NS. */
static int timeout_ms(uint64_t end, uint64_t now, bool looking)
{
	uint64_t ns = looking ? LOOK_NS : 0;

	if (end && (!ns || end - now < ns))
		ns = end - now;
	return ns ? (int)(ns / MS + 1) : -1;
}

static struct dxa_err *loop(struct live *l)
{
	for (;;) {
		bool looking = dxa_engine_open_contexts(l->analysis.engine) != 0;
		uint64_t now = now_ns(), end = ends_at(l);
		struct epoll_event ev[2];
		int n;

		if (end && now >= end)
			return NULL;
		n = epoll_wait(l->epfd, ev, 2,
			       timeout_ms(end, now, looking || l->saving.pending_since));
		if (n < 0 && errno != EINTR)
			return dxa_err_new(DXA_ERR_SYSTEM, errno, "epoll: %s", strerror(errno));
		dxa_probe_consume(l->probe);
		read_signals(l);
		now = now_ns();
		dxa_saving_tick(&l->saving, now);
		if (looking && now > l->opts->stuck_after_ns)
			dxa_engine_each_open(l->analysis.engine, now - l->opts->stuck_after_ns,
					     on_open_context, l);
	}
}

static struct dxa_err *begin(struct live *l, const char *mode)
{
	struct dxa_run *run = &l->analysis.run;
	const struct dxa_hook_status *hooks;
	struct dxa_err *err;
	size_t n;

	uname(&l->uts);
	run->mode = mode;
	run->release = l->uts.release;
	run->version = l->uts.version;
	run->machine = l->uts.machine;
	run->argv = l->opts->args[0] ? (const char *const *)l->opts->args : NULL;
	run->start = now_ns();
	hooks = dxa_probe_hooks(l->probe, &n);
	err = dxa_analysis_begin(&l->analysis, l->opts, dxa_probe_symbols(l->probe),
				 dxa_hooks_blind(hooks, n));
	if (!err)
		dxa_saving_begin(&l->saving, &l->analysis, l->opts, hooks, n);
	if (!err)
		err = dxa_probe_start(l->probe, on_event, l);
	if (!err)
		err = watch(l, dxa_probe_fd(l->probe));
	if (!err)
		err = watch(l, l->sigfd);
	if (err)
		return err;
	if (!l->opts->args[0]) {
		dxa_log(DXA_LOG_INFO, "watching until Ctrl-C");
		return NULL;
	}
	dxa_log(DXA_LOG_INFO, "running %s", l->opts->args[0]);
	return dxa_child_start(l->opts->args, &l->old_mask, &l->child);
}

static struct dxa_err *finish(struct live *l, int *exit_code)
{
	struct dxa_ending ending = { .has_cmd_status = l->has_status,
				     .cmd_status = l->status,
				     .interrupted = l->interrupted };
	struct dxa_err *err, *unsaved;

	dxa_probe_stop(l->probe);
	dxa_probe_consume(l->probe);
	ending.hooks = dxa_probe_hooks(l->probe, &ending.n_hooks);
	ending.now = now_ns();
	unsaved = dxa_saving_finish(&l->saving, &ending);
	err = dxa_analysis_finish(&l->analysis, &ending, exit_code);
	/* Findings outrank a recording that could not be written. */
	if (unsaved && (err || *exit_code == DXA_EXIT_FINDINGS)) {
		dxa_log(DXA_LOG_WARN, "%s", unsaved->msg);
		dxa_err_free(unsaved);
		return err;
	}
	return err ? err : unsaved;
}

static struct dxa_err *run(struct live *l, const char *mode, int *exit_code)
{
	const struct dxa_probe_config config = { .ring_size = l->opts->ring_size,
						 .kprobes_only = l->opts->kprobes_only,
						 .btf = l->opts->btf };
	struct dxa_err *err = NULL;

	if (l->opts->args[0])
		err = dxa_child_check(l->opts->args);
	if (!err)
		err = dxa_analysis_init(&l->analysis, l->opts);
	if (!err)
		err = dxa_saving_open(&l->saving, l->opts);
	if (!err)
		err = setup_signals(l);
	if (!err)
		err = dxa_probe_open(&config, &l->probe);
	if (!err)
		err = begin(l, mode);
	if (!err)
		err = loop(l);
	return err ? err : finish(l, exit_code);
}

struct dxa_err *dxa_live_run(const char *mode, const struct dxa_opts *opts, int *exit_code)
{
	struct live l = { .opts = opts, .sigfd = -1, .epfd = -1 };
	struct dxa_err *err = run(&l, mode, exit_code);

	dxa_saving_close(&l.saving);
	dxa_probe_close(l.probe);
	dxa_analysis_deinit(&l.analysis);
	if (l.sigfd >= 0)
		close(l.sigfd);
	if (l.epfd >= 0)
		close(l.epfd);
	return err;
}
