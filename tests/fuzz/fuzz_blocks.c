// SPDX-License-Identifier: GPL-2.0-only
/*
 * The contents of a recording's blocks, without the file around them: the items of header and
 * trailer, and coded events, of both byte orders. It is fast, because nothing is unpacked, sealed
 * or checked by rules. An input is a byte that selects the kind of block, and the bytes of the
 * block.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/hookstat.h"
#include "record/codec.h"
#include "record/header.h"

#define SWAP 4
#define LONGER 8 /* events of a later version */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An assertion that must hold for any bytes. */
static void must(bool holds)
{
	if (!holds)
		abort();
}

static void ask_hooks(const struct dxa_hook_status *hooks, size_t n)
{
	uint64_t missed;

	must(n <= DXA_HOOK_MAX);
	for (size_t i = 0; i < n; i++)
		must(hooks[i].info && !hooks[i].info->synthetic &&
		     dxa_attach_mode_name(hooks[i].mode));
	dxa_hooks_total(hooks, n, &missed);
	dxa_hooks_unobserved(hooks, n);
}

static void read_header(struct dxr_cursor items)
{
	struct dxr_header h = { 0 };

	if (dxr_read_header(&h, items)) {
		const struct dxa_record_head *head = &h.head;

		must(head->machine[0] && head->aliasing < DXA_ALIASING_COUNT);
		must(strlen(head->tool) + strlen(head->release) + strlen(head->version) <=
		     items.left);
		for (size_t i = 0; head->argv && head->argv[i]; i++)
			must(i < DXR_ARGV_MAX && strlen(head->argv[i]) < items.left);
		ask_hooks(head->hooks, head->n_hooks);
	}
	dxr_header_free(&h);
}

static void read_trailer(struct dxr_cursor items)
{
	struct dxr_trailer t = { 0 };

	if (dxr_read_trailer(&t, items))
		ask_hooks(t.end.hooks, t.end.n_hooks);
	dxr_trailer_free(&t);
}

/* Each event that can be read can be written, and is then read as the same. */
static void read_events(const uint8_t *data, size_t size, unsigned int format, size_t event_size,
			bool swap)
{
	static struct dxr_codec in, out, again;
	unsigned char coded[DXR_CODED_MAX];
	const struct dxa_event *ev, *same;
	size_t used, n = 0;

	dxr_codec_init(&in, format, event_size, swap);
	while ((ev = dxr_decode(&in, data, size, &used))) {
		size_t len;

		must(used && used <= size);
		must(strlen(ev->comm) < sizeof(ev->comm) && strlen(ev->name) < sizeof(ev->name) &&
		     strlen(ev->bus) < sizeof(ev->bus) && strlen(ev->driver) < sizeof(ev->driver));
		if (!n++) {
			dxr_codec_init(&out, DXR_FORMAT, sizeof(*ev), swap);
			dxr_codec_init(&again, DXR_FORMAT, sizeof(*ev), swap);
		}
		len = dxr_encode(&out, ev, coded);
		must(len <= sizeof(coded));
		same = dxr_decode(&again, coded, len, &len);
		must(same && !memcmp(same, ev, sizeof(*ev)));
		data += used;
		size -= used;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dxr_cursor items;

	if (!size)
		return 0;
	items = (struct dxr_cursor){ .at = data + 1, .left = size - 1, .swap = data[0] & SWAP };
	switch (data[0] & 3) {
	case 0:
		read_header(items);
		break;
	case 1:
		read_trailer(items);
		break;
	default:
		read_events(data + 1, size - 1, data[0] & 1 ? DXR_FORMAT : 1,
			    data[0] & LONGER ? DXR_EVENT_MAX : sizeof(struct dxa_event),
			    data[0] & SWAP);
	}
	return 0;
}
