/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads the policy in force from its files. */
#ifndef DAXAUDIT_CLI_POLICIES_H
#define DAXAUDIT_CLI_POLICIES_H

#include "base/err.h"
#include "cli/opts.h"
#include "policy/policy.h"

/* The system's policy files, which are read if they exist; see docs/policy.md. */
#define DXA_POLICY_SYSTEM "/etc/daxaudit/policy.yaml"
#define DXA_POLICY_SYSTEM_DIR "/etc/daxaudit/policy.d"

/*
 * Read one file into policy, over its contents. Problems in the file are added to problems;
 * INPUT error when the file cannot be read.
 */
struct dxa_err *dxa_policies_read(struct dxa_policy *policy, const char *path,
				  struct dxa_policy_problems *problems);

/*
 * Make the policy in force: the built-in one, the system's files (unless disabled by
 * opts), the files of opts, the options; later ones override earlier ones. INPUT error
 * for the first problem. Free with dxa_policy_deinit(), also after an error.
 */
struct dxa_err *dxa_policies_load(struct dxa_policy *policy, const struct dxa_opts *opts);

/* Write today's date, in UTC. Returns buf. */
const char *dxa_policies_today(char buf[DXA_DATE_LEN]);

#endif
