/* SPDX-License-Identifier: GPL-2.0-only */
/* The common part of live and replayed audits: engine, sinks and verdict. */
#ifndef DAXAUDIT_CLI_ANALYSIS_H
#define DAXAUDIT_CLI_ANALYSIS_H

#include "base/map.h"
#include "cli/opts.h"
#include "cli/provisional.h"
#include "engine/engine.h"
#include "output/sink.h"
#include "policy/policy.h"

/* Sinks of the caller, in addition to those of the options. */
#define DXA_SINKS_EXTRA 4

struct dxa_analysis {
	struct dxa_engine *engine;
	struct dxa_sink *sinks[DXA_OUTPUTS_MAX + DXA_SINKS_EXTRA];
	size_t n_sinks;
	bool passes_events; /* a sink, or what hides addresses, needs single events */
	bool passed; /* something to a sink, since the last dxa_sink_fed() */
	struct dxa_run run;
	struct dxa_policy policy; /* in force */
	bool reloaded;
	struct dxa_policy began_with; /* the first one, after a reload: run borrows from it */
	struct dxa_policy_machine machine; /* the audited machine */
	uint64_t by_severity[DXA_SEVERITY_COUNT];
	uint64_t found; /* findings so far, of every severity, allowed or not */
	struct dxa_tally tally;
	struct dxa_provisional provisional; /* findings that may be withdrawn */
	uint64_t contexts[DXA_CONTEXT_SORTS]; /* closed, with DAX */
	struct dxa_hidden hidden;
	uint32_t listed; /* of a listing: bits 1 << index of show's devices that are there */
	struct dxa_map of_devices; /* dax_devices that --device selects */
	bool silent; /* do not print the verdict: the caller may */
	bool unjudged; /* report output errors even if there are findings */
	bool must_exercise; /* a command that exercises no dax_device is no pass */
	uint64_t dax_calls; /* records of calls with a dax_device */
	uint64_t last_event; /* ktime of the newest record, ns; 0: none */
	uint64_t last_call; /* ktime of the newest bracket or call with a dax_device, ns; 0: none */
	enum dxa_severity failing;
	uint32_t required; /* drivers that must be exercised: bits 1 << driver */
	struct dxa_event
		silences[2]; /* the first that switched ftrace off, and kprobes; kind 0: none */
};

/* How the audit ended, for dxa_analysis_finish(). */
struct dxa_ending {
	const struct dxa_hook_status *hooks;
	size_t n_hooks;
	bool has_cmd_status;
	int cmd_status;
	bool interrupted;
	uint64_t now; /* ktime, ns */
	uint64_t wall; /* the same moment, ns since 1970; 0: not known */
	const char *cut; /* one line: which events are missing at the end; NULL: none */
	bool exits_with_pass; /* daxaudit's exit code does not depend on the verdict */
	bool unread; /* a recording that cannot be read to its end: what follows is not known */
};

/*
 * Read the policy in force, and open the sinks of opts (text by default). INPUT error for a
 * policy that cannot be read, or a file that cannot be written. Close with
 * dxa_analysis_deinit(), also after an error.
 */
struct dxa_err *dxa_analysis_init(struct dxa_analysis *a, const struct dxa_opts *opts);

/* Open a sink from "FORMAT[:FILE]", with the verbosity and file mode of opts. */
struct dxa_err *dxa_analysis_open_sink(const char *spec, const struct dxa_opts *opts,
				       struct dxa_sink **ret);

/* Add a sink that several analyses share and that this one does not close; before the begin. */
void dxa_analysis_share(struct dxa_analysis *a, struct dxa_sink *sink);

/* Add a sink, see dxa_sink_new(), with the verbosity of opts; before the begin. */
struct dxa_err *dxa_analysis_add(struct dxa_analysis *a, const struct dxa_opts *opts,
				 const struct dxa_sink_ops *ops, FILE *out, void *state);

/*
 * Begin. The caller has set a->run's machine strings, argv, mode and start (for a recording
 * also aliasing, aliasing_from and story.eopnotsupp); this adds the conclusions of the
 * policy, and makes the engine. symbols is borrowed; unobserved_hooks: from
 * dxa_hooks_unobserved().
 */
struct dxa_err *dxa_analysis_begin(struct dxa_analysis *a, const struct dxa_opts *opts,
				   struct dxa_symbols *symbols, uint64_t unobserved_hooks);

/*
 * In place of the begin: the audit could not begin. Writes a document that says so to every
 * output whose format can express it, and closes all outputs. The caller has set the same
 * members of a->run. An output that cannot be written is only logged.
 */
void dxa_analysis_refuse(struct dxa_analysis *a, const struct dxa_opts *opts,
			 const struct dxa_refusal *refusal);

/*
 * Read the policy again. Its severities, allowances and requirements apply to findings
 * from now on; a change about aliasing applies to the next audit. On an error the old
 * policy stays in force.
 */
struct dxa_err *dxa_analysis_reload(struct dxa_analysis *a, const struct dxa_opts *opts);

/* Pass the next event to the engine, and to the sinks that show every event. */
void dxa_analysis_feed(struct dxa_analysis *a, const struct dxa_event *ev);

/*
 * The counts and the verdict if the audit ended now, as described by ending. Changes and
 * writes nothing. The caller frees ret->verdict with dxa_verdict_deinit(); other pointers
 * in *ret are borrowed.
 */
void dxa_analysis_result(const struct dxa_analysis *a, const struct dxa_ending *ending,
			 struct dxa_result *ret);

/*
 * Finish the engine and write all results. *exit_code gets the code of the verdict. If an
 * output cannot be written, the others are, and the error (SYSTEM) is returned; with
 * findings, which have precedence, it is only logged.
 */
struct dxa_err *dxa_analysis_finish(struct dxa_analysis *a, const struct dxa_ending *ending,
				    int *exit_code);

/* Free everything; unfinished outputs are discarded. */
void dxa_analysis_deinit(struct dxa_analysis *a);

#endif
