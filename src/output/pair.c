// SPDX-License-Identifier: GPL-2.0-only
#include "output/pair.h"

#include <stdlib.h>
#include <string.h>

#include "base/event_kinds.h"

bool dxa_pair_event(struct dxa_pairs *p, const struct dxa_event *ev, struct dxa_event *ret)
{
	const struct dxa_kind_info *info = dxa_kind_info(ev->kind);
	struct dxa_event *entry;

	*ret = *ev;
	if (!info || info->synthetic || info->shape != DXA_SHAPE_ACQUIRE ||
	    ev->phase == DXA_PHASE_CALL)
		return true;
	entry = dxa_map_get(&p->calls, ev->tid);
	if (ev->phase == DXA_PHASE_ARGS) {
		entry = entry ? entry : malloc(sizeof(*entry));
		if (entry)
			*entry = *ev;
		if (entry && dxa_map_put(&p->calls, ev->tid, entry))
			free(entry);
		return false;
	}
	if (!entry || entry->kind != ev->kind)
		return true;
	ret->phase = DXA_PHASE_CALL;
	ret->dax = ev->dax ? ev->dax : entry->dax;
	ret->obj = ev->obj ? ev->obj : entry->obj;
	ret->arg = ev->arg ? ev->arg : entry->arg;
	ret->ops = ev->ops ? ev->ops : entry->ops;
	if (!ret->name[0])
		memcpy(ret->name, entry->name, sizeof(ret->name));
	if (!(ret->has & DXA_HAS_STACK)) {
		memcpy(ret->stack, entry->stack, sizeof(ret->stack));
		ret->has |= entry->has & DXA_HAS_STACK;
	}
	free(dxa_map_del(&p->calls, ev->tid));
	return true;
}

static void free_entry(void *priv, uint64_t key, void *value)
{
	(void)priv;
	(void)key;
	free(value);
}

void dxa_pairs_free(struct dxa_pairs *p)
{
	dxa_map_each(&p->calls, free_entry, NULL);
	dxa_map_free(&p->calls);
}
