// SPDX-License-Identifier: GPL-2.0-only
/*
 * Depth first, one atomic step of one task at a time. Two ways to the same state
 * with the same records before it have the same future and the same later records:
 * the second is not followed. Nothing else is omitted.
 */
#include "explore.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEEN_MIN (1u << 16)
/* More histories than so many are not followed one by one, unless all are asked for. */
#define COUNTED_MAX 4000

static struct {
	uint64_t *keys;
	size_t size, n;
} seen;

enum { BEFORE, TASK_A, TASK_B, AFTER };

/* The task that runs the operations before and after. */
#define OTHERS 2

static const struct scenario *playing;
static struct tally *counts;
static wrong_fn on_wrong;
static bool first, no_memory;
static uint64_t luck = 1;
static uint64_t reached, stride; /* histories so far; each so many is judged */
static uint64_t enough; /* histories, to stop at */
static int met_at;

static uint64_t hash(const struct world *w)
{
	const unsigned char *p = (const unsigned char *)w;
	uint64_t h = 0x243f6a8885a308d3ull, word;

	for (size_t i = 0; i + 8 <= sizeof(*w); i += 8) {
		memcpy(&word, p + i, 8);
		h = (h ^ word) * 0x9e3779b97f4a7c15ull;
		h ^= h >> 31;
	}
	return h ? h : 1;
}

static bool insert(uint64_t *keys, size_t size, uint64_t key)
{
	size_t i = key & (size - 1);

	for (; keys[i]; i = (i + 1) & (size - 1))
		if (keys[i] == key)
			return false;
	keys[i] = key;
	return true;
}

static bool grow(void)
{
	size_t size = seen.size ? seen.size * 2 : SEEN_MIN;
	uint64_t *keys = calloc(size, sizeof(*keys));

	if (!keys)
		return false;
	for (size_t i = 0; i < seen.size; i++)
		if (seen.keys[i])
			insert(keys, size, seen.keys[i]);
	free(seen.keys);
	seen.keys = keys;
	seen.size = size;
	return true;
}

static bool is_new(const struct world *w)
{
	if (seen.n * 2 >= seen.size && !grow()) {
		no_memory = true;
		return false;
	}
	if (!insert(seen.keys, seen.size, hash(w)))
		return false;
	seen.n++;
	return true;
}

/* One task alone, and RCU when nothing else is to be done. */
static void play_alone(struct world *w, int task, int program)
{
	start(w, task, program);
	while (!w->proc[task].done || w->proc[task].unfilled) {
		if (!can_step(w, task)) {
			fprintf(stderr, "model: %s: a task waits for itself\n", playing->name);
			exit(2);
		}
		step(w, task);
	}
}

static void end(const struct world *before)
{
	struct world w = *before;

	if (++reached % stride)
		return;
	play_alone(&w, OTHERS, AFTER);
	while (can_step(&w, RCU_TASK))
		step(&w, RCU_TASK);
	counts->judged++;
	counts->judgements += judge_history(&w, first ? 0 : met_at, on_wrong);
	first = false;
}

static void follow(const struct world *w)
{
	bool stuck = true;

	if (no_memory || reached >= enough || !is_new(w))
		return;
	for (int task = 0; task < TASKS; task++) {
		struct world next;

		if (!can_step(w, task))
			continue;
		stuck = false;
		next = *w;
		step(&next, task);
		follow(&next);
	}
	if (!stuck)
		return;
	if (!w->proc[0].done || !w->proc[1].done) {
		fprintf(stderr, "model: %s: a deadlock\n", playing->name);
		exit(2);
	}
	end(w);
}

/* The state in which the two tasks begin. */
static void meet(struct world *w)
{
	set_out(w);
	play_alone(w, OTHERS, BEFORE);
	met_at = w->n;
	start(w, 0, TASK_A);
	start(w, 1, TASK_B);
}

static void follow_all(uint64_t most, uint64_t each)
{
	static struct world w;

	seen.n = 0;
	if (seen.size)
		memset(seen.keys, 0, seen.size * sizeof(*seen.keys));
	reached = 0;
	enough = most;
	stride = each;
	meet(&w);
	follow(&w);
}

static uint32_t draw(uint32_t below)
{
	luck = luck * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)((luck >> 33) % below);
}

/* One history, at random. */
static void wander(void)
{
	static struct world w;
	int able[TASKS], n;

	meet(&w);
	for (;;) {
		n = 0;
		for (int task = 0; task < TASKS; task++)
			if (can_step(&w, task))
				able[n++] = task;
		if (!n)
			break;
		n = able[draw((uint32_t)n)];
		step(&w, n);
	}
	end(&w);
}

bool explore(const struct scenario *s, uint64_t most, wrong_fn wrong, struct tally *tally)
{
	playing = s;
	programs[BEFORE] = s->before;
	programs[TASK_A] = s->task[0];
	programs[TASK_B] = s->task[1];
	programs[AFTER] = s->after;
	counts = tally;
	on_wrong = wrong;
	first = true;
	no_memory = false;
	if (most)
		follow_all(COUNTED_MAX, UINT64_MAX);
	if (!most || reached < COUNTED_MAX) {
		follow_all(UINT64_MAX, most ? (reached + most - 1) / most : 1);
	} else {
		stride = 1;
		for (uint64_t i = 0; i < most; i++)
			wander();
	}
	tally->histories += reached;
	free(seen.keys);
	memset(&seen, 0, sizeof(seen));
	return !no_memory;
}
