// SPDX-License-Identifier: GPL-2.0-only
#include "base/hookstat.h"

const char *dxa_attach_mode_name(enum dxa_attach_mode mode)
{
	static const char *const names[] = {
		[DXA_ATTACH_NONE] = "none",	  [DXA_ATTACH_FENTRY] = "fentry",
		[DXA_ATTACH_KPROBE] = "kprobe",	  [DXA_ATTACH_PENDING] = "pending",
		[DXA_ATTACH_TRACEPOINT] = "tracepoint",
	};

	return names[mode];
}

struct dxa_count dxa_hooks_total(const struct dxa_hook_status *hooks, size_t n, uint64_t *missed)
{
	struct dxa_count total = { 0 };

	*missed = 0;
	for (size_t i = 0; i < n; i++) {
		total.seen += hooks[i].count.seen;
		total.submitted += hooks[i].count.submitted;
		total.dropped += hooks[i].count.dropped;
		*missed += hooks[i].missed;
	}
	return total;
}
