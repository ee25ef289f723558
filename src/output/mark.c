// SPDX-License-Identifier: GPL-2.0-only
#include "output/mark.h"

#include <stdbool.h>
#include <stddef.h>

#include "base/event_kinds.h"
#include "daxaudit/gone.h"
#include "engine/errname.h"

static bool has_failed(const struct dxa_event *ev)
{
	return ev->phase & DXA_PHASE_RET &&
	       (dxa_kind_returns_dax(ev->kind) ? !ev->ret || dxa_is_err_ptr((uint64_t)ev->ret) :
						 ev->ret != 0);
}

static bool is_meant(enum dxa_mark_which which, const struct dxa_event *ev)
{
	switch (which) {
	case DXA_MARK_IS_NULL:
		return !ev->dax;
	case DXA_MARK_IS_ERROR:
		return dxa_is_err_ptr(ev->dax);
	case DXA_MARK_FAILED:
		return has_failed(ev);
	case DXA_MARK_GRANTED:
		return ev->phase & DXA_PHASE_RET && !has_failed(ev);
	case DXA_MARK_HELD:
		return ev->holder || ev->refs > 1;
	case DXA_MARK_ENDED:
		return ev->arg >= DXA_GONE_DESTROYED;
	default:
		return true;
	}
}

const char *dxa_mark_why(enum dxa_rule rule, const struct dxa_event *ev)
{
	const struct dxa_rule_info *info = dxa_rule_info(rule);

	for (size_t i = 0; i < info->n_marks; i++)
		if (info->marks[i].kind == ev->kind && is_meant(info->marks[i].which, ev))
			return info->marks[i].why;
	return NULL;
}

const char *dxa_mark_evidence(const struct dxa_finding *f, size_t i)
{
	const struct dxa_event *ev = &f->evidence[i];

	if (f->severity == DXA_SEVERITY_INFO)
		return NULL;
	if (!dxa_kind_is_hook(ev->kind))
		for (size_t k = i + 1; k < f->evidence_len; k++)
			if (f->evidence[k].kind == ev->kind)
				return NULL;
	return dxa_mark_why(f->rule, ev);
}
