// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/event_kinds.h"
#include "story.h"

/* ---- running ---- */

static void on_context(void *priv, const struct dxa_context *ctx)
{
	struct story *s = priv;
	struct dxa_context *copy = dxa_vec_push(&s->contexts, ctx);

	assert_non_null(copy);
	copy->story = NULL;
}

static void on_finding(void *priv, const struct dxa_finding *finding)
{
	struct story *s = priv;
	struct story_finding *copy = dxa_vec_push(&s->findings, NULL);
	size_t n = finding->evidence_len;

	assert_non_null(copy);
	assert_true(strlen(finding->detail) > 20);
	assert_true(n > 0);
	copy->finding = *finding;
	if (n > 64)
		n = 64;
	memcpy(copy->evidence, finding->evidence, n * sizeof(*finding->evidence));
	copy->finding.evidence_len = n;
}

static void on_withdrawn(void *priv, enum dxa_rule rule, uint64_t id)
{
	struct story *s = priv;

	for (size_t i = 0; i < s->findings.len; i++) {
		struct story_finding *f = dxa_vec_at(&s->findings, i);

		if (f->finding.id != id)
			continue;
		assert_int_equal(f->finding.rule, rule);
		f->withdrawn = true;
		return;
	}
	fail_msg("finding %llu was withdrawn, and never reported", (unsigned long long)id);
}

static void make_engine(struct story *s)
{
	const struct dxa_engine_sink sink = { on_context, on_finding, on_withdrawn, s };

	s->engine = dxa_engine_new(&s->config, &sink);
	assert_non_null(s->engine);
}

void story_begin(struct story *s, enum story_mode mode)
{

	*s = (struct story){ .mode = mode, .now = 5000000000, .tid = 100, .comm = "kworker/u8:1" };
	s->findings = DXA_VEC_OF(struct story_finding);
	s->contexts = DXA_VEC_OF(struct dxa_context);
	s->fed = DXA_VEC_OF(struct dxa_event);
	s->symbols = dxa_symbols_new(NULL, NULL);
	assert_non_null(s->symbols);
	name_askers(s);
	s->config = (struct dxa_engine_config){
		.aliasing = DXA_ALIASING_NO,
		.eopnotsupp = EOPNOTSUPP_HERE,
		.symbols = s->symbols,
	};
	make_engine(s);
}

void story_configure(struct story *s, const struct dxa_engine_config *config)
{
	assert_int_equal(s->fed.len, 0);
	dxa_engine_free(s->engine);
	s->config = *config;
	s->config.symbols = s->symbols;
	make_engine(s);
}

static void finish(struct story *s)
{
	uint64_t due;
	bool look;

	if (s->finished)
		return;
	rcu(s);
	/* A live audit waits for what is due, and takes two snapshots. */
	due = dxa_engine_due(s->engine, &look);
	for (int i = 0; i < 2 && look; i++) {
		if (due > s->now)
			s->now = due;
		look_again(s);
		due = dxa_engine_due(s->engine, &look);
	}
	dxa_engine_finish(s->engine, due > s->now ? due : s->now + 1);
	s->finished = true;
}

void cut_here(struct story *s)
{
	dxa_engine_finish(s->engine, s->now + 1);
	s->finished = true;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void join(char *buf, size_t size, const char **names, size_t n)
{
	size_t i;

	qsort(names, n, sizeof(*names), by_name);
	buf[0] = '\0';
	for (i = 0; i < n; i++)
		snprintf(buf + strlen(buf), size - strlen(buf), "%s%s", i ? " " : "", names[i]);
}

static void check_findings(struct story *s)
{
	const char *names[256];
	char seen[4096], wanted[4096], copy[4096], *save = NULL, *word;
	size_t n = 0, i;

	for (i = 0; i < s->findings.len && i < 256; i++) {
		struct story_finding *f = dxa_vec_at(&s->findings, i);

		if (!f->withdrawn)
			names[n++] = dxa_rule_info(f->finding.rule)->name;
	}
	join(seen, sizeof(seen), names, n);
	snprintf(copy, sizeof(copy), "%s", s->expected);
	for (n = 0, word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save))
		names[n++] = word;
	join(wanted, sizeof(wanted), names, n);
	for (i = 0; strcmp(seen, wanted) && i < s->findings.len; i++) {
		struct story_finding *f = dxa_vec_at(&s->findings, i);

		print_message("    found: %s\n", f->finding.detail);
	}
	assert_string_equal(seen, wanted);
}

static void free_value(void *priv, uint64_t key, void *value)
{
	(void)priv;
	(void)key;
	free(value);
}

void story_end(struct story *s)
{
	const struct dxa_engine_stats *stats;
	uint64_t gaps = 0;
	size_t i;

	finish(s);
	assert_non_null(s->expected);
	check_findings(s);
	stats = dxa_engine_stats(s->engine);
	assert_int_equal(stats->contexts_open, 0);
	assert_int_equal(stats->events, s->fed.len);
	for (i = 0; i < DXA_GAP_COUNT; i++) {
		gaps += stats->gaps[i];
		if (s->gaps_of[i])
			assert_int_equal(stats->gaps[i], s->gaps_of[i]);
		if (stats->gaps[i] && !s->gaps)
			print_message("    gap: %s\n", dxa_gap_name((enum dxa_gap)i));
	}
	assert_int_equal(gaps, s->gaps);
	dxa_engine_free(s->engine);
	dxa_symbols_free(s->symbols);
	dxa_map_each(&s->devices, free_value, NULL);
	dxa_map_free(&s->devices);
	dxa_vec_free(&s->findings);
	dxa_vec_free(&s->contexts);
	dxa_vec_free(&s->fed);
}

void story_run(void (*tell)(struct story *s))
{
	struct story s;
	int mode;

	for (mode = 0; mode < STORY_MODES; mode++) {
		story_begin(&s, (enum story_mode)mode);
		tell(&s);
		story_end(&s);
	}
}

uint64_t story_count(const struct story *s, const char *rule)
{
	return dxa_engine_stats(s->engine)->findings[dxa_rule_by_name(rule)];
}

void expect(struct story *s, const char *rules)
{
	s->expected = rules;
}

void expect_gaps(struct story *s, uint64_t n)
{
	s->gaps = n;
}

void expect_gap(struct story *s, const char *name, uint64_t n)
{
	for (int gap = 0; gap < DXA_GAP_COUNT; gap++)
		if (!strcmp(dxa_gap_name((enum dxa_gap)gap), name))
			s->gaps_of[gap] = n;
	s->gaps += n;
}

static struct story_finding *only(struct story *s, const char *rule)
{
	struct story_finding *found = NULL;
	size_t i;

	finish(s);
	for (i = 0; i < s->findings.len; i++) {
		struct story_finding *f = dxa_vec_at(&s->findings, i);

		if (strcmp(dxa_rule_info(f->finding.rule)->name, rule))
			continue;
		assert_null(found);
		found = f;
	}
	if (!found)
		fail_msg("there is no finding of %s", rule);
	return found;
}

const struct dxa_finding *finding_of(struct story *s, const char *rule)
{
	struct story_finding *f = only(s, rule);

	f->finding.evidence = f->evidence;
	return &f->finding;
}

void expect_evidence(struct story *s, const char *rule, const char *kinds)
{
	const struct dxa_finding *f = finding_of(s, rule);
	char seen[2048] = "";
	size_t i;

	for (i = 0; i < f->evidence_len; i++)
		snprintf(seen + strlen(seen), sizeof(seen) - strlen(seen), "%s%s", i ? " " : "",
			 dxa_kind_name(f->evidence[i].kind));
	assert_string_equal(seen, kinds);
}
