// SPDX-License-Identifier: GPL-2.0-only
#include "probe/opsnames.h"

#include <string.h>

void dxa_opsnames_learn(struct dxa_opsnames *n, const struct dxa_event *ev)
{
	unsigned int i = 0;

	while (i < DXA_OPSNAMES && n->known[i].ops != ev->ops)
		i++;
	if (i == DXA_OPSNAMES)
		i = n->next++ % DXA_OPSNAMES;
	n->known[i].ops = ev->ops;
	memcpy(n->known[i].words, ev->name, sizeof(n->known[i].words));
}

void dxa_opsnames_fill(const struct dxa_opsnames *n, struct dxa_event *ev)
{
	for (unsigned int i = 0; i < DXA_OPSNAMES; i++)
		if (n->known[i].ops == ev->ops)
			memcpy(ev->name, n->known[i].words, sizeof(ev->name));
}

void dxa_opsnames_device(struct dxa_opsnames *n, struct dxa_event *ev)
{
	if (ev->driver[0]) {
		n->device.ops = ev->ops;
		memcpy(n->device.words, ev->driver, sizeof(n->device.words));
	} else if (ev->ops == n->device.ops) {
		memcpy(ev->driver, n->device.words, sizeof(ev->driver));
	}
}
