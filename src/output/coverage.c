// SPDX-License-Identifier: GPL-2.0-only
#include "output/coverage.h"

#include <inttypes.h>
#include <stdio.h>

size_t dxa_coverage(const struct dxa_result *result, struct dxa_coverage ret[DXA_DRIVER_COUNT])
{
	const struct dxa_engine_stats *st = result->stats;
	size_t n = 0;

	for (int d = 0; d < DXA_DRIVER_COUNT; d++) {
		const struct dxa_coverage c = { .driver = dxa_driver_name((enum dxa_driver)d),
						.allocs = st->allocs[d],
						.exercised = st->exercised[d],
						.devices = st->seen_of[d],
						.available = st->available >> d & 1,
						.required = result->required >> d & 1 };

		/* Ops without a known symbol name no driver that could be exercised. */
		if (d != DXA_DRIVER_UNKNOWN && (c.exercised || c.available || c.required))
			ret[n++] = c;
	}
	return n;
}

static int words_of(char *buf, size_t size, const struct dxa_coverage *c)
{
	if (c->allocs)
		return snprintf(buf, size, "%s %" PRIu64 " allocation%s", c->driver, c->allocs,
				c->allocs == 1 ? "" : "s");
	if (c->exercised)
		return snprintf(buf, size, "%s bound or run, no allocation", c->driver);
	/* A release exercises nothing. */
	return snprintf(buf, size, "%s %s%s", c->driver,
			c->required ? "required but not exercised" : "not exercised",
			c->devices ? " (only devices from before the audit)" : "");
}

const char *dxa_coverage_words(char buf[DXA_COVERAGE_LEN], const struct dxa_result *result)
{
	struct dxa_coverage list[DXA_DRIVER_COUNT];
	size_t n = dxa_coverage(result, list), used = 0;

	if (result->unread)
		used = (size_t)snprintf(buf, DXA_COVERAGE_LEN, "in what could be read: ");
	if (!n)
		snprintf(buf + used, DXA_COVERAGE_LEN - used,
			 "no driver that can allocate a dax_device was seen");
	for (size_t i = 0; i < n && used < DXA_COVERAGE_LEN; i++) {
		if (i)
			used += (size_t)snprintf(buf + used, DXA_COVERAGE_LEN - used, "; ");
		if (used < DXA_COVERAGE_LEN)
			used += (size_t)words_of(buf + used, DXA_COVERAGE_LEN - used, &list[i]);
	}
	return buf;
}
