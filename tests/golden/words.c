// SPDX-License-Identifier: GPL-2.0-only
#include "words.h"

#include <string.h>

#include "daxaudit/event.h"
#include "daxaudit/snapshot.h"

const struct word words_dax_flags[] = {
	{ "alive", 1 << DXA_DAXDEV_ALIVE }, { "write_cache", 1 << DXA_DAXDEV_WRITE_CACHE },
	{ "sync", 1 << DXA_DAXDEV_SYNC },   { "nocache", 1 << DXA_DAXDEV_NOCACHE },
	{ "nomc", 1 << DXA_DAXDEV_NOMC },   { NULL, 0 }
};

const struct word words_walks[] = { { "devices", 1 << DXA_WALK_DEVICES },
				    { "hosts", 1 << DXA_WALK_HOSTS },
				    { "holders", 1 << DXA_WALK_HOLDERS | DXA_SNAP_HOLDERS },
				    { "sysfs", DXA_SNAP_SYSFS },
				    { "no_hosts", DXA_SNAP_NO_HOSTS },
				    { "no_stacks", DXA_SNAP_NO_STACKS },
				    { "outside", DXA_SNAP_OUTSIDE },
				    { "maybe_inside", DXA_SNAP_MAYBE_INSIDE },
				    { NULL, 0 } };

const struct word words_bounds[] = { { "unknown", DXA_BOUND_UNKNOWN },
				     { "no", DXA_BOUND_NO },
				     { "yes", DXA_BOUND_YES },
				     { NULL, 0 } };

const struct word words_phases[] = { { "enter", DXA_PHASE_ARGS },
				     { "leave", DXA_PHASE_RET },
				     { "args", DXA_PHASE_ARGS },
				     { "ret", DXA_PHASE_RET },
				     { NULL, 0 } };

const char *words_bits(const struct word *list, char *names, uint64_t *ret)
{
	*ret = 0;
	for (char *save, *name = strtok_r(names, "|", &save); name;
	     name = strtok_r(NULL, "|", &save)) {
		const struct word *w = list;

		while (w->name && strcmp(w->name, name) != 0)
			w++;
		if (!w->name)
			return name;
		*ret |= w->bits;
	}
	return NULL;
}

bool words_errno(const char *name, int64_t *ret)
{
	/* The kernel's own number: user space has no name for it. */
	if (!strcmp(name, "EPROBE_DEFER")) {
		*ret = 517;
		return true;
	}
	for (int i = 1; i < 134; i++) {
		const char *known = strerrorname_np(i);

		if (known && !strcmp(known, name)) {
			*ret = i;
			return true;
		}
	}
	return false;
}
