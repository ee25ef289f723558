// SPDX-License-Identifier: GPL-2.0-only
/*
 * Depth first, one atomic step of one task at a time. Two ways to the same state
 * with the same records behind them have the same future and the same records in
 * it: the second is not followed. Nothing else is left out.
 */
#include "explore.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEEN_MIN (1u << 16)

static struct {
	uint64_t *keys;
	size_t size, n;
} seen;

static const struct scenario *playing;
static struct tally *counts;
static wrong_fn on_wrong;
static bool first, no_memory;
static uint64_t limit;
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

static void start(struct world *w, int task, const struct op *program)
{
	w->proc[task] =
		(struct proc){ .reg = { .slot = NO_SLOT }, .done = program[0].code == O_END };
}

/* One task alone, and RCU when nothing else is to be done. */
static void play_alone(struct world *w, int task, const struct op *program)
{
	start(w, task, program);
	while (!w->proc[task].done) {
		if (!can_step(w, task, program)) {
			fprintf(stderr, "model: %s: a task waits for itself\n", playing->name);
			exit(2);
		}
		step(w, task, program);
	}
}

static void end(const struct world *before)
{
	const struct cast cast = { playing, met_at, before->n };
	struct world w = *before;

	play_alone(&w, 2, playing->after);
	while (can_step(&w, RCU_TASK, NULL))
		step(&w, RCU_TASK, NULL);
	counts->histories++;
	counts->judgements += judge_history(&w, &cast, first ? 0 : met_at, on_wrong);
	first = false;
}

static void follow(const struct world *w)
{
	bool stuck = true;

	if (no_memory || (limit && counts->histories >= limit) || !is_new(w))
		return;
	counts->states++;
	for (int task = 0; task < TASKS; task++) {
		const struct op *program = task < 2 ? playing->task[task] : NULL;
		struct world next;

		if (task == 2 || !can_step(w, task, program))
			continue;
		stuck = false;
		next = *w;
		step(&next, task, program);
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

bool explore(const struct scenario *s, uint64_t most, wrong_fn wrong, struct tally *tally)
{
	static struct world w;

	limit = most ? tally->histories + most : 0;
	playing = s;
	counts = tally;
	on_wrong = wrong;
	first = true;
	no_memory = false;
	free(seen.keys);
	memset(&seen, 0, sizeof(seen));
	memset(&w, 0, sizeof(w));
	w.next_minor = 1;
	for (int i = 0; i < DISKS; i++)
		w.disk[i].host.slot = NO_SLOT;
	for (int i = 0; i < DEVS; i++)
		w.dev[i].dax.slot = NO_SLOT;
	for (int i = 0; i < MOUNTS; i++)
		w.mount[i].dax.slot = NO_SLOT;
	play_alone(&w, 2, s->before);
	met_at = w.n;
	start(&w, 0, s->task[0]);
	start(&w, 1, s->task[1]);
	follow(&w);
	free(seen.keys);
	memset(&seen, 0, sizeof(seen));
	return !no_memory;
}
