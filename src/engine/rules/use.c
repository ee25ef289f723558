// SPDX-License-Identifier: GPL-2.0-only
/* Devices that are used after the end of their life. */
#include "base/event_kinds.h"
#include "engine/rules/rule.h"

RULE(USE_AFTER_FREE, 27) = {
	HEAD(USE_AFTER_FREE, "use-after-free", ERROR, EVENTS, ANY_CACHE, CALLS(DAX_DIRECT_ACCESS)),
	.title = "a dax_device was used after the end of its life",
	.meaning = "A function that uses a device, such as dax_direct_access, was called after the "
		   "device was destroyed, and no new device had begun at its address: the caller "
		   "has a pointer without a reference. Most of these functions are hooked with "
		   "--deep only; those that set flags (dax_write_cache, set_dax_*) always are. A "
		   "call on a dead device that still has a reference is legal: the kernel refuses "
		   "it.",
	.consequence =
		"Freed memory is read. If the memory has a new owner, its contents are used as "
		"flags, and as the table of operations to call.",
	.example = "kill_dax(X)\n"
		   "put_dax(X)              refs 1\n"
		   "dax_destroy_inode(X)\n"
		   "dax_direct_access(X)    by a mount that never took a reference\n",
	MARKS({ DXA_KIND_DAX_DIRECT_ACCESS, DXA_MARK_ENDED, "after the end of its life" },
	      { DXA_KIND_DAX_ZERO_PAGE_RANGE, DXA_MARK_ENDED, "after the end of its life" },
	      { DXA_KIND_DAX_RECOVERY_WRITE, DXA_MARK_ENDED, "after the end of its life" },
	      { DXA_KIND_DAX_COPY_FROM_ITER, DXA_MARK_ENDED, "after the end of its life" },
	      { DXA_KIND_DAX_COPY_TO_ITER, DXA_MARK_ENDED, "after the end of its life" },
	      { DXA_KIND_DAX_FLUSH, DXA_MARK_ENDED, "after the end of its life" },
	      { DXA_KIND_DAX_HOLDER_NOTIFY_FAILURE, DXA_MARK_ENDED, "after the end of its life" },
	      { DXA_KIND_DAX_WRITE_CACHE_ENABLED, DXA_MARK_ENDED, "after the end of its life" },
	      { DXA_KIND_DAX_SYNCHRONOUS, DXA_MARK_ENDED, "after the end of its life" },
	      { DXA_KIND_DAX_WRITE_CACHE, DXA_MARK_ANY, "after the end of its life" },
	      { DXA_KIND_SET_DAX_SYNCHRONOUS, DXA_MARK_ANY, "after the end of its life" },
	      { DXA_KIND_SET_DAX_NOCACHE, DXA_MARK_ANY, "after the end of its life" },
	      { DXA_KIND_SET_DAX_NOMC, DXA_MARK_ANY, "after the end of its life" }),
};

/* A new device may have begun at the address, without a record of its allocation. */
static bool may_be_new(const struct dxa_event *ev)
{
	return ev->has & DXA_HAS_DAX && ev->refs > 0 && ev->dax_flags & (1U << DXA_DAXDEV_ALIVE);
}

CHECK(FACT_USED_AFTER_END, check_use)
{
	struct life *l = f->life;
	const struct rec *r = f->r;
	struct dxa_finding out;

	if (!l || !l->ended || may_be_new(&r->ev))
		return unknown(DXA_GAP_UNCERTAIN);
	if (life_incomplete(e, l))
		return unknown(WHY_COUNTED);
	/* Report it once for each life. */
	if (l->reported_use)
		return holds();
	finding_begin(e, &out, &rule_USE_AFTER_FREE, l, task_context(f->t));
	finding_append(&out, "%s was called", dxa_kind_name(r->ev.kind));
	finding_append_caller(e, &out, &r->ev);
	finding_append(&out, " on ");
	finding_append_life(&out, &l->id);
	finding_append(&out,
		       l->freed ? ", which was freed before" : ", which was destroyed before");
	finding_add_life(e, l);
	finding_add(e, r);
	l->reported_use = true;
	return finding_report(e, &out);
}
