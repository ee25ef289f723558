// SPDX-License-Identifier: GPL-2.0-only
/* Flags of a former life that do harm: nobody but that one has set them. */
#include "engine/owner.h"
#include "engine/rules/rule.h"
#include "engine/track/flags.h"

/* The reset was never there; with this flag it began to matter. */
static const struct dxa_rule_commit flags_kept[] = {
	{ "introduced by", NULL, "fefc1d97fa4b5e016bbe15447dc3edcd9e1bcb9f",
	  "libnvdimm: add dax_dev sync flag", "v5.3" },
};

RULE(STALE_FLAGS, 22) = {
	HEAD(STALE_FLAGS, "stale-flags", ERROR, EVENTS, ANY_CACHE,
	     CALLS(ALLOC_DAX) | CALLS(SET_DAX_SYNCHRONOUS)),
	.title = "a device is in use with flags that only its former life had set",
	.meaning =
		"A device went into use with flags that its driver never set: its memory had been "
		"another dax_device, and alloc_dax did not reset that one's flags. Known bug of "
		"every kernel from v5.3 to 7.2. Stale flags that the driver sets anyway do no harm and "
		"are not reported.",
	.consequence =
		"With a stale SYNC flag MAP_SYNC is accepted on a device that cannot keep "
		"that promise, such as virtio-pmem: data that user space takes for persistent is "
		"not.",
	.example = "pmem0's X is freed with the SYNC flag\n"
		   "alloc_dax(pmem_dax_ops) = X          for a virtio-pmem: asynchronous\n"
		   "set_dax_nocache(X), set_dax_nomc(X)  but no set_dax_synchronous(X)\n",
	COMMITS(flags_kept),
	MARKS({ DXA_KIND_ALLOC_DAX, DXA_MARK_GRANTED, "flags of its former life" }),
};

JUDGE(FACT_IN_USE, judge_kept_flags)
{
	const struct flags *kept = f->life->flags;
	struct life *l = f->life;
	struct dxa_finding out;
	const char *name;
	uint32_t bit;

	if (!kept)
		return holds();
	/* A declaration may be among what was missed. */
	if (life_unsure(e, l))
		return unknown(WHY_COUNTED);
	report_begin(e, &out, &rule_STALE_FLAGS, l, task_context(f->t));
	say_life(&out, &l->id);
	say(&out, " is in use with flags that %s did not set:", dxa_owner_of(l->id.driver)->name);
	for (size_t i = 0; (name = flags_name(i, &bit)); i++)
		if (kept->kept & bit)
			say(&out, " %s", name);
	if (kept->former.dax) {
		say(&out, "; they are left from ");
		say_life(&out, &kept->former);
		say(&out, ", whose memory it was");
		prove(e, &kept->former_end);
	}
	prove(e, &kept->alloc);
	/* Once is enough. */
	flags_forget(l);
	return report(e, &out);
}
