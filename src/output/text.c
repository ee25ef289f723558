// SPDX-License-Identifier: GPL-2.0-only
/*
 * The text report: a line for each probe when it ends, with the story of failed ones, then
 * the findings, and the verdict as the last line.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/map.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "base/waitstatus.h"
#include "output/closing.h"
#include "output/coverage.h"
#include "output/mark.h"
#include "output/lines.h"
#include "output/prose.h"
#include "output/shellwords.h"
#include "output/sink.h"
#include "output/textdevice.h"
#include "output/textfinding.h"
#include "output/texthooks.h"
#include "output/textlist.h"
#include "output/textprobe.h"
#include "output/wrap.h"

/* The stories of up to this many probes are shown; later probes are only lines of the table. */
#define OPENED_MAX 10

/* A context or a finding that is kept until its event is fully processed. */
struct held_context {
	struct dxa_context ctx; /* its story is owned */
};

struct held_finding {
	struct dxa_finding finding; /* its evidence is owned */
};

struct text {
	/* Findings are kept as text until the end: their evidence is not valid as long. */
	char *findings;
	size_t findings_len;
	FILE *mem;
	struct dxa_vec contexts, fresh; /* struct held_context, struct held_finding */
	struct dxa_map
		shown; /* events in the report, by identity: the text of the mark, else this map */
	bool known[DXA_RULE_COUNT]; /* rules whose commits were shown */
	uint64_t rows;
	struct dxa_lives lives; /* by device: shown at the end */
	struct dxa_symbols *symbols; /* of their events: modules may be gone by then */
	bool ending; /* do not keep anything any more */
	struct dxa_textlist list;
};

static struct dxa_err *text_open(struct dxa_sink *s)
{
	struct text *t = calloc(1, sizeof(*t));

	if (!t)
		return dxa_err_nomem();
	s->state = t;
	if (!s->width)
		s->width = DXA_WIDTH_DEFAULT;
	t->contexts = DXA_VEC_OF(struct held_context);
	t->fresh = DXA_VEC_OF(struct held_finding);
	t->mem = open_memstream(&t->findings, &t->findings_len);
	return t->mem ? NULL : dxa_err_nomem();
}

static void drop_contexts(struct text *t)
{
	for (size_t i = 0; i < t->contexts.len; i++)
		free((void *)((struct held_context *)dxa_vec_at(&t->contexts, i))->ctx.story);
	t->contexts.len = 0;
}

static void drop_findings(struct text *t)
{
	for (size_t i = 0; i < t->fresh.len; i++)
		free((void *)((struct held_finding *)dxa_vec_at(&t->fresh, i))->finding.evidence);
	t->fresh.len = 0;
}

static void text_free(struct dxa_sink *s)
{
	struct text *t = s->state;

	if (!t)
		return;
	drop_contexts(t);
	drop_findings(t);
	dxa_vec_free(&t->contexts);
	dxa_vec_free(&t->fresh);
	dxa_map_free(&t->shown);
	dxa_lives_free(&t->lives);
	dxa_symbols_free(t->symbols);
	if (t->mem)
		fclose(t->mem);
	free(t->findings);
	free(t);
}

/* Something is going to be written. */
static void touch(const struct dxa_sink *s)
{
	if (s->before)
		s->before();
}

static struct dxa_wrap wrap_of(const struct dxa_sink *s, FILE *out)
{
	return (struct dxa_wrap){ .out = out, .width = s->width, .colour = s->colour };
}

/* ---- the header ---- */

/* "2026-11-29 01:12:07 UTC," */
static void put_date(struct dxa_wrap *w, uint64_t ns)
{
	char wall[DXA_WALL_LEN], date[DXA_WALL_LEN + 8];

	if (!dxa_story_wall(wall, ns)[0])
		return;
	snprintf(date, sizeof(date), "%.10s %.8s UTC,", wall, wall + 11);
	dxa_wrap_piece(w, date, 1, DXA_RESET);
}

static void put_machine(struct dxa_wrap *w, const struct dxa_sink *s, const struct dxa_run *run)
{
	_cleanup_free_ char *machine = NULL;
	bool plain = run->aliasing == DXA_ALIASING_NO && !s->verbose;

	if (asprintf(&machine, "%s (%s%s%s),", run->machine, dxa_prose_aliasing(run->aliasing),
		     plain ? "" : ": ", plain ? "" : run->aliasing_from) < 0)
		machine = NULL;
	dxa_wrap_words(w, "Linux", DXA_BOLD);
	dxa_wrap_words(w, run->release, DXA_BOLD);
	dxa_wrap_piece(w, ",", 0, DXA_RESET);
	if (plain)
		dxa_wrap_piece(w, machine ? machine : run->machine, 1, DXA_RESET);
	else
		dxa_wrap_words(w, machine ? machine : run->machine, DXA_RESET);
	put_date(w, run->start_wall);
	dxa_wrap_piece(w, run->tool && run->tool[0] ? run->tool : "daxaudit", 1, DXA_RESET);
	dxa_wrap_end(w);
}

static void put_watched(struct dxa_wrap *w, const struct dxa_run *run)
{
	_cleanup_free_ char *command = run->argv ? dxa_shellwords(run->argv) : NULL;
	char line[96];
	size_t n = 0;

	for (size_t i = 0; i < run->n_hooks; i++)
		n += run->hooks[i].mode != DXA_ATTACH_NONE;
	snprintf(line, sizeof(line), "%s %zu of %zu functions%s",
		 run->recording ? "watched" : "watching", n, run->n_hooks, command ? ";" : "");
	dxa_wrap_begin(w, 0, 4);
	dxa_wrap_words(w, line, DXA_DIM);
	if (command) {
		dxa_wrap_words(w, run->recording ? "ran" : "running", DXA_DIM);
		dxa_wrap_words(w, command, DXA_DIM);
	}
	dxa_wrap_end(w);
}

static void text_begin(struct dxa_sink *s, const struct dxa_run *run)
{
	struct dxa_wrap w = wrap_of(s, s->out);

	s->skips_events = !s->by_device && !s->follow;
	fputs(s->part > 1 ? "\n" : "", s->out);
	if (run->recording) {
		dxa_wrap_begin(&w, 0, 4);
		dxa_wrap_words(&w, "Recording", DXA_BOLD);
		dxa_wrap_words(&w, run->recording, DXA_BOLD);
		dxa_wrap_end(&w);
	}
	dxa_wrap_begin(&w, 0, 4);
	put_machine(&w, s, run);
	if (run->n_hooks && !s->quiet)
		put_watched(&w, run);
	dxa_sink_flush(s);
}

/* ---- probes and findings ---- */

/* A copy of events; NULL without memory, or when there are none. */
static struct dxa_event *copy_events(const struct dxa_event *from, size_t n)
{
	struct dxa_event *to = n ? malloc(n * sizeof(*to)) : NULL;

	if (to)
		memcpy(to, from, n * sizeof(*to));
	return to;
}

static void text_context(struct dxa_sink *s, const struct dxa_context *ctx)
{
	struct text *t = s->state;
	struct held_context held;

	if (s->quiet || s->by_device || (!ctx->dax_events && !s->verbose))
		return;
	held = (struct held_context){ .ctx = *ctx };
	held.ctx.story = copy_events(ctx->story, ctx->story_len);
	if (!held.ctx.story)
		held.ctx.story_len = 0;
	if (!dxa_vec_push(&t->contexts, &held))
		free((void *)held.ctx.story);
}

static void text_finding(struct dxa_sink *s, const struct dxa_finding *f)
{
	struct held_finding held = { .finding = *f };
	struct text *t = s->state;

	held.finding.evidence = copy_events(f->evidence, f->evidence_len);
	if (!held.finding.evidence)
		held.finding.evidence_len = 0;
	if (!dxa_vec_push(&t->fresh, &held))
		free((void *)held.finding.evidence);
}

/* The new findings of a context. */
struct context_findings {
	struct dxa_map marks; /* why an event is marked, by identity */
	char rules[160]; /* joined by ", " */
	bool fails;
	bool broken; /* by more than an info */
};

/* Note why each event that breaks the finding's rule does. */
static void mark_events(struct dxa_map *marks, const struct dxa_finding *f)
{
	for (size_t k = 0; k < f->evidence_len; k++) {
		const char *why = dxa_mark_evidence(f, k);

		if (why)
			dxa_map_put(marks, dxa_lines_identity(&f->evidence[k]), (void *)why);
	}
}

static void find_findings(const struct dxa_sink *s, const struct dxa_context *ctx,
			  struct context_findings *ret)
{
	const struct text *t = s->state;

	for (size_t i = 0; i < t->fresh.len; i++) {
		const struct held_finding *held = dxa_vec_at(&t->fresh, i);
		const struct dxa_finding *f = &held->finding;
		size_t len = strlen(ret->rules);

		if (f->context.id != ctx->id)
			continue;
		snprintf(ret->rules + len, sizeof(ret->rules) - len, "%s%s", len ? ", " : "",
			 dxa_rule_info(f->rule)->name);
		ret->broken |= f->severity > DXA_SEVERITY_INFO;
		ret->fails |= f->severity >= s->run->failing && !f->policy.allowed_by;
		mark_events(&ret->marks, f);
	}
}

static bool is_bad(enum dxa_outcome outcome)
{
	return outcome == DXA_OUTCOME_OPEN || outcome == DXA_OUTCOME_FAILED ||
	       outcome == DXA_OUTCOME_MISSED;
}

static void print_context(struct dxa_sink *s, const struct dxa_context *ctx)
{
	struct dxa_wrap w = wrap_of(s, s->out);
	struct context_findings found = { .fails = false };
	struct text *t = s->state;

	find_findings(s, ctx, &found);
	if (!t->rows++) {
		fputc('\n', s->out);
		dxa_textprobe_head(&w);
	}
	dxa_textprobe_row(&w, ctx, &s->run->story,
			  found.fails			       ? "x" :
			  found.broken || is_bad(ctx->outcome) ? "!" :
								 "",
			  found.rules);
	if (!s->follow &&
	    (s->verbose || (t->rows <= OPENED_MAX && (found.broken || is_bad(ctx->outcome)))))
		dxa_textprobe_story(&w, ctx, &s->run->story, &found.marks, &t->shown);
	dxa_map_free(&found.marks);
}

static void print_finding(struct dxa_sink *s, const struct dxa_finding *f)
{
	struct text *t = s->state;
	struct dxa_wrap w = wrap_of(s, t->mem);

	fputc('\n', t->mem);
	dxa_textfinding_write(&w, f, &s->run->story, &t->shown, t->known[f->rule]);
	t->known[f->rule] = true;
}

static void print_lives(struct dxa_sink *s)
{
	struct dxa_wrap w = wrap_of(s, s->out);
	struct dxa_map marks = { .slots = NULL };
	struct dxa_story_env env = s->run->story;
	struct text *t = s->state;

	if (t->symbols)
		env.symbols = t->symbols;

	for (size_t i = 0; i < t->fresh.len; i++) {
		const struct held_finding *held = dxa_vec_at(&t->fresh, i);

		mark_events(&marks, &held->finding);
	}
	if (!s->quiet)
		dxa_textdevice_write(&w, &t->lives, s->run->show, &env, &marks, &t->shown);
	dxa_map_free(&marks);
}

/* Facts about the kernel itself are no events. Only the first snapshot is shown, and with -v all. */
static bool is_news(const struct dxa_sink *s, const struct dxa_event *ev)
{
	const struct dxa_kind_info *info = dxa_kind_info(ev->kind);

	if (ev->kind == DXA_KIND_DRIVER || ev->kind == DXA_KIND_BUS_DEVICE ||
	    ev->kind == DXA_KIND_SNAP_END)
		return false;
	return s->verbose || !info || !info->synthetic || ev->kind == DXA_KIND_TASK_STATE ||
	       !s->run->story.before || ev->ts <= s->run->story.before;
}

/* Look up the symbols with which the event is printed at the end. */
static void keep_names(struct dxa_sink *s, const struct dxa_event *ev)
{
	struct text *t = s->state;
	struct dxa_symbol sym;

	if (!t->symbols)
		t->symbols = dxa_symbols_new(NULL, NULL);
	for (int i = -1; t->symbols && i < DXA_STACK_MAX; i++) {
		uint64_t addr = i < 0 ? ev->ops : ev->stack[i];

		if (addr && dxa_symbols_find(s->run->story.symbols, addr, &sym))
			dxa_symbols_add(t->symbols, addr, &sym);
	}
}

static void print_event(struct dxa_sink *s, const struct dxa_event *ev)
{
	struct dxa_wrap w = wrap_of(s, s->out);
	struct dxa_lines lines = { .who = ev->tid != 0 };
	struct text *t = s->state;

	touch(s);
	dxa_lines_event(&lines, &w, ev, &s->run->story, 0, NULL);
	dxa_map_put(&t->shown, dxa_lines_identity(ev), t);
	dxa_sink_flush(s);
}

static void follow_event(struct dxa_sink *s, const struct dxa_event *ev)
{
	struct text *t = s->state;

	if (s->by_device) {
		dxa_lives_event(&t->lives, ev, s->run->story.symbols);
		keep_names(s, ev);
	}
	if (s->follow && is_news(s, ev))
		print_event(s, ev);
}

static void text_event(struct dxa_sink *s, const struct dxa_event *ev)
{
	if (s->by_device || s->follow)
		follow_event(s, ev);
}

static bool has_closed(const struct text *t, uint64_t id)
{
	for (size_t i = 0; i < t->contexts.len; i++)
		if (((struct held_context *)dxa_vec_at(&t->contexts, i))->ctx.id == id)
			return true;
	return false;
}

/* A finding of a context that is still open waits for it: the story is printed once. */
static bool must_wait(const struct text *t, const struct dxa_finding *f)
{
	return !t->ending && f->context.id && f->context.outcome == DXA_OUTCOME_OPEN &&
	       !has_closed(t, f->context.id);
}

static void print_findings(struct dxa_sink *s)
{
	struct text *t = s->state;
	size_t kept = 0;

	for (size_t i = 0; i < t->fresh.len; i++) {
		struct held_finding *held = dxa_vec_at(&t->fresh, i);

		if (must_wait(t, &held->finding)) {
			*(struct held_finding *)dxa_vec_at(&t->fresh, kept++) = *held;
			continue;
		}
		print_finding(s, &held->finding);
		free((void *)held->finding.evidence);
	}
	t->fresh.len = kept;
}

static void print_fed(struct dxa_sink *s)
{
	struct text *t = s->state;

	if (t->contexts.len)
		touch(s);
	for (size_t i = 0; i < t->contexts.len; i++)
		print_context(s, &((struct held_context *)dxa_vec_at(&t->contexts, i))->ctx);
	print_findings(s);
	drop_contexts(t);
	dxa_sink_flush(s);
}

static void text_fed(struct dxa_sink *s)
{
	const struct text *t = s->state;

	/* By device, the lives come first: at the end. */
	if ((t->contexts.len || t->fresh.len) && (!s->by_device || t->ending))
		print_fed(s);
}

/* ---- the end ---- */

static void print_command(struct dxa_sink *s, const struct dxa_result *r)
{
	char buf[DXA_WAIT_STATUS_LEN];
	const char *how = r->has_cmd_status ? dxa_wait_status_text(buf, r->cmd_status) : NULL;

	if (!how)
		return;
	dxa_utf8_print(s->out, s->run->argv[0]);
	fprintf(s->out, " %s\n", how);
}

/* The filters, and the number of hidden items, which the verdict includes. */
static void print_shown(struct dxa_sink *s, const struct dxa_result *r)
{
	struct dxa_wrap w = wrap_of(s, s->out);
	char words[256], hidden[160];

	if (!s->run->show)
		return;
	dxa_wrap_begin(&w, 0, 4);
	dxa_wrap_words(&w, "shown: only", DXA_RESET);
	dxa_wrap_words(&w, dxa_show_words(words, sizeof(words), s->run->show), DXA_RESET);
	dxa_wrap_piece(&w, ";", 0, DXA_RESET);
	dxa_wrap_words(&w, dxa_closing_hidden(hidden, sizeof(hidden), &r->hidden), DXA_RESET);
	dxa_wrap_end(&w);
}

static void print_coverage(struct dxa_sink *s, const struct dxa_result *r)
{
	struct dxa_wrap w = wrap_of(s, s->out);
	char coverage[DXA_COVERAGE_LEN];

	dxa_wrap_begin(&w, 0, 4);
	dxa_wrap_words(&w, "coverage:", DXA_RESET);
	dxa_wrap_words(&w, dxa_coverage_words(coverage, r), DXA_RESET);
	dxa_wrap_end(&w);
}

static enum dxa_colour verdict_colour(enum dxa_verdict_kind kind)
{
	return kind == DXA_VERDICT_PASS	    ? DXA_GREEN :
	       kind == DXA_VERDICT_FINDINGS ? DXA_RED :
					      DXA_YELLOW;
}

/* One line, for grep; wrapped on a terminal. */
static void print_closing(struct dxa_sink *s, const char *word, enum dxa_colour colour,
			  const char *why)
{
	struct dxa_wrap w = wrap_of(s, s->out);

	if (!s->terminal)
		w.width = 0;
	dxa_wrap_begin(&w, 0, 4);
	dxa_wrap_words(&w, word, colour);
	dxa_wrap_piece(&w, ":", 0, DXA_RESET);
	dxa_wrap_words(&w, why ? why : "out of memory for the reason", DXA_RESET);
	dxa_wrap_end(&w);
}

static void print_verdict(struct dxa_sink *s, enum dxa_verdict_kind kind, const char *why)
{
	print_closing(s, dxa_closing_word(kind), verdict_colour(kind), why);
}

static void text_end(struct dxa_sink *s, const struct dxa_result *r)
{
	_cleanup_free_ char *why = NULL;
	struct text *t = s->state;

	touch(s);
	t->ending = true;
	if (s->by_device && !s->run->listing)
		print_lives(s);
	text_fed(s);
	t->ending = false;
	if (s->run->listing) {
		dxa_textlist_end(&t->list, s, r);
		return;
	}
	fflush(t->mem);
	fwrite(t->findings, 1, t->findings_len, s->out);
	if (s->verbose && r->n_hooks)
		dxa_texthooks_write(wrap_of(s, s->out), r);
	fputc('\n', s->out);
	print_shown(s, r);
	print_command(s, r);
	if (r->n_hooks)
		print_coverage(s, r);
	why = dxa_closing_why(r);
	print_verdict(s, r->verdict.kind, why);
	/* The next part's begin here. */
	rewind(t->mem);
	dxa_map_free(&t->shown);
	memset(t->known, 0, sizeof(t->known));
	t->rows = 0;
	dxa_lives_free(&t->lives);
	dxa_symbols_free(t->symbols);
	t->symbols = NULL;
}

static void text_device(struct dxa_sink *s, const struct dxa_device *d)
{
	struct text *t = s->state;

	dxa_textlist_row(&t->list, s, d);
}

static void text_unread(struct dxa_sink *s, const char *recording, const char *why)
{
	fprintf(s->out, "%s%sRecording ", s->part > 1 ? "\n" : "", dxa_paint(s->colour, DXA_BOLD));
	dxa_utf8_print(s->out, recording);
	fprintf(s->out, "%s\nnot replayed: ", dxa_paint(s->colour, DXA_RESET));
	dxa_utf8_print(s->out, why);
	fputc('\n', s->out);
}

static void text_summary(struct dxa_sink *s, const struct dxa_summary *sum)
{
	_cleanup_free_ char *why = dxa_closing_summary(sum);

	fputc('\n', s->out);
	print_verdict(s, sum->verdict, why);
}

/* Standard error has it already. */
static void text_refused(struct dxa_sink *s, const struct dxa_refusal *refusal)
{
	if (s->path)
		print_closing(s, dxa_closing_refusal(refusal),
			      verdict_colour(DXA_VERDICT_INCONCLUSIVE), refusal->why);
}

const struct dxa_sink_ops dxa_sink_text = {
	.name = "text",
	.what = "for people: a line per probe, the findings, the verdict last",
	.open = text_open,
	.begin = text_begin,
	.event = text_event,
	.context = text_context,
	.finding = text_finding,
	.fed = text_fed,
	.device = text_device,
	.end = text_end,
	.unread = text_unread,
	.summary = text_summary,
	.refused = text_refused,
	.free = text_free,
};
