// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "cli/analysis.h"
#include "cli/commands.h"
#include "cli/exitcode.h"
#include "cli/outputs.h"
#include "record/reader.h"

/* Set by SIGINT or SIGTERM: the replay ends in order, and half an output is thrown away. */
static volatile sig_atomic_t stopped;

static void on_stop(int sig)
{
	(void)sig;
	stopped = 1;
}

/* The second signal ends it at once. */
static void catch_signals(void)
{
	const struct sigaction act = { .sa_handler = on_stop, .sa_flags = SA_RESETHAND };

	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
}

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
	run->aliasing = head->aliasing;
	run->aliasing_from = head->aliasing_from[0] ? head->aliasing_from : NULL;
	/* Whatever the file says, it is used as an error number. */
	if (head->eopnotsupp > 0 && head->eopnotsupp < 4096)
		run->story.eopnotsupp = head->eopnotsupp;
}

static void tell_unknown(const struct dxa_reader *r, const char *path)
{
	uint64_t n = dxa_reader_unknown_blocks(r);

	if (n)
		dxa_log(DXA_LOG_WARN,
			"%s: %" PRIu64 " blocks of a kind that this version does not know were "
			"skipped",
			path, n);
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
				 dxa_hooks_blind(head->hooks, head->n_hooks));
	if (err)
		return err;
	while (!stopped && (ev = dxa_reader_next(r)))
		dxa_analysis_feed(a, ev);
	if (stopped)
		return dxa_err_new(DXA_ERR_SYSTEM, EINTR, "%s: interrupted, nothing is judged",
				   path);
	tell_unknown(r, path);
	end = dxa_reader_end(r);
	ending = (struct dxa_ending){ .hooks = end->hooks,
				      .n_hooks = end->n_hooks,
				      .has_cmd_status = end->has_cmd_status && head->argv,
				      .cmd_status = end->cmd_status,
				      .interrupted = end->interrupted,
				      .now = end->end,
				      .cut = dxa_reader_cut(r) };
	return dxa_analysis_finish(a, &ending, exit_code);
}

static struct dxa_err *replay(const struct dxa_opts *opts, const char *path, int *exit_code)
{
	struct dxa_analysis analysis;
	struct dxa_reader *r;
	/* Opened first: what is no recording leaves no output behind. */
	struct dxa_err *err = dxa_reader_open(path, &r);

	if (err)
		return err;
	err = dxa_analysis_init(&analysis, opts);
	if (!err)
		err = feed_all(&analysis, opts, r, path, exit_code);
	dxa_analysis_deinit(&analysis);
	dxa_reader_free(r);
	return err;
}

/* ---- several recordings ---- */

/* Every recording needs output files of its own. */
static struct dxa_err *check_outputs(const struct dxa_opts *opts)
{
	for (size_t i = 0; i < opts->n_outputs; i++) {
		if (!strchr(opts->outputs[i], ':'))
			continue;
		if (!dxa_output_is_for_each(opts->outputs[i]))
			return dxa_err_new(DXA_ERR_INPUT, 0,
					   "-o %s: with several recordings the file name needs "
					   "'" DXA_OUTPUT_PLACE
					   "', which stands for each recording's name",
					   opts->outputs[i]);
	}
	return NULL;
}

static struct dxa_err *replay_filled_in(const struct dxa_opts *opts, const char *path,
					int *exit_code)
{
	char *outputs[DXA_OUTPUTS_MAX] = { NULL };
	struct dxa_opts filled = *opts;
	struct dxa_err *err = NULL;

	for (size_t i = 0; i < opts->n_outputs && !err; i++) {
		filled.outputs[i] = outputs[i] = dxa_output_fill_in(opts->outputs[i], path);
		if (!outputs[i])
			err = dxa_err_nomem();
	}
	if (!err)
		err = replay(&filled, path, exit_code);
	for (size_t i = 0; i < opts->n_outputs; i++)
		free(outputs[i]);
	return err;
}

/* Worst first: findings, inconclusive, pass. */
static int worse(int a, int b)
{
	static const int order[] = { DXA_EXIT_FINDINGS, DXA_EXIT_INCONCLUSIVE };

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return a;
}

/* Each is judged on its own; one that is no recording does not keep the others from it. */
static struct dxa_err *replay_several(const struct dxa_opts *opts, int *exit_code)
{
	struct dxa_err *err = check_outputs(opts), *worst = NULL;
	size_t n = 0, bad = 0;

	if (err)
		return err;
	for (char **path = opts->args; *path; path++, n++) {
		int code = DXA_EXIT_PASS;

		err = replay_filled_in(opts, *path, &code);
		*exit_code = worse(*exit_code, code);
		if (!err)
			continue;
		bad++;
		dxa_log(DXA_LOG_WARN, "%s", err->msg);
		if (!worst || worst->class != DXA_ERR_INPUT) {
			dxa_err_free(worst);
			worst = err;
		} else {
			dxa_err_free(err);
		}
	}
	if (!worst)
		return NULL;
	err = dxa_err_new(worst->class, worst->code, "%zu of %zu recordings were not replayed", bad,
			  n);
	dxa_err_free(worst);
	return err;
}

struct dxa_err *dxa_cmd_replay(const struct dxa_opts *opts, int *exit_code)
{
	if (!opts->args[0])
		return dxa_err_new(DXA_ERR_INPUT, 0,
				   "no recording given: see 'daxaudit replay --help'");
	*exit_code = DXA_EXIT_PASS;
	catch_signals();
	if (!opts->args[1])
		return replay_filled_in(opts, opts->args[0], exit_code);
	return replay_several(opts, exit_code);
}
