/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Signals that ask to end, caught so that nothing blocks for longer than the user
 * wants: their handlers write to a pipe, on which a wait can end. They interrupt
 * system calls (no SA_RESTART). There is one set per process.
 */
#ifndef DAXAUDIT_BASE_SIGNALS_H
#define DAXAUDIT_BASE_SIGNALS_H

#include <stdbool.h>

#include "base/err.h"

/* A signal that was caught. */
struct dxa_signal {
	int signo; /* SIGINT, SIGTERM or SIGHUP */
	bool from_terminal; /* a key was pressed; else another process sent it */
};

/*
 * Catch SIGINT, SIGTERM and SIGHUP, also where they were blocked; block SIGCHLD, for a
 * signalfd(2); ignore SIGPIPE and SIGXFSZ: a reader that went away and a file that grew
 * too long are write errors. Where it was done already, nothing changes. SYSTEM error
 * without a pipe.
 */
struct dxa_err *dxa_signals_catch(void);

/*
 * The same for a program that only asks dxa_signals_asked(): the second signal ends
 * it at once, and SIGCHLD, SIGPIPE and SIGXFSZ stay as they are.
 */
struct dxa_err *dxa_signals_catch_first(void);

/* Handle signals as before the first of these calls: for a child, and at the end. */
void dxa_signals_restore(void);

/* Readable while dxa_signals_next() has one to return; -1: nothing is caught. */
int dxa_signals_fd(void);

/* Take the oldest signal that was caught; false when there is none. */
bool dxa_signals_next(struct dxa_signal *ret);

/* Was any signal caught, ever? */
bool dxa_signals_asked(void);

#endif
