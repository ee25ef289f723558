// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each task takes one part after the other, as the state allows and its claims; which
 * task takes the next step is random. A seed always gives the same history.
 */
#include "random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "failures.h"
#include "scenarios.h"
#include "story_out.h"

#define SIZE_MAX_PARTS 40
#define TIDS 24
/* Records of one history; parts that have begun are still completed. */
#define ENOUGH 150

static struct {
	uint64_t luck;
	uint64_t without; /* parts that do not begin, as bits of their numbers */
	unsigned int begun, size;
	bool looked; /* at least half a second passes between two snapshots: there is one */
	bool broken; /* one part is to be wrong */
	bool spoiled; /* and was: its device is not used after it */
	const struct part *now[TASKS];
} play;

static uint32_t draw(uint32_t below)
{
	play.luck = play.luck * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)((play.luck >> 33) % below);
}

/* Is any of these claims another task's? */
static bool is_claimed(const struct world *w, unsigned int claims)
{
	for (int i = 0; i < RCU_TASK; i++)
		if (!w->proc[i].done && play.now[i]->claims & claims)
			return true;
	return false;
}

static bool may_begin(const struct world *w, const struct part *p)
{
	if (p->broken && (!play.broken || play.spoiled))
		return false;
	if (play.looked && p->claims == CLAIM_LOOK)
		return false;
	if (play.spoiled && p->claims & (CLAIM_NS0 | CLAIM_PMEM))
		return false;
	return !is_claimed(w, p->claims | p->yields) && p->can(w);
}

/* A number that no other task has now: the kernel reuses them. */
static uint8_t draw_tid(const struct world *w)
{
	for (;;) {
		uint8_t tid = (uint8_t)draw(TIDS);
		bool taken = false;

		for (int i = 0; i < RCU_TASK; i++)
			taken |= !w->proc[i].done && w->proc[i].tid == tid;
		if (!taken)
			return tid;
	}
}

static void begin(struct world *w, int task)
{
	const struct part *p = NULL;
	uint8_t tid = draw_tid(w);

	for (int i = 0; i < 30 && !p; i++) {
		p = &parts[draw((uint32_t)n_parts)];
		if (!may_begin(w, p))
			p = NULL;
	}
	if (!p || play.without >> play.begun++ & 1)
		return;
	play.spoiled |= p->broken;
	play.now[task] = p;
	play.looked |= p->claims == CLAIM_LOOK;
	start(w, task, (int)(p - parts));
	w->proc[task].tid = tid;
}

static bool is_over(const struct world *w)
{
	return play.begun >= play.size || w->n > ENOUGH;
}

/* The number of a task that takes a step, or -1: none can, and none will. */
static int pick(struct world *w)
{
	int able[TASKS], n = 0;

	for (int i = 0; i < TASKS; i++)
		if (can_step(w, i))
			able[n++] = i;
	return n ? able[draw((uint32_t)n)] : -1;
}

static void perform(struct world *w)
{
	int task;

	set_out(w);
	for (;;) {
		task = (int)draw(RCU_TASK);
		if (w->proc[task].done && !w->proc[task].unfilled && !is_over(w) && !draw(4))
			begin(w, task);
		task = pick(w);
		if (task >= 0 && (task != RCU_TASK || !draw(3)))
			step(w, task);
		else if (task < 0 && is_over(w))
			break;
	}
	for (int i = 0; i < RCU_TASK; i++)
		if (!w->proc[i].done) {
			fprintf(stderr, "model: a deadlock\n");
			exit(2);
		}
}

static uint64_t judge_one(uint64_t seed, unsigned int size, uint64_t without, wrong_fn wrong)
{
	static struct world w;

	play.luck = seed * 0x9e3779b97f4a7c15ull + 1;
	play.without = without;
	play.begun = 0;
	play.size = size;
	play.broken = seed & 1;
	play.spoiled = play.looked = false;
	for (size_t i = 0; i < n_parts; i++)
		programs[i] = parts[i].program;
	history.mode = (struct mode){ .kprobes = seed >> 1 & 1,
				      .slow = seed >> 2 & 1,
				      .rcu_in_task = seed >> 3 & 1,
				      .late = seed >> 4 & 1,
				      .mended = seed >> 5 & 1 };
	/* One record of sixteen. */
	for (int i = 0; i < 64; i++)
		history.mode.pauses |= (uint64_t)!draw(16) << i;
	perform(&w);
	if (!play.spoiled && w.n_brk) {
		fprintf(stderr, "model: seed %llu: a legal history broke %s\n",
			(unsigned long long)seed,
			dxa_rule_info((enum dxa_rule)w.brk[0].rule)->name);
		story_events(stderr, history.log, w.n);
		exit(2);
	}
	return judge_history(&w, 0, wrong);
}

void play_random(uint64_t seed, unsigned int size, wrong_fn wrong, struct tally *tally)
{
	uint64_t before = failures_count(), without = 0, kinds = failures_kinds();
	unsigned int begun;

	if (size > SIZE_MAX_PARTS)
		size = SIZE_MAX_PARTS;
	tally->histories++;
	tally->judged++;
	tally->judgements += judge_one(seed, size, 0, wrong);
	/* Only a new kind of failure is worth the repetition. */
	if (failures_count() == before || failures_kinds() == kinds)
		return;
	begun = play.begun;
	for (unsigned int i = 0; i < begun; i++) {
		before = failures_count();
		tally->judgements += judge_one(seed, size, without | 1ull << i, wrong);
		if (failures_count() != before)
			without |= 1ull << i;
	}
}
