/* SPDX-License-Identifier: GPL-2.0-only */
/* The text report of a listing: a row per device. */
#ifndef DAXAUDIT_OUTPUT_TEXTLIST_H
#define DAXAUDIT_OUTPUT_TEXTLIST_H

#include "output/sink.h"

/* Rows so far. */
struct dxa_textlist {
	uint64_t devices, orphans;
};

/* One row of the table; the first one brings its head along. */
void dxa_textlist_row(struct dxa_textlist *t, struct dxa_sink *s, const struct dxa_device *d);

/* What a listing ends with: it judges nothing, but it says when it is not all. */
void dxa_textlist_end(const struct dxa_textlist *t, struct dxa_sink *s, const struct dxa_result *r);

#endif
