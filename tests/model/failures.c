// SPDX-License-Identifier: GPL-2.0-only
#include "failures.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "story_out.h"

#define KINDS_MAX 4096
#define SCENARIO_LEN 80
#define NOTE_LEN 40

/* Wrong in the same way, in the same view and scenario. */
struct kind {
	char scenario[SCENARIO_LEN];
	char note[NOTE_LEN];
	struct trial trial; /* the shortest */
	struct world end;
	struct mode mode;
	uint64_t n;
};

static struct kind *kinds;
static size_t n_kinds;
static uint64_t total;
static const char *scenario = "";
static char note[NOTE_LEN];

void failures_scenario(const char *name, const char *about)
{
	scenario = name;
	snprintf(note, sizeof(note), "%s", about);
}

size_t failures_kinds(void)
{
	return n_kinds;
}

uint64_t failures_count(void)
{
	return total;
}

static struct kind *find(const struct trial *t)
{
	for (size_t i = 0; i < n_kinds; i++) {
		struct kind *k = &kinds[i];

		if (k->trial.wrong == t->wrong && k->trial.rule == t->rule &&
		    k->trial.view == t->view && !strcmp(k->scenario, scenario))
			return k;
	}
	return NULL;
}

void failures_add(const struct trial *t, const struct world *end)
{
	struct kind *k = find(t);

	total++;
	if (!k) {
		struct kind *more = realloc(kinds, (n_kinds + 1) * sizeof(*kinds));

		if (!more || n_kinds == KINDS_MAX)
			return;
		kinds = more;
		k = &kinds[n_kinds++];
		memset(k, 0, sizeof(*k));
		snprintf(k->scenario, sizeof(k->scenario), "%s", scenario);
		k->trial.n = SIZE_MAX;
	}
	k->n++;
	if (t->n >= k->trial.n)
		return;
	k->trial = *t;
	k->end = *end;
	k->mode = history.mode;
	memcpy(k->note, note, sizeof(note));
}

static int by_kind(const void *a, const void *b)
{
	const struct kind *x = a, *y = b;

	if (x->trial.wrong != y->trial.wrong)
		return x->trial.wrong < y->trial.wrong ? -1 : 1;
	if (x->trial.rule != y->trial.rule)
		return x->trial.rule < y->trial.rule ? -1 : 1;
	if (x->trial.view != y->trial.view)
		return x->trial.view < y->trial.view ? -1 : 1;
	return x->n < y->n ? 1 : x->n > y->n ? -1 : strcmp(x->scenario, y->scenario);
}

static void file_name(char *buf, size_t len, const struct kind *k)
{
	size_t at = (size_t)snprintf(buf, len, "%s-%s-%s-%s", wrong_words[k->trial.wrong],
				     dxa_rule_info(k->trial.rule)->name, view_names[k->trial.view],
				     k->scenario);

	for (size_t i = 0; i < at && i < len; i++) {
		if (buf[i] >= 'A' && buf[i] <= 'Z')
			buf[i] = (char)(buf[i] - 'A' + 'a');
		else if (!(buf[i] >= 'a' && buf[i] <= 'z') && !(buf[i] >= '0' && buf[i] <= '9'))
			buf[i] = '-';
	}
}

static void truth(FILE *f, const struct kind *k)
{
	if (!k->end.n_brk)
		fprintf(f, "LEGAL: nothing was broken");
	for (int i = 0; i < k->end.n_brk; i++) {
		const struct brk *b = &k->end.brk[i];

		fprintf(f, "%sBROKEN: %s of %s, from record %d on", i ? "; " : "",
			dxa_rule_info((enum dxa_rule)b->rule)->name,
			b->slot >= 0 ? slot_name(b->slot) : "nothing", b->may + 1);
	}
	fprintf(f, "\n");
}

static bool write_story(const char *folder, const struct kind *k)
{
	char name[256], path[512];
	FILE *f;

	file_name(name, sizeof(name), k);
	snprintf(path, sizeof(path), "%s/%s.story", folder, name);
	f = fopen(path, "we");
	if (!f)
		return false;
	fprintf(f, "# %s%s (%s, %s%s%s%s): %s, record %d of %d\n", k->scenario, k->note,
		k->mode.kprobes ? "kprobes" : "fexit", k->mode.slow ? "slow" : "fast",
		k->mode.mended ? ", drops what a lookup took" : "",
		k->mode.rcu_in_task ? ", RCU in task 100" : "",
		k->mode.late ? ", held up before reading" : "", view_words[k->trial.view],
		k->trial.at + 1, k->end.n);
	fprintf(f, "# engine: %s %s: %s\n# truth: ", wrong_words[k->trial.wrong],
		dxa_rule_info(k->trial.rule)->name, k->trial.detail);
	truth(f, k);
	story_events(f, k->trial.fed, k->trial.n);
	if (k->trial.view == VIEW_CUT)
		fprintf(f, "cut\n");
	return !fclose(f);
}

bool failures_write(const char *folder)
{
	char path[512], name[256];
	bool ok = true;
	FILE *f;

	snprintf(path, sizeof(path), "%s/INDEX.tsv", folder);
	/* The files of an earlier run must not be mistaken for those of this one. */
	if (!n_kinds)
		return !unlink(path) || errno == ENOENT;
	qsort(kinds, n_kinds, sizeof(*kinds), by_kind);
	if (mkdir(folder, 0777) && errno != EEXIST)
		return false;
	f = fopen(path, "we");
	if (!f)
		return false;
	for (size_t i = 0; i < n_kinds; i++) {
		const struct kind *k = &kinds[i];

		file_name(name, sizeof(name), k);
		fprintf(f, "%s\t%s\t%s\t%" PRIu64 "\t%s\t%s.story\t%s\t",
			wrong_words[k->trial.wrong], dxa_rule_info(k->trial.rule)->name,
			view_names[k->trial.view], k->n, k->scenario, name, k->trial.detail);
		truth(f, k);
		ok &= write_story(folder, k);
	}
	return !fclose(f) && ok;
}
