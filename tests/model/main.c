// SPDX-License-Identifier: GPL-2.0-only
/*
 * Usage: model [--save DIR] [--only TEXT] [--modes N] [--limit N] [--seconds N]
 *              [--seed N] [--seeds N]
 *
 * Runs every scenario whose name contains TEXT, or all, in its interleavings, then long
 * histories at random ("random"), and checks the engine with each: complete, cut, begun
 * late, and with holes. The options, in this order: the folder for stories of wrong
 * answers; the scenarios; the number of modes (how hooks are attached, and the timing);
 * the maximum of histories of each scenario and mode, 0 for all (default: by --seconds);
 * the processor time; the first seed of the random part, and the number of seeds.
 * Ends with "N passed, N failed".
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "explore.h"
#include "failures.h"
#include "random.h"

static const struct mode modes[] = {
	{ .kprobes = false },
	{ .kprobes = true },
	{ .kprobes = false, .slow = true, .pauses = 0x9249249249249249, .rcu_in_task = true },
	{ .kprobes = true,
	  .slow = true,
	  .pauses = 0x4924924924924924,
	  .mended = true,
	  .rcu_in_task = true },
	{ .late = true },
};

/* As many histories of each scenario and mode as there are seconds. */
#define LIMIT_OF_SECONDS UINT64_MAX

struct options {
	const char *save;
	const char *only;
	uint64_t modes;
	uint64_t limit; /* histories of each scenario and mode; 0: all */
	uint64_t seconds;
	uint64_t seed, seeds; /* of the random part: the first, and how many; 0: until it is late */
};

static bool parse_number(const char *word, uint64_t *ret)
{
	char *end;

	*ret = strtoull(word, &end, 10);
	return end != word && !*end && word[0] != '-';
}

static bool parse_option(struct options *o, const char *name, const char *word)
{
	const struct {
		const char *name;
		uint64_t *number;
	} numbers[] = { { "--modes", &o->modes },
			{ "--limit", &o->limit },
			{ "--seconds", &o->seconds },
			{ "--seed", &o->seed },
			{ "--seeds", &o->seeds } };

	if (!strcmp(name, "--save"))
		o->save = word;
	else if (!strcmp(name, "--only"))
		o->only = word;
	else
		for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
			if (!strcmp(name, numbers[i].name))
				return parse_number(word, numbers[i].number);
	return !strcmp(name, "--save") || !strcmp(name, "--only");
}

static bool parse(int argc, char **argv, struct options *o)
{
	*o = (struct options){ .save = "build/model-failures",
			       .modes = sizeof(modes) / sizeof(modes[0]),
			       .limit = LIMIT_OF_SECONDS,
			       .seconds = 60,
			       .seed = 1 };
	for (int i = 1; i < argc; i += 2)
		if (i + 1 == argc || !parse_option(o, argv[i], argv[i + 1]))
			return false;
	if (o->limit == LIMIT_OF_SECONDS)
		o->limit = o->seconds;
	return o->modes >= 1 && o->modes <= sizeof(modes) / sizeof(modes[0]);
}

static bool play(const struct scenario *s, const struct options *o, struct tally *sum)
{
	struct tally t = { 0 };
	uint64_t before = failures_count();

	failures_scenario(s->name, "");
	for (uint64_t m = 0; m < o->modes; m++) {
		history.mode = modes[m];
		if (!explore(s, o->limit, failures_add, &t)) {
			fprintf(stderr, "model: out of memory\n");
			exit(2);
		}
	}
	printf("%s %s: %" PRIu64 " of %" PRIu64 " histories, %" PRIu64 " judgements, %" PRIu64
	       " wrong\n",
	       failures_count() == before ? "ok" : "FAIL", s->name, t.judged, t.histories,
	       t.judgements, failures_count() - before);
	sum->histories += t.histories;
	sum->judgements += t.judgements;
	sum->judged += t.judged;
	return failures_count() == before;
}

static double spent(void)
{
	return (double)clock() / CLOCKS_PER_SEC;
}

/* Small histories first: what goes wrong in one of them is easier to read. */
static bool play_at_random(const struct options *o, struct tally *sum)
{
	/* However long the scenarios took. */
	const double least = spent() + (double)o->seconds / 4;
	struct tally t = { 0 };
	uint64_t before = failures_count(), seed = o->seed;
	char note[32];

	for (; (spent() < (double)o->seconds || spent() < least) &&
	       (!o->seeds || seed < o->seed + o->seeds);
	     seed++) {
		snprintf(note, sizeof(note), ", seed %" PRIu64, seed);
		failures_scenario("random", note);
		play_random(seed, 3 + (unsigned int)(seed / 64 % 24), failures_add, &t);
	}
	printf("%s random, seeds %" PRIu64 " to %" PRIu64 ": %" PRIu64 " judgements, %" PRIu64
	       " wrong\n",
	       failures_count() == before ? "ok" : "FAIL", o->seed, seed - 1, t.judgements,
	       failures_count() - before);
	sum->histories += t.histories;
	sum->judgements += t.judgements;
	sum->judged += t.judged;
	return failures_count() == before;
}

int main(int argc, char **argv)
{
	struct tally sum = { 0 };
	struct options o;
	int passed = 0, failed = 0;

	if (!parse(argc, argv, &o)) {
		fprintf(stderr, "usage: model [--save DIR] [--only TEXT] [--modes N] [--limit N] "
				"[--seconds N] [--seed N] [--seeds N]\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!judge_open())
		return 2;
	for (size_t i = 0; i < n_scenarios; i++) {
		if (o.only && !strstr(scenarios[i].name, o.only))
			continue;
		if (play(&scenarios[i], &o, &sum))
			passed++;
		else
			failed++;
	}
	if (!o.only || strstr("random", o.only)) {
		if (play_at_random(&o, &sum))
			passed++;
		else
			failed++;
	}
	judge_close();
	if (!failures_write(o.save))
		fprintf(stderr, "model: %s cannot be written\n", o.save);
	else if (failures_kinds())
		printf("the shortest story of each kind of wrong answer: %s/INDEX.tsv\n", o.save);
	printf("%" PRIu64 " of %" PRIu64 " histories, %" PRIu64 " judgements, %" PRIu64 " wrong\n",
	       sum.judged, sum.histories, sum.judgements, failures_count());
	printf("%d passed, %d failed\n", passed, failed);
	return failed > 0;
}
