// SPDX-License-Identifier: GPL-2.0-only
/*
 * What snapshots and events tell of the same devices. A walk that passes while a
 * device comes or goes proves nothing: two in a row have to disagree with the events.
 */
#include "engine/fact.h"
#include "engine/track/handlers.h"
#include "engine/track/loss.h"
#include "engine/track/snapshot.h"

/* It is there, and no alloc_dax made it since an earlier snapshot saw all there was. */
static void compare_newcomer(struct dxa_engine *e, struct life *l)
{
	struct snapshot *s = e->snapshot;

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
static void compare_incarnation(struct dxa_engine *e, struct life *l)
{
	const struct device *d = snapshot_device(e->snapshot, l->id.dax);

	if (!d || !d->incarnation)
		return;
	if (l->incarnation && l->incarnation != d->incarnation && !life_unsure(e, l))
		gap_unseen(e, l->id.disk);
	l->incarnation = d->incarnation;
}

/* It was there before the walk, nothing has happened to it since, and it was not met. */
static void compare_absent(struct dxa_engine *e, struct life *l)
{
	if (l->first >= e->snapshot->start || l->last_at >= e->snapshot->start_at)
		return;
	if (!l->missed) {
		l->missed = true;
		e->snapshot->unmatched++;
		return;
	}
	if (!life_unsure(e, l) &&
	    !(blind(e, DXA_KIND_DAX_DESTROY_INODE) && blind(e, DXA_KIND_DAX_FREE_INODE)))
		gap_unseen(e, l->id.disk);
	life_end(e, l);
}

static void reconcile(struct dxa_engine *e)
{
	struct life *l, *next;

	if (e->snapshot->forgot)
		return;
	for (l = DXA_LIST_OF(e->live.first, struct life, link); l; l = next) {
		next = DXA_LIST_OF(l->link.next, struct life, link);
		if (l->shown_in != e->stats.snapshots) {
			compare_absent(e, l);
			continue;
		}
		l->missed = false;
		compare_newcomer(e, l);
		compare_incarnation(e, l);
	}
	e->snapshot->compared = true;
	e->all_shown = true;
}

void on_snap_end(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	bool has_devices = snapshot_end(e, r);

	(void)t;
	if (!e->snapshot)
		return;
	if (has_devices && !e->snapshot->asked)
		reconcile(e);
	TELL(e, FACT_SNAPSHOT, .r = r);
}
