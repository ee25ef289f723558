// SPDX-License-Identifier: GPL-2.0-only
#include "judge.h"

#include <stdio.h>
#include <string.h>

#include "base/symbols.h"
#include "daxaudit/snapshot.h"
#include "engine/engine.h"

const char *const view_names[VIEW_COUNT] = {
#define VIEW_NAME(id, words) [VIEW_##id] = #id,
	VIEWS(VIEW_NAME)
};
const char *const view_words[VIEW_COUNT] = {
#define VIEW_WORDS(id, words) [VIEW_##id] = words,
	VIEWS(VIEW_WORDS)
};
const char *const wrong_words[WRONG_COUNT] = {
#define WRONG_WORDS(id, words) [WRONG_##id] = words,
	WRONGS(WRONG_WORDS)
};

static struct dxa_symbols *symbols;
static struct trial trial;
static struct dxa_engine *engine;
static uint64_t judgements;
static wrong_fn on_wrong;

bool judge_open(void)
{
	symbols = dxa_symbols_new(NULL, NULL);
	if (!symbols)
		return false;
	for (int i = 0; i < OWN_COUNT; i++) {
		const struct dxa_symbol sym = { .name = owner_ops[i], .module = owner_module[i] };

		if (sym.name && dxa_symbols_add(symbols, ops_addr(i), &sym))
			return false;
	}
	return true;
}

void judge_close(void)
{
	dxa_symbols_free(symbols);
}

/* ---- asking the engine ---- */

static void on_finding(void *priv, const struct dxa_finding *f)
{
	struct trial *t = priv;

	if (f->severity < DXA_SEVERITY_WARNING ||
	    t->n_findings == sizeof(t->finding) / sizeof(t->finding[0]))
		return;
	t->finding[t->n_findings].rule = f->rule;
	t->finding[t->n_findings].dax = f->life.dax;
	snprintf(t->finding[t->n_findings].detail, DETAIL_LEN, "%s", f->detail);
	t->n_findings++;
}

static void begin(enum view view, int at)
{
	static const struct dxa_engine_config config = { .aliasing = DXA_ALIASING_NO,
							 .eopnotsupp = 95 };
	struct dxa_engine_config c = config;
	struct dxa_engine_sink sink = { .finding = on_finding, .priv = &trial };

	c.symbols = symbols;
	trial.view = view;
	trial.at = at;
	trial.n = 0;
	trial.n_findings = 0;
	trial.gaps = 0;
	engine = dxa_engine_new(&c, &sink);
}

static void feed(const struct dxa_event *ev)
{
	if (trial.n < FED_MAX)
		trial.fed[trial.n++] = *ev;
	dxa_engine_feed(engine, ev);
}

static uint64_t last_ts(void)
{
	return trial.n ? trial.fed[trial.n - 1].ts : 1000 * MS;
}

/* Every task of the model works on devices from its first step to its last. */
static uint64_t inside(const struct world *w)
{
	for (int i = 0; i < TASKS; i++)
		if (!w->proc[i].done || w->proc[i].unfilled)
			return DXA_SNAP_MAYBE_INSIDE;
	return DXA_SNAP_OUTSIDE;
}

static void look(const struct world *w, uint64_t ts)
{
	bool suspicious = dxa_engine_anomalies(engine);
	struct dxa_event ev;

	for (int i = 0; i < SNAP_PARTS; i++) {
		if (!snapshot_part(w, i, &ev))
			continue;
		if (ev.kind == DXA_KIND_SNAP_END && suspicious)
			ev.arg |= inside(w);
		ev.ts = ts += 10 * US;
		feed(&ev);
	}
}

/* As a live audit at its end: take a snapshot, and another one while there is an anomaly. */
static void look_last(const struct world *w, bool always_twice)
{
	look(w, last_ts() + 500 * MS);
	for (int i = 0; i < 2 && (always_twice || dxa_engine_anomalies(engine)); i++)
		look(w, last_ts() + 500 * MS);
}

static void finish(uint64_t now)
{
	const struct dxa_engine_stats *stats;

	trial.end = now;
	dxa_engine_finish(engine, now);
	stats = dxa_engine_stats(engine);
	for (int i = 0; i < DXA_GAP_COUNT; i++)
		trial.gaps += stats->gaps[i];
	dxa_engine_free(engine);
	judgements++;
}

/* ---- comparing with the truth ---- */

static void tell(const struct world *w, enum wrong wrong, enum dxa_rule rule, const char *detail)
{
	trial.wrong = wrong;
	trial.rule = rule;
	snprintf(trial.detail, sizeof(trial.detail), "%s", detail);
	on_wrong(&trial, w);
}

static bool says(const struct brk *b, enum dxa_rule rule, uint64_t dax)
{
	return (b->rule == rule || b->others >> rule & 1) &&
	       (!dax || b->slot < 0 || dax_addr(b->slot) == dax);
}

/* A record shows what happened before it got its contents. */
static int shown_by(int hi)
{
	int shown = hi;

	for (int i = 0; i < hi; i++)
		if (history.filled[i] > shown)
			shown = history.filled[i];
	return shown;
}

/* Is this true after `hi` records? */
static bool is_true(const struct world *w, size_t i, int hi)
{
	for (int b = 0; b < w->n_brk; b++)
		if (says(&w->brk[b], trial.finding[i].rule, trial.finding[i].dax) &&
		    w->brk[b].may <= hi)
			return true;
	return false;
}

static int count_breaks(const struct world *w, size_t i)
{
	int n = 0;

	for (int b = 0; b < w->n_brk; b++)
		n += says(&w->brk[b], trial.finding[i].rule, trial.finding[i].dax);
	return n;
}

static int count_same(size_t i)
{
	int n = 0;

	for (size_t j = 0; j <= i; j++)
		n += trial.finding[j].rule == trial.finding[i].rule &&
		     trial.finding[j].dax == trial.finding[i].dax;
	return n;
}

/* No finding of the engine may be untrue after `hi` records of the history. */
static bool check_findings(const struct world *w, int hi)
{
	for (size_t i = 0; i < trial.n_findings; i++) {
		if (!is_true(w, i, hi)) {
			tell(w, WRONG_INVENTED, trial.finding[i].rule, trial.finding[i].detail);
			return false;
		}
		/* After a hole it is not known which findings were reported. */
		if (trial.view < VIEW_LOST && count_same(i) > count_breaks(w, i)) {
			tell(w, WRONG_TWICE, trial.finding[i].rule, trial.finding[i].detail);
			return false;
		}
	}
	return true;
}

/* A violation between these records must not pass as clean. */
static void check_pass(const struct world *w, int lo, int hi)
{
	if (trial.n_findings || trial.gaps)
		return;
	for (int b = 0; b < w->n_brk; b++)
		if (w->brk[b].may > lo && w->brk[b].must <= hi && !(lo && w->brk[b].astray)) {
			tell(w, WRONG_PASS, (enum dxa_rule)w->brk[b].rule,
			     "neither a finding nor a gap");
			return;
		}
}

/*
 * The first violation of each device must be reported with its own rule. A look may show it
 * first, by another rule: if the auditor looks in between, and for a reference that was
 * kept by a lookup whose reason was not recorded.
 */
static void check_exact(const struct world *w)
{
	for (int b = 0; b < w->n_brk; b++) {
		bool first = true, found = false;

		for (int c = 0; c < b; c++)
			first &= w->brk[c].slot != w->brk[b].slot;
		for (size_t i = 0; i < trial.n_findings; i++)
			found |= trial.finding[i].rule == w->brk[b].rule ||
				 ((trial.view == VIEW_WATCHED ||
				   w->brk[b].rule == DXA_RULE_REFERENCE_LEAK) &&
				  says(&w->brk[b], trial.finding[i].rule, trial.finding[i].dax));
		if (first && !found && w->brk[b].must != UINT8_MAX &&
		    !(w->brk[b].doubtful && trial.gaps)) {
			tell(w, WRONG_NOT_FOUND, (enum dxa_rule)w->brk[b].rule,
			     trial.n_findings ? trial.finding[0].detail : "nothing was reported");
			return;
		}
	}
}

/* ---- views ---- */

static void feed_range(int from, int to)
{
	for (int i = from; i < to; i++)
		feed(&history.log[i]);
}

static void whole(const struct world *end)
{
	struct dxa_event tick = { .kind = DXA_KIND_MODULE_LOAD, .phase = DXA_PHASE_ARGS };

	begin(VIEW_WHOLE, end->n);
	feed_range(0, end->n);
	strcpy(tick.name, "x");
	tick.ts = last_ts() + 2000 * MS;
	feed(&tick);
	look_last(end, false);
	finish(last_ts() + 500 * MS);
	if (check_findings(end, UINT8_MAX + 1))
		check_exact(end);
}

static void cut(const struct world *end, int k)
{
	begin(VIEW_CUT, k);
	feed_range(0, k);
	finish(last_ts());
	check_findings(end, shown_by(k));
}

static void ended(const struct world *end, int k)
{
	begin(VIEW_ENDED, k);
	feed_range(0, k);
	look_last(&history.before[k], false);
	finish(last_ts() + 1500 * MS);
	if (check_findings(end, shown_by(k)))
		check_pass(end, 0, k);
}

static void begun(const struct world *end, int k, bool look_first)
{
	begin(look_first ? VIEW_BEGUN_LOOKED : VIEW_BEGUN, k);
	if (look_first)
		look(&history.before[k], history.log[k].ts - 1 * MS);
	feed_range(k, end->n);
	if (look_first)
		look_last(end, false);
	finish(last_ts() + 1500 * MS);
	if (check_findings(end, UINT8_MAX + 1) && look_first)
		check_pass(end, k, end->n);
}

static bool looks_later(const struct world *end, int k)
{
	for (int i = k; i < end->n; i++)
		if (history.log[i].kind == DXA_KIND_SNAP_END)
			return true;
	return false;
}

static void looked(const struct world *end, int k)
{
	begin(VIEW_LOOKED, k);
	look_last(&history.before[k], true);
	finish(last_ts() + 500 * MS);
	check_findings(end, k);
}

/* The records after the snapshots happen later by the time that these took. */
static void watched(const struct world *end, int k)
{
	uint64_t before, took;

	begin(VIEW_WATCHED, k);
	feed_range(0, k);
	before = last_ts();
	look_last(&history.before[k], true);
	took = last_ts() - before;
	for (int i = k; i < end->n; i++) {
		struct dxa_event ev = history.log[i];

		ev.ts += took;
		feed(&ev);
	}
	look_last(end, false);
	finish(last_ts() + 500 * MS);
	if (check_findings(end, UINT8_MAX + 1))
		check_exact(end);
}

static void lost(const struct world *end, int k)
{
	struct dxa_event ev = { .kind = DXA_KIND_LOST, .ret = 1 };

	begin(VIEW_LOST, k);
	feed_range(0, k);
	if (k + 1 < end->n) {
		ev.ts = history.log[k + 1].ts;
		ev.seq = history.log[k + 1].seq;
		feed(&ev);
	}
	feed_range(k + 1, end->n);
	finish(last_ts() + 1500 * MS);
	check_findings(end, UINT8_MAX + 1);
}

static void missed(const struct world *end, int k)
{
	struct dxa_event ev = { .kind = DXA_KIND_LOST, .ret = 1 };
	int from = k > 2 ? k - 2 : 0, to = k + 2 < end->n ? k + 2 : end->n - 1;

	begin(VIEW_MISSED, k);
	feed_range(0, from);
	ev.ts = history.log[from].ts;
	ev.arg = history.log[to].ts;
	feed(&ev);
	feed_range(from, k);
	feed_range(k + 1, end->n);
	finish(last_ts() + 1500 * MS);
	check_findings(end, UINT8_MAX + 1);
}

/* The task that wrote record k, or 0: none of those that were started. */
static int writer_of(int k)
{
	const struct world *w = &history.before[k];

	for (int i = 0; i < RCU_TASK; i++)
		if (!w->proc[i].done && 100u + w->proc[i].tid == history.log[k].tid)
			return w->proc[i].serial;
	return 0;
}

/*
 * The kernel reuses a task's number only after all others (idr_alloc_cyclic() in alloc_pid(),
 * kernel/pid.c): no return is awaited for so long.
 */
static bool number_is_given_again(const struct world *end, int k)
{
	int writer = writer_of(k);

	for (int i = k + 1; i < end->n; i++)
		if (history.log[i].tid == history.log[k].tid && writer_of(i) &&
		    writer_of(i) != writer)
			return true;
	return false;
}

static void return_missed(const struct world *end, int k)
{
	if (history.log[k].phase != DXA_PHASE_RET || !history.mode.kprobes ||
	    number_is_given_again(end, k))
		return;
	begin(VIEW_RETURN, k);
	feed_range(0, k);
	feed_range(k + 1, end->n);
	finish(last_ts() + 1500 * MS);
	check_findings(end, UINT8_MAX + 1);
}

uint64_t judge_history(const struct world *end, int from, wrong_fn wrong)
{
	on_wrong = wrong;
	judgements = 0;
	whole(end);
	for (int k = from; k < end->n; k++) {
		cut(end, k);
		ended(end, k);
		begun(end, k, false);
		if (!looks_later(end, k))
			begun(end, k, true);
		if (!end->n_brk)
			looked(end, k);
		if (!looks_later(end, k))
			watched(end, k);
		lost(end, k);
		missed(end, k);
		return_missed(end, k);
	}
	return judgements;
}
