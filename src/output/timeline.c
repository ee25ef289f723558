// SPDX-License-Identifier: GPL-2.0-only
#include "output/timeline.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/vec.h"
#include "engine/errname.h"
#include "output/story.h"
#include "output/xml.h"

/* A picture with more rows than these helps nobody. */
#define ROWS_MAX 400
/* In units of the picture. */
#define WIDTH 1000
#define LABELS 260
#define ROW 18
#define AXIS 22
#define BAR_MIN 2
#define TICKS 5

struct bar {
	uint64_t start, end; /* ktime, ns; end 0: it lasts */
	uint64_t dax; /* 0: a context */
	char label[DXA_WORDS_LEN];
	const char *class; /* static */
	char link; /* 'c' or 'f'; 0: none */
	size_t number;
};

struct dxa_timeline {
	struct dxa_vec bars; /* struct bar, in the order in which they began to be known */
	struct dxa_map living; /* index in bars plus one, by dax */
	size_t cut;
};

struct dxa_timeline *dxa_timeline_new(void)
{
	struct dxa_timeline *t = calloc(1, sizeof(*t));

	if (t)
		t->bars = DXA_VEC_OF(struct bar);
	return t;
}

void dxa_timeline_reset(struct dxa_timeline *t)
{
	t->bars.len = 0;
	dxa_map_free(&t->living);
	t->cut = 0;
}

void dxa_timeline_free(struct dxa_timeline *t)
{
	if (!t)
		return;
	dxa_vec_free(&t->bars);
	dxa_map_free(&t->living);
	free(t);
}

static struct bar *add(struct dxa_timeline *t, const struct bar *bar)
{
	struct bar *ret = t->bars.len < ROWS_MAX ? dxa_vec_push(&t->bars, bar) : NULL;

	t->cut += !ret;
	return ret;
}

static struct bar *living(const struct dxa_timeline *t, uint64_t dax)
{
	size_t at = (size_t)(uintptr_t)dxa_map_get(&t->living, dax);

	return at ? dxa_vec_at(&t->bars, at - 1) : NULL;
}

static void begin_life(struct dxa_timeline *t, uint64_t dax, uint64_t ts,
		       const struct dxa_story_env *env)
{
	char address[DXA_ADDRESS_LEN];
	struct bar bar = { .start = ts, .dax = dax, .class = "life" };

	snprintf(bar.label, sizeof(bar.label), "dax_device %s",
		 dxa_pseudonym(address, env->pseudonyms, DXA_PSEUDONYM_DEV, "", dax));
	if (add(t, &bar) && dxa_map_put(&t->living, dax, (void *)(uintptr_t)t->bars.len))
		t->bars.len--;
}

static void name_life(struct dxa_timeline *t, const struct dxa_event *ev,
		      const struct dxa_story_env *env)
{
	char address[DXA_ADDRESS_LEN];
	struct bar *bar = living(t, ev->dax);

	if (bar && ev->name[0])
		snprintf(bar->label, sizeof(bar->label), "%.*s (%s)", DXA_NAME_LEN, ev->name,
			 dxa_pseudonym(address, env->pseudonyms, DXA_PSEUDONYM_DEV, "", ev->dax));
}

static void end_life(struct dxa_timeline *t, uint64_t dax, uint64_t ts)
{
	struct bar *bar = living(t, dax);

	if (!bar)
		return;
	bar->end = ts;
	dxa_map_del(&t->living, dax);
}

void dxa_timeline_event(struct dxa_timeline *t, const struct dxa_event *ev,
			const struct dxa_story_env *env)
{
	uint64_t got = (uint64_t)ev->ret;

	switch (ev->kind) {
	case DXA_KIND_ALLOC_DAX:
		if (!(ev->phase & DXA_PHASE_RET) || !got || dxa_is_err_ptr(got))
			break;
		/* Where its end was not seen, that of the one before it is known to be over now. */
		end_life(t, got, ev->ts);
		begin_life(t, got, ev->ts, env);
		break;
	case DXA_KIND_SNAP_DEVICE:
		if (!living(t, ev->dax))
			begin_life(t, ev->dax, 0, env);
		break;
	case DXA_KIND_DAX_ADD_HOST:
	case DXA_KIND_SNAP_HOST:
		name_life(t, ev, env);
		break;
	case DXA_KIND_DAX_DESTROY_INODE:
		end_life(t, ev->dax, ev->ts);
		break;
	default:
		break;
	}
}

void dxa_timeline_context(struct dxa_timeline *t, const struct dxa_context *ctx, size_t number)
{
	struct bar bar = { .start = ctx->start,
			   .end = ctx->outcome == DXA_OUTCOME_OPEN ? 0 : ctx->end,
			   .class = dxa_outcome_name(ctx->outcome),
			   .link = number ? 'c' : 0,
			   .number = number };

	dxa_story_context(bar.label, ctx);
	add(t, &bar);
}

void dxa_timeline_finding(struct dxa_timeline *t, const struct dxa_finding *f, size_t number)
{
	const struct dxa_event *last = f->evidence_len ? &f->evidence[f->evidence_len - 1] : NULL;

	/* Addresses come again: it is the last life there that had begun. */
	for (size_t i = t->bars.len; f->life.dax && i--;) {
		struct bar *bar = dxa_vec_at(&t->bars, i);

		if (bar->dax != f->life.dax || (last && bar->start > last->ts))
			continue;
		if (f->severity > DXA_SEVERITY_INFO)
			bar->class = "broken";
		bar->link = 'f';
		bar->number = number;
		return;
	}
}

/* ---- drawing ---- */

/* Where a moment is, from the left of the picture. */
static double x_of(uint64_t ts, uint64_t start, uint64_t end)
{
	if (ts <= start || end <= start)
		return LABELS;
	if (ts >= end)
		return WIDTH;
	return LABELS + (double)(ts - start) / (double)(end - start) * (WIDTH - LABELS);
}

static void draw_axis(FILE *out, size_t rows, uint64_t start, uint64_t end)
{
	for (int i = 0; i <= TICKS; i++) {
		double at = LABELS + (double)(WIDTH - LABELS) * i / TICKS;
		uint64_t us = end > start ? (end - start) / 1000 * (uint64_t)i / TICKS : 0;

		fprintf(out,
			"<line class=\"tick\" x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%zu\"/>"
			"<text class=\"tick\" x=\"%.1f\" y=\"14\" text-anchor=\"%s\">%" PRIu64
			".%06" PRIu64 " s</text>\n",
			at, AXIS, at, AXIS + rows * ROW, at, i == TICKS ? "end" : "middle",
			us / 1000000, us % 1000000);
	}
}

static void draw_bar(FILE *out, const struct bar *bar, size_t row, uint64_t start, uint64_t end)
{
	double from = x_of(bar->start, start, end);
	double to = x_of(bar->end ? bar->end : end, start, end);
	size_t y = AXIS + row * ROW;

	if (to < from + BAR_MIN)
		to = from + BAR_MIN;
	if (bar->link)
		fprintf(out, "<a href=\"#%c%zu\">", bar->link, bar->number);
	fputs("<text class=\"label\" ", out);
	fprintf(out, "x=\"%d\" y=\"%zu\" text-anchor=\"end\">", LABELS - 8, y + 13);
	dxa_xml_put(out, bar->label);
	fprintf(out,
		"</text><rect class=\"%s\" x=\"%.1f\" y=\"%zu\" width=\"%.1f\" height=\"%d\">"
		"<title>",
		bar->class, from, y + 3, to - from, ROW - 6);
	dxa_xml_put(out, bar->label);
	fprintf(out, ": %s%s</title></rect>", bar->class, bar->end ? "" : ", not ended");
	fputs(bar->link ? "</a>\n" : "\n", out);
}

static int by_start(const void *a, const void *b)
{
	const struct bar *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return (x->dax != 0) - (y->dax != 0);
}

void dxa_timeline_write(struct dxa_timeline *t, FILE *out, uint64_t start, uint64_t end)
{
	size_t rows = t->bars.len;

	if (!rows)
		return;
	qsort(t->bars.data, rows, sizeof(struct bar), by_start);
	dxa_map_free(&t->living);
	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %zu\" role=\"img\" "
		"aria-label=\"timeline\">\n",
		WIDTH + 4, AXIS + rows * ROW + 4);
	draw_axis(out, rows, start, end);
	for (size_t i = 0; i < rows; i++)
		draw_bar(out, dxa_vec_at(&t->bars, i), i, start, end);
	fputs("</svg>\n", out);
	if (t->cut)
		fprintf(out, "<p>%zu more are not drawn.</p>\n", t->cut);
}
