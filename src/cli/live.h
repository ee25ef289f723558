/* SPDX-License-Identifier: GPL-2.0-only */
/* A live audit of a command, or until a signal. */
#ifndef DAXAUDIT_CLI_LIVE_H
#define DAXAUDIT_CLI_LIVE_H

#include "base/err.h"
#include "base/signals.h"
#include "cli/audit.h"
#include "cli/opts.h"

/*
 * Run a live audit. opts->args is the command to audit; empty: audit until SIGINT or
 * SIGTERM, unless mode says otherwise. *exit_code is set when NULL is returned.
 */
struct dxa_err *dxa_live_run(const struct dxa_audit_mode *mode, const struct dxa_opts *opts,
			     int *exit_code);

/* A signal asks to end: one that was sent by kill(2) limits the wait for slow readers. */
void dxa_live_hurry(const struct dxa_signal *s);

#endif
