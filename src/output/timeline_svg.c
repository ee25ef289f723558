// SPDX-License-Identifier: GPL-2.0-only
/* Draws a timeline as SVG. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "output/timeline_model.h"
#include "output/xml.h"

/* In units of the picture, which is as wide as the page. */
#define WIDTH 1000
#define LABELS 262
#define RIGHT 12
#define AXIS 22
#define LANE_CONTEXT 20
#define LANE_DEVICE 36
#define BAR 10
#define BAR_Y 5
#define BAR_MIN 2
#define REFS_Y 33 /* of no reference, below the lane's top */
#define REFS_HEIGHT 13
#define MARK_GAP 10
#define TICKS_MAX 8
/* A picture with more lanes is too tall to read. */
#define LANES_MAX 120
#define MOMENT_LINES_MAX 8
#define LABEL_CHARS 38
#define MS 1000000ull

struct lane {
	const char *label; /* of its first bar */
	bool device;
	uint64_t busy_until; /* ktime, ns; UINT64_MAX: its bar lasts */
	unsigned int y;
	int max_refs;
	double last_mark; /* x of the newest mark */
};

struct drawing {
	FILE *out;
	struct dxa_timeline *t;
	uint64_t zero; /* the axis counts from here */
	uint64_t start, end; /* what is shown; end > start */
	struct lane lanes[LANES_MAX];
	size_t n_lanes;
	size_t cut; /* bars without a lane */
	unsigned int height;
	size_t *by_id; /* index in t->bars, by id */
};

static const struct {
	const char *id, *class, *path, *words;
} looks[] = {
#define DXA_ROW(id_, symbol, class_, path_, words_) { symbol, class_, path_, words_ },
	DXA_MARKS(DXA_ROW)
#undef DXA_ROW
};

void dxa_timeline_write_marks(FILE *out)
{
	fputs("<ul class=\"legend\" aria-label=\"marks\">\n", out);
	for (size_t i = 0; i < DXA_MARK_COUNT; i++)
		fprintf(out,
			"<li><svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"-7 -7 14 14\" aria-hidden=\"true\"><path id=\"%s\" "
			"class=\"%s\" d=\"%s\"/></svg> %s</li>\n",
			looks[i].id, looks[i].class, looks[i].path, looks[i].words);
	fputs("<li><svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 14 14\" aria-hidden=\"true\"><path class=\"refs\" "
	      "d=\"M0 12H4V7H8V3H14\"/></svg> references</li>\n"
	      "<li><svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 14 14\" aria-hidden=\"true\"><path class=\"key\" "
	      "d=\"M0 2H14V12H0z\"/><path class=\"dead\" d=\"M0 7H14\"/></svg> killed, not freed yet</li>\n</ul>\n"
	      "<p class=\"dim\">Of these marks a picture has those that occurred. A mark that would cover "
	      "another one is moved to the right; the text at the pointer has its time.</p>\n",
	      out);
}

/* ---- what is shown ---- */

static void extend(struct drawing *d, uint64_t ts)
{
	if (!ts)
		return;
	if (!d->start || ts < d->start)
		d->start = ts;
	if (ts > d->end)
		d->end = ts;
}

/* From the first to the last event, with a margin. */
static void clip(struct drawing *d)
{
	uint64_t margin;

	for (size_t i = 0; i < d->t->bars.len; i++) {
		const struct dxa_bar *bar = dxa_vec_at(&d->t->bars, i);

		extend(d, bar->start);
		extend(d, bar->end);
	}
	for (size_t i = 0; i < d->t->marks.len; i++) {
		const struct dxa_mark *mark = dxa_vec_at(&d->t->marks, i);

		extend(d, mark->kind >= 0 ? mark->ts : 0);
	}
	margin = (d->end - d->start) / 50;
	margin = margin ? margin : MS / 2;
	d->start = d->start > margin ? d->start - margin : 0;
	if (d->start < d->zero && d->zero < d->end)
		d->start = d->zero;
	d->end = d->end < UINT64_MAX - margin ? d->end + margin : UINT64_MAX;
}

static double x_of(const struct drawing *d, uint64_t ts)
{
	if (ts <= d->start)
		return LABELS;
	if (ts >= d->end)
		return WIDTH;
	return LABELS + (double)(ts - d->start) / (double)(d->end - d->start) * (WIDTH - LABELS);
}

/* ---- lanes ---- */

static int by_start(const void *a, const void *b)
{
	const struct dxa_bar *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	if (!x->dax != !y->dax)
		return x->dax ? 1 : -1;
	return x->id < y->id ? -1 : x->id > y->id;
}

/* A free lane with the same name, or a new one; LANES_MAX: there is none. */
static size_t lane_for(struct drawing *d, const struct dxa_bar *bar)
{
	size_t i;

	for (i = 0; i < d->n_lanes; i++)
		if (d->lanes[i].device == (bar->dax != 0) && d->lanes[i].busy_until <= bar->start &&
		    !strcmp(d->lanes[i].label, bar->label))
			break;
	if (i == d->n_lanes && i < LANES_MAX) {
		d->lanes[i] = (struct lane){ .label = bar->label,
					     .device = bar->dax != 0,
					     .y = d->height };
		d->height += bar->dax ? LANE_DEVICE : LANE_CONTEXT;
		d->n_lanes++;
	}
	if (i < d->n_lanes)
		d->lanes[i].busy_until = bar->end ? bar->end : UINT64_MAX;
	return i;
}

static void lay_out(struct drawing *d)
{
	d->height = AXIS + 4;
	for (size_t i = 0; i < d->t->bars.len; i++) {
		struct dxa_bar *bar = dxa_vec_at(&d->t->bars, i);

		bar->lane = lane_for(d, bar);
		d->cut += bar->lane == LANES_MAX;
		d->by_id[bar->id] = i;
	}
	for (size_t i = 0; i < d->t->marks.len; i++) {
		const struct dxa_mark *mark = dxa_vec_at(&d->t->marks, i);
		const struct dxa_bar *bar = dxa_vec_at(&d->t->bars, d->by_id[mark->bar]);

		if (bar->lane < LANES_MAX && mark->refs_before > d->lanes[bar->lane].max_refs)
			d->lanes[bar->lane].max_refs = mark->refs_before;
	}
}

/* ---- drawing ---- */

/* Round steps of 1, 2 or 5: *decimals gets how many a label of seconds needs. */
static uint64_t tick_step(uint64_t span, int *decimals)
{
	static const unsigned int factors[] = { 1, 2, 5 };
	uint64_t power = 1;

	for (*decimals = 9;; power *= 10, *decimals -= *decimals > 0)
		for (size_t i = 0; i < 3; i++)
			if (span / (power * factors[i]) <= TICKS_MAX)
				return power * factors[i];
}

static void draw_tick(const struct drawing *d, uint64_t at, int decimals)
{
	double x = x_of(d, d->zero + at);

	fprintf(d->out,
		"<path class=\"tick\" d=\"M%.1f %dV%u\"/><text class=\"tick\" x=\"%.1f\" "
		"y=\"14\" text-anchor=\"%s\">%.*f s</text>\n",
		x, AXIS, d->height, x, x > WIDTH - 30 ? "end" : "middle", decimals,
		(double)at / 1e9);
}

/* A recording may hold any time: nothing may wrap. */
static void draw_axis(const struct drawing *d)
{
	int decimals;
	uint64_t step = tick_step(d->end - d->start, &decimals);
	uint64_t from = d->start > d->zero ? d->start - d->zero : 0;
	uint64_t last = d->end - d->zero, at = from / step * step;

	if (d->end < d->zero || (at < from && last - at < step))
		return;
	at += at < from ? step : 0;
	for (;; at += step) {
		draw_tick(d, at, decimals);
		if (last - at < step)
			return;
	}
}

/* A label that fits; its whole text is in the title. */
static void put_label(FILE *out, const char *label)
{
	char cut[DXA_WORDS_LEN];
	size_t len = 0, chars = 0, n;
	uint32_t cp;

	while (chars < LABEL_CHARS && (n = dxa_utf8_next(label + len, &cp))) {
		len += n;
		chars++;
	}
	snprintf(cut, sizeof(cut), "%.*s", (int)len, label);
	dxa_xml_put(out, cut);
	fputs(label[len] ? "…" : "", out);
}

static void open_link(FILE *out, const char *link)
{
	if (link[0])
		fprintf(out, "<a href=\"#%s\">", link);
}

static void draw_bar(const struct drawing *d, const struct dxa_bar *bar, bool first)
{
	const struct lane *lane = &d->lanes[bar->lane];
	double from = x_of(d, bar->start), to = x_of(d, bar->end ? bar->end : d->end);

	if (to < from + BAR_MIN)
		to = from + BAR_MIN;
	open_link(d->out, bar->link);
	if (first) {
		fprintf(d->out, "<text x=\"%d\" y=\"%u\" text-anchor=\"end\">", LABELS - RIGHT,
			lane->y + BAR_Y + BAR - 1);
		put_label(d->out, bar->label);
		fputs("</text>", d->out);
		if (bar->dax && lane->max_refs > 0)
			fprintf(d->out,
				"<text class=\"tick\" x=\"%d\" y=\"%u\" text-anchor=\"end\">"
				"references, at most %d</text>",
				LABELS - RIGHT, lane->y + REFS_Y - 3, lane->max_refs);
	}
	fprintf(d->out,
		"<rect class=\"%s\" x=\"%.1f\" y=\"%u\" width=\"%.1f\" height=\"%d\"><title>",
		bar->class, from, lane->y + BAR_Y, to - from, BAR);
	dxa_xml_put(d->out, bar->label);
	fprintf(d->out, ": %s%s%s</title></rect>", bar->class,
		bar->start ? "" : ", there before the audit", bar->end ? "" : ", not ended");
	fputs(bar->link[0] ? "</a>\n" : "\n", d->out);
}

static void draw_bars(struct drawing *d)
{
	bool labelled[LANES_MAX] = { 0 };

	for (size_t i = 0; i < d->n_lanes; i++)
		fprintf(d->out, "<path class=\"lane\" d=\"M0 %uH%d\"/>", d->lanes[i].y, WIDTH);
	fputc('\n', d->out);
	for (size_t i = 0; i < d->t->bars.len; i++) {
		const struct dxa_bar *bar = dxa_vec_at(&d->t->bars, i);

		if (bar->lane == LANES_MAX)
			continue;
		draw_bar(d, bar, !labelled[bar->lane]);
		labelled[bar->lane] = true;
	}
}

static void put_time(const struct drawing *d, uint64_t ts)
{
	uint64_t us = ts > d->zero ? (ts - d->zero) / 1000 : 0;

	fprintf(d->out, "%" PRIu64 ".%06" PRIu64 " s", us / 1000000, us % 1000000);
}

/* Marks that would overlap are moved; their titles have the time. */
static void draw_mark(struct drawing *d, const struct dxa_mark *mark)
{
	const struct dxa_bar *bar = dxa_vec_at(&d->t->bars, d->by_id[mark->bar]);
	struct lane *lane = bar->lane < LANES_MAX ? &d->lanes[bar->lane] : NULL;
	double x = x_of(d, mark->ts);

	if (!lane || mark->kind < 0)
		return;
	if (lane->last_mark && x < lane->last_mark + MARK_GAP)
		x = lane->last_mark + MARK_GAP;
	if (x > WIDTH)
		x = WIDTH;
	lane->last_mark = x;
	open_link(d->out, mark->link);
	fprintf(d->out, "<use href=\"#%s\" x=\"%.1f\" y=\"%u\"><title>", looks[mark->kind].id, x,
		lane->y + BAR_Y + BAR / 2);
	put_time(d, mark->ts);
	fprintf(d->out, ": %s: %s</title></use>%s\n", mark->call, looks[mark->kind].words,
		mark->link[0] ? "</a>" : "");
}

static void draw_moments(const struct drawing *d)
{
	size_t n = 0;

	for (size_t i = 0; i < d->t->marks.len; i++) {
		const struct dxa_mark *mark = dxa_vec_at(&d->t->marks, i);

		if (mark->kind == DXA_MARK_FOUND && ++n <= MOMENT_LINES_MAX)
			fprintf(d->out, "<path class=\"moment\" d=\"M%.1f %dV%u\"/>\n",
				x_of(d, mark->ts), AXIS, d->height);
	}
}

/* Where a number of references is on a device's lane. */
static double refs_y(const struct lane *lane, int refs)
{
	int max = lane->max_refs > 2 ? lane->max_refs : 2;

	return lane->y + REFS_Y - (double)refs / max * REFS_HEIGHT;
}

/* The references of one life as a step line, and the time in which it is killed. */
struct steps {
	const struct lane *lane;
	bool drawing; /* a line has begun */
	uint64_t dead_since; /* 0: alive, or not known */
};

static void draw_step(const struct drawing *d, struct steps *s, const struct dxa_mark *mark)
{
	double x = x_of(d, mark->ts);

	if (mark->refs < 0)
		return;
	fprintf(d->out, s->drawing ? "H%.1fV%.1f" : "<path class=\"refs\" d=\"M%.1f %.1f", x,
		refs_y(s->lane, mark->refs_before));
	if (mark->refs != mark->refs_before)
		fprintf(d->out, "V%.1f", refs_y(s->lane, mark->refs));
	s->drawing = true;
}

static void draw_dead(const struct drawing *d, const struct steps *s, uint64_t until)
{
	fprintf(d->out, "<path class=\"dead\" d=\"M%.1f %dH%.1f\"/>\n", x_of(d, s->dead_since),
		(int)s->lane->y + BAR_Y + BAR / 2, x_of(d, until));
}

static void draw_refs(const struct drawing *d, const struct dxa_bar *bar)
{
	struct steps s = { .lane = &d->lanes[bar->lane] };
	uint64_t end = bar->end ? bar->end : d->end;

	for (size_t i = 0; i < d->t->marks.len; i++) {
		const struct dxa_mark *mark = dxa_vec_at(&d->t->marks, i);

		if (mark->bar == bar->id)
			draw_step(d, &s, mark);
	}
	if (s.drawing)
		fprintf(d->out, "H%.1f\"/>\n", x_of(d, end));
	for (size_t i = 0; i < d->t->marks.len; i++) {
		const struct dxa_mark *mark = dxa_vec_at(&d->t->marks, i);

		if (mark->bar != bar->id)
			continue;
		if (mark->kind == DXA_MARK_KILL && !s.dead_since)
			s.dead_since = mark->ts;
		if (mark->kind == DXA_MARK_RUN && s.dead_since) {
			draw_dead(d, &s, mark->ts);
			s.dead_since = 0;
		}
	}
	if (s.dead_since)
		draw_dead(d, &s, end);
}

static void draw(struct drawing *d)
{
	fprintf(d->out,
		"<div class=\"scroll\" role=\"region\" aria-label=\"timeline\" tabindex=\"0\">"
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %u\">\n",
		WIDTH + RIGHT, d->height + 4);
	draw_axis(d);
	draw_bars(d);
	for (size_t i = 0; i < d->t->bars.len; i++) {
		const struct dxa_bar *bar = dxa_vec_at(&d->t->bars, i);

		if (bar->dax && bar->lane < LANES_MAX)
			draw_refs(d, bar);
	}
	draw_moments(d);
	for (size_t i = 0; i < d->t->marks.len; i++)
		draw_mark(d, dxa_vec_at(&d->t->marks, i));
	fputs("</svg></div>\n", d->out);
}

void dxa_timeline_write(struct dxa_timeline *t, FILE *out, uint64_t start)
{
	struct drawing d = { .out = out, .t = t, .zero = start };

	if (!t->bars.len)
		return;
	d.by_id = calloc(t->bars.len, sizeof(*d.by_id));
	if (!d.by_id) {
		fputs("<p>There was no memory for the timeline.</p>\n", out);
		return;
	}
	qsort(t->bars.data, t->bars.len, sizeof(struct dxa_bar), by_start);
	dxa_map_free(&t->living);
	clip(&d);
	lay_out(&d);
	draw(&d);
	free(d.by_id);
	d.cut += t->cut_bars;
	if (d.cut || t->cut_marks)
		fprintf(out,
			"<p class=\"dim\">%zu of %zu bars and %zu of %zu marks are drawn.</p>\n",
			t->bars.len + t->cut_bars - d.cut, t->bars.len + t->cut_bars, t->marks.len,
			t->marks.len + t->cut_marks);
}
