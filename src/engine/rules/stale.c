// SPDX-License-Identifier: GPL-2.0-only
/* Flags that only the former life of the memory set, and that are in effect now. */
#include "engine/owner.h"
#include "engine/rules/rule.h"
#include "engine/track/flags.h"

/* alloc_dax never reset the flags; since this flag it matters. */
static const struct dxa_rule_commit flags_kept[] = {
	{ "introduced by", NULL, "fefc1d97fa4b5e016bbe15447dc3edcd9e1bcb9f",
	  "libnvdimm: add dax_dev sync flag", "v5.3" },
};

RULE(STALE_FLAGS, 22) = {
	HEAD(STALE_FLAGS, "stale-flags", ERROR, EVENTS, ANY_CACHE,
	     CALLS(ALLOC_DAX) | CALLS(SET_DAX_SYNCHRONOUS)),
	.title = "a device is in use with flags that were left from a former device",
	.meaning = "A device is in use with flags that its driver never set: its memory was another "
		   "dax_device before, whose flags alloc_dax did not reset. Known bug of every "
		   "kernel from v5.3 to 7.3. Stale flags that the driver sets anyway are harmless "
		   "and not reported.",
	.consequence =
		"With a stale SYNC flag, MAP_SYNC is accepted on a device that does not support "
		"it, such as virtio-pmem: data that user space believes to be persistent is not.",
	.example = "pmem0's X is freed with the SYNC flag\n"
		   "alloc_dax(pmem_dax_ops) = X          for a virtio-pmem: asynchronous\n"
		   "set_dax_nocache(X), set_dax_nomc(X)  but no set_dax_synchronous(X)\n",
	COMMITS(flags_kept),
	MARKS({ DXA_KIND_ALLOC_DAX, DXA_MARK_GRANTED, "flags of the former device" }),
};

CHECK(FACT_IN_USE, check_kept_flags)
{
	const struct flags *kept = f->life->flags;
	struct life *l = f->life;
	struct dxa_finding out;
	const char *name;
	uint32_t bit;

	if (!kept)
		return holds();
	/* The call that set the flag may be missing. */
	if (life_incomplete(e, l))
		return unknown(WHY_COUNTED);
	finding_begin(e, &out, &rule_STALE_FLAGS, l, task_context(f->t));
	finding_append_life(&out, &l->id);
	finding_append(&out, " is in use with flags that %s did not set:",
		       dxa_owner_of(l->id.driver)->name);
	for (size_t i = 0; (name = flags_name(i, &bit)); i++)
		if (kept->kept & bit)
			finding_append(&out, " %s", name);
	if (kept->former.dax) {
		finding_append(&out, "; they are left from ");
		finding_append_life(&out, &kept->former);
		finding_append(&out, ", whose memory it was");
		finding_add(e, &kept->former_end);
	}
	finding_add(e, &kept->alloc);
	/* Report it once. */
	flags_forget(l);
	return finding_report(e, &out);
}
