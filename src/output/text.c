// SPDX-License-Identifier: GPL-2.0-only
/* For people: one block per probe as it closes, the findings last, then the verdict. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "base/waitstatus.h"
#include "output/coverage.h"
#include "output/prose.h"
#include "output/sink.h"

struct text {
	/* Findings are kept as text until the end: what proves them may be long gone by then. */
	char *findings;
	size_t findings_len;
	FILE *mem;
	uint64_t devices, orphans; /* of a listing */
	uint64_t quiet_contexts; /* without a dax event: counted, not shown */
};

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

static void text_begin(struct dxa_sink *s, const struct dxa_run *run)
{
	fputs(s->part > 1 ? "\n" : "", s->out);
	fputs(dxa_paint(s->colour, DXA_BOLD), s->out);
	if (run->recording) {
		fputs("Recording ", s->out);
		dxa_utf8_print(s->out, run->recording);
		fputc('\n', s->out);
	}
	fputs("Linux ", s->out);
	dxa_utf8_print(s->out, run->release);
	fputc(' ', s->out);
	dxa_utf8_print(s->out, run->machine);
	fprintf(s->out, "%s, %s (", dxa_paint(s->colour, DXA_RESET),
		dxa_prose_aliasing(run->aliasing));
	dxa_utf8_print(s->out, run->aliasing_from);
	fputs(")\n", s->out);
	dxa_sink_flush(s);
}

static void text_context(struct dxa_sink *s, const struct dxa_context *ctx)
{
	char what[DXA_WORDS_LEN], outcome[DXA_WORDS_LEN];
	struct text *t = s->state;

	t->quiet_contexts += !ctx->dax_events;
	if (s->quiet || (!ctx->dax_events && !s->verbose))
		return;
	fprintf(s->out, "\n%s", dxa_paint(s->colour, DXA_BOLD));
	dxa_utf8_print(s->out, dxa_story_context(what, ctx));
	fprintf(s->out, "%s in ", dxa_paint(s->colour, DXA_RESET));
	dxa_utf8_print(s->out, ctx->comm);
	fprintf(s->out, "[%u]: %s\n", ctx->tid, dxa_story_outcome(outcome, ctx, &s->run->story));
	dxa_prose_story(s->out, ctx, &s->run->story, s->colour);
	dxa_sink_flush(s);
}

static void text_finding(struct dxa_sink *s, const struct dxa_finding *f)
{
	struct text *t = s->state;

	fputc('\n', t->mem);
	dxa_prose_finding(t->mem, f, &s->run->story, s->colour);
}

static void print_hooks(struct dxa_sink *s, const struct dxa_result *r)
{
	fprintf(s->out, "\nhooks:\n");
	for (size_t i = 0; i < r->n_hooks; i++) {
		const struct dxa_hook_status *h = &r->hooks[i];

		fprintf(s->out,
			"  %-30s %-10s seen %" PRIu64 ", dropped %" PRIu64 ", missed %" PRIu64 "%s",
			h->info->name, dxa_attach_mode_name(h->mode), h->count.seen,
			h->count.dropped, h->missed, h->reason[0] ? "; " : "");
		dxa_utf8_print(s->out, h->reason);
		fputc('\n', s->out);
	}
}

static void print_command(struct dxa_sink *s, const struct dxa_result *r)
{
	char buf[DXA_WAIT_STATUS_LEN];
	const char *how = r->has_cmd_status ? dxa_wait_status_text(buf, r->cmd_status) : NULL;

	if (!how)
		return;
	dxa_utf8_print(s->out, s->run->argv[0]);
	fprintf(s->out, " %s\n", how);
}

/* Those from index `from` on, behind what is in the line already. */
static void print_reasons(struct dxa_sink *s, const struct dxa_verdict *v, size_t from)
{
	const char *reason;

	for (size_t i = from; (reason = dxa_verdict_reason(v, i)); i++) {
		fputs(i > from ? "; " : ": ", s->out);
		dxa_utf8_print(s->out, reason);
	}
}

static enum dxa_colour verdict_colour(enum dxa_verdict_kind kind)
{
	return kind == DXA_VERDICT_PASS	    ? DXA_GREEN :
	       kind == DXA_VERDICT_FINDINGS ? DXA_RED :
					      DXA_YELLOW;
}

static void print_verdict(struct dxa_sink *s, const struct dxa_result *r)
{
	fprintf(s->out, "\n%sverdict: %s%s", dxa_paint(s->colour, verdict_colour(r->verdict.kind)),
		dxa_verdict_name(r->verdict.kind), dxa_paint(s->colour, DXA_RESET));
	print_reasons(s, &r->verdict, 0);
	fputc('\n', s->out);
}

/* A name in a column: what could move the columns is replaced. */
static const char *column(char buf[DXA_NAME_LEN], const char *name)
{
	snprintf(buf, DXA_NAME_LEN, "%s", name[0] ? name : "-");
	dxa_utf8_make_line(buf);
	return buf;
}

/* One row of the table; the first one brings its head along. */
static void text_device(struct dxa_sink *s, const struct dxa_device *d)
{
	static const char row[] = "%-12s %-11s %-9s %5s %-6s %-7s %-11s %s";
	char dev[24] = "-", refs[12] = "?", addr[DXA_ADDRESS_LEN] = "-";
	char disk[DXA_NAME_LEN], bound[DXA_NAME_LEN];
	struct text *t = s->state;

	if (!t->devices++) {
		fprintf(s->out, row, "DEVICE", "DRIVER", "DEV", "REFS", "STATE", "HOLDER",
			"BOUND TO", "DAX_DEVICE");
		fputc('\n', s->out);
	}
	if (d->id.rdev)
		snprintf(dev, sizeof(dev), "%u:%u", DXA_DEV_MAJOR(d->id.rdev),
			 DXA_DEV_MINOR(d->id.rdev));
	if (d->refs >= 0)
		snprintf(refs, sizeof(refs), "%d", d->refs);
	if (d->id.dax)
		dxa_pseudonym(addr, s->run->story.pseudonyms, DXA_PSEUDONYM_DEV, "", d->id.dax);
	fprintf(s->out, row, column(disk, d->id.disk), dxa_driver_name(d->id.driver), dev, refs,
		d->refs < 0 ? "?" :
		d->alive    ? "alive" :
			      "dead",
		d->holder ? "yes" : "-", column(bound, d->bound), addr);
	if (d->why)
		fprintf(s->out, " %sorphan: %s%s", dxa_paint(s->colour, DXA_RED), d->why,
			dxa_paint(s->colour, DXA_RESET));
	fputc('\n', s->out);
	t->orphans += d->why != NULL;
}

/* What a listing ends with: it judges nothing, but it says when it is not all. */
static void print_listed(struct dxa_sink *s, const struct dxa_result *r)
{
	const struct text *t = s->state;

	fprintf(s->out, "%" PRIu64 " dax_device%s, %" PRIu64 " orphan%s", t->devices,
		t->devices == 1 ? "" : "s", t->orphans, t->orphans == 1 ? "" : "s");
	if (!r->verdict.complete) {
		fputs("; this may not be all", s->out);
		print_reasons(s, &r->verdict, r->verdict.first_doubt);
	}
	fputc('\n', s->out);
}

static void print_counts(struct dxa_sink *s, const struct dxa_result *r)
{
	const struct dxa_engine_stats *st = r->stats;
	const struct text *t = s->state;
	char coverage[DXA_COVERAGE_LEN];
	uint64_t missed;
	struct dxa_count total = dxa_hooks_total(r->hooks, r->n_hooks, &missed);

	fprintf(s->out,
		"%" PRIu64 " dax_device%s followed, %" PRIu64 " there now; %" PRIu64
		" contexts closed (%" PRIu64 " without DAX); %" PRIu64 " records, %" PRIu64
		" dropped, %" PRIu64 " missed",
		st->lives, st->lives == 1 ? "" : "s", st->lives_now, st->contexts,
		t->quiet_contexts, total.seen, total.dropped, missed);
	fprintf(s->out, "\ncoverage: %s", dxa_coverage_words(coverage, r));
}

static void text_end(struct dxa_sink *s, const struct dxa_result *r)
{
	struct text *t = s->state;

	if (s->run->listing) {
		print_listed(s, r);
		return;
	}
	fflush(t->mem);
	fwrite(t->findings, 1, t->findings_len, s->out);
	if (s->verbose && r->n_hooks)
		print_hooks(s, r);
	fputc('\n', s->out);
	print_command(s, r);
	if (r->n_hooks)
		print_counts(s, r);
	else
		fprintf(s->out, "%" PRIu64 " dax_device%s there now", r->stats->lives_now,
			r->stats->lives_now == 1 ? "" : "s");
	print_verdict(s, r);
	/* The next part's begin here. */
	rewind(t->mem);
	t->quiet_contexts = 0;
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
	fprintf(s->out, "\n%sverdict of %zu recordings: %s%s (",
		dxa_paint(s->colour, verdict_colour(sum->verdict)), sum->recordings,
		dxa_verdict_name(sum->verdict), dxa_paint(s->colour, DXA_RESET));
	for (int v = 0; v <= DXA_VERDICT_INCONCLUSIVE; v++)
		fprintf(s->out, "%s%zu %s", v ? ", " : "", sum->by_verdict[v],
			dxa_verdict_name((enum dxa_verdict_kind)v));
	if (sum->unread)
		fprintf(s->out, ", %zu not replayed", sum->unread);
	fputs(")\n", s->out);
}

const struct dxa_sink_ops dxa_sink_text = {
	.name = "text",
	.what = "for people: one block per probe, the findings last",
	.open = text_open,
	.begin = text_begin,
	.context = text_context,
	.finding = text_finding,
	.device = text_device,
	.end = text_end,
	.unread = text_unread,
	.summary = text_summary,
	.free = text_free,
};
