// SPDX-License-Identifier: GPL-2.0-only
#include "output/textlist.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/utf8.h"
#include "output/prose.h"

/* A name in a column; control characters are replaced. */
static const char *column(char buf[DXA_NAME_LEN], const char *name)
{
	snprintf(buf, DXA_NAME_LEN, "%s", name[0] ? name : "-");
	dxa_utf8_make_line(buf);
	return buf;
}

void dxa_textlist_row(struct dxa_textlist *t, struct dxa_sink *s, const struct dxa_device *d)
{
	static const char row[] = "%-12s %-11s %-9s %5s %-6s %-7s %-11s %s";
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
	if (d->why)
		fprintf(s->out, " %sorphan: %s%s", dxa_paint(s->colour, DXA_RED), d->why,
			dxa_paint(s->colour, DXA_RESET));
	fputc('\n', s->out);
	t->orphans += d->why != NULL;
}

/* Continue the line. */
static void print_doubts(struct dxa_sink *s, const struct dxa_verdict *v)
{
	const char *reason;

	for (size_t i = v->first_incomplete; (reason = dxa_verdict_reason(v, i)); i++) {
		fputs(i > v->first_incomplete ? "; " : ": ", s->out);
		dxa_utf8_print(s->out, reason);
	}
}

void dxa_textlist_end(const struct dxa_textlist *t, struct dxa_sink *s, const struct dxa_result *r)
{
	char words[256];

	fprintf(s->out, "%" PRIu64 " dax_device%s, %" PRIu64 " orphan%s", t->devices,
		t->devices == 1 ? "" : "s", t->orphans, t->orphans == 1 ? "" : "s");
	if (s->run->show) {
		fputs("; ", s->out);
		if (r->hidden.devices)
			fprintf(s->out, "%" PRIu64 " more not shown: ", r->hidden.devices);
		fputs("only ", s->out);
		dxa_utf8_print(s->out, dxa_show_words(words, sizeof(words), s->run->show));
	}
	if (!r->verdict.complete) {
		fputs("; this may not be all", s->out);
		print_doubts(s, &r->verdict);
	}
	fputc('\n', s->out);
}
