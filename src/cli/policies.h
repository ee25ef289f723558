/* SPDX-License-Identifier: GPL-2.0-only */
/* The policy in force: which files it is read from. */
#ifndef DAXAUDIT_CLI_POLICIES_H
#define DAXAUDIT_CLI_POLICIES_H

#include "base/err.h"
#include "cli/opts.h"
#include "policy/policy.h"

/* Read without being asked for, where they are there; see docs/policy.md. */
#define DXA_POLICY_SYSTEM "/etc/daxaudit/policy.yaml"
#define DXA_POLICY_SYSTEM_DIR "/etc/daxaudit/policy.d"

/*
 * Read one file over what policy holds. What is wrong in it goes to problems; an
 * INPUT error is returned when the file itself cannot be read.
 */
struct dxa_err *dxa_policies_read(struct dxa_policy *policy, const char *path,
				  struct dxa_policy_problems *problems);

/*
 * Make *policy the one in force: the built-in one, the system's files (unless
 * opts say not to), those that opts name, options; later ones over earlier ones.
 * INPUT error for the first thing that is wrong. Free with dxa_policy_deinit(),
 * whatever this returned.
 */
struct dxa_err *dxa_policies_load(struct dxa_policy *policy, const struct dxa_opts *opts);

/* Write today's date, in UTC. Returns buf. */
const char *dxa_policies_today(char buf[DXA_DATE_LEN]);

#endif
