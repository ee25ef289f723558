// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/signals.h"
#include "cli/analysis.h"
#include "cli/commands.h"
#include "cli/exitcode.h"
#include "cli/outputs.h"
#include "cli/replay.h"
#include "output/closing.h"
#include "record/reader.h"

/* ---- one recording ---- */

static void describe(const struct dxa_reader *r, const char *path, struct dxa_run *run)
{
	const struct dxa_record_head *head = dxa_reader_head(r);

	run->mode = "replay";
	run->recording = path;
	run->release = head->release;
	run->version = head->version;
	run->machine = head->machine;
	run->argv = head->argv;
	run->start = head->start;
	run->start_wall = head->start_wall;
	run->tool = head->tool;
	run->hooks = head->hooks;
	run->n_hooks = head->n_hooks;
	run->aliasing = head->aliasing;
	run->aliasing_from = head->aliasing_from[0] ? head->aliasing_from : NULL;
	/* The file may contain any value, and this is used as an error number. */
	if (head->eopnotsupp > 0 && head->eopnotsupp < 4096)
		run->story.eopnotsupp = head->eopnotsupp;
}

static void warn_unknown(const struct dxa_reader *r, const char *path)
{
	uint64_t n = dxa_reader_unknown_blocks(r);

	if (n)
		dxa_log(DXA_LOG_WARN,
			"%s: %" PRIu64 " blocks of a kind that this version does not know were "
			"skipped",
			path, n);
}

/* A signal ends the replay in order: unfinished outputs are discarded. */
static struct dxa_err *interrupted(const char *path)
{
	return dxa_err_new(DXA_ERR_SYSTEM, EINTR, "%s: interrupted, there is no verdict", path);
}

static struct dxa_err *feed_all(struct dxa_analysis *a, const struct dxa_opts *opts,
				struct dxa_reader *r, const char *path, int *exit_code)
{
	const struct dxa_record_head *head = dxa_reader_head(r);
	struct dxa_opts as_recorded = *opts;
	const struct dxa_record_end *end;
	const struct dxa_event *ev;
	struct dxa_ending ending;
	struct dxa_err *err;

	if (!opts->stuck_after_given)
		as_recorded.stuck_after_ns = head->stuck_after_ns;
	describe(r, path, &a->run);
	dxa_log(DXA_LOG_INFO, "%s: by %s, a %u-bit kernel%s", path, head->tool, head->word_bits,
		dxa_reader_swapped(r) ? " of the other byte order" : "");
	err = dxa_analysis_begin(a, &as_recorded, dxa_reader_symbols(r),
				 dxa_hooks_unobserved(head->hooks, head->n_hooks));
	if (err)
		return err;
	while (!dxa_signals_asked() && (ev = dxa_reader_next(r)))
		dxa_analysis_feed(a, ev);
	if (dxa_signals_asked())
		return interrupted(path);
	warn_unknown(r, path);
	end = dxa_reader_end(r);
	ending = (struct dxa_ending){ .hooks = end->hooks,
				      .n_hooks = end->n_hooks,
				      .has_cmd_status = end->has_cmd_status && head->argv,
				      .cmd_status = end->cmd_status,
				      .interrupted = end->interrupted,
				      .now = end->end,
				      .cut = dxa_reader_cut(r),
				      .unread = dxa_reader_cut(r) != NULL };
	return dxa_analysis_finish(a, &ending, exit_code);
}

/* Sinks that several recordings share, in addition to those of the options. */
struct shared {
	struct dxa_sink *sinks[DXA_OUTPUTS_MAX];
	size_t n;
	bool several; /* there are several recordings */
};

static struct dxa_err *replay(const struct dxa_opts *opts, const struct shared *shared,
			      const char *path, int *exit_code)
{
	struct dxa_analysis analysis;
	struct dxa_reader *r;
	/* Open the input first: if it is not a recording, no output is created. */
	struct dxa_err *err = dxa_reader_open(path, &r);

	if (err && dxa_signals_asked()) {
		dxa_err_free(err);
		return interrupted(path);
	}
	if (err)
		return err;
	err = dxa_analysis_init(&analysis, opts);
	for (size_t i = 0; !err && i < shared->n; i++)
		dxa_analysis_share(&analysis, shared->sinks[i]);
	if (!err)
		err = feed_all(&analysis, opts, r, path, exit_code);
	dxa_analysis_deinit(&analysis);
	dxa_reader_free(r);
	return err;
}

/* Replay with the outputs of this recording only. */
static struct dxa_err *replay_filled_in(const struct dxa_opts *opts, const struct shared *shared,
					const char *path, int *exit_code)
{
	char *outputs[DXA_OUTPUTS_MAX] = { NULL };
	struct dxa_opts filled = *opts;
	struct dxa_err *err = NULL;

	filled.n_outputs = 0;
	filled.silent = opts->silent || shared->several;
	for (size_t i = 0; i < opts->n_outputs && !err; i++) {
		if (shared->n && !dxa_output_is_for_each(opts->outputs[i]))
			continue;
		outputs[i] = dxa_output_fill_in(opts->outputs[i], path);
		if (!outputs[i])
			err = dxa_err_nomem();
		else
			filled.outputs[filled.n_outputs++] = outputs[i];
	}
	if (!err)
		err = replay(&filled, shared, path, exit_code);
	for (size_t i = 0; i < opts->n_outputs; i++)
		free(outputs[i]);
	return err;
}

struct dxa_err *dxa_replay_into(const struct dxa_opts *opts, const char *path,
				const struct dxa_sink_ops *ops, void *state)
{
	struct dxa_analysis analysis;
	struct dxa_opts silent = *opts;
	struct dxa_reader *r;
	struct dxa_err *err = dxa_reader_open(path, &r);
	int code;

	if (err)
		return err;
	silent.n_outputs = 0;
	silent.silent = true;
	err = dxa_analysis_init(&analysis, &silent);
	if (!err)
		err = dxa_analysis_add(&analysis, &silent, ops, NULL, state);
	if (!err)
		err = feed_all(&analysis, &silent, r, path, &code);
	dxa_analysis_deinit(&analysis);
	dxa_reader_free(r);
	return err;
}

/* ---- several recordings ---- */

/* No exit code, because there was no verdict. */
#define NOT_JUDGED (-1)

struct several {
	const struct dxa_opts *opts;
	struct shared shared;
	struct dxa_summary summary;
	size_t bad; /* recordings with an error */
	struct dxa_err *worst; /* of these errors */
};

static struct dxa_err *open_one(struct several *s, const char *spec)
{
	struct dxa_sink **sink = &s->shared.sinks[s->shared.n];
	struct dxa_err *err = dxa_analysis_open_sink(spec, s->opts, sink);

	if (err)
		return err;
	(*sink)->parts = s->summary.recordings;
	s->shared.n++;
	return NULL;
}

/* Outputs without {} in their name are one document for all recordings. */
static struct dxa_err *open_shared(struct several *s)
{
	struct dxa_err *err = NULL;

	if (!s->opts->n_outputs)
		return open_one(s, "text");
	for (size_t i = 0; i < s->opts->n_outputs && !err; i++)
		if (!dxa_output_is_for_each(s->opts->outputs[i]))
			err = open_one(s, s->opts->outputs[i]);
	return err;
}

static void count_verdict(struct dxa_summary *sum, int exit_code)
{
	enum dxa_verdict_kind kind = exit_code == DXA_EXIT_PASS	    ? DXA_VERDICT_PASS :
				     exit_code == DXA_EXIT_FINDINGS ? DXA_VERDICT_FINDINGS :
								      DXA_VERDICT_INCONCLUSIVE;

	sum->by_verdict[kind]++;
}

/* An INPUT error has precedence over others. */
static void note_error(struct several *s, struct dxa_err *err)
{
	s->bad++;
	dxa_log(DXA_LOG_WARN, "%s", err->msg);
	if (!s->worst || s->worst->class != DXA_ERR_INPUT) {
		dxa_err_free(s->worst);
		s->worst = err;
	} else {
		dxa_err_free(err);
	}
}

/* The progress of a recording in the shared sinks. */
static bool in_walk(const struct shared *shared)
{
	for (size_t i = 0; i < shared->n; i++)
		if (shared->sinks[i]->walking)
			return true;
	return false;
}

/* Returns an error when the shared documents cannot be continued. */
static struct dxa_err *replay_one(struct several *s, const char *path)
{
	int code = NOT_JUDGED;
	struct dxa_err *err = replay_filled_in(s->opts, &s->shared, path, &code);

	if (err && (dxa_signals_asked() || in_walk(&s->shared)))
		return err;
	/* Without an error there is a verdict. */
	if (!err || code != NOT_JUDGED) {
		count_verdict(&s->summary, code);
	} else {
		s->summary.unread++;
		for (size_t i = 0; i < s->shared.n; i++)
			dxa_sink_unread(s->shared.sinks[i], path, err->msg);
	}
	/* There is a verdict, but an output of this recording could not be written. */
	if (err)
		note_error(s, err);
	return NULL;
}

/* Worst first: findings, inconclusive, pass. */
static void judge(struct several *s)
{
	struct dxa_summary *sum = &s->summary;

	sum->verdict = sum->by_verdict[DXA_VERDICT_FINDINGS] ? DXA_VERDICT_FINDINGS :
		       sum->by_verdict[DXA_VERDICT_INCONCLUSIVE] || sum->unread ?
							       DXA_VERDICT_INCONCLUSIVE :
							       DXA_VERDICT_PASS;
	sum->exit_code = s->worst ? (int)dxa_exit_of_error(s->worst) :
				    (int)dxa_exit_of_verdict(sum->verdict);
}

/* Like dxa_analysis_finish(): findings have precedence over an output that failed. */
static struct dxa_err *close_shared(struct several *s)
{
	struct dxa_err *ret = NULL;

	for (size_t i = 0; i < s->shared.n; i++) {
		struct dxa_err *err;

		dxa_sink_summary(s->shared.sinks[i], &s->summary);
		err = dxa_sink_close(dxa_take(s->shared.sinks[i]));
		if (!err)
			continue;
		if (s->summary.verdict != DXA_VERDICT_FINDINGS && !ret) {
			ret = err;
			continue;
		}
		dxa_log(DXA_LOG_WARN, "%s", err->msg);
		dxa_err_free(err);
	}
	s->shared.n = 0;
	return ret;
}

static bool on_stdout(const struct shared *shared)
{
	for (size_t i = 0; i < shared->n; i++)
		if (dxa_sink_on_stdout(shared->sinks[i]))
			return true;
	return false;
}

/* When all results go to files, print the verdicts on standard error. */
static void print_summary(const struct dxa_summary *sum)
{
	_cleanup_free_ char *why = dxa_closing_summary(sum);

	fprintf(stderr, "%s: %s\n", dxa_closing_word(sum->verdict),
		why ? why : "out of memory for the reason");
}

static struct dxa_err *replay_all(struct several *s)
{
	struct dxa_err *err = open_shared(s);
	bool reported;

	for (size_t i = 0; i < s->summary.recordings && !err; i++)
		err = replay_one(s, s->opts->args[i]);
	if (err)
		return err;
	judge(s);
	reported = s->opts->silent || on_stdout(&s->shared);
	err = close_shared(s);
	if (!reported && !err)
		print_summary(&s->summary);
	if (err || !s->worst)
		return err;
	return dxa_err_new(s->worst->class, s->worst->code,
			   "%zu of %zu recordings were not replayed", s->bad,
			   s->summary.recordings);
}

/* Each recording has its own verdict; an invalid one does not prevent those of others. */
static struct dxa_err *replay_several(const struct dxa_opts *opts, int *exit_code)
{
	struct several s = { .opts = opts, .shared = { .several = true } };
	struct dxa_err *err;

	while (opts->args[s.summary.recordings])
		s.summary.recordings++;
	err = replay_all(&s);
	for (size_t i = 0; i < s.shared.n; i++)
		dxa_sink_discard(s.shared.sinks[i]);
	dxa_err_free(s.worst);
	*exit_code = s.summary.exit_code;
	return err;
}

struct dxa_err *dxa_cmd_replay(const struct dxa_opts *opts, int *exit_code)
{
	const struct shared none = { .n = 0 };
	struct dxa_err *err;

	if (!opts->args[0])
		return dxa_err_new(DXA_ERR_INPUT, 0,
				   "no recording given: see 'daxaudit replay --help'");
	*exit_code = DXA_EXIT_PASS;
	/* With outputs to files the death by SIGPIPE, which is usual, would leave them half
	 * written. */
	for (size_t i = 0; i < opts->n_outputs; i++)
		if (strchr(opts->outputs[i], ':'))
			dxa_signals_ignore_gone_readers();
	err = dxa_signals_catch_first();
	if (err)
		return err;
	if (!opts->args[1])
		return replay_filled_in(opts, &none, opts->args[0], exit_code);
	return replay_several(opts, exit_code);
}
