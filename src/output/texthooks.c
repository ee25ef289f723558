// SPDX-License-Identifier: GPL-2.0-only
#include "output/texthooks.h"

#include <inttypes.h>
#include <stdio.h>

static void write_hook(struct dxa_wrap *w, const struct dxa_hook_status *h)
{
	char line[192], repeated[40] = "";

	if (h->count.repeated)
		snprintf(repeated, sizeof(repeated), " (repeated %" PRIu64 ")", h->count.repeated);
	snprintf(line, sizeof(line),
		 "%-30s %-10s records seen %" PRIu64 "%s, dropped %" PRIu64 ", missed %" PRIu64
		 "%s",
		 h->info->name, dxa_attach_mode_name(h->mode), h->count.seen, repeated,
		 h->count.dropped, h->missed, h->reason[0] ? ";" : "");
	dxa_wrap_begin(w, 2, 6);
	dxa_wrap_words(w, line, DXA_RESET);
	if (h->reason[0])
		dxa_wrap_words(w, h->reason, DXA_RESET);
	dxa_wrap_end(w);
}

void dxa_texthooks_write(struct dxa_wrap w, const struct dxa_result *r)
{
	fprintf(w.out, "\nhooks:\n");
	for (size_t i = 0; i < r->n_hooks; i++) {
		/* Each line begins with the same state. */
		struct dxa_wrap line = w;

		write_hook(&line, &r->hooks[i]);
	}
}
