// SPDX-License-Identifier: GPL-2.0-only
/*
 * Usage: model [--save DIR] [--only TEXT] [--modes N] [--limit N] [--seconds N]
 *
 * Plays every scenario whose name has TEXT, or all, in every interleaving, and asks
 * the engine about each history: whole, cut, begun late, and with holes. N of the
 * ways in which hooks are attached and time goes by; N histories of each scenario and
 * way at most; N seconds of processor time at most. Stories of what the engine got
 * wrong go to DIR. Ends in "N passed, N failed".
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "explore.h"
#include "failures.h"

static const struct mode modes[] = {
	{ .kprobes = false },
	{ .kprobes = true },
	{ .kprobes = false, .slow = true, .rcu_in_task = true },
	{ .kprobes = true, .slow = true, .rcu_in_task = true },
};

struct options {
	const char *save;
	const char *only;
	unsigned long modes;
	uint64_t limit; /* histories of each scenario and mode; 0: all */
	unsigned long seconds;
};

static bool parse(int argc, char **argv, struct options *o)
{
	*o = (struct options){
		.save = "build/model-failures", .modes = 4, .limit = 60, .seconds = 60
	};
	for (int i = 1; i < argc; i += 2) {
		if (i + 1 == argc)
			return false;
		if (!strcmp(argv[i], "--save"))
			o->save = argv[i + 1];
		else if (!strcmp(argv[i], "--only"))
			o->only = argv[i + 1];
		else if (!strcmp(argv[i], "--limit"))
			o->limit = strtoul(argv[i + 1], NULL, 10);
		else if (!strcmp(argv[i], "--seconds"))
			o->seconds = strtoul(argv[i + 1], NULL, 10);
		else if (!strcmp(argv[i], "--modes"))
			o->modes = strtoul(argv[i + 1], NULL, 10);
		else
			return false;
	}
	return o->modes >= 1 && o->modes <= sizeof(modes) / sizeof(modes[0]);
}

static bool play(const struct scenario *s, const struct options *o, struct tally *sum)
{
	struct tally t = { 0 };
	uint64_t before = failures_count();

	failures_scenario(s->name);
	for (unsigned long m = 0; m < o->modes; m++) {
		history.mode = modes[m];
		if (!explore(s, o->limit, failures_add, &t)) {
			fprintf(stderr, "model: out of memory\n");
			exit(2);
		}
	}
	printf("%s %s: %" PRIu64 " histories, %" PRIu64 " judgements, %" PRIu64 " wrong\n",
	       failures_count() == before ? "ok" : "FAIL", s->name, t.histories, t.judgements,
	       failures_count() - before);
	sum->histories += t.histories;
	sum->judgements += t.judgements;
	sum->states += t.states;
	return failures_count() == before;
}

int main(int argc, char **argv)
{
	struct tally sum = { 0 };
	struct options o;
	int passed = 0, failed = 0;

	if (!parse(argc, argv, &o)) {
		fprintf(stderr, "usage: model [--save DIR] [--only TEXT] [--modes N] [--limit N] "
				"[--seconds N]\n");
		return 2;
	}
	if (!judge_open())
		return 2;
	for (size_t i = 0; i < n_scenarios && clock() / CLOCKS_PER_SEC < (clock_t)o.seconds; i++) {
		if (o.only && !strstr(scenarios[i].name, o.only))
			continue;
		if (play(&scenarios[i], &o, &sum))
			passed++;
		else
			failed++;
	}
	judge_close();
	if (!failures_write(o.save))
		fprintf(stderr, "model: %s cannot be written\n", o.save);
	printf("%" PRIu64 " histories, %" PRIu64 " judgements, %" PRIu64 " wrong\n", sum.histories,
	       sum.judgements, failures_count());
	printf("%d passed, %d failed\n", passed, failed);
	return failed > 0;
}
