// SPDX-License-Identifier: GPL-2.0-only
#include "output/textprobe.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/event_kinds.h"
#include "base/utf8.h"
#include "engine/errname.h"
#include "output/lines.h"

#define ROW "%-8s %-6s %-14s %-10s %-7s %7s  %s"
/* The column of continuation lines of a row. */
#define ROW_INDENT 10

static void put_row(struct dxa_wrap *w, const char *row, enum dxa_colour colour)
{
	dxa_wrap_to(w, 2);
	/* It contains runs of blanks that must be kept. */
	dxa_wrap_piece(w, row, 0, colour);
}

void dxa_textprobe_head(struct dxa_wrap *w)
{
	char row[DXA_WORDS_LEN];

	snprintf(row, sizeof(row), ROW, "at", "what", "device", "driver", "disk", "took", "result");
	dxa_wrap_begin(w, 0, ROW_INDENT);
	put_row(w, row, DXA_DIM);
	dxa_wrap_end(w);
}

/* The first disk that is named in the story. */
static const char *disk_of(const struct dxa_context *ctx)
{
	for (size_t i = 0; i < ctx->story_len; i++) {
		const struct dxa_event *ev = &ctx->story[i];

		switch (ev->kind) {
		case DXA_KIND_DAX_ADD_HOST:
		case DXA_KIND_DAX_REMOVE_HOST:
		case DXA_KIND_DEVICE_ADD_DISK:
		case DXA_KIND_DISK_STATE:
			if (ev->name[0])
				return ev->name;
		}
	}
	return "-";
}

/* The driver of the device, if the context itself has no driver. */
static const char *driver_of(const struct dxa_context *ctx)
{
	for (size_t i = 0; !ctx->driver[0] && i < ctx->story_len; i++)
		if (ctx->story[i].driver[0])
			return ctx->story[i].driver;
	return ctx->driver[0] ? ctx->driver : "-";
}

static void spell_result(char *buf, size_t size, const struct dxa_context *ctx,
			 const struct dxa_story_env *env)
{
	char name[DXA_ERRNAME_LEN];

	dxa_errname(name, ctx->err, env->eopnotsupp);
	switch (ctx->outcome) {
	case DXA_OUTCOME_OPEN:
		snprintf(buf, size, "has not ended");
		break;
	case DXA_OUTCOME_OK:
		snprintf(buf, size, "ok");
		break;
	case DXA_OUTCOME_DEFERRED:
		snprintf(buf, size, "deferred");
		break;
	case DXA_OUTCOME_NO_DEVICE:
		snprintf(buf, size, "not taken: %s", name);
		break;
	case DXA_OUTCOME_FAILED:
		snprintf(buf, size, "failed%s%s", ctx->err ? ": " : "", ctx->err ? name : "");
		break;
	case DXA_OUTCOME_MISSED:
		snprintf(buf, size, "end missed");
		break;
	}
}

/* "+0.763": rows need no microseconds. */
static void spell_offset(char buf[DXA_OFFSET_LEN], uint64_t ts, uint64_t start)
{
	dxa_lines_offset(buf, ts, start);
	buf[strlen(buf) - 3] = '\0';
}

static const char *const verbs[] = {
	[DXA_CONTEXT_PROBE] = "probe", [DXA_CONTEXT_UNBIND] = "unbind", [DXA_CONTEXT_CREATION] = "create"
};

void dxa_textprobe_row(struct dxa_wrap *w, const struct dxa_context *ctx,
		       const struct dxa_story_env *env, const char *mark, const char *rules)
{
	char row[2 * DXA_WORDS_LEN], offset[DXA_OFFSET_LEN], span[DXA_SPAN_LEN], result[64];
	char device[DXA_NAME_LEN], disk[DXA_NAME_LEN];
	bool named = ctx->kind == DXA_KIND_REALLY_PROBE || ctx->kind == DXA_KIND_RELEASE_DRIVER;

	snprintf(device, sizeof(device), "%s",
		 named && ctx->device[0] ? ctx->device : dxa_kind_name(ctx->kind));
	snprintf(disk, sizeof(disk), "%s", disk_of(ctx));
	/* What could move the columns is replaced. */
	dxa_utf8_make_line(device);
	dxa_utf8_make_line(disk);
	spell_offset(offset, ctx->start, env->start);
	spell_result(result, sizeof(result), ctx, env);
	if (ctx->outcome == DXA_OUTCOME_OPEN || ctx->outcome == DXA_OUTCOME_MISSED)
		snprintf(span, sizeof(span), "-");
	else
		dxa_lines_span(span, ctx->end > ctx->start ? ctx->end - ctx->start : 0);
	snprintf(row, sizeof(row), ROW, offset, verbs[dxa_story_sort(ctx->kind)], device,
		 driver_of(ctx), disk, span, result);
	dxa_wrap_begin(w, 0, ROW_INDENT);
	dxa_wrap_piece(w, mark, 0, DXA_RED);
	put_row(w, row, mark[0] ? DXA_BOLD : DXA_RESET);
	if (rules[0])
		dxa_wrap_piece(w, rules, 2, DXA_RED);
	dxa_wrap_end(w);
}

void dxa_textprobe_story(struct dxa_wrap *w, const struct dxa_context *ctx,
			 const struct dxa_story_env *env, const struct dxa_map *marks,
			 struct dxa_map *shown)
{
	struct dxa_lines lines = { .next = 0 };
	char more[64];
	int depth = 0;

	for (size_t i = 0; i < ctx->story_len; i++) {
		const struct dxa_event *ev = &ctx->story[i];
		uint64_t key = dxa_lines_identity(ev);
		int nesting = dxa_story_nesting(ev);
		void *mark = dxa_map_get(marks, key);

		if (nesting < 0 && depth > 0)
			depth--;
		dxa_lines_event(&lines, w, ev, env, depth, mark);
		dxa_map_put(shown, key, mark ? mark : shown);
		if (nesting > 0)
			depth++;
	}
	if (!ctx->story_cut)
		return;
	snprintf(more, sizeof(more), "... and %zu more events", ctx->story_cut);
	dxa_wrap_begin(w, 3, 4);
	dxa_wrap_words(w, more, DXA_DIM);
	dxa_wrap_end(w);
}
