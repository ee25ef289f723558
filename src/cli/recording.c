// SPDX-License-Identifier: GPL-2.0-only
#include "cli/recording.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "version.h"

struct dxa_err *dxa_recording_open(struct dxa_recording *s, const struct dxa_opts *opts, bool keep)
{
	return opts->record ? dxa_recorder_open(opts->record, opts->file_mode, keep, &s->recorder) :
			      NULL;
}

/*
 * The word size of the kernel, on which a 32-bit daxaudit may run. kallsyms has addresses
 * of full width, also if they are hidden.
 */
static unsigned int kernel_word_bits(void)
{
	char line[128];

	_cleanup_fclose_ FILE *f = fopen("/proc/kallsyms", "re");
	if (!f || !fgets(line, sizeof(line), f))
		return 0;
	switch (strcspn(line, " ")) {
	case 8:
		return 32;
	case 16:
		return 64;
	default:
		return 0;
	}
}

static void begin(struct dxa_recording *s, const struct dxa_analysis *analysis,
		  const struct dxa_opts *opts, const struct dxa_hook_status *hooks, size_t n_hooks,
		  uint64_t start)
{
	const struct dxa_run *run = &analysis->run;
	const struct dxa_record_head head = {
		.tool = "daxaudit " DXA_VERSION,
		.mode = run->mode,
		.release = run->release,
		.version = run->version,
		.machine = run->machine,
		.argv = run->argv,
		.word_bits = kernel_word_bits(),
		.aliasing = run->aliasing,
		.aliasing_from = run->aliasing_from,
		.eopnotsupp = run->story.eopnotsupp,
		.stuck_after_ns = opts->stuck_after_ns,
		.start = start,
		.start_wall = run->start_wall ? run->start_wall + (start - run->start) : 0,
		.hooks = hooks,
		.n_hooks = n_hooks
	};

	if (s->recorder)
		dxa_recorder_begin(s->recorder, &head, run->story.symbols);
}

void dxa_recording_begin(struct dxa_recording *s, const struct dxa_analysis *analysis,
			 const struct dxa_opts *opts, const struct dxa_hook_status *hooks,
			 size_t n_hooks)
{
	begin(s, analysis, opts, hooks, n_hooks, analysis->run.start);
}

void dxa_recording_event(struct dxa_recording *s, const struct dxa_event *ev, uint64_t now)
{
	if (!s->recorder)
		return;
	dxa_recorder_event(s->recorder, ev);
	if (!s->sync_at)
		s->sync_at = now + DXA_RECORDING_SYNC_NS;
	if (!dxa_recorder_pending(s->recorder))
		s->pending_since = 0;
	else if (!s->pending_since)
		s->pending_since = now;
}

void dxa_recording_secure(struct dxa_recording *s, uint64_t now)
{
	uint64_t next = s->synced + DXA_RECORDING_SYNC_MIN_NS;

	if (next < now)
		next = now;
	if (s->sync_at > next)
		s->sync_at = next;
}

uint64_t dxa_recording_due(const struct dxa_recording *s)
{
	uint64_t flush_at = s->pending_since + DXA_RECORDING_FLUSH_NS;

	/* Pending records are not synced either, so with sync_at 0 there is nothing to do. */
	return s->pending_since && flush_at < s->sync_at ? flush_at : s->sync_at;
}

void dxa_recording_tick(struct dxa_recording *s, uint64_t now)
{
	uint64_t due = dxa_recording_due(s);

	if (!due || now < due)
		return;
	s->pending_since = 0;
	if (now < s->sync_at) {
		dxa_recorder_flush(s->recorder);
		return;
	}
	dxa_recorder_sync(s->recorder);
	s->sync_at = 0;
	s->synced = now;
}

int dxa_recording_error(const struct dxa_recording *s)
{
	return s->recorder ? dxa_recorder_error(s->recorder) : 0;
}

/* The counters since the begin of the file. */
static void subtract(struct dxa_hook_status *hooks, const struct dxa_hook_status *before, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		hooks[i].count.seen -= before[i].count.seen;
		hooks[i].count.submitted -= before[i].count.submitted;
		hooks[i].count.dropped -= before[i].count.dropped;
		hooks[i].count.repeated -= before[i].count.repeated;
		hooks[i].missed -= before[i].missed;
	}
}

static struct dxa_hook_status *copy(const struct dxa_hook_status *hooks, size_t n)
{
	struct dxa_hook_status *ret = calloc(n ? n : 1, sizeof(*ret));

	if (ret && n)
		memcpy(ret, hooks, n * sizeof(*ret));
	return ret;
}

struct dxa_err *dxa_recording_finish(struct dxa_recording *s, const struct dxa_ending *ending)
{
	struct dxa_record_end end = { .has_cmd_status = ending->has_cmd_status,
				      .cmd_status = ending->cmd_status,
				      .interrupted = ending->interrupted,
				      .end = ending->now,
				      .n_hooks = ending->n_hooks };

	if (!s->recorder)
		return NULL;
	_cleanup_free_ struct dxa_hook_status *hooks = copy(ending->hooks, ending->n_hooks);
	if (!hooks)
		return dxa_err_nomem();
	if (s->before)
		subtract(hooks, s->before, end.n_hooks);
	end.hooks = hooks;
	return dxa_recorder_finish(s->recorder, &end);
}

bool dxa_recording_moved(const struct dxa_recording *s)
{
	return s->recorder && dxa_recorder_moved(s->recorder);
}

struct dxa_err *dxa_recording_rotate(struct dxa_recording *s, const struct dxa_analysis *analysis,
				     const struct dxa_opts *opts, const struct dxa_ending *ending)
{
	struct dxa_recording fresh = { .before = copy(ending->hooks, ending->n_hooks) };
	struct dxa_ending old = *ending;
	struct dxa_err *err;

	if (!fresh.before)
		return dxa_err_nomem();
	err = dxa_recording_open(&fresh, opts, true);
	if (err) {
		dxa_recording_close(&fresh);
		return err;
	}
	/* A call between the reading of two counters belongs to the new file. */
	for (size_t i = 0; i < old.n_hooks; i++) {
		struct dxa_count *c = &fresh.before[i].count;

		c->seen = c->submitted + c->dropped + c->repeated;
	}
	old.hooks = fresh.before;
	err = dxa_recording_finish(s, &old);
	dxa_recording_close(s);
	begin(&fresh, analysis, opts, ending->hooks, ending->n_hooks, ending->now);
	*s = fresh;
	return err;
}

void dxa_recording_close(struct dxa_recording *s)
{
	dxa_recorder_free(s->recorder);
	free(s->before);
	*s = (struct dxa_recording){ 0 };
}
