/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls that no hook sees because somebody switched ftrace or kprobes off during the
 * audit. Internal to src/probe.
 */
#ifndef DAXAUDIT_PROBE_LOSSES_H
#define DAXAUDIT_PROBE_LOSSES_H

#include <stdbool.h>
#include <stdint.h>

#include "probe/attach.h"
#include "probe/probe.h"

struct dxa_silence {
	uint64_t since; /* ktime, ns; when a switch was seen to go off; 0: all hooks are called */
	uint64_t until; /* ktime, ns; the LOST events told so far reach up to there */
	uint64_t recheck_at; /* ktime, ns; not before, whether it is on again is looked at */
};

/*
 * An event comes next. Where it silences hooks, the silence begins. What comes during
 * one is handed to fn(priv, ...) behind a LOST event whose time it is in.
 */
void dxa_silence_event(struct dxa_silence *s, const struct dxa_event *ev,
		       const struct dxa_hook *hooks, size_t n, dxa_event_fn fn, void *priv);

/*
 * During a silence: look whether it is over, or take it for over when `ends`. Then a LOST
 * event until now is handed to fn(priv, ...).
 */
void dxa_silence_check(struct dxa_silence *s, bool ends, dxa_event_fn fn, void *priv);

#endif
