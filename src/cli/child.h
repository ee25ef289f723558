/* SPDX-License-Identifier: GPL-2.0-only */
/* The audited command. */
#ifndef DAXAUDIT_CLI_CHILD_H
#define DAXAUDIT_CLI_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

/* INPUT error when argv[0] cannot be found on PATH or is not executable. */
struct dxa_err *dxa_child_check(char *const *argv);

/*
 * Start argv, with the signal dispositions that daxaudit was started with; silent: its
 * standard output and error are dropped. INPUT error when it cannot be executed. The
 * caller reaps *pid.
 */
struct dxa_err *dxa_child_start(char *const *argv, bool silent, pid_t *pid);

#endif
