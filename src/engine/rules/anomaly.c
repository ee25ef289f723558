// SPDX-License-Identifier: GPL-2.0-only
#include "engine/rules/anomaly.h"

#include <stdlib.h>
#include <string.h>

#include "daxaudit/snapshot.h"
#include "engine/rules/rule.h"

/* A violation that a snapshot shows: a finding if the next snapshot shows it again. */
struct anomaly {
	const struct dxa_rule_info *rule;
	uint64_t dax; /* 0: it concerns a task, or the disk in name, without a device */
	uint32_t rdev;
	uint32_t generation; /* of the life; or the tid */
	uint64_t incarnation; /* of the disk, when dax is 0 */
	char name[DXA_NAME_LEN];
	const char *why; /* the predicate of a sentence whose subject is the device */
	struct rec evidence[2];
	size_t n_evidence;
	enum anomaly_proof proof;
	bool reported;
};

struct anomalies {
	struct dxa_vec now; /* struct anomaly, of the current snapshot */
	struct dxa_vec before; /* struct anomaly, of the one before it */
	uint64_t snapshot; /* the number of the current one */
	uint64_t known_before; /* `known` of the snapshot before the current one ... */
	uint64_t known; /* ... and of the current one */
	size_t undecided; /* possible anomalies that may be in progress */
};

/* The anomalies of the current snapshot. NULL without memory. */
static struct anomalies *current(struct dxa_engine *e)
{
	struct anomalies *all = e->anomalies;
	struct dxa_vec before;

	if (!all) {
		all = calloc(1, sizeof(*all));
		if (!all) {
			e->nomem = true;
			return NULL;
		}
		all->now = all->before = DXA_VEC_OF(struct anomaly);
		e->anomalies = all;
	}
	if (all->snapshot == e->stats.snapshots)
		return all;
	before = all->before;
	all->before = all->now;
	all->now = before;
	all->now.len = 0;
	all->known_before = all->known;
	all->known = e->snapshot->known;
	all->undecided = 0;
	all->snapshot = e->stats.snapshots;
	return all;
}

/*
 * The memory of an unloaded module is reused, for BPF code among others, whose symbols are
 * from bpf_trampoline_get() in kernel/bpf/trampoline.c and bpf_prog_ksym_set_name()
 * in kernel/bpf/core.c.
 */
static bool is_bpf_code(const char *symbol)
{
	return !strncmp(symbol, "bpf_trampoline_", strlen("bpf_trampoline_")) ||
	       !strncmp(symbol, "bpf_prog_", strlen("bpf_prog_"));
}

bool ops_are_gone(const struct device *d)
{
	const char *symbol = d->rec.ev.driver;

	if (!d->rec.ev.ops || !d->view.alive)
		return false;
	/* The kernel found neither a symbol nor a module for the ops. */
	return !strncmp(symbol, "0x", 2) || is_bpf_code(symbol);
}

/* Was a call about it in progress during the snapshot? Then it may be half done. */
static bool is_half_done(const struct dxa_engine *e, const struct dxa_life_id *id)
{
	const struct life *l = id ? life_at(e, id->dax) : NULL;

	if (dax_is_busy(e))
		return true;
	if (!id)
		return e->hosts_changed >= e->snapshot->start;
	if (!l)
		return false;
	/* The driver has killed it and is about to put it. */
	if (l->kills && !l->owner_put && e->snapshot->start_at - l->last_at <= LONG_AGO_NS)
		return true;
	return l->last_at >= e->snapshot->start_at;
}

void anomaly_undecided(struct dxa_engine *e)
{
	struct anomalies *all = current(e);

	if (all)
		all->undecided++;
}

struct result anomaly_add(struct dxa_engine *e, const struct dxa_rule_info *rule,
			  enum anomaly_proof proof, const struct dxa_life_id *id,
			  const struct rec *evidence, const struct rec *more, const char *why)
{
	const struct life *l = id ? life_at(e, id->dax) : NULL;
	struct anomaly a = {
		.rule = rule, .why = why, .evidence = { *evidence }, .n_evidence = 1, .proof = proof
	};
	struct anomalies *all = current(e);
	bool of_task = id && !id->dax;

	/* A suspicion from events leads to a finding or a gap of its own. */
	if (!all || (l && l->suspect))
		return holds();
	if (!of_task && is_half_done(e, id)) {
		all->undecided++;
		return holds();
	}
	if (all->now.len == ANOMALIES_MAX)
		return unknown(DXA_GAP_LIMIT);
	if (more && more->n)
		a.evidence[a.n_evidence++] = *more;
	if (id) {
		a.dax = id->dax;
		a.rdev = id->rdev;
		a.generation = id->generation;
		memcpy(a.name, id->disk, sizeof(a.name));
	} else {
		memcpy(a.name, evidence->ev.name, sizeof(a.name));
		a.incarnation = evidence->ev.arg;
	}
	if (!dxa_vec_push(&all->now, &a))
		e->nomem = true;
	return holds();
}

size_t anomaly_count(const struct dxa_engine *e)
{
	return e->anomalies ? e->anomalies->now.len + e->anomalies->undecided : 0;
}

/* ---- reporting ---- */

static struct anomaly *find_same(const struct dxa_vec *all, const struct anomaly *a)
{
	for (size_t i = 0; i < all->len; i++) {
		struct anomaly *b = dxa_vec_at(all, i);

		if (b->rule == a->rule && b->dax == a->dax && b->rdev == a->rdev &&
		    b->generation == a->generation && b->incarnation == a->incarnation &&
		    !strcmp(b->name, a->name))
			return b;
	}
	return NULL;
}

static void report_anomaly(struct dxa_engine *e, struct anomaly *a)
{
	const struct device *d = a->dax ? snapshot_device(e->snapshot, a->dax) : NULL;
	struct life *l = a->dax ? life_alive(e, a->dax, a->generation) : NULL;
	struct dxa_finding out;

	a->reported = true;
	if (l && l->reported)
		return;
	finding_begin(e, &out, a->rule, l, NULL);
	if (d)
		out.life = d->view.id;
	if (a->name[0])
		memcpy(out.life.disk, a->name, sizeof(out.life.disk));
	if (a->dax) {
		out.life.dax = a->dax;
		finding_append_life(&out, &out.life);
		finding_append(&out, " %s", a->why);
	} else if (a->generation) {
		const struct dxa_event *ev = &a->evidence[0].ev;

		finding_append(&out, "task %u (%.*s) %s", ev->tid, DXA_COMM_LEN, ev->comm, a->why);
	} else {
		finding_append(&out, "%.*s %s", DXA_NAME_LEN, a->name, a->why);
	}
	if (d && d->view.why)
		finding_append(&out, "; %d reference%s", d->view.refs,
			       d->view.refs == 1 ? "" : "s");
	if (l)
		finding_add_life(e, l);
	for (size_t i = 0; i < a->n_evidence; i++)
		finding_add(e, &a->evidence[i]);
	if (l)
		l->reported = true;
	finding_report(e, &out);
}

static bool is_proven(const struct dxa_engine *e, const struct anomaly *a)
{
	if (a->proof == PROOF_SEEN_TWICE || snapshot_has(e->snapshot, DXA_SNAP_OUTSIDE))
		return true;
	return a->proof == PROOF_NO_TASK_INSIDE &&
	       !snapshot_has(e->snapshot, DXA_SNAP_MAYBE_INSIDE);
}

/* Report the anomalies that the snapshot before this one showed as well. */
static void report_repeated(struct dxa_engine *e, struct anomalies *all)
{
	for (size_t i = 0; i < all->now.len; i++) {
		struct anomaly *a = dxa_vec_at(&all->now, i), *b = find_same(&all->before, a);

		if (b && b->reported)
			a->reported = true;
		else if (b && is_proven(e, a))
			report_anomaly(e, a);
	}
}

/* An anomaly that this snapshot cannot confirm, because it is less complete, is a gap. */
CHECK(FACT_SNAPSHOT, check_twice)
{
	struct anomalies *all = current(e);

	(void)f;
	if (!all)
		return holds();
	report_repeated(e, all);
	if (snapshot_has(e->snapshot, all->known_before))
		return holds();
	for (size_t i = 0; i < all->before.len; i++) {
		const struct anomaly *a = dxa_vec_at(&all->before, i);

		if (!a->reported && !find_same(&all->now, a))
			return unknown(DXA_GAP_STATE);
	}
	return holds();
}

static enum dxa_gap why_not_proven(const struct snapshot *s, const struct anomaly *a)
{
	if (snapshot_has(s, DXA_SNAP_MAYBE_INSIDE))
		return DXA_GAP_INSIDE;
	return a->proof == PROOF_NO_TASK_HOLDS ? DXA_GAP_REFERENCE : DXA_GAP_PENDING;
}

/* An anomaly that only a further snapshot could have confirmed is a gap. */
CHECK(FACT_AUDIT_ENDS, check_once)
{
	const struct anomalies *all = e->anomalies;

	(void)f;
	if (!all || !e->snapshot->ended)
		return holds();
	if (all->undecided)
		return unknown(DXA_GAP_PENDING);
	for (size_t i = 0; i < all->now.len; i++) {
		const struct anomaly *a = dxa_vec_at(&all->now, i);
		const struct life *l = a->dax ? life_alive(e, a->dax, a->generation) : NULL;

		if (!a->reported && !(l && l->reported))
			return unknown(why_not_proven(e->snapshot, a));
	}
	return holds();
}

void anomalies_free(struct dxa_engine *e)
{
	if (!e->anomalies)
		return;
	dxa_vec_free(&e->anomalies->now);
	dxa_vec_free(&e->anomalies->before);
	free(e->anomalies);
	e->anomalies = NULL;
}
