// SPDX-License-Identifier: GPL-2.0-only
#include "probe/losses.h"

#include "base/ktime.h"
#include "probe/preflight.h"

/*
 * The hook runs before the switch changes, and the task may be preempted in between;
 * until then the file of the switch still says "on". Usually it takes microseconds.
 */
#define RECHECK_NS 1000000000ull

/* The number of lost calls is not known. */
static void tell(struct dxa_silence *s, uint64_t ts, uint64_t until, dxa_event_fn fn, void *priv)
{
	const struct dxa_event lost = { .kind = DXA_KIND_LOST, .ts = ts, .arg = until, .ret = 1 };

	s->until = until;
	fn(priv, &lost);
}

static bool silences_any(const struct dxa_event *ev, const struct dxa_hook *hooks, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (dxa_event_silences(ev, hooks[i].status.mode))
			return true;
	return false;
}

__attribute__((noinline)) static void note_event(struct dxa_silence *s, const struct dxa_event *ev,
						 const struct dxa_hook *hooks, size_t n,
						 dxa_event_fn fn, void *priv)
{
	bool begins = silences_any(ev, hooks, n);

	if (begins) {
		s->since = ev->ts;
		s->recheck_at = ev->ts + RECHECK_NS;
	}
	if (begins || (s->since && ev->ts > s->until))
		tell(s, ev->ts, ev->ts + RECHECK_NS, fn, priv);
}

void dxa_silence_event(struct dxa_silence *s, const struct dxa_event *ev,
		       const struct dxa_hook *hooks, size_t n, dxa_event_fn fn, void *priv)
{
	/* Nearly all are something else, outside of a silence. */
	if (s->since || ev->kind == DXA_KIND_FTRACE_SWITCH || ev->kind == DXA_KIND_KPROBES_SWITCH)
		note_event(s, ev, hooks, n, fn, priv);
}

void dxa_silence_check(struct dxa_silence *s, bool ends, dxa_event_fn fn, void *priv)
{
	uint64_t now;

	if (!s->since)
		return;
	now = dxa_ktime_now();
	if (!ends && now < s->recheck_at)
		return;
	s->recheck_at = now + RECHECK_NS;
	if (!ends && (dxa_preflight_ftrace_off() || dxa_preflight_kprobes_off()))
		return;
	tell(s, now, now, fn, priv);
	s->since = 0;
}
