/* SPDX-License-Identifier: GPL-2.0-only */
/* The audited command. */
#ifndef DAXAUDIT_CLI_CHILD_H
#define DAXAUDIT_CLI_CHILD_H

#include <signal.h>
#include <sys/types.h>

#include "base/err.h"

/* What a command inherits of how signals were handled before the audit. */
struct dxa_signals {
	sigset_t mask;
	struct sigaction pipe, xfsz;
};

/* INPUT error when argv[0] cannot be found on PATH or is not executable. */
struct dxa_err *dxa_child_check(char *const *argv);

/*
 * Start argv with these signals. INPUT error when it cannot be executed. The
 * caller reaps *pid.
 */
struct dxa_err *dxa_child_start(char *const *argv, const struct dxa_signals *signals, pid_t *pid);

#endif
