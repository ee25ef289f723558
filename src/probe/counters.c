// SPDX-License-Identifier: GPL-2.0-only
#include "probe/counters.h"

#include <bpf/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "probe/shared.h"

bool dxa_counters_read(int fd, struct dxa_hook_status *status)
{
	int n = libbpf_num_possible_cpus();
	__u32 key = status->info->kind;

	_cleanup_free_ struct dxa_hook_count *per_cpu =
		n > 0 ? calloc((size_t)n, sizeof(*per_cpu)) : NULL;

	status->count = (struct dxa_count){ 0 };
	status->unreadable = !per_cpu || bpf_map_lookup_elem(fd, &key, per_cpu);
	if (status->unreadable)
		return false;
	for (int i = 0; i < n; i++) {
		status->count.seen += per_cpu[i].seen;
		status->count.submitted += per_cpu[i].submitted;
		status->count.dropped += per_cpu[i].dropped;
		status->count.repeated += per_cpu[i].repeated;
	}
	return true;
}

/* recursion_misses: commit 9ed9e9ba2337 ("bpf: Count the number of times recursion was prevented")
 * (in v5.12) */
bool dxa_counters_recursion_misses(const struct dxa_hook *hook, uint64_t *ret)
{
	*ret = 0;
	for (unsigned int i = 0; i < hook->n_links; i++) {
		struct bpf_prog_info info = { 0 };
		__u32 len = sizeof(info);

		if (bpf_obj_get_info_by_fd(bpf_program__fd(hook->progs[i]), &info, &len))
			return false;
		*ret += info.recursion_misses;
	}
	return dxa_shared_missed(hook, ret);
}

bool dxa_counters_read_missed(struct dxa_hook *hook, struct dxa_tracefs *tracefs)
{
	struct dxa_hook_status *s = &hook->status;
	const struct dxa_hows *hows = dxa_hook_hows(s->info->shape, false);
	bool readable = dxa_counters_recursion_misses(hook, &s->missed);
	char name[64];
	uint64_t n;

	if (hook->n_links && (s->mode == DXA_ATTACH_KPROBE || s->mode == DXA_ATTACH_PENDING)) {
		for (const char *const *how = hows->how; *how; how++) {
			snprintf(name, sizeof(name), "%s_%s", s->info->id, *how);
			readable &= dxa_tracefs_missed(tracefs, name, &n);
			s->missed += n;
		}
	}
	s->unreadable |= !readable;
	return readable;
}
