// SPDX-License-Identifier: GPL-2.0-only
#include "probe/modranges.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Several times what any machine has loaded. A daemon sees many modules over months. */
#define RANGES_MAX 1024

/* The number of ranges that begin at or below addr. */
static size_t up_to(const struct dxa_modranges *m, uint64_t addr)
{
	size_t lo = 0, hi = m->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (m->ranges[mid].start <= addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

const struct dxa_modrange *dxa_modranges_find(const struct dxa_modranges *m, uint64_t addr)
{
	size_t n = up_to(m, addr);

	if (!n || addr - m->ranges[n - 1].start >= m->ranges[n - 1].size)
		return NULL;
	return &m->ranges[n - 1];
}

static void remove_at(struct dxa_modranges *m, size_t at)
{
	m->n--;
	memmove(&m->ranges[at], &m->ranges[at + 1], (m->n - at) * sizeof(*m->ranges));
}

static void remove_oldest(struct dxa_modranges *m)
{
	size_t oldest = 0;

	for (size_t i = 1; i < m->n; i++)
		if (m->ranges[i].noted < m->ranges[oldest].noted)
			oldest = i;
	remove_at(m, oldest);
}

/* Room for one more. */
static int reserve(struct dxa_modranges *m)
{
	size_t cap = m->cap ? 2 * m->cap : 64;
	void *p;

	if (m->n < m->cap)
		return 0;
	if (m->n == RANGES_MAX) {
		remove_oldest(m);
		return 0;
	}
	p = realloc(m->ranges, cap * sizeof(*m->ranges));
	if (!p)
		return -1;
	m->ranges = p;
	m->cap = cap;
	return 0;
}

/* Is the range known already, with at least this size? */
static bool is_known(const struct dxa_modranges *m, const char *module, uint64_t start,
		     uint64_t sure)
{
	const struct dxa_modrange *r = dxa_modranges_find(m, start);

	return r && !strcmp(r->module, module) && sure <= r->size - (start - r->start);
}

void dxa_modranges_note(struct dxa_modranges *m, const char *module, uint64_t start, uint64_t sure,
			uint64_t size)
{
	struct dxa_modrange *r;
	size_t at;

	if (!size || (sure < size && is_known(m, module, start, sure)) || reserve(m) < 0)
		return;
	at = up_to(m, start);
	if (at && m->ranges[at - 1].start == start) {
		remove_at(m, --at);
	} else if (at) {
		r = &m->ranges[at - 1];
		if (start - r->start < r->size)
			r->size = start - r->start;
	}
	while (at < m->n && m->ranges[at].start - start < sure)
		remove_at(m, at);
	if (at < m->n && m->ranges[at].start - start < size)
		size = m->ranges[at].start - start;
	r = &m->ranges[at];
	memmove(r + 1, r, (m->n++ - at) * sizeof(*r));
	*r = (struct dxa_modrange){ .start = start, .size = size, .noted = ++m->noted };
	snprintf(r->module, sizeof(r->module), "%s", module);
}

void dxa_modranges_clear(struct dxa_modranges *m)
{
	free(m->ranges);
	*m = (struct dxa_modranges){ 0 };
}
