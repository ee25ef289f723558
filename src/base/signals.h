/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Signals that ask the process to end. Their handlers write to a pipe, so that a poll
 * can wait for them, and they interrupt system calls (no SA_RESTART). There is one set
 * per process.
 */
#ifndef DAXAUDIT_BASE_SIGNALS_H
#define DAXAUDIT_BASE_SIGNALS_H

#include <stdbool.h>

#include "base/err.h"

/* A signal that was caught. */
struct dxa_signal {
	int signo; /* SIGINT, SIGTERM or SIGHUP */
	bool from_terminal; /* sent by the terminal (a key), not by a process */
};

/*
 * Ignore SIGXFSZ: a file that grew beyond RLIMIT_FSIZE is a write error (EFBIG) like others.
 */
void dxa_signals_ignore_long_files(void);

/*
 * Ignore SIGPIPE: a reader that went away is a write error (EPIPE). For whoever writes
 * files, too, which would be left half written.
 */
void dxa_signals_ignore_gone_readers(void);

/*
 * Catch SIGINT, SIGTERM and SIGHUP, also where they were blocked; block SIGCHLD, for a
 * signalfd(2); ignore SIGPIPE and SIGXFSZ as above. Where it was done already, nothing changes.
 * SYSTEM error without a pipe.
 */
struct dxa_err *dxa_signals_catch(void);

/*
 * The same for a process that only uses dxa_signals_asked(): the second signal ends it
 * immediately, and SIGCHLD, SIGPIPE and SIGXFSZ are not changed.
 */
struct dxa_err *dxa_signals_catch_first(void);

/* Restore the handling from before the first of these calls: for a child, and at the end. */
void dxa_signals_restore(void);

/* Readable while dxa_signals_next() has a signal to return; -1: signals are not caught. */
int dxa_signals_fd(void);

/* Get the oldest caught signal and remove it; false when there is none. */
bool dxa_signals_next(struct dxa_signal *ret);

/* Was any signal caught? */
bool dxa_signals_asked(void);

#endif
