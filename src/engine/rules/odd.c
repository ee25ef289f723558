// SPDX-License-Identifier: GPL-2.0-only
#include "engine/rules/odd.h"

#include <stdlib.h>
#include <string.h>

#include "engine/rules/rule.h"

/* What is odd, and would be a finding if the next snapshot still showed it. */
struct odd {
	const struct dxa_rule_info *rule;
	uint64_t dax; /* 0: it is a task, or the disk in name, which has none */
	uint32_t rdev;
	uint32_t generation; /* or the number of the task */
	uint64_t incarnation; /* of the disk, when dax is 0 */
	char name[DXA_NAME_LEN];
	const char *why; /* the rest of a sentence that begins with the device */
	struct rec evidence[2];
	size_t n_evidence;
	bool told;
};

struct odds {
	struct dxa_vec now; /* struct odd, of the snapshot that is judged */
	struct dxa_vec before; /* struct odd, of the one before */
	uint64_t snapshot; /* which one is judged: its number */
	uint64_t known_before; /* what the one before was complete in */
	uint64_t known;
	size_t undecided; /* what looks odd while somebody is at work there */
};

/* Those of the snapshot that is being judged. NULL without memory. */
static struct odds *current(struct dxa_engine *e)
{
	struct odds *o = e->odds;
	struct dxa_vec before;

	if (!o) {
		o = calloc(1, sizeof(*o));
		if (!o) {
			e->nomem = true;
			return NULL;
		}
		o->now = o->before = DXA_VEC_OF(struct odd);
		e->odds = o;
	}
	if (o->snapshot == e->stats.snapshots)
		return o;
	before = o->before;
	o->before = o->now;
	o->now = before;
	o->now.len = 0;
	o->known_before = o->known;
	o->known = e->snapshot->known;
	o->undecided = 0;
	o->snapshot = e->stats.snapshots;
	return o;
}

/*
 * The memory of a module that is gone is given to others, to BPF's own code among them.
 * Its names: bpf_trampoline_get() in kernel/bpf/trampoline.c and bpf_prog_ksym_set_name()
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
	/* The kernel found no symbol for the ops, nor a module around them. */
	return !strncmp(symbol, "0x", 2) || is_bpf_code(symbol);
}

/* Somebody is at work on it, or was while the snapshot passed: it may be half done. */
static bool is_half_done(const struct dxa_engine *e, const struct dxa_life_id *id)
{
	const struct life *l = id ? life_at(e, id->dax) : NULL;

	if (dax_is_busy(e))
		return true;
	if (!id)
		return e->hosts_changed >= e->snapshot->start;
	if (!l)
		return false;
	/* Its driver has killed it and is about to put it. */
	if (l->kills && !l->owner_put && e->snapshot->start_at - l->last_at <= LONG_AGO_NS)
		return true;
	return l->last_at >= e->snapshot->start_at;
}

void odd_undecided(struct dxa_engine *e)
{
	struct odds *odds = current(e);

	if (odds)
		odds->undecided++;
}

struct answer odd(struct dxa_engine *e, const struct dxa_rule_info *rule,
		  const struct dxa_life_id *id, const struct rec *proof, const struct rec *more,
		  const char *why)
{
	const struct life *l = id ? life_at(e, id->dax) : NULL;
	struct odd o = { .rule = rule, .why = why, .evidence = { *proof }, .n_evidence = 1 };
	struct odds *odds = current(e);
	bool of_task = id && !id->dax;

	/* What its events already make suspect is told by them, or is their gap. */
	if (!odds || (l && l->suspect))
		return holds();
	if (!of_task && is_half_done(e, id)) {
		odds->undecided++;
		return holds();
	}
	if (odds->now.len == ODDS_MAX)
		return unknown(DXA_GAP_LIMIT);
	if (more && more->n)
		o.evidence[o.n_evidence++] = *more;
	if (id) {
		o.dax = id->dax;
		o.rdev = id->rdev;
		o.generation = id->generation;
		memcpy(o.name, id->disk, sizeof(o.name));
	} else {
		memcpy(o.name, proof->ev.name, sizeof(o.name));
		o.incarnation = proof->ev.arg;
	}
	if (!dxa_vec_push(&odds->now, &o))
		e->nomem = true;
	return holds();
}

size_t odd_count(const struct dxa_engine *e)
{
	return e->odds ? e->odds->now.len + e->odds->undecided : 0;
}

/* ---- telling ---- */

static struct odd *same_odd(const struct dxa_vec *odds, const struct odd *o)
{
	for (size_t i = 0; i < odds->len; i++) {
		struct odd *b = dxa_vec_at(odds, i);

		if (b->rule == o->rule && b->dax == o->dax && b->rdev == o->rdev &&
		    b->generation == o->generation && b->incarnation == o->incarnation &&
		    !strcmp(b->name, o->name))
			return b;
	}
	return NULL;
}

static void tell(struct dxa_engine *e, struct odd *o)
{
	const struct device *d = o->dax ? snapshot_device(e->snapshot, o->dax) : NULL;
	struct life *l = o->dax ? life_alive(e, o->dax, o->generation) : NULL;
	struct dxa_finding out;

	o->told = true;
	if (l && l->told)
		return;
	report_begin(e, &out, o->rule, l, NULL);
	if (d)
		out.life = d->view.id;
	if (o->name[0])
		memcpy(out.life.disk, o->name, sizeof(out.life.disk));
	if (o->dax) {
		out.life.dax = o->dax;
		say_life(&out, &out.life);
		say(&out, " %s", o->why);
	} else if (o->generation) {
		const struct dxa_event *ev = &o->evidence[0].ev;

		say(&out, "task %u (%.*s) %s", ev->tid, DXA_COMM_LEN, ev->comm, o->why);
	} else {
		say(&out, "%.*s %s", DXA_NAME_LEN, o->name, o->why);
	}
	if (d && d->view.why)
		say(&out, "; %d reference%s", d->view.refs, d->view.refs == 1 ? "" : "s");
	if (l)
		prove_life(e, l);
	for (size_t i = 0; i < o->n_evidence; i++)
		prove(e, &o->evidence[i]);
	if (l)
		l->told = true;
	report(e, &out);
}

/* What the snapshot before this one showed as well. */
static void tell_what_stayed(struct dxa_engine *e, struct odds *odds)
{
	for (size_t i = 0; i < odds->now.len; i++) {
		struct odd *o = dxa_vec_at(&odds->now, i), *b = same_odd(&odds->before, o);

		if (b && b->told)
			o->told = true;
		else if (b)
			tell(e, o);
	}
}

/* What the last snapshot saw better than this one and had no second look at, nobody can tell now. */
JUDGE(FACT_SNAPSHOT, judge_twice)
{
	struct odds *odds = current(e);

	(void)f;
	if (!odds)
		return holds();
	tell_what_stayed(e, odds);
	if (snapshot_has(e->snapshot, odds->known_before))
		return holds();
	for (size_t i = 0; i < odds->before.len; i++) {
		const struct odd *o = dxa_vec_at(&odds->before, i);

		if (!o->told && !same_odd(&odds->now, o))
			return unknown(DXA_GAP_STATE);
	}
	return holds();
}

/* What only a further snapshot could have confirmed. */
JUDGE(FACT_AUDIT_ENDS, judge_once)
{
	const struct odds *odds = e->odds;

	(void)f;
	if (!odds || !e->snapshot->ended)
		return holds();
	if (odds->undecided)
		return unknown(DXA_GAP_PENDING);
	for (size_t i = 0; i < odds->now.len; i++) {
		const struct odd *o = dxa_vec_at(&odds->now, i);
		const struct life *l = o->dax ? life_alive(e, o->dax, o->generation) : NULL;

		if (!o->told && !(l && l->told))
			return unknown(DXA_GAP_PENDING);
	}
	return holds();
}

void odds_free(struct dxa_engine *e)
{
	if (!e->odds)
		return;
	dxa_vec_free(&e->odds->now);
	dxa_vec_free(&e->odds->before);
	free(e->odds);
	e->odds = NULL;
}
