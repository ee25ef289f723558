// SPDX-License-Identifier: GPL-2.0-only
#include "cli/provisional.h"

#include <stdlib.h>
#include <string.h>

bool dxa_provisional_add(struct dxa_provisional *p, const struct dxa_finding *finding)
{
	struct dxa_finding copy = *finding;
	size_t size = finding->evidence_len * sizeof(*finding->evidence);
	struct dxa_event *evidence = malloc(size ? size : 1);

	if (!p->findings.elem)
		p->findings = DXA_VEC_OF(struct dxa_finding);
	if (!evidence)
		return false;
	memcpy(evidence, finding->evidence, size);
	copy.evidence = evidence;
	if (dxa_vec_push(&p->findings, &copy))
		return true;
	free(evidence);
	return false;
}

bool dxa_provisional_take(struct dxa_provisional *p, uint64_t id, struct dxa_finding *ret)
{
	for (size_t i = 0; i < p->findings.len; i++) {
		struct dxa_finding *f = dxa_vec_at(&p->findings, i);

		if (f->id != id)
			continue;
		*ret = *f;
		*f = *(struct dxa_finding *)dxa_vec_last(&p->findings);
		p->findings.len--;
		return true;
	}
	return false;
}

void dxa_provisional_drop(struct dxa_finding *finding)
{
	free((void *)finding->evidence);
}

void dxa_provisional_deinit(struct dxa_provisional *p)
{
	for (size_t i = 0; i < p->findings.len; i++)
		dxa_provisional_drop(dxa_vec_at(&p->findings, i));
	dxa_vec_free(&p->findings);
}
