// SPDX-License-Identifier: GPL-2.0-only
#include "engine/finding.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/errname.h"
#include "engine/owner.h"

void finding_begin(struct dxa_engine *e, struct dxa_finding *f, const struct dxa_rule_info *rule,
		   const struct life *l, const struct dxa_context *ctx)
{
	*f = (struct dxa_finding){
		.rule = rule->rule,
		.severity = rule->severity,
	};
	if (l)
		f->life = l->id;
	if (ctx)
		f->context = *ctx;
	e->evidence.len = 0;
}

void finding_append(struct dxa_finding *f, const char *fmt, ...)
{
	size_t len = strlen(f->detail);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(f->detail + len, sizeof(f->detail) - len, fmt, ap);
	va_end(ap);
}

void finding_append_life(struct dxa_finding *f, const struct dxa_life_id *id)
{
	if (id->disk[0])
		finding_append(f, "%.*s's dax_device", DXA_NAME_LEN, id->disk);
	else if (id->driver == DXA_DRIVER_UNKNOWN || id->driver == DXA_DRIVER_OTHER)
		finding_append(f, "a dax_device");
	else
		finding_append(f, "a dax_device of %s", dxa_driver_name(id->driver));
	if (id->rdev)
		finding_append(f, " (minor %u)", DXA_DEV_MINOR(id->rdev));
	else
		finding_append(f, " at 0x%" PRIx64, id->dax);
}

void finding_append_errno(const struct dxa_engine *e, struct dxa_finding *f, int err)
{
	char name[DXA_ERRNAME_LEN];

	finding_append(f, "%s", dxa_errname(name, err, e->cfg.eopnotsupp));
}

void finding_append_bracket(struct dxa_finding *f, const struct dxa_event *entry)
{
	const char *name = entry->has & DXA_HAS_DEVICE ? entry->name : "";

	switch (entry->kind) {
	case DXA_KIND_REALLY_PROBE:
	case DXA_KIND_PMEM_ATTACH_DISK:
	case DXA_KIND_VIRTIO_FS_PROBE:
		finding_append(f, "the probe of %.*s", DXA_NAME_LEN, name[0] ? name : "a device");
		break;
	case DXA_KIND_RELEASE_DRIVER:
		finding_append(f, "the unbinding of %.*s", DXA_NAME_LEN,
			       name[0] ? name : "a device");
		break;
	case DXA_KIND_DM_CREATE:
	case DXA_KIND_DM_DEV_CREATE:
		finding_append(f, "the creation of a dm device");
		break;
	case DXA_KIND_DCSSBLK_ADD:
		finding_append(f, "the adding of a dcssblk segment");
		break;
	default:
		finding_append(f, "the creation of a device-dax");
	}
}

void finding_append_outcome(const struct dxa_engine *e, struct dxa_finding *f,
			    const struct bracket_outcome *o)
{
	finding_append_bracket(f, &o->entry.ev);
	switch (o->outcome) {
	case DXA_OUTCOME_OK:
		finding_append(f, " succeeded");
		break;
	case DXA_OUTCOME_DEFERRED:
		finding_append(f, " was deferred");
		break;
	case DXA_OUTCOME_OPEN:
	case DXA_OUTCOME_MISSED:
		finding_append(f, " was not seen to end");
		break;
	default:
		finding_append(f, " failed");
		if (o->err) {
			finding_append(f, " with ");
			finding_append_errno(e, f, o->err);
		}
	}
}

void finding_append_caller(const struct dxa_engine *e, struct dxa_finding *f,
			   const struct dxa_event *ev)
{
	struct dxa_symbol sym;

	/* Omit a caller without a symbol. */
	if (e->cfg.symbols && dxa_symbols_caller(e->cfg.symbols, ev, &sym) && sym.name)
		finding_append(f, " by %s", sym.name);
}

void finding_add(struct dxa_engine *e, const struct rec *r)
{
	if (r->n && !dxa_vec_push(&e->evidence, r))
		e->nomem = true;
}

void finding_add_life(struct dxa_engine *e, const struct life *l)
{
	size_t at = 0;
	struct rec r;

	while (history_next(&e->templates, &l->hist, l->id.dax, &at, &r))
		finding_add(e, &r);
	if (l->holder_taken)
		finding_add(e, l->holder_taken);
}

void finding_add_outcome(struct dxa_engine *e, const struct bracket_outcome *o)
{
	finding_add(e, &o->entry);
	finding_add(e, &o->exit);
}

static int by_arrival(const void *a, const void *b)
{
	const struct rec *x = a, *y = b;

	return x->n < y->n ? -1 : x->n > y->n;
}

struct result finding_report(struct dxa_engine *e, struct dxa_finding *f)
{
	size_t i;

	if (e->evidence.len)
		qsort(e->evidence.data, e->evidence.len, e->evidence.elem, by_arrival);
	e->evidence_out.len = 0;
	for (i = 0; i < e->evidence.len; i++) {
		const struct rec *r = dxa_vec_at(&e->evidence, i);

		/* The same record may have been added twice, also by the history. */
		if (i && r->n == ((const struct rec *)dxa_vec_at(&e->evidence, i - 1))->n)
			continue;
		if (!dxa_vec_push(&e->evidence_out, &r->ev))
			e->nomem = true;
	}
	f->evidence = e->evidence_out.data;
	f->evidence_len = e->evidence_out.len;
	f->context.story = NULL;
	f->context.story_len = 0;
	f->id = ++e->finding_ids;
	e->stats.findings[f->rule]++;
	if (e->sink.finding)
		e->sink.finding(e->sink.priv, f);
	return broken();
}

void finding_withdraw(struct dxa_engine *e, enum dxa_rule rule, uint64_t id)
{
	e->stats.findings[rule]--;
	if (e->sink.withdrawn)
		e->sink.withdrawn(e->sink.priv, rule, id);
}

const char *dxa_finding_driver(const struct dxa_finding *finding)
{
	if (finding->life.driver == DXA_DRIVER_UNKNOWN)
		return NULL;
	return dxa_driver_name(finding->life.driver);
}
