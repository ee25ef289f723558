// SPDX-License-Identifier: GPL-2.0-only
#include "output/topview.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "base/event_kinds.h"
#include "base/utf8.h"
#include "output/lines.h"

/* The first character that may take two columns (Hangul Jamo); U+FFFD counts as two, too. */
#define WIDE_FROM 0x1100

/* A screen that is being written. */
struct page {
	FILE *out;
	const struct dxa_topframe *frame;
	unsigned int row;
};

/* One line, cut to the screen's width; nothing when the screen is full. */
__attribute__((format(printf, 2, 3))) static void put(struct page *p, const char *fmt, ...)
{
	char line[512];
	unsigned int column = 0;
	uint32_t cp;
	size_t len;
	va_list ap;

	if (p->row == p->frame->rows)
		return;
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	fputs(p->row++ ? "\r\n" : "\033[H", p->out);
	for (size_t i = 0; line[i]; i += len) {
		len = dxa_utf8_next(line + i, &cp);
		cp = dxa_utf8_printable(cp);
		column += cp < WIDE_FROM ? 1 : 2;
		if (column > p->frame->columns)
			break;
		dxa_utf8_put(p->out, cp);
	}
	fputs("\033[K", p->out);
}

void dxa_topview_event(struct dxa_topview *t, const struct dxa_event *ev,
		       const struct dxa_story_env *env)
{
	const struct dxa_kind_info *info = dxa_kind_info(ev->kind);

	dxa_lives_event(&t->lives, ev, env->symbols);
	/* Snapshots are not events that happened. */
	if (info && info->synthetic)
		return;
	t->events[t->next++ % DXA_TOP_EVENTS] = *ev;
}

void dxa_topview_finding(struct dxa_topview *t, const struct dxa_finding *f)
{
	char *line = t->findings[t->found++ % DXA_TOP_FINDINGS];

	snprintf(line, sizeof(t->findings[0]), "%s: %s: %s", dxa_severity_name(f->severity),
		 dxa_rule_info(f->rule)->name, f->detail);
}

void dxa_topview_free(struct dxa_topview *t)
{
	dxa_lives_free(&t->lives);
}

static void put_life(struct page *p, const struct dxa_lived *life, const struct dxa_story_env *env)
{
	char since[DXA_OFFSET_LEN], refs[12] = "?", dev[24] = "-";

	if (life->refs >= 0)
		snprintf(refs, sizeof(refs), "%d", life->refs);
	if (life->id.rdev)
		snprintf(dev, sizeof(dev), "%u:%u", DXA_DEV_MAJOR(life->id.rdev),
			 DXA_DEV_MINOR(life->id.rdev));
	put(p, "%-14s %-11s %-9s %5s %-6s %6zu %-15s %s", life->id.disk[0] ? life->id.disk : "-",
	    dxa_driver_name(life->id.driver), dev, refs,
	    life->refs < 0 ? "?" :
	    life->alive	   ? "alive" :
			     "dead",
	    life->users, life->users ? life->user : "-",
	    life->begin ? dxa_lines_offset(since, life->begin, env->start) : "before");
}

static void put_devices(struct page *p, const struct dxa_topview *t,
			const struct dxa_story_env *env, unsigned int room)
{
	const struct dxa_lived *life;
	size_t left = 0;

	put(p, "%-14s %-11s %-9s %5s %-6s %6s %-15s %s", "DEVICE", "DRIVER", "DEV", "REFS", "STATE",
	    "USERS", "LAST USER", "SINCE");
	for (size_t i = 0; (life = dxa_lives_at(&t->lives, i)); i++) {
		if (life->end)
			continue;
		if (!room) {
			left++;
			continue;
		}
		put_life(p, life, env);
		room--;
	}
	if (left)
		put(p, "... and %zu more", left);
}

static void put_event(struct page *p, const struct dxa_event *ev, const struct dxa_story_env *env)
{
	char call[DXA_WORDS_LEN], offset[DXA_OFFSET_LEN];

	put(p, "%12s  %-15s %s", dxa_lines_offset(offset, ev->ts, env->start), ev->comm,
	    dxa_story_call(call, ev, env));
}

static void put_events(struct page *p, const struct dxa_topview *t, const struct dxa_story_env *env)
{
	size_t kept = t->next < DXA_TOP_EVENTS ? t->next : DXA_TOP_EVENTS;

	put(p, "%s", kept ? "what just happened, newest first:" : "nothing has happened yet");
	for (size_t i = 1; i <= kept && p->row < p->frame->rows; i++)
		put_event(p, &t->events[(t->next - i) % DXA_TOP_EVENTS], env);
}

static void put_findings(struct page *p, const struct dxa_topview *t)
{
	size_t kept = t->found < DXA_TOP_FINDINGS ? t->found : DXA_TOP_FINDINGS;

	for (size_t i = 1; i <= kept; i++)
		put(p, "%s", t->findings[(t->found - i) % DXA_TOP_FINDINGS]);
	if (kept)
		put(p, "%s", "");
}

static size_t count_living(const struct dxa_lives *lives)
{
	const struct dxa_lived *life;
	size_t n = 0;

	for (size_t i = 0; (life = dxa_lives_at(lives, i)); i++)
		n += !life->end;
	return n;
}

void dxa_topview_draw(const struct dxa_topview *t, FILE *out, const struct dxa_topframe *frame,
		      const struct dxa_story_env *env)
{
	struct page p = { .out = out, .frame = frame };
	size_t living = count_living(&t->lives);

	put(&p, "daxaudit top, Linux %s, %" PRIu64 ":%02" PRIu64 ", q to quit", frame->release,
	    frame->seconds / 60, frame->seconds % 60);
	put(&p, "%zu device%s, %zu finding%s, %zu of %zu functions watched", living,
	    living == 1 ? "" : "s", t->found, t->found == 1 ? "" : "s", frame->watched,
	    frame->hooks);
	put(&p, "%s", "");
	put_findings(&p, t);
	put_devices(&p, t, env, frame->rows / 2);
	put(&p, "%s", "");
	put_events(&p, t, env);
	while (p.row < frame->rows)
		put(&p, "%s", "");
	fflush(out);
}
