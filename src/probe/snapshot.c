// SPDX-License-Identifier: GPL-2.0-only
#include "probe/snapshot.h"

#include <bpf/bpf.h>
#include <stdio.h>

#include "probe/wanted.h"

/* The lists change only with devices: a second try nearly always succeeds. */
#define TRIES 5

struct walk_info {
	const char *program, *variable, *config;
};

static const struct walk_info walks[DXA_WALK_COUNT] = {
#define ROW(id, program, variable, config, what) [DXA_WALK_##id] = { #program, #variable, config },
	DXA_WALKS(ROW)
#undef ROW
};

static void select_one(struct dxa_walker *w, const struct walk_info *info,
		       const struct bpf_object *obj, const struct dxa_kallsyms *syms, bool has_loop)
{
	*w = (struct dxa_walker){ .start = dxa_kallsyms_data(syms, info->variable) };
	if (!w->start) {
		snprintf(w->reason, sizeof(w->reason), "the address of %s is not known (%s)",
			 info->variable, info->config);
	} else if (!has_loop) {
		snprintf(w->reason, sizeof(w->reason), "the kernel has no bpf_loop (new in v5.17)");
	} else {
		w->prog = bpf_object__find_program_by_name(obj, info->program);
		bpf_program__set_autoload(w->prog, true);
	}
}

void dxa_snapshot_select(struct dxa_walker *walkers, const struct bpf_object *obj,
			 const struct dxa_kallsyms *syms)
{
	struct dxa_kallsym marker;
	bool has_loop = libbpf_probe_bpf_helper(BPF_PROG_TYPE_SYSCALL, BPF_FUNC_loop, NULL) == 1;

	for (int i = 0; i < DXA_WALK_COUNT; i++)
		select_one(&walkers[i], &walks[i], obj, syms, has_loop);
	walkers[DXA_WALK_HOLDERS].supers = dxa_kallsyms_data(syms, DXA_SUPERS_VARIABLE);
	if (dxa_kallsyms_by_name(syms, DXA_WANTED_CLAIM, &marker))
		walkers[DXA_WALK_HOLDERS].marker = marker.addr;
	walkers[DXA_WALK_DEVICES].delayed = dxa_kallsyms_by_name(syms, DXA_WANTED_DELAYED, &marker);
}

void dxa_snapshot_refuse(struct dxa_walker *walkers)
{
	for (int i = 0; i < DXA_WALK_COUNT; i++) {
		if (!walkers[i].prog)
			continue;
		walkers[i].prog = NULL;
		snprintf(walkers[i].reason, sizeof(walkers[i].reason),
			 "the kernel refuses the programs that walk its lists: their "
			 "callbacks need the BPF JIT (sysctl net.core.bpf_jit_enable=1)");
	}
}

/* Returns whether the walk is complete. */
static bool run_one(struct dxa_walker *w)
{
	struct dxa_snapshot s;
	/* The kernel copies the context of such a program back to where it came from. */
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = &s, .ctx_size_in = sizeof(s));

	for (int i = 0; i < TRIES; i++) {
		s = (struct dxa_snapshot){ .start = w->start,
					   .supers = w->supers,
					   .marker = w->marker };
		if (bpf_prog_test_run_opts(bpf_program__fd(w->prog), &opts)) {
			snprintf(w->reason, sizeof(w->reason),
				 "the kernel refused to run the snapshot program");
			return false;
		}
		if (s.dropped) {
			snprintf(w->reason, sizeof(w->reason),
				 "there is more than the ring buffer holds: raise --ring-size");
			return false;
		}
		if (s.state == DXA_SNAPSHOT_COMPLETE)
			return true;
	}
	snprintf(w->reason, sizeof(w->reason), "the list changed during each try");
	return false;
}

uint32_t dxa_snapshot_run(struct dxa_walker *walkers)
{
	uint32_t known = 0;

	for (int i = 0; i < DXA_WALK_COUNT; i++)
		if (walkers[i].prog && run_one(&walkers[i]))
			known |= 1u << i;
	if (known & 1u << DXA_WALK_HOLDERS)
		known |= DXA_SNAP_HOLDERS;
	/* kallsyms has one variable of drivers/dax/super.c, so the other one does not exist. */
	if (walkers[DXA_WALK_DEVICES].start && !walkers[DXA_WALK_HOSTS].start)
		known |= DXA_SNAP_NO_HOSTS;
	if (walkers[DXA_WALK_DEVICES].delayed)
		known |= DXA_SNAP_MAYBE_INSIDE;
	return known;
}
