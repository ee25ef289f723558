/* SPDX-License-Identifier: GPL-2.0-only */
/* The header and the trailer of a recording: the audited machine, and the end of the audit. */
#ifndef DAXAUDIT_RECORD_RECORD_H
#define DAXAUDIT_RECORD_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hookstat.h"
#include "engine/engine.h"

/* Known when the audit begins. */
struct dxa_record_head {
	const char *tool; /* name and version of the program that wrote the recording */
	const char *mode; /* the command: "trace", ... */
	const char *release; /* uname -r */
	const char *version; /* uname -v */
	const char *machine; /* uname -m */
	const char *const *argv; /* the audited command, NULL-terminated; NULL without one */
	unsigned int word_bits; /* of the audited kernel: 32 or 64; 0 when not known */
	enum dxa_aliasing aliasing; /* used by the live audit */
	const char *aliasing_from; /* its source */
	int eopnotsupp; /* the audited architecture's number, positive */
	uint64_t stuck_after_ns;
	uint64_t start; /* ktime, ns */
	uint64_t start_wall; /* the same moment, ns since 1970; 0: not known */
	const struct dxa_hook_status *hooks; /* counters are zero here */
	size_t n_hooks;
};

/* Known when it ends. */
struct dxa_record_end {
	bool has_cmd_status;
	int cmd_status; /* wait status of the audited command */
	bool interrupted;
	uint64_t end; /* ktime, ns */
	const struct dxa_hook_status *hooks; /* with final counters */
	size_t n_hooks;
};

#endif
