// SPDX-License-Identifier: GPL-2.0-only
#include "output/textdevice.h"

#include <inttypes.h>
#include <stdio.h>

#include "output/lines.h"

/* "pmem0: pmem, minor 0, ffff888004ccf0c0, from +0.205301 to +0.390967" */
static void put_head(struct dxa_wrap *w, const struct dxa_lived *life,
		     const struct dxa_story_env *env)
{
	char address[DXA_ADDRESS_LEN], begin[DXA_OFFSET_LEN], end[DXA_OFFSET_LEN];
	char line[DXA_WORDS_LEN];

	fputc('\n', w->out);
	dxa_wrap_begin(w, 0, 4);
	dxa_wrap_words(w, life->id.disk[0] ? life->id.disk : "a dax_device", DXA_BOLD);
	dxa_wrap_piece(w, ":", 0, DXA_BOLD);
	dxa_lines_offset(begin, life->begin, env->start);
	dxa_lines_offset(end, life->end, env->start);
	snprintf(line, sizeof(line), "%s, minor %u, %s, %s%s, %s%s",
		 dxa_driver_name(life->id.driver), DXA_DEV_MINOR(life->id.rdev),
		 dxa_pseudonym(address, env->pseudonyms, DXA_PSEUDONYM_DEV, "", life->id.dax),
		 life->begin ? "from " : "there before the audit", life->begin ? begin : "",
		 life->end ? "to " : "still there", life->end ? end : "");
	dxa_wrap_words(w, line, DXA_RESET);
	dxa_wrap_end(w);
}

static void put_events(struct dxa_wrap *w, const struct dxa_lived *life,
		       const struct dxa_story_env *env, const struct dxa_map *marks,
		       struct dxa_map *shown)
{
	struct dxa_lines lines = { .next = 0 };
	uint32_t tid = 0;
	int depth = 0;

	for (size_t i = 0; i < life->events.len; i++) {
		const struct dxa_event *ev = dxa_vec_at(&life->events, i);
		uint64_t key = dxa_lines_identity(ev);
		int nesting = dxa_story_nesting(ev);

		if (ev->tid != tid)
			depth = 0;
		if (nesting < 0 && depth > 0)
			depth--;
		lines.who = ev->tid != tid && ev->tid;
		dxa_lines_event(&lines, w, ev, env, depth, dxa_map_get(marks, key));
		dxa_map_put(shown, key, shown);
		depth += nesting > 0;
		tid = ev->tid;
	}
}

static bool is_shown(const struct dxa_show *show, const struct dxa_lived *life)
{
	const struct dxa_device dev = { .id = life->id };

	return !show || dxa_show_device(show, &dev);
}

void dxa_textdevice_write(struct dxa_wrap *w, const struct dxa_lives *lives,
			  const struct dxa_show *show, const struct dxa_story_env *env,
			  const struct dxa_map *marks, struct dxa_map *shown)
{
	const struct dxa_lived *life;
	char more[96];

	for (size_t i = 0; (life = dxa_lives_at(lives, i)); i++) {
		if (!is_shown(show, life))
			continue;
		put_head(w, life, env);
		put_events(w, life, env, marks, shown);
		if (!life->cut)
			continue;
		snprintf(more, sizeof(more), "%zu events in the middle are left out", life->cut);
		dxa_wrap_begin(w, 3, 4);
		dxa_wrap_words(w, more, DXA_DIM);
		dxa_wrap_end(w);
	}
	if (lives->cut)
		fprintf(w->out, "\n%zu more devices are left out\n", lives->cut);
}
