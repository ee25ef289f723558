/* SPDX-License-Identifier: GPL-2.0-only */
/* What live and replayed audits share: the engine, the sinks it reports to, the verdict. */
#ifndef DAXAUDIT_CLI_ANALYSIS_H
#define DAXAUDIT_CLI_ANALYSIS_H

#include "base/map.h"
#include "cli/opts.h"
#include "cli/provisional.h"
#include "engine/engine.h"
#include "output/sink.h"
#include "policy/policy.h"

/* Sinks beside those that options name. */
#define DXA_SINKS_EXTRA 4

struct dxa_analysis {
	struct dxa_engine *engine;
	struct dxa_sink *sinks[DXA_OUTPUTS_MAX + DXA_SINKS_EXTRA];
	size_t n_sinks;
	struct dxa_run run;
	struct dxa_policy policy; /* in force */
	bool reloaded;
	struct dxa_policy began_with; /* the first, once another is in force: run borrows from it */
	struct dxa_policy_machine machine; /* that the findings are about */
	uint64_t by_severity[DXA_SEVERITY_COUNT];
	uint64_t found; /* findings so far, of every severity, allowed or not */
	struct dxa_tally tally;
	struct dxa_provisional provisional; /* findings that may be withdrawn */
	uint64_t contexts[DXA_CONTEXT_SORTS]; /* closed, with DAX */
	struct dxa_hidden hidden;
	struct dxa_map of_devices; /* dax_devices whose names are shown only */
	bool silent; /* the caller prints the verdict, or does not */
	bool unjudged; /* findings are no reason to pass over an output that cannot be written */
	bool must_exercise; /* a command that exercises no dax_device is no pass */
	uint64_t dax_calls; /* records of calls with a dax_device */
	uint64_t last_event; /* ktime of the newest record, ns; 0: none */
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
	const char *cut; /* one line: what of the events is missing at their end; NULL for none */
};

/*
 * Read the policy in force, and open the sinks that opts name (text when none),
 * before anything else can fail: a policy that cannot be read, or a file that
 * cannot be written, is an INPUT error. Close with
 * dxa_analysis_deinit(), whatever this returned.
 */
struct dxa_err *dxa_analysis_init(struct dxa_analysis *a, const struct dxa_opts *opts);

/* Open a sink from "FORMAT[:FILE]", as verbose, and its file as private, as opts say. */
struct dxa_err *dxa_analysis_open_sink(const char *spec, const struct dxa_opts *opts,
				       struct dxa_sink **ret);

/* A sink of several parts, before the begin: this analysis is one of them, and does not close it. */
void dxa_analysis_share(struct dxa_analysis *a, struct dxa_sink *sink);

/* One more sink, see dxa_sink_new(), before the begin; it is as verbose as opts say. */
struct dxa_err *dxa_analysis_add(struct dxa_analysis *a, const struct dxa_opts *opts,
				 const struct dxa_sink_ops *ops, FILE *out, void *state);

/*
 * Begin: a->run's machine strings, argv, mode and start are set by the caller
 * (a recording's aliasing, aliasing_from and story.eopnotsupp, too); this adds
 * what policy concludes for the machine and opts, and makes the engine.
 * symbols is borrowed; unobserved_hooks as dxa_hooks_unobserved() tells.
 */
struct dxa_err *dxa_analysis_begin(struct dxa_analysis *a, const struct dxa_opts *opts,
				   struct dxa_symbols *symbols, uint32_t unobserved_hooks);

/*
 * Read the policy anew. From then on findings are judged by its severities,
 * allowances and requirements; what it says about aliasing counts for an audit that
 * begins. On an error the old one stays in force.
 */
struct dxa_err *dxa_analysis_reload(struct dxa_analysis *a, const struct dxa_opts *opts);

/* Hand the next event to the engine, and to the sinks that show every one. */
void dxa_analysis_feed(struct dxa_analysis *a, const struct dxa_event *ev);

/*
 * How the audit stands, were it to end as ending says: counts and verdict.
 * Nothing is judged or written by it. The caller frees ret->verdict with
 * dxa_verdict_deinit(); what else *ret points to is borrowed.
 */
void dxa_analysis_result(const struct dxa_analysis *a, const struct dxa_ending *ending,
			 struct dxa_result *ret);

/*
 * Judge what is left, write all results. *exit_code gets the verdict's code. An
 * output that could not be written is an error (SYSTEM), after all others were;
 * beside findings it is only logged, since those outrank it.
 */
struct dxa_err *dxa_analysis_finish(struct dxa_analysis *a, const struct dxa_ending *ending,
				    int *exit_code);

/* Free everything; outputs that were not finished are discarded. */
void dxa_analysis_deinit(struct dxa_analysis *a);

#endif
