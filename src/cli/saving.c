// SPDX-License-Identifier: GPL-2.0-only
#include "cli/saving.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "version.h"

struct dxa_err *dxa_saving_open(struct dxa_saving *s, const struct dxa_opts *opts)
{
	return opts->record ? dxa_recorder_open(opts->record, &s->recorder) : NULL;
}

/*
 * A 32-bit daxaudit may run on a 64-bit kernel: ask the kernel, which writes
 * addresses at full width, also where it hides them.
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

void dxa_saving_begin(struct dxa_saving *s, const struct dxa_analysis *analysis,
		      const struct dxa_opts *opts, const struct dxa_hook_status *hooks,
		      size_t n_hooks)
{
	const struct dxa_run *run = &analysis->run;
	const struct dxa_record_head head = { .tool = "daxaudit " DXA_VERSION,
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
					      .start = run->start,
					      .hooks = hooks,
					      .n_hooks = n_hooks };

	if (s->recorder)
		dxa_recorder_begin(s->recorder, &head, run->story.symbols);
}

void dxa_saving_event(struct dxa_saving *s, const struct dxa_event *ev, uint64_t now)
{
	if (!s->recorder)
		return;
	dxa_recorder_event(s->recorder, ev);
	if (!s->sync_at)
		s->sync_at = now + DXA_SAVING_SYNC_NS;
	if (!dxa_recorder_pending(s->recorder))
		s->pending_since = 0;
	else if (!s->pending_since)
		s->pending_since = now;
}

void dxa_saving_secure(struct dxa_saving *s, uint64_t now)
{
	uint64_t next = s->synced + DXA_SAVING_SYNC_MIN_NS;

	if (next < now)
		next = now;
	if (s->sync_at > next)
		s->sync_at = next;
}

uint64_t dxa_saving_due(const struct dxa_saving *s)
{
	uint64_t flush_at = s->pending_since + DXA_SAVING_FLUSH_NS;

	/* What is pending is not on disk either: with sync_at 0 there is nothing to do. */
	return s->pending_since && flush_at < s->sync_at ? flush_at : s->sync_at;
}

void dxa_saving_tick(struct dxa_saving *s, uint64_t now)
{
	uint64_t due = dxa_saving_due(s);

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

int dxa_saving_error(const struct dxa_saving *s)
{
	return s->recorder ? dxa_recorder_error(s->recorder) : 0;
}

struct dxa_err *dxa_saving_finish(struct dxa_saving *s, const struct dxa_ending *ending)
{
	const struct dxa_record_end end = { .has_cmd_status = ending->has_cmd_status,
					    .cmd_status = ending->cmd_status,
					    .interrupted = ending->interrupted,
					    .end = ending->now,
					    .hooks = ending->hooks,
					    .n_hooks = ending->n_hooks };

	return s->recorder ? dxa_recorder_finish(s->recorder, &end) : NULL;
}

void dxa_saving_close(struct dxa_saving *s)
{
	dxa_recorder_free(s->recorder);
	*s = (struct dxa_saving){ 0 };
}
