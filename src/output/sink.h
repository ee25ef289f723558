/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The outputs of an audit. A run is walked once (begin, contexts and findings as they
 * happen, end), and every sink writes it in its format.
 */
#ifndef DAXAUDIT_OUTPUT_SINK_H
#define DAXAUDIT_OUTPUT_SINK_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "base/hookstat.h"
#include "base/slowio.h"
#include "base/outfile.h"
#include "engine/engine.h"
#include "engine/verdict.h"
#include "output/show.h"
#include "output/story.h"

/* The machine and the command. Strings are borrowed as long as the sink exists. */
struct dxa_run {
	const char *mode; /* the command: "trace", ... */
	bool listing; /* a list: devices instead of contexts and findings */
	const char *recording; /* the file that is replayed; NULL for a live audit */
	const char *release; /* uname -r */
	const char *version; /* uname -v */
	const char *machine; /* uname -m */
	const char *const *argv; /* the audited command, NULL-terminated; NULL without one */
	enum dxa_aliasing aliasing; /* used by the checks */
	const char *aliasing_from; /* its source */
	uint64_t start; /* ktime, ns */
	uint64_t start_wall; /* the same moment, ns since 1970; 0: not known */
	const char *tool; /* name and version of the recording tool: "daxaudit 0.2.0" */
	const struct dxa_hook_status *hooks; /* as attached at the start; counters are zero */
	size_t n_hooks; /* 0: no hooks */
	enum dxa_severity failing; /* findings of this severity and above fail */
	const char *
		kcidb_build; /* "ORIGIN:ID" of the kernel's build in KCIDB; NULL: not known there */
	struct dxa_story_env story;
	const struct dxa_show *show; /* what is shown; NULL: all */
};

/* The counts of what dxa_run's show hides. */
struct dxa_hidden {
	uint64_t contexts[DXA_CONTEXT_SORTS]; /* with DAX, by sort */
	uint64_t findings;
	uint64_t devices; /* of a listing */
};

/* The result of a run, or its status so far. */
struct dxa_result {
	struct dxa_verdict verdict; /* freed by the caller of dxa_verdict_judge() */
	int exit_code; /* of daxaudit */
	const struct dxa_tally *tally;
	const struct dxa_engine_stats *stats; /* includes the coverage */
	uint64_t contexts[DXA_CONTEXT_SORTS]; /* with DAX, by sort */
	struct dxa_hidden hidden;
	uint32_t required; /* drivers that must have been exercised: bits 1 << driver */
	const struct dxa_hook_status *hooks;
	size_t n_hooks;
	bool has_cmd_status;
	int cmd_status; /* wait status of the audited command */
	bool interrupted; /* by a signal, before the audit was complete */
	bool unread; /* a recording that could not be read to its end: what follows is not known */
	uint64_t end; /* ktime, ns */
	uint64_t end_wall; /* the same moment, ns since 1970; 0: not known, as in a replay */
	uint64_t last_event; /* ktime of the newest, ns; 0: there was none */
};

/* The result of several recordings in one document. */
struct dxa_summary {
	size_t recordings;
	size_t unread; /* recordings that could not be replayed */
	size_t by_verdict[DXA_VERDICT_INCONCLUSIVE + 1]; /* of the others */
	enum dxa_verdict_kind verdict; /* the worst; inconclusive at best when one is unread */
	int exit_code; /* of daxaudit */
};

/* An audit that could not begin. */
struct dxa_refusal {
	const char *why; /* one line: the obstacle, and what to do */
	bool skip; /* this kernel has no DAX core: there is nothing to audit */
	int exit_code; /* of daxaudit */
};

struct dxa_sink;

/*
 * A format. Every callback except end may be NULL. With one part, begin to end write the
 * document. A format for several parts has unread and summary, too: begin to end write a
 * part, and summary writes the rest of the document.
 */
struct dxa_sink_ops {
	const char *name; /* as in -o NAME */
	const char *what; /* one line for help */
	bool judges; /* it has verdicts: filters do not apply */
	struct dxa_err *(*open)(struct dxa_sink *sink);
	void (*begin)(struct dxa_sink *sink, const struct dxa_run *run);
	void (*event)(struct dxa_sink *sink, const struct dxa_event *ev);
	void (*context)(struct dxa_sink *sink, const struct dxa_context *ctx);
	void (*finding)(struct dxa_sink *sink, const struct dxa_finding *finding);
	/*
	 * A finding is withdrawn. NULL: provisional findings are passed at the end, if they
	 * were not withdrawn.
	 */
	void (*withdrawn)(struct dxa_sink *sink, const struct dxa_finding *finding);
	void (*fed)(struct dxa_sink *sink); /* all findings of the last event were passed */
	void (*device)(struct dxa_sink *sink, const struct dxa_device *device);
	void (*end)(struct dxa_sink *sink, const struct dxa_result *result);
	void (*unread)(struct dxa_sink *sink, const char *recording, const char *why);
	void (*summary)(struct dxa_sink *sink, const struct dxa_summary *summary);
	/* In place of begin to end: the whole document. NULL: the format cannot express it. */
	void (*refused)(struct dxa_sink *sink, const struct dxa_refusal *refusal);
	void (*free)(struct dxa_sink *sink);
};

struct dxa_sink {
	const struct dxa_sink_ops *ops;
	const struct dxa_run *run; /* set by begin */
	FILE *out;
	struct dxa_slowio patient; /* below out; fd -1: out is the caller's */
	char *path; /* as given; NULL: standard output */
	struct dxa_outfile place; /* of path; dir -1: none */
	char tmp[NAME_MAX + 1]; /* the temporary file in place, renamed at the end; empty: none */
	size_t parts; /* runs that are walked: 1, or the recordings of one document */
	size_t part; /* the current one counts from 1; 0 before the first */
	bool walking; /* between begin and end */
	bool shared; /* by analyses: its opener closes it */
	bool colour; /* text only */
	unsigned int width; /* text only: columns of a line; 0: lines are not broken */
	bool terminal; /* text only: out is one, the verdict's line is broken, too */
	int verbose;
	bool quiet; /* findings and verdict only */
	bool by_device; /* text only: show lives in place of probes */
	bool follow; /* text only: show events as they happen */
	bool skips_events; /* set by begin: the format's callback for events would do nothing */
	void (*before)(void); /* text only: called before a write; NULL: nothing */
	int err; /* errno of the first write that failed and was noticed; 0 for none */
	void *state; /* the format's own */
};

/* All formats, in the order of help. Static; *n gets their number. */
const struct dxa_sink_ops *const *dxa_sink_formats(size_t *n);

/*
 * Open a sink from "FORMAT" or "FORMAT:FILE". A file is written under a temporary name in
 * the same directory and renamed by dxa_sink_close(), so that readers never see a partial
 * file; mode: the permissions of a new one, to which the umask applies. INPUT error for an
 * unknown format or a file that cannot or must not be written.
 */
struct dxa_err *dxa_sink_open(const char *spec, mode_t mode, struct dxa_sink **ret);

/*
 * A sink with the caller's own ops and state, on a stream that the sink closes (NULL: ops
 * use none).
 */
struct dxa_err *dxa_sink_new(const struct dxa_sink_ops *ops, FILE *out, void *state,
			     struct dxa_sink **ret);

/*
 * The walk. After begin, run must stay valid until the sink is closed, or until the
 * end where it has several parts.
 */
void dxa_sink_begin(struct dxa_sink *sink, const struct dxa_run *run);
void dxa_sink_event(struct dxa_sink *sink, const struct dxa_event *ev);
void dxa_sink_context(struct dxa_sink *sink, const struct dxa_context *ctx);
void dxa_sink_finding(struct dxa_sink *sink, const struct dxa_finding *finding);
void dxa_sink_withdrawn(struct dxa_sink *sink, const struct dxa_finding *finding);
void dxa_sink_fed(struct dxa_sink *sink);
void dxa_sink_device(struct dxa_sink *sink, const struct dxa_device *device);
void dxa_sink_end(struct dxa_sink *sink, const struct dxa_result *result);

/* Of several parts: one that could not be replayed, in place of its walk. */
void dxa_sink_unread(struct dxa_sink *sink, const char *recording, const char *why);

/* Of several parts, after the last one. */
void dxa_sink_summary(struct dxa_sink *sink, const struct dxa_summary *summary);

/*
 * In place of the walk: the audit could not begin. Of run only the mode, the machine, the
 * command, the start and the policy are set. False: the format cannot express it, and nothing
 * was written.
 */
bool dxa_sink_refused(struct dxa_sink *sink, const struct dxa_run *run,
		      const struct dxa_refusal *refusal);

/* The verdict of an audit that could not begin: "error" or "skip". Static. */
const char *dxa_refusal_name(const struct dxa_refusal *refusal);

/* Can it withdraw a finding? */
bool dxa_sink_can_withdraw(const struct dxa_sink *sink);

/* Does it write to standard output, by this or by another name (/dev/stdout)? */
bool dxa_sink_on_stdout(const struct dxa_sink *sink);

/* For formats: is it one of several parts? */
static inline bool dxa_sink_has_parts(const struct dxa_sink *sink)
{
	return sink->parts > 1;
}

/* For formats: flush, for readers of a growing file. */
void dxa_sink_flush(struct dxa_sink *sink);

/*
 * Flush, rename into place and free. An error of any write since open is
 * returned here (SYSTEM: disk full, closed pipe). NULL is allowed.
 */
struct dxa_err *dxa_sink_close(struct dxa_sink *sink);

/* Discard what was written, and free: the final name is not created. NULL is allowed. */
void dxa_sink_discard(struct dxa_sink *sink);

extern const struct dxa_sink_ops dxa_sink_text;
extern const struct dxa_sink_ops dxa_sink_json;
extern const struct dxa_sink_ops dxa_sink_jsonl;
extern const struct dxa_sink_ops dxa_sink_ktap;
extern const struct dxa_sink_ops dxa_sink_junit;
extern const struct dxa_sink_ops dxa_sink_kcidb;
extern const struct dxa_sink_ops dxa_sink_metrics;
extern const struct dxa_sink_ops dxa_sink_chrome_trace;
extern const struct dxa_sink_ops dxa_sink_html;

#endif
