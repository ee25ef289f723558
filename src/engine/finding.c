// SPDX-License-Identifier: GPL-2.0-only
#include "engine/finding.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/errname.h"
#include "engine/owner.h"

void report_begin(struct dxa_engine *e, struct dxa_finding *f, const struct dxa_rule_info *rule,
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

void say(struct dxa_finding *f, const char *fmt, ...)
{
	size_t len = strlen(f->detail);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(f->detail + len, sizeof(f->detail) - len, fmt, ap);
	va_end(ap);
}

void say_life(struct dxa_finding *f, const struct dxa_life_id *id)
{
	if (id->disk[0])
		say(f, "%.*s's dax_device", DXA_NAME_LEN, id->disk);
	else if (id->driver == DXA_DRIVER_UNKNOWN || id->driver == DXA_DRIVER_OTHER)
		say(f, "a dax_device");
	else
		say(f, "a dax_device of %s", dxa_driver_name(id->driver));
	if (id->rdev)
		say(f, " (minor %u)", DXA_DEV_MINOR(id->rdev));
	else
		say(f, " at 0x%" PRIx64, id->dax);
}

void say_errno(const struct dxa_engine *e, struct dxa_finding *f, int err)
{
	char name[DXA_ERRNAME_LEN];

	say(f, "%s", dxa_errname(name, err, e->cfg.eopnotsupp));
}

void say_place(struct dxa_finding *f, const struct dxa_event *entry)
{
	const char *name = entry->has & DXA_HAS_DEVICE ? entry->name : "";

	switch (entry->kind) {
	case DXA_KIND_REALLY_PROBE:
	case DXA_KIND_PMEM_ATTACH_DISK:
	case DXA_KIND_VIRTIO_FS_PROBE:
		say(f, "the probe of %.*s", DXA_NAME_LEN, name[0] ? name : "a device");
		break;
	case DXA_KIND_RELEASE_DRIVER:
		say(f, "the unbinding of %.*s", DXA_NAME_LEN, name[0] ? name : "a device");
		break;
	case DXA_KIND_DM_CREATE:
	case DXA_KIND_DM_DEV_CREATE:
		say(f, "the creation of a dm device");
		break;
	case DXA_KIND_DCSSBLK_ADD:
		say(f, "the adding of a dcssblk segment");
		break;
	default:
		say(f, "the creation of a device-dax");
	}
}

void say_outcome(const struct dxa_engine *e, struct dxa_finding *f, const struct decider *d)
{
	say_place(f, &d->entry.ev);
	switch (d->outcome) {
	case DXA_OUTCOME_OK:
		say(f, " succeeded");
		break;
	case DXA_OUTCOME_DEFERRED:
		say(f, " was deferred");
		break;
	case DXA_OUTCOME_OPEN:
	case DXA_OUTCOME_MISSED:
		say(f, " was not seen to end");
		break;
	default:
		say(f, " failed");
		if (d->err) {
			say(f, " with ");
			say_errno(e, f, d->err);
		}
	}
}

void say_caller(const struct dxa_engine *e, struct dxa_finding *f, const struct dxa_event *ev)
{
	struct dxa_symbol sym;

	/* Of a caller without a name nothing is said rather than a lie. */
	if (e->cfg.symbols && dxa_symbols_caller(e->cfg.symbols, ev, &sym) && sym.name)
		say(f, " by %s", sym.name);
}

void prove(struct dxa_engine *e, const struct rec *r)
{
	if (r->n && !dxa_vec_push(&e->evidence, r))
		e->nomem = true;
}

void prove_life(struct dxa_engine *e, const struct life *l)
{
	size_t at = 0;
	struct rec r;

	while (history_next(&e->templates, &l->hist, l->id.dax, &at, &r))
		prove(e, &r);
	if (l->holder_taken)
		prove(e, l->holder_taken);
}

void prove_decider(struct dxa_engine *e, const struct decider *d)
{
	prove(e, &d->entry);
	prove(e, &d->exit);
}

static int by_arrival(const void *a, const void *b)
{
	const struct rec *x = a, *y = b;

	return x->n < y->n ? -1 : x->n > y->n;
}

struct answer report(struct dxa_engine *e, struct dxa_finding *f)
{
	size_t i;

	if (e->evidence.len)
		qsort(e->evidence.data, e->evidence.len, e->evidence.elem, by_arrival);
	e->evidence_out.len = 0;
	for (i = 0; i < e->evidence.len; i++) {
		const struct rec *r = dxa_vec_at(&e->evidence, i);

		/* A life's history may have the record that is proof in itself. */
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

void withdraw(struct dxa_engine *e, enum dxa_rule rule, uint64_t id)
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
