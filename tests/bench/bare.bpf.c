// SPDX-License-Identifier: GPL-2.0-only
/*
 * For comparison in benchmarks: trampolines on the functions of a life that submit a record of
 * daxaudit's size and do nothing else.
 */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "daxaudit/event.h"

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 2 << 20);
} events SEC(".maps");

static __always_inline int submit(void)
{
	struct dxa_event *ev = bpf_ringbuf_reserve(&events, sizeof(*ev), 0);

	if (ev)
		bpf_ringbuf_submit(ev, 0);
	return 0;
}

#define BARE(how, symbol)             \
	SEC(#how "/" #symbol)         \
	int how##_##symbol(void *ctx) \
	{                             \
		return submit();      \
	}

BARE(fexit, alloc_dax)
BARE(fexit, dax_add_host)
BARE(fentry, dax_remove_host)
BARE(fentry, kill_dax)
BARE(fentry, put_dax)
BARE(fentry, set_dax_nocache)
BARE(fentry, dax_destroy_inode)
BARE(fentry, dax_free_inode)
BARE(fexit, device_add_disk)
