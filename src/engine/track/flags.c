// SPDX-License-Identifier: GPL-2.0-only
#include "engine/track/flags.h"

#include <stdlib.h>

#include "engine/core.h"

#define FLAG(bit) (1U << (bit))

static const struct {
	uint16_t kind;
	uint8_t bit;
	const char *name;
} declarations[] = {
	{ DXA_KIND_DAX_WRITE_CACHE, DXA_DAXDEV_WRITE_CACHE, "WRITE_CACHE" },
	{ DXA_KIND_SET_DAX_SYNCHRONOUS, DXA_DAXDEV_SYNC, "SYNC" },
	{ DXA_KIND_SET_DAX_NOCACHE, DXA_DAXDEV_NOCACHE, "NOCACHE" },
	{ DXA_KIND_SET_DAX_NOMC, DXA_DAXDEV_NOMC, "NOMC" },
};

#define N_DECLARATIONS (sizeof(declarations) / sizeof(*declarations))

void flags_begin(struct dxa_engine *e, struct life *l, const struct rec *alloc,
		 const struct dxa_life_id *former, const struct rec *former_end)
{
	uint32_t kept = 0;

	for (size_t i = 0; i < N_DECLARATIONS; i++)
		if (!unobserved(e, (enum dxa_kind)declarations[i].kind))
			kept |= alloc->ev.dax_flags & FLAG(declarations[i].bit);
	if (l->id.driver == DXA_DRIVER_DEVICE_DAX)
		kept &= ~FLAG(DXA_DAXDEV_WRITE_CACHE);
	if (!(alloc->ev.has & DXA_HAS_DAX) || !kept)
		return;
	l->flags = malloc(sizeof(*l->flags));
	if (!l->flags) {
		e->nomem = true;
		return;
	}
	*l->flags = (struct flags){ kept, *alloc, *former, *former_end };
}

void flags_forget(struct life *l)
{
	free(l->flags);
	l->flags = NULL;
}

void flags_declared(struct life *l, uint16_t kind)
{
	if (!l->flags)
		return;
	for (size_t i = 0; i < N_DECLARATIONS; i++)
		if (declarations[i].kind == kind)
			l->flags->kept &= ~FLAG(declarations[i].bit);
	if (!l->flags->kept)
		flags_forget(l);
}

const char *flags_name(size_t i, uint32_t *bit)
{
	if (i >= N_DECLARATIONS)
		return NULL;
	*bit = FLAG(declarations[i].bit);
	return declarations[i].name;
}
