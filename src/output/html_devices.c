// SPDX-License-Identifier: GPL-2.0-only
#include "output/html_devices.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/vec.h"
#include "output/html_parts.h"
#include "output/xml.h"

/* A page of 10^5 events must stay below 2 MB. */
#define LIVES_MAX 200
#define EVENTS_MAX 100 /* of one life */
#define BYTES_MAX 300000

struct life {
	size_t number; /* in the timeline */
	size_t id; /* in the page */
	FILE *out;
	char *text;
	size_t len;
	size_t events, cut;
	bool found; /* a finding is about it */
};

struct dxa_html_devices {
	struct dxa_vec lives; /* struct life *, owned */
	struct dxa_map by_number; /* struct life * */
	size_t bytes;
	size_t ids; /* of all parts of the page */
	size_t cut; /* lives with events that are not shown */
	size_t last_cut; /* the number of the newest of them */
};

struct dxa_html_devices *dxa_html_devices_new(void)
{
	struct dxa_html_devices *d = calloc(1, sizeof(*d));

	if (d)
		d->lives = DXA_VEC_OF(struct life *);
	return d;
}

static void free_life(struct life *life)
{
	if (life->out)
		fclose(life->out);
	free(life->text);
	free(life);
}

static struct life *life_at(const struct dxa_html_devices *d, size_t i)
{
	return *(struct life **)dxa_vec_at(&d->lives, i);
}

void dxa_html_devices_reset(struct dxa_html_devices *d)
{
	for (size_t i = 0; i < d->lives.len; i++)
		free_life(life_at(d, i));
	d->lives.len = 0;
	dxa_map_free(&d->by_number);
	d->bytes = d->cut = d->last_cut = 0;
}

void dxa_html_devices_free(struct dxa_html_devices *d)
{
	if (!d)
		return;
	dxa_html_devices_reset(d);
	dxa_vec_free(&d->lives);
	free(d);
}

static struct life *new_life(struct dxa_html_devices *d, size_t number)
{
	struct life *life = calloc(1, sizeof(*life));

	if (!life)
		return NULL;
	life->number = number;
	life->out = open_memstream(&life->text, &life->len);
	if (!life->out || dxa_map_put(&d->by_number, number, life)) {
		free_life(life);
		return NULL;
	}
	if (!dxa_vec_push(&d->lives, &life)) {
		dxa_map_del(&d->by_number, number);
		free_life(life);
		return NULL;
	}
	life->id = ++d->ids;
	return life;
}

/* The life with that number, which is added if there is room; else NULL. */
static struct life *life_of(struct dxa_html_devices *d, size_t number)
{
	struct life *life = dxa_map_get(&d->by_number, number);

	if (!life && d->lives.len < LIVES_MAX && d->bytes < BYTES_MAX)
		life = new_life(d, number);
	if (!life && number > d->last_cut) {
		d->cut++;
		d->last_cut = number;
	}
	return life;
}

void dxa_html_devices_event(struct dxa_html_devices *d, size_t number, const struct dxa_event *ev,
			    const struct dxa_run *run, struct dxa_timeline *timeline)
{
	struct life *life = life_of(d, number);
	char link[DXA_LINK_LEN];
	long before;

	if (!life)
		return;
	if (life->events == EVENTS_MAX) {
		life->cut++;
		return;
	}
	before = ftell(life->out);
	dxa_html_event(life->out, ev, run, 0, NULL);
	d->bytes += (size_t)(ftell(life->out) - before);
	if (!life->events++) {
		snprintf(link, sizeof(link), "d%zu", life->id);
		dxa_timeline_link(timeline, number, link);
	}
}

void dxa_html_devices_found(struct dxa_html_devices *d, size_t number)
{
	struct life *life = dxa_map_get(&d->by_number, number);

	if (life)
		life->found = true;
}

static void write_life(FILE *out, struct life *life, const struct dxa_run *run,
		       const struct dxa_timeline_life *known)
{
	fprintf(out, "<details class=\"device\"%s><summary>", life->found ? " open=\"open\"" : "");
	dxa_xml_put(out, known->label);
	fputs(" <span class=\"dim\">from ", out);
	if (known->start)
		dxa_html_time(out, known->start, run->start);
	else
		fputs("before the audit", out);
	fputs(known->end ? " to " : ", not freed", out);
	if (known->end)
		dxa_html_time(out, known->end, run->start);
	fprintf(out, "</span></summary>\n<table class=\"story\" id=\"d%zu\">\n", life->id);
	if (!fflush(life->out))
		fwrite(life->text, 1, life->len, out);
	if (life->cut)
		fprintf(out, "<tr><td></td><td>... and %zu more events</td></tr>\n", life->cut);
	fputs("</table>\n</details>\n", out);
}

void dxa_html_devices_write(struct dxa_html_devices *d, FILE *out, const struct dxa_run *run,
			    const struct dxa_timeline *timeline)
{
	if (!d->lives.len)
		return;
	fprintf(out, "<h2>Devices</h2>\n<div class=\"%s\">\n", d->lives.len > 3 ? "list" : "few");
	for (size_t i = 0; i < d->lives.len; i++) {
		struct life *life = life_at(d, i);
		const struct dxa_timeline_life known = dxa_timeline_life(timeline, life->number);

		write_life(out, life, run, &known);
	}
	fputs("</div>\n", out);
	if (d->cut)
		fputs("<p class=\"dim\">More lives than these are not shown.</p>\n", out);
}
