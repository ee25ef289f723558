// SPDX-License-Identifier: GPL-2.0-only
#include "cli/facts.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/procstat.h"
#include "cli/sysfs.h"
#include "daxaudit/hooks.h"

/* The entry that this return belongs to, taken out of the waiting ones. */
static bool take_pending(struct dxa_facts *f, uint32_t tid, struct dxa_event *ret)
{
	for (unsigned int i = f->n; i--;) {
		if (f->pending[i].tid != tid)
			continue;
		*ret = f->pending[i];
		f->pending[i] = f->pending[--f->n];
		return true;
	}
	return false;
}

bool dxa_facts_disk(struct dxa_facts *f, const struct dxa_event *ev, struct dxa_event *ret)
{
	struct dxa_event added = *ev;
	int dax;

	if (ev->kind != DXA_KIND_DEVICE_ADD_DISK)
		return false;
	if (ev->phase == DXA_PHASE_ARGS) {
		/* A full table means returns that never came: the oldest goes. */
		if (f->n == DXA_FACTS_PENDING)
			memmove(f->pending, f->pending + 1, --f->n * sizeof(f->pending[0]));
		f->pending[f->n++] = *ev;
		return false;
	}
	if (ev->phase == DXA_PHASE_RET && !take_pending(f, ev->tid, &added))
		return false;
	if (ev->ret || !dxa_sysfs_queue_dax(added.name, &dax))
		return false;
	*ret = (struct dxa_event){ .kind = DXA_KIND_DISK_STATE,
				   .ts = ev->ts,
				   .tid = ev->tid,
				   .tgid = ev->tgid,
				   .obj = added.obj,
				   .ret = dax };
	memcpy(ret->name, added.name, sizeof(ret->name));
	memcpy(ret->comm, added.comm, sizeof(ret->comm));
	return true;
}

bool dxa_facts_task(uint32_t tid, uint64_t now, struct dxa_event *ret)
{
	struct dxa_procstat stat;

	if (!dxa_procstat_read(tid, &stat))
		return false;
	*ret = (struct dxa_event){
		.kind = DXA_KIND_TASK_STATE, .ts = now, .tid = tid, .ret = stat.state
	};
	return true;
}
