/* SPDX-License-Identifier: GPL-2.0-only */
/* The commands. Each has a file of its own, and a row in the table of main.c. */
#ifndef DAXAUDIT_CLI_COMMANDS_H
#define DAXAUDIT_CLI_COMMANDS_H

#include "base/err.h"
#include "cli/opts.h"

/* Each runs with parsed options and sets *exit_code unless it returns an error. */
struct dxa_err *dxa_cmd_trace(const struct dxa_opts *opts, int *exit_code);
struct dxa_err *dxa_cmd_check(const struct dxa_opts *opts, int *exit_code);
struct dxa_err *dxa_cmd_list(const struct dxa_opts *opts, int *exit_code);
struct dxa_err *dxa_cmd_daemon(const struct dxa_opts *opts, int *exit_code);
struct dxa_err *dxa_cmd_sweep(const struct dxa_opts *opts, int *exit_code);
struct dxa_err *dxa_cmd_doctor(const struct dxa_opts *opts, int *exit_code);
struct dxa_err *dxa_cmd_catalog(const struct dxa_opts *opts, int *exit_code);
struct dxa_err *dxa_cmd_replay(const struct dxa_opts *opts, int *exit_code);
struct dxa_err *dxa_cmd_report(const struct dxa_opts *opts, int *exit_code);
struct dxa_err *dxa_cmd_diff(const struct dxa_opts *opts, int *exit_code);
struct dxa_err *dxa_cmd_top(const struct dxa_opts *opts, int *exit_code);
struct dxa_err *dxa_cmd_policy(const struct dxa_opts *opts, int *exit_code);
struct dxa_err *dxa_cmd_explain(const struct dxa_opts *opts, int *exit_code);
struct dxa_err *dxa_cmd_man(const struct dxa_opts *opts, int *exit_code);
struct dxa_err *dxa_cmd_completion(const struct dxa_opts *opts, int *exit_code);
struct dxa_err *dxa_cmd_schema(const struct dxa_opts *opts, int *exit_code);

#endif
