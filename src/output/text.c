// SPDX-License-Identifier: GPL-2.0-only
/* For people: one block per probe as it closes, the findings last, then the verdict. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "output/sink.h"

struct text {
	/* Findings are kept as text until the end: what proves them may be long gone by then. */
	char *findings;
	size_t findings_len;
	FILE *mem;
	uint64_t quiet_contexts; /* without a dax event: counted, not shown */
};

enum colour { RED, YELLOW, GREEN, BOLD, DIM, RESET };

static const char *paint(const struct dxa_sink *s, enum colour c)
{
	static const char *const codes[] = { "\033[1;31m", "\033[1;33m", "\033[1;32m",
					     "\033[1m",	   "\033[2m",	 "\033[0m" };

	return s->colour ? codes[c] : "";
}

static enum colour severity_colour(enum dxa_severity severity)
{
	return severity == DXA_SEVERITY_ERROR	? RED :
	       severity == DXA_SEVERITY_WARNING ? YELLOW :
						  BOLD;
}

static struct dxa_err *text_open(struct dxa_sink *s)
{
	struct text *t = calloc(1, sizeof(*t));

	if (!t)
		return dxa_err_nomem();
	s->state = t;
	t->mem = open_memstream(&t->findings, &t->findings_len);
	return t->mem ? NULL : dxa_err_nomem();
}

static void text_free(struct dxa_sink *s)
{
	struct text *t = s->state;

	if (!t)
		return;
	if (t->mem)
		fclose(t->mem);
	free(t->findings);
	free(t);
}

static const char *aliasing_words(enum dxa_aliasing aliasing)
{
	switch (aliasing) {
	case DXA_ALIASING_NO:
		return "data cache does not alias";
	case DXA_ALIASING_YES:
		return "data cache aliases";
	default:
		return "not known whether the data cache aliases";
	}
}

static void text_begin(struct dxa_sink *s, const struct dxa_run *run)
{
	if (run->recording)
		fprintf(s->out, "%sRecording %s%s\n", paint(s, BOLD), run->recording,
			paint(s, RESET));
	fprintf(s->out, "%sLinux %s %s%s, %s (%s)\n", paint(s, BOLD), run->release, run->machine,
		paint(s, RESET), aliasing_words(run->aliasing), run->aliasing_from);
	fflush(s->out);
}

/* One event: time since the story began, the call indented by nesting, then state and caller. */
static void print_event(const struct dxa_sink *s, FILE *out, const struct dxa_event *ev,
			uint64_t start, int depth)
{
	char call[DXA_WORDS_LEN], state[DXA_WORDS_LEN], caller[DXA_WORDS_LEN];
	const char *has_state = dxa_story_state(state, ev);
	const char *has_caller = dxa_story_caller(caller, ev, &s->run->story);
	/* Records of two CPUs can be stamped a moment before the first one of the story. */
	uint64_t us = ev->ts > start ? (ev->ts - start) / 1000 : 0;

	dxa_story_call(call, ev, &s->run->story);
	fprintf(out, "  %3" PRIu64 ".%06" PRIu64 "  %*s%s", us / 1000000, us % 1000000, 2 * depth,
		"", call);
	if (has_state)
		fprintf(out, "  %s(%s)%s", paint(s, DIM), state, paint(s, RESET));
	if (has_caller)
		fprintf(out, "  %sfrom %s%s", paint(s, DIM), caller, paint(s, RESET));
	fputc('\n', out);
}

static void text_context(struct dxa_sink *s, const struct dxa_context *ctx)
{
	char what[DXA_WORDS_LEN], outcome[DXA_WORDS_LEN];
	struct text *t = s->state;
	int depth = 0;

	if (!ctx->dax_events && !s->verbose) {
		t->quiet_contexts++;
		return;
	}
	if (s->quiet)
		return;
	fprintf(s->out, "\n%s%s%s in %s[%u]: %s\n", paint(s, BOLD), dxa_story_context(what, ctx),
		paint(s, RESET), ctx->comm, ctx->tid,
		dxa_story_outcome(outcome, ctx, &s->run->story));
	for (size_t i = 0; i < ctx->story_len; i++) {
		int nesting = dxa_story_nesting(&ctx->story[i]);

		if (nesting < 0 && depth > 0)
			depth--;
		print_event(s, s->out, &ctx->story[i], ctx->start, depth);
		if (nesting > 0)
			depth++;
	}
	if (ctx->story_cut)
		fprintf(s->out, "  ... and %zu more events\n", ctx->story_cut);
	fflush(s->out);
}

static void print_commits(FILE *out, const struct dxa_rule_info *rule, const char *driver)
{
	for (size_t i = 0; i < rule->n_commits; i++) {
		const struct dxa_rule_commit *c = &rule->commits[i];

		if (dxa_commit_concerns(c, driver))
			fprintf(out, "    %s %s (\"%s\"), in %s\n", c->relation, c->id, c->subject,
				c->first_release);
	}
}

static void print_policy(FILE *out, const struct dxa_finding *f)
{
	const struct dxa_finding_policy *p = &f->policy;

	if (p->severity_from)
		fprintf(out, "    severity set by %s; the rule's own is %s\n", p->severity_from,
			dxa_severity_name(dxa_rule_info(f->rule)->severity));
	if (p->allowed_by)
		fprintf(out, "    allowed by %s until %s: %s\n", p->allowed_by, p->until,
			p->reason);
	if (p->expired)
		fprintf(out, "    the allowance of %s expired on %s: %s\n", p->expired, p->until,
			p->reason);
}

static void text_finding(struct dxa_sink *s, const struct dxa_finding *f)
{
	const struct dxa_rule_info *rule = dxa_rule_info(f->rule);
	struct text *t = s->state;
	FILE *out = t->mem;

	fprintf(out, "\n%s%s%s: %s%s: %s\n",
		paint(s, f->policy.allowed_by ? DIM : severity_colour(f->severity)),
		f->policy.allowed_by ? "allowed " : "", dxa_severity_name(f->severity), rule->name,
		paint(s, RESET), rule->title);
	print_policy(out, f);
	fprintf(out, "    %s\n", f->detail);
	if (f->life.dax)
		fprintf(out, "    device: %" PRIx64 " (life %u at this address), %s%s%s\n",
			f->life.dax, f->life.generation, dxa_driver_name(f->life.driver),
			f->life.disk[0] ? " " : "", f->life.disk);
	print_commits(out, rule, dxa_finding_driver(f));
	for (size_t i = 0; i < f->evidence_len; i++)
		print_event(s, out, &f->evidence[i], f->evidence[0].ts, 0);
}

static void print_hooks(struct dxa_sink *s, const struct dxa_result *r)
{
	fprintf(s->out, "\nhooks:\n");
	for (size_t i = 0; i < r->n_hooks; i++) {
		const struct dxa_hook_status *h = &r->hooks[i];

		fprintf(s->out,
			"  %-30s %-10s seen %" PRIu64 ", dropped %" PRIu64 ", missed %" PRIu64
			"%s%s\n",
			h->info->name, dxa_attach_mode_name(h->mode), h->count.seen,
			h->count.dropped, h->missed, h->reason[0] ? "; " : "", h->reason);
	}
}

static void print_command(struct dxa_sink *s, const struct dxa_result *r)
{
	if (!r->has_cmd_status)
		return;
	if (WIFSIGNALED(r->cmd_status))
		fprintf(s->out, "%s was killed by signal %d\n", s->run->argv[0],
			WTERMSIG(r->cmd_status));
	else if (WEXITSTATUS(r->cmd_status))
		fprintf(s->out, "%s exited with status %d\n", s->run->argv[0],
			WEXITSTATUS(r->cmd_status));
}

static void print_verdict(struct dxa_sink *s, const struct dxa_result *r)
{
	enum colour c = r->verdict.kind == DXA_VERDICT_PASS	? GREEN :
			r->verdict.kind == DXA_VERDICT_FINDINGS ? RED :
								  YELLOW;

	fprintf(s->out, "\n%sverdict: %s%s", paint(s, c), dxa_verdict_name(r->verdict.kind),
		paint(s, RESET));
	for (size_t i = 0; i < r->verdict.n_reasons; i++)
		fprintf(s->out, "%s %s", i ? ";" : ":", r->verdict.reasons[i]);
	fputc('\n', s->out);
}

static void text_end(struct dxa_sink *s, const struct dxa_result *r)
{
	const struct dxa_engine_stats *st = r->stats;
	struct text *t = s->state;
	uint64_t missed;
	struct dxa_count total = dxa_hooks_total(r->hooks, r->n_hooks, &missed);

	fflush(t->mem);
	fwrite(t->findings, 1, t->findings_len, s->out);
	if (s->verbose)
		print_hooks(s, r);
	fputc('\n', s->out);
	print_command(s, r);
	fprintf(s->out,
		"%" PRIu64 " dax_device%s followed, %" PRIu64 " there now; %" PRIu64
		" contexts closed (%" PRIu64 " without DAX); %" PRIu64 " records, %" PRIu64
		" dropped, %" PRIu64 " missed",
		st->lives, st->lives == 1 ? "" : "s", st->lives_now, st->contexts,
		t->quiet_contexts, total.seen, total.dropped, missed);
	print_verdict(s, r);
}

const struct dxa_sink_ops dxa_sink_text = {
	.name = "text",
	.what = "for people: one block per probe, the findings last",
	.open = text_open,
	.begin = text_begin,
	.context = text_context,
	.finding = text_finding,
	.end = text_end,
	.free = text_free,
};
