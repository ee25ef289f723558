// SPDX-License-Identifier: GPL-2.0-only
/* A device-dax is bound while its character device is in use. */
#include <string.h>

#include "engine/rules/rule.h"

static const struct dxa_rule_commit cdev_of_each_bind[] = {
	{ "introduced by", "device-dax", "9567da0b408a2553d32ca83cba4f1fc5a8aad459",
	  "device-dax: Introduce bus + driver model", "v5.1" },
};

RULE(CDEV_REINIT, 23) = {
	HEAD(CDEV_REINIT, "cdev-reinit", ERROR, EVENTS, ANY_CACHE, CALLS(REALLY_PROBE)),
	.title = "a device-dax was bound again while its cdev was still open",
	.meaning = "A device-dax was bound to its driver again while its character device was "
		   "still in use, for instance by an open /dev/dax: the bind initialised the live "
		   "cdev again. Known bug of every kernel from v5.1 to 7.3.",
	.consequence = "The cdev's reference count starts again at 1: closing the old file "
		       "underflows it, and the end of the device can run into a BUG.",
	.example = "/dev/dax0.0 is open\n"
		   "unbind dax0.0, bind dax0.0\n"
		   "really_probe(dax0.0) {          cdev references: 1\n"
		   "  run_dax(X)\n"
		   "} = 0\n",
	COMMITS(cdev_of_each_bind),
	MARKS({ DXA_KIND_REALLY_PROBE, DXA_MARK_ANY, "its cdev is open" },
	      { DXA_KIND_RUN_DAX, DXA_MARK_ANY, "its cdev was initialised again while live" }),
};

CHECK(FACT_BOUND_IN_USE, check_cdev)
{
	const struct dxa_event *ev = &f->frame->entry.ev;
	const struct life *l = f->life && !f->life->ended ? f->life : NULL;
	struct dxa_finding out;

	finding_begin(e, &out, &rule_CDEV_REINIT, l, task_context(f->t));
	out.life.dax = f->frame->cdev_of;
	out.life.rdev = ev->rdev;
	memcpy(out.life.disk, ev->name, sizeof(out.life.disk));
	finding_append(&out,
		       "%.*s was bound to %.*s while its character device had %d reference%s: "
		       "it was initialised again while live",
		       DXA_NAME_LEN, ev->name, DXA_DRIVER_LEN, ev->driver, ev->cdev_refs,
		       ev->cdev_refs == 1 ? "" : "s");
	if (l)
		finding_add_life(e, l);
	finding_add(e, &f->frame->entry);
	if (f->r)
		finding_add(e, f->r);
	return finding_report(e, &out);
}
