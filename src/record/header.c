// SPDX-License-Identifier: GPL-2.0-only
#include "record/header.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/event_kinds.h"
#include "base/utf8.h"
#include "record/format.h"

/* Every item of a hook takes more bytes in the file than its number here. */
#define HOOKS_MAX DXA_HOOK_MAX

static enum dxa_aliasing aliasing_of(uint32_t number)
{
	switch (number) {
#define X(id, num) \
	case num:  \
		return DXA_ALIASING_##id;
		DXR_ALIASINGS(X)
#undef X
	}
	return DXA_ALIASING_UNKNOWN;
}

static bool attach_of(uint16_t number, enum dxa_attach_mode *ret)
{
	switch (number) {
#define X(id, num)                      \
	case num:                       \
		*ret = DXA_ATTACH_##id; \
		return true;
		DXR_ATTACHES(X)
#undef X
	}
	return false;
}

/* A hook that this version does not know is left out: nothing here depends on it. */
static bool read_hook(struct dxr_cursor *v, struct dxa_hook_status **hooks, size_t *n)
{
	const struct dxa_kind_info *info = dxa_kind_info(dxr_get_u16(v));
	uint16_t mode = dxr_get_u16(v);
	struct dxa_hook_status *h;

	if (!info || info->synthetic)
		return !v->bad;
	if (!*hooks)
		*hooks = calloc(HOOKS_MAX, sizeof(**hooks));
	if (!*hooks || *n == HOOKS_MAX)
		return false;
	h = &(*hooks)[(*n)++];
	*h = (struct dxa_hook_status){ .info = info };
	h->count.seen = dxr_get_u64(v);
	h->count.submitted = dxr_get_u64(v);
	h->count.dropped = dxr_get_u64(v);
	h->missed = dxr_get_u64(v);
	snprintf(h->symbol, sizeof(h->symbol), "%s", dxr_get_string(v));
	snprintf(h->reason, sizeof(h->reason), "%s", dxr_get_string(v));
	if (v->left)
		h->unreadable = dxr_get_u16(v) & DXR_HOOK_UNREADABLE;
	if (v->left)
		h->count.repeated = dxr_get_u64(v);
	h->count.seen += h->count.repeated;
	/* They become parts of lines, of the verdict's too: a file must not write lines of its own.
	 */
	dxa_utf8_make_line(h->symbol);
	dxa_utf8_make_line(h->reason);
	if (!attach_of(mode, &h->mode))
		snprintf(h->reason, sizeof(h->reason),
			 "attached in a way that this version does not know (%u)", mode);
	return !v->bad;
}

/* Copy a string behind those that h has; text has room for all that the block can hold. */
static const char *keep(struct dxr_header *h, size_t *used, struct dxr_cursor *v)
{
	const char *s = dxr_get_string(v);
	size_t len = strlen(s) + 1;
	char *to = h->text + *used;

	memcpy(to, s, len);
	*used += len;
	return to;
}

static bool read_item(struct dxr_header *h, uint16_t tag, struct dxr_cursor *v, size_t *used,
		      size_t *argc)
{
	struct dxa_record_head *head = &h->head;

	switch (tag) {
	case DXR_TAG_TOOL:
		head->tool = keep(h, used, v);
		break;
	case DXR_TAG_MODE:
		head->mode = keep(h, used, v);
		break;
	case DXR_TAG_RELEASE:
		head->release = keep(h, used, v);
		break;
	case DXR_TAG_VERSION:
		head->version = keep(h, used, v);
		break;
	case DXR_TAG_MACHINE:
		head->machine = keep(h, used, v);
		break;
	case DXR_TAG_ALIASING_FROM:
		head->aliasing_from = keep(h, used, v);
		break;
	case DXR_TAG_ARG:
		if (*argc < DXR_ARGV_MAX)
			h->argv[(*argc)++] = keep(h, used, v);
		break;
	case DXR_TAG_ALIASING:
		head->aliasing = aliasing_of(dxr_get_u32(v));
		break;
	case DXR_TAG_EOPNOTSUPP:
		head->eopnotsupp = (int)dxr_get_u32(v);
		break;
	case DXR_TAG_STUCK_AFTER:
		head->stuck_after_ns = dxr_get_u64(v);
		break;
	case DXR_TAG_START:
		head->start = dxr_get_u64(v);
		break;
	case DXR_TAG_START_WALL:
		head->start_wall = dxr_get_u64(v);
		break;
	case DXR_TAG_HOOK:
		return read_hook(v, &h->hooks, &head->n_hooks);
	}
	return !v->bad;
}

bool dxr_read_header(struct dxr_header *h, struct dxr_cursor items)
{
	struct dxa_record_head *head = &h->head;
	struct dxr_cursor v;
	size_t used = 0, argc = 0;
	uint16_t tag;

	head->tool = head->mode = head->release = head->version = "";
	head->machine = head->aliasing_from = "";
	h->text = malloc(items.left + 1);
	h->argv = calloc(DXR_ARGV_MAX + 1, sizeof(*h->argv));
	if (!h->text || !h->argv)
		return false;
	while (dxr_next_item(&items, &tag, &v))
		if (!read_item(h, tag, &v, &used, &argc))
			return false;
	head->hooks = h->hooks;
	head->argv = argc ? h->argv : NULL;
	return !items.bad && head->machine[0];
}

void dxr_header_free(struct dxr_header *h)
{
	free(h->text);
	free(h->argv);
	free(h->hooks);
}

bool dxr_read_trailer(struct dxr_trailer *t, struct dxr_cursor items)
{
	struct dxa_record_end *end = &t->end;
	struct dxr_cursor v;
	uint16_t tag;

	while (dxr_next_item(&items, &tag, &v)) {
		bool good = true;

		switch (tag) {
		case DXR_TAG_END:
			end->end = dxr_get_u64(&v);
			break;
		case DXR_TAG_CMD_STATUS:
			end->has_cmd_status = true;
			end->cmd_status = (int)dxr_get_u32(&v);
			break;
		case DXR_TAG_INTERRUPTED:
			end->interrupted = dxr_get_u32(&v) != 0;
			break;
		case DXR_TAG_EVENTS:
			t->has_events = true;
			t->events = dxr_get_u64(&v);
			break;
		case DXR_TAG_HOOK:
			good = read_hook(&v, &t->hooks, &end->n_hooks);
			break;
		}
		if (!good || v.bad)
			return false;
	}
	end->hooks = t->hooks;
	return !items.bad;
}

void dxr_trailer_free(struct dxr_trailer *t)
{
	free(t->hooks);
}
