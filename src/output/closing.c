// SPDX-License-Identifier: GPL-2.0-only
#include "output/closing.h"

#include <inttypes.h>
#include <stdlib.h>

const char *dxa_closing_word(enum dxa_verdict_kind kind)
{
	static const char *const words[] = {
		[DXA_VERDICT_PASS] = "PASS",
		[DXA_VERDICT_FINDINGS] = "FAIL",
		[DXA_VERDICT_INCONCLUSIVE] = "INCONCLUSIVE",
	};

	return words[kind];
}

const char *dxa_closing_refusal(const struct dxa_refusal *refusal)
{
	return refusal->skip ? "SKIP" : "ERROR";
}

static void put_reasons(FILE *out, const struct dxa_verdict *v)
{
	const char *reason;

	for (size_t i = 0; (reason = dxa_verdict_reason(v, i)); i++)
		fprintf(out, "%s; ", reason);
}

static void put_contexts(FILE *out, const struct dxa_result *r)
{
	for (int sort = 0; sort < DXA_CONTEXT_SORTS; sort++)
		if (r->contexts[sort])
			fprintf(out, "%" PRIu64 " %s%s, ", r->contexts[sort],
				dxa_story_sort_name((enum dxa_context_sort)sort),
				r->contexts[sort] == 1 ? "" : "s");
}

/* The drivers of the devices. */
static void put_drivers(FILE *out, const struct dxa_engine_stats *st)
{
	size_t n = 0;

	for (int d = 0; d < DXA_DRIVER_COUNT; d++)
		if (st->allocs[d] || st->seen_of[d])
			fprintf(out, "%s%s", n++ ? ", " : " (",
				dxa_driver_name((enum dxa_driver)d));
	fputs(n ? ")" : "", out);
}

static void put_records(FILE *out, const struct dxa_result *r)
{
	uint64_t missed;
	struct dxa_count total = dxa_hooks_total(r->hooks, r->n_hooks, &missed);

	if (r->unread) {
		fputs("; what follows is not known", out);
		return;
	}
	if (!total.seen && r->stats->events)
		return;
	fprintf(out, "; %" PRIu64 " record%s", total.seen - total.repeated,
		total.seen - total.repeated == 1 ? "" : "s");
	if (total.dropped || missed)
		fprintf(out, ", %" PRIu64 " lost, %" PRIu64 " missed", total.dropped, missed);
	/* Calls are also lost while hooks are switched off, and no hook counts these. */
	else if (!r->stats->gaps[DXA_GAP_LOST])
		fputs(", none lost", out);
}

char *dxa_closing_why(const struct dxa_result *r)
{
	const struct dxa_engine_stats *st = r->stats;
	uint64_t devices = r->n_hooks ? st->lives : st->lives_now;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	put_reasons(out, &r->verdict);
	put_contexts(out, r);
	fprintf(out, "%" PRIu64 " device%s", devices, devices == 1 ? "" : "s");
	if (devices)
		put_drivers(out, st);
	if (r->n_hooks)
		put_records(out, r);
	else
		fputs(" there now", out);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

const char *dxa_closing_hidden(char *buf, size_t size, const struct dxa_hidden *hidden)
{
	size_t len = 0;

	for (int sort = 0; sort < DXA_CONTEXT_SORTS && len < size; sort++)
		if (hidden->contexts[sort])
			len += (size_t)snprintf(buf + len, size - len, "%s%" PRIu64 " %s%s",
						len ? ", " : "", hidden->contexts[sort],
						dxa_story_sort_name((enum dxa_context_sort)sort),
						hidden->contexts[sort] == 1 ? "" : "s");
	if (len < size)
		snprintf(buf + len, size - len, "%s%" PRIu64 " finding%s checked and not shown",
			 len ? " and " : "0 probes and ", hidden->findings,
			 hidden->findings == 1 ? "" : "s");
	return buf;
}

char *dxa_closing_summary(const struct dxa_summary *sum)
{
	static const char *const words[] = {
		[DXA_VERDICT_FINDINGS] = "failed",
		[DXA_VERDICT_INCONCLUSIVE] = "inconclusive",
		[DXA_VERDICT_PASS] = "passed",
	};
	static const enum dxa_verdict_kind worst_first[] = { DXA_VERDICT_FINDINGS,
							     DXA_VERDICT_INCONCLUSIVE,
							     DXA_VERDICT_PASS };
	const char *before = ": ";
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	fprintf(out, "%zu recordings", sum->recordings);
	for (size_t i = 0; i < sizeof(worst_first) / sizeof(worst_first[0]); i++) {
		size_t n = sum->by_verdict[worst_first[i]];

		if (n)
			fprintf(out, "%s%zu %s", before, n, words[worst_first[i]]);
		before = n ? ", " : before;
	}
	if (sum->unread)
		fprintf(out, "%s%zu not replayed", before, sum->unread);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}
