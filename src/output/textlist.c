// SPDX-License-Identifier: GPL-2.0-only
#include "output/textlist.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/utf8.h"
#include "output/prose.h"
#include "output/wrap.h"

/* A name in a column; control characters are replaced. */
static const char *column(char buf[DXA_NAME_LEN], const char *name)
{
	snprintf(buf, DXA_NAME_LEN, "%s", name[0] ? name : "-");
	dxa_utf8_make_line(buf);
	return buf;
}

/* Below the row of the device: the table is as wide as a terminal. */
static void put_orphan(struct dxa_sink *s, const char *why)
{
	struct dxa_wrap w = { .out = s->out, .width = s->width, .colour = s->colour };

	dxa_wrap_begin(&w, 4, 4);
	dxa_wrap_words(&w, "orphan:", DXA_RED);
	dxa_wrap_words(&w, why, DXA_RED);
	dxa_wrap_end(&w);
}

void dxa_textlist_row(struct dxa_textlist *t, struct dxa_sink *s, const struct dxa_device *d)
{
	/* 79 columns with an address, for names of the usual length. */
	static const char row[] = "%-10s %-10s %-9s %5s %-6s %-6s %-10s %s";
	char dev[24] = "-", refs[12] = "?", addr[DXA_ADDRESS_LEN] = "-";
	char disk[DXA_NAME_LEN], bound[DXA_NAME_LEN];

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
	fputc('\n', s->out);
	if (d->why)
		put_orphan(s, d->why);
	t->orphans += d->why != NULL;
}

static void put_doubts(struct dxa_wrap *w, const struct dxa_verdict *v)
{
	const char *reason;

	dxa_wrap_piece(w, ";", 0, DXA_RESET);
	dxa_wrap_words(w, "this may not be all", DXA_RESET);
	for (size_t i = v->first_incomplete; (reason = dxa_verdict_reason(v, i)); i++) {
		dxa_wrap_piece(w, i > v->first_incomplete ? ";" : ":", 0, DXA_RESET);
		dxa_wrap_words(w, reason, DXA_RESET);
	}
}

void dxa_textlist_end(const struct dxa_textlist *t, struct dxa_sink *s, const struct dxa_result *r)
{
	struct dxa_wrap w = { .out = s->out, .width = s->width, .colour = s->colour };
	char words[256], line[128];

	snprintf(line, sizeof(line), "%" PRIu64 " dax_device%s, %" PRIu64 " orphan%s", t->devices,
		 t->devices == 1 ? "" : "s", t->orphans, t->orphans == 1 ? "" : "s");
	dxa_wrap_begin(&w, 0, 4);
	dxa_wrap_words(&w, line, DXA_RESET);
	if (s->run->show) {
		line[0] = '\0';
		if (r->hidden.devices)
			snprintf(line, sizeof(line),
				 "%" PRIu64 " more not shown:", r->hidden.devices);
		dxa_wrap_piece(&w, ";", 0, DXA_RESET);
		dxa_wrap_words(&w, line, DXA_RESET);
		dxa_wrap_words(&w, "only", DXA_RESET);
		dxa_wrap_words(&w, dxa_show_words(words, sizeof(words), s->run->show), DXA_RESET);
	}
	if (!r->verdict.complete)
		put_doubts(&w, &r->verdict);
	dxa_wrap_end(&w);
}
