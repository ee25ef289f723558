// SPDX-License-Identifier: GPL-2.0-only
/*
 * What snapshots and events tell of the same devices. A walk that passes while a
 * device comes or goes proves nothing: two in a row have to disagree with the events.
 */
#include "engine/state.h"

/* It is there, and no alloc_dax made it since an earlier snapshot saw all there was. */
static void judge_newcomer(struct dxa_engine *e, struct life *l)
{
	struct state *s = e->state;

	if (!s->compared)
		l->shown_first = 0;
	if (!l->shown_first || !l->shown_only || life_unsure(e, l))
		return;
	if (l->shown_first == l->shown_in) {
		s->unmatched++;
		return;
	}
	gap_unseen(e, l->id.disk);
	l->shown_only = false;
}

/* Its disk or its device on the bus was taken away and made anew, and it was not. */
static void judge_incarnation(struct dxa_engine *e, struct life *l)
{
	const struct device *d = state_device_of(e->state, l->id.dax);

	if (!d || !d->incarnation)
		return;
	if (l->incarnation && l->incarnation != d->incarnation && !life_unsure(e, l))
		gap_unseen(e, l->id.disk);
	l->incarnation = d->incarnation;
}

/* It was there before the walk, nothing has happened to it since, and it was not met. */
static void judge_absent(struct dxa_engine *e, struct life *l)
{
	if (l->first >= e->state->start || l->last_at >= e->state->start_at)
		return;
	if (!l->missed) {
		l->missed = true;
		e->state->unmatched++;
		return;
	}
	if (!life_unsure(e, l) &&
	    !(blind(e, DXA_KIND_DAX_DESTROY_INODE) && blind(e, DXA_KIND_DAX_FREE_INODE)))
		gap_unseen(e, l->id.disk);
	life_end(e, l);
}

void reconcile(struct dxa_engine *e)
{
	struct life *l, *next;

	if (e->state->forgot)
		return;
	for (l = DXA_LIST_OF(e->live.first, struct life, link); l; l = next) {
		next = DXA_LIST_OF(l->link.next, struct life, link);
		if (l->shown_in != e->stats.snapshots) {
			judge_absent(e, l);
			continue;
		}
		l->missed = false;
		judge_newcomer(e, l);
		judge_incarnation(e, l);
	}
	e->state->compared = true;
	e->all_shown = true;
}
