/* SPDX-License-Identifier: GPL-2.0-only */
/* The options of all commands. Help, manual and completion are generated from their table. */
#ifndef DAXAUDIT_CLI_OPTS_H
#define DAXAUDIT_CLI_OPTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/log.h"
#include "engine/engine.h"
#include "output/show.h"

#define DXA_OUTPUTS_MAX 16
#define DXA_POLICIES_MAX 16

/* Which commands take an option. */
enum dxa_cmd_mask {
	DXA_CMD_TRACE = 1 << 0,
	DXA_CMD_CHECK = 1 << 1,
	DXA_CMD_LIST = 1 << 2,
	DXA_CMD_DAEMON = 1 << 3,
	DXA_CMD_REPLAY = 1 << 4,
	DXA_CMD_REPORT = 1 << 5,
	DXA_CMD_POLICY = 1 << 6,
	DXA_CMD_DOCTOR = 1 << 7,
	DXA_CMD_EXPLAIN = 1 << 8,
	DXA_CMD_SCHEMA = 1 << 9,
	DXA_CMD_MAN = 1 << 10,
	DXA_CMD_CATALOG = 1 << 11,
	DXA_CMD_SWEEP = 1 << 12,
	DXA_CMD_COMPLETION = 1 << 13,
	DXA_CMD_VERSION = 1 << 14,
	DXA_CMD_DIFF = 1 << 15,
	DXA_CMD_TOP = 1 << 16,
	DXA_CMD_HELP = 1 << 17,
	DXA_CMD_LIVE = DXA_CMD_TRACE | DXA_CMD_CHECK,
	DXA_CMD_ANALYSIS = DXA_CMD_LIVE | DXA_CMD_REPLAY,
	DXA_CMD_SHOWING = DXA_CMD_ANALYSIS | DXA_CMD_REPORT,
	DXA_CMD_WATCHING = DXA_CMD_LIVE | DXA_CMD_DAEMON,
	DXA_CMD_JUDGING = DXA_CMD_SHOWING | DXA_CMD_DAEMON,
	DXA_CMD_FILTERING = DXA_CMD_TRACE | DXA_CMD_REPLAY | DXA_CMD_REPORT,
	/* The commands with --output. */
	DXA_CMD_OUTPUT = DXA_CMD_SHOWING | DXA_CMD_LIST | DXA_CMD_POLICY | DXA_CMD_EXPLAIN |
			 DXA_CMD_DOCTOR | DXA_CMD_DIFF | DXA_CMD_SWEEP,
	DXA_CMD_ALL = ~0,
};

/* When the text report is coloured. */
enum dxa_when {
	DXA_WHEN_AUTO, /* on a terminal, and not with NO_COLOR set */
	DXA_WHEN_ALWAYS,
	DXA_WHEN_NEVER,
};

/* Options of sweep only. */
struct dxa_sweep_opts {
	const char *drivers; /* comma-separated; NULL: all */
	const char *sites; /* comma-separated */
	bool once, from; /* modes */
	unsigned int per_stack; /* calls of one call stack that fail; 0: all */
	unsigned int first, only; /* rounds; 0: not given */
	const char *reset; /* shell command; NULL: none */
	uint64_t per_round_ns;
	bool kmemleak; /* after every round */
};

struct dxa_opts {
	bool help;
	bool version;
	int verbose;
	bool quiet; /* findings and verdict only */
	const char *outputs[DXA_OUTPUTS_MAX]; /* FORMAT[:FILE] as given */
	size_t n_outputs;
	uint64_t settle_ns;
	bool settle_given; /* not the default */
	uint64_t settle_limit_ns;
	uint64_t timeout_ns; /* of the command; 0: none */
	uint64_t stuck_after_ns;
	uint64_t snapshot_every_ns; /* the daemon's; 0: only when something changed */
	bool stuck_after_given; /* not the default */
	bool failing_given; /* not from the policy */
	enum dxa_severity failing;
	bool allow_idle; /* check: a command that exercises nothing may pass */
	uint32_t require; /* drivers: bits 1 << driver */
	bool assume_aliasing; /* aliasing is given by the user */
	enum dxa_aliasing aliasing;
	const char *policies[DXA_POLICIES_MAX]; /* files, in order */
	size_t n_policies;
	bool no_policy; /* do not read the system's files */
	bool kprobes_only;
	bool deep; /* watch who uses a device, too */
	size_t ring_size; /* bytes; 0: default */
	const char *btf;
	const char *record;
	const char *kcidb_build; /* "ORIGIN:ID" */
	const char *log; /* the daemon's; NULL: none */
	const char *metrics; /* the daemon's file for Prometheus; NULL: none */
	const char *pid_file; /* the daemon's */
	enum dxa_when colour;
	bool by_device; /* the text shows lives in place of probes */
	bool follow; /* the text shows events as they happen */
	struct dxa_show show; /* filters of what is shown */
	bool no_addresses; /* reports have names in place of addresses */
	bool core; /* doctor: check only whether there is a DAX core */
	bool silent; /* no default output, no verdict on standard error; set by commands only */
	bool unjudged; /* the exit code is that of writing the outputs; set by commands only */
	mode_t file_mode; /* permissions of new files, to which the umask applies */
	int skip_code; /* replaces exit code 4 */
	struct dxa_sweep_opts sweep;
	char **args; /* other arguments: the audited command, files, ...; NULL-terminated */
};

/*
 * Parse argv (argv[0] is the command's name) for a command of this mask. If a command to
 * run can follow, the first word that is not an option, or "--", begins it; else options
 * may be anywhere before "--". INPUT error for an invalid option. opts borrows the strings
 * of argv, and may change their order.
 */
struct dxa_err *dxa_opts_parse(int argc, char **argv, unsigned int mask, struct dxa_opts *opts);

/* --fail, --per-site, --from and --only of a sweep: INPUT error. */
struct dxa_err *dxa_opts_sweep_fail(const char *value, struct dxa_sweep_opts *o);
struct dxa_err *dxa_opts_count(const char *option, const char *value, unsigned int *ret);

/* Add a device to show, like --device. INPUT error. */
struct dxa_err *dxa_opts_add_device(const char *name, struct dxa_show *show);

/* The log level of -v. */
static inline enum dxa_log_level dxa_opts_log_level(const struct dxa_opts *opts)
{
	return (enum dxa_log_level)(DXA_LOG_NOTICE + (opts->verbose < 2 ? opts->verbose : 2));
}

#endif
