// SPDX-License-Identifier: GPL-2.0-only
/*
 * Compares snapshots with events. A snapshot is taken without locks, so it may miss or
 * show a device that is being added or removed: only two in a row that contradict the
 * events are a gap.
 */
#include "engine/fact.h"
#include "engine/track/handlers.h"
#include "engine/track/loss.h"
#include "engine/track/snapshot.h"

/* A device without an alloc_dax record that an earlier, complete snapshot did not show. */
static void compare_newcomer(struct dxa_engine *e, struct life *l)
{
	struct snapshot *s = e->snapshot;

	if (!s->compared)
		l->shown_first = 0;
	if (!l->shown_first || !l->shown_only || life_incomplete(e, l))
		return;
	if (l->shown_first == l->shown_in) {
		s->unmatched++;
		return;
	}
	gap_unseen(e, l->id.disk);
	l->shown_only = false;
}

/* Its disk or bus device was removed and made again, without a record of the dax_device. */
static void compare_incarnation(struct dxa_engine *e, struct life *l)
{
	const struct device *d = snapshot_device(e->snapshot, l->id.dax);

	if (!d || !d->incarnation)
		return;
	if (l->incarnation && l->incarnation != d->incarnation && !life_incomplete(e, l))
		gap_unseen(e, l->id.disk);
	l->incarnation = d->incarnation;
}

/* It existed before the snapshot, has no record since, and the snapshot does not show it. */
static void compare_absent(struct dxa_engine *e, struct life *l)
{
	if (l->first >= e->snapshot->start || l->last_at >= e->snapshot->start_at ||
	    is_being_put(e, l))
		return;
	if (!l->missed) {
		l->missed = true;
		e->snapshot->unmatched++;
		return;
	}
	if (!life_incomplete(e, l) &&
	    !(unobserved(e, DXA_KIND_DAX_DESTROY_INODE) && unobserved(e, DXA_KIND_DAX_FREE_INODE)))
		gap_unseen(e, l->id.disk);
	life_end(e, l);
}

static void reconcile(struct dxa_engine *e)
{
	struct life *l, *next;

	if (e->snapshot->incomplete)
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
	e->looked_at = r->ev.ts;
	if (!e->snapshot)
		return;
	if (has_devices && !e->snapshot->asked)
		reconcile(e);
	PUBLISH(e, FACT_SNAPSHOT, .r = r);
}
