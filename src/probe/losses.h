/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls that are lost because ftrace or kprobes were switched off during the audit.
 * Internal to src/probe.
 */
#ifndef DAXAUDIT_PROBE_LOSSES_H
#define DAXAUDIT_PROBE_LOSSES_H

#include <stdbool.h>
#include <stdint.h>

#include "probe/attach.h"
#include "probe/probe.h"

struct dxa_silence {
	uint64_t since; /* ktime, ns: when a switch went off; 0: all hooks are called */
	uint64_t until; /* ktime, ns: the LOST events so far reach up to there */
	uint64_t recheck_at; /* ktime, ns: when to check whether the switch is on again */
};

/*
 * Call this with the next event: one that silences hooks begins a silence. During a
 * silence, fn(priv, ...) gets a LOST event whose time includes the event.
 */
void dxa_silence_event(struct dxa_silence *s, const struct dxa_event *ev,
		       const struct dxa_hook *hooks, size_t n, dxa_event_fn fn, void *priv);

/*
 * During a silence: check whether it is over, or end it if `ends`. Then fn(priv, ...) gets
 * a LOST event until now.
 */
void dxa_silence_check(struct dxa_silence *s, bool ends, dxa_event_fn fn, void *priv);

#endif
