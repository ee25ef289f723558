/* SPDX-License-Identifier: GPL-2.0-only */
/* The header and the trailer of a recording, read from their items. */
#ifndef DAXAUDIT_RECORD_HEADER_H
#define DAXAUDIT_RECORD_HEADER_H

#include <stdbool.h>
#include <stdint.h>

#include "record/items.h"
#include "record/record.h"

/* A header that owns what its head points to. */
struct dxr_header {
	struct dxa_record_head head;
	char *text; /* all strings, one after another */
	const char **argv;
	struct dxa_hook_status *hooks;
};

struct dxr_trailer {
	struct dxa_record_end end;
	bool has_events;
	uint64_t events; /* how many the recording holds, with has_events */
	struct dxa_hook_status *hooks;
};

/*
 * Fill a header, zeroed before, from the items of its block; word_bits is left
 * alone. Strings that are missing become "". False when the items are damaged or
 * memory is short; free it all the same.
 */
bool dxr_read_header(struct dxr_header *h, struct dxr_cursor items);
void dxr_header_free(struct dxr_header *h);

/* The same for a trailer. */
bool dxr_read_trailer(struct dxr_trailer *t, struct dxr_cursor items);
void dxr_trailer_free(struct dxr_trailer *t);

#endif
