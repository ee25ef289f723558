// SPDX-License-Identifier: GPL-2.0-only
#include "base/hookstat.h"

const char *dxa_attach_mode_name(enum dxa_attach_mode mode)
{
	static const char *const names[] = {
		[DXA_ATTACH_NONE] = "none",
		[DXA_ATTACH_FENTRY] = "fentry",
		[DXA_ATTACH_KPROBE] = "kprobe",
		[DXA_ATTACH_PENDING] = "pending",
		[DXA_ATTACH_TRACEPOINT] = "tracepoint",
	};

	return names[mode];
}

/* A recording may contain any numbers: a sum that wrapped to 0 would hide losses. */
static void add(uint64_t *sum, uint64_t n)
{
	if (__builtin_add_overflow(*sum, n, sum))
		*sum = UINT64_MAX;
}

struct dxa_count dxa_hooks_total(const struct dxa_hook_status *hooks, size_t n, uint64_t *missed)
{
	struct dxa_count total = { 0 };

	*missed = 0;
	for (size_t i = 0; i < n; i++) {
		add(&total.seen, hooks[i].count.seen);
		add(&total.submitted, hooks[i].count.submitted);
		add(&total.dropped, hooks[i].count.dropped);
		add(&total.repeated, hooks[i].count.repeated);
		add(missed, hooks[i].missed);
	}
	return total;
}

/* With CONFIG_FS_DAX=n these are inline functions in include/linux/dax.h. */
static bool is_fs_dax(unsigned int kind)
{
	return kind == DXA_KIND_DAX_ADD_HOST || kind == DXA_KIND_DAX_REMOVE_HOST ||
	       kind == DXA_KIND_FS_DAX_GET_BY_BDEV || kind == DXA_KIND_FS_PUT_DAX;
}

static bool has_fs_dax(const struct dxa_hook_status *hooks, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_fs_dax(hooks[i].info->kind) && hooks[i].symbol[0])
			return true;
	return false;
}

/*
 * The functions by which a driver sets flags, and one that uses a device. A kernel that has
 * alloc_dax has these, too: if they are not hooked, it is not known which flags the driver
 * set, or whether a device is used after its end.
 */
static const uint64_t never_without =
	1ULL << DXA_KIND_SET_DAX_SYNCHRONOUS | 1ULL << DXA_KIND_SET_DAX_NOCACHE |
	1ULL << DXA_KIND_SET_DAX_NOMC | 1ULL << DXA_KIND_DAX_WRITE_CACHE |
	1ULL << DXA_KIND_DAX_DIRECT_ACCESS;

uint64_t dxa_hooks_unobserved(const struct dxa_hook_status *hooks, size_t n)
{
	bool fs_dax = has_fs_dax(hooks, n);
	uint64_t unobserved = never_without;

	for (size_t i = 0; i < n; i++) {
		const struct dxa_hook_status *h = &hooks[i];
		bool absent = !h->symbol[0];
		bool dispensable = h->info->need == DXA_NEED_EXTRA ||
				   h->info->need == DXA_NEED_DEEP;

		if (h->mode != DXA_ATTACH_NONE) {
			unobserved &= ~(1ULL << h->info->kind);
			continue;
		}
		if (absent && (dispensable || (is_fs_dax(h->info->kind) && !fs_dax)))
			continue;
		unobserved |= 1ULL << h->info->kind;
	}
	return unobserved;
}

/*
 * With ftrace off trampolines are not called, nor are kprobes at the entry of a traced
 * function: where the architecture has KPROBES_ON_FTRACE, they are ftrace's, too.
 */
bool dxa_event_silences(const struct dxa_event *ev, enum dxa_attach_mode mode)
{
	bool kprobe = mode == DXA_ATTACH_KPROBE || mode == DXA_ATTACH_PENDING;

	if (ev->arg)
		return false;
	switch (ev->kind) {
	case DXA_KIND_FTRACE_SWITCH:
		return kprobe || mode == DXA_ATTACH_FENTRY;
	case DXA_KIND_KPROBES_SWITCH:
		return kprobe;
	default:
		return false;
	}
}

uint32_t dxa_dropped_since(uint32_t *known, uint32_t dropped)
{
	uint32_t more = dropped - *known;

	/* The counter wraps: a distance of more than half the range is negative. */
	if (more > UINT32_MAX / 2)
		return 0;
	*known = dropped;
	return more;
}
