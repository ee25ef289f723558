// SPDX-License-Identifier: GPL-2.0-only
#include "probe/collect_disk.h"

#include <string.h>

#include "probe/collect_sysfs.h"
#include "daxaudit/hooks.h"

/* Remove and return the entry of this return. */
static bool take_pending(struct dxa_disk_calls *f, uint32_t tid, struct dxa_event *ret)
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

bool dxa_collect_disk(struct dxa_disk_calls *f, const struct dxa_event *ev, struct dxa_event *ret)
{
	struct dxa_event added;
	int dax;

	if (ev->kind != DXA_KIND_DEVICE_ADD_DISK)
		return false;
	added = *ev;
	if (ev->phase == DXA_PHASE_ARGS) {
		/* The table is full of entries whose returns were missed: drop the oldest. */
		if (f->n == DXA_DISK_CALLS)
			memmove(f->pending, f->pending + 1, --f->n * sizeof(f->pending[0]));
		f->pending[f->n++] = *ev;
		return false;
	}
	if (ev->phase == DXA_PHASE_RET && !take_pending(f, ev->tid, &added))
		return false;
	if (ev->ret || !dxa_read_queue_dax(added.name, &dax))
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
